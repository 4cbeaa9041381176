"""
The town of the tests with thousands of enrolled phones in it, for measuring.

Run as `python -m bench.muster PEOPLE LEADERS FILE` on a house: people each with a phone of their
own, and leaders' phones that sign others in, spread over a hundred communities. The file holds the
public points of the phones' keys, a line each; what was made is printed as JSON.

Accounts, grants and devices are put in as rows: what is measured begins when a phone pushes.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from bench.house import House
from xiachen.base.ids import uuid7
from xiachen.drill.phones.contact import b64, unb64
from xiachen.privacy.envelopes import DeviceKey

COMMUNITIES = 100
_BATCH = 2000


@dataclass(frozen=True)
class Armed:
    """A phone that is ready: enrolled, with its key."""

    device: UUID
    key: DeviceKey
    member: str
    community: int


@dataclass(frozen=True)
class Mustered:
    """The people by community, their phones, and the point to which phones seal."""

    seal_key: bytes
    incident: UUID
    people: dict[int, list[str]]
    own: list[Armed]
    leaders: list[Armed]


def muster(house: House, *, people: int, leaders: int) -> Mustered:
    """Make people and phones in a house that serves."""
    keys = [DeviceKey.new() for _ in range(people + leaders)]
    path = house.home / "points"
    path.write_text("".join(f"{b64(key.point)}\n" for key in keys))
    said = house.run("-m", "bench.muster", str(people), str(leaders), str(path))
    made = json.loads(said.splitlines()[-1])
    armed = [
        Armed(UUID(device), key, member, community)
        for (device, member, community), key in zip(made["phones"], keys, strict=True)
    ]
    by_community: dict[int, list[str]] = {}
    for one in armed[:people]:
        by_community.setdefault(one.community, []).append(one.member)
    return Mustered(
        unb64(made["seal_key"]),
        UUID(made["incident"]),
        by_community,
        armed[:people],
        armed[people:],
    )


def main() -> None:
    """Make what is asked for and print it."""
    import django

    django.setup()
    people, leaders = int(sys.argv[1]), int(sys.argv[2])
    points = [unb64(line) for line in Path(sys.argv[3]).read_text().split()]
    print(json.dumps(_made(people, leaders, points)))


def _made(people: int, leaders: int, points: Sequence[bytes]) -> dict[str, Any]:
    from tests import world

    from xiachen.incidents.operations import include_communities
    from xiachen.places.models import Community
    from xiachen.privacy.classes import DataClass
    from xiachen.privacy.envelopes import SealingKey
    from xiachen.privacy.keyring.vault import vault

    town = world.build_world()
    there = {world.FENGLIN, world.ZISONG}
    found = Community.objects.exclude(pk__in=there).filter(pk__gte=420_100_000_000).order_by("pk")
    places = list(found.values_list("pk", flat=True)[:COMMUNITIES])
    include_communities(
        town.system, incident=town.incident.pk, communities=places, from_day=world.BEGAN
    )
    phones = list(_phones(town, people, leaders, points, places))
    keyring = vault().keyring(town.incident.pk, DataClass.SERVICE)
    _analyse()
    return {
        "seal_key": b64(SealingKey.of(keyring).point),
        "incident": str(town.incident.pk),
        "phones": phones,
    }


def _phones(
    town: Any, people: int, leaders: int, points: Sequence[bytes], places: Sequence[int]
) -> Iterator[tuple[str, str, int]]:
    """Enter people and give each an account, a role and a device."""
    from tests import world

    from xiachen.base import clock
    from xiachen.people.models.accounts import Account, Grant
    from xiachen.people.operations.members import MemberEntry, enter_members
    from xiachen.sync.models.devices import Device

    now = clock.now()
    for start in range(0, people + leaders, _BATCH):
        numbers = range(start, min(start + _BATCH, people + leaders))
        entries = [
            MemberEntry(id=uuid7(), name=f"干事{number}", invented=True) for number in numbers
        ]
        enter_members(town.system, entries=entries, at=world.MORNING)
        accounts = [
            Account(username=f"phone{n}", member_id=one.id, password="!", demonstration=True)
            for n, one in zip(numbers, entries, strict=True)
        ]
        Account.objects.bulk_create(accounts)
        Grant.objects.bulk_create(
            Grant(
                account=account,
                role="member" if n < people else "community-worker",
                division=None if n < people else places[n % len(places)],
                incident=town.incident.pk,
                from_day=world.BEGAN,
                given_by=account.pk,
            )
            for n, account in zip(numbers, accounts, strict=True)
        )
        devices = [
            _device(town, account, points[n], now, Device)
            for n, account in zip(numbers, accounts, strict=True)
        ]
        Device.objects.bulk_create(devices)
        for n, device in zip(numbers, devices, strict=True):
            yield str(device.pk), str(device.member), places[n % len(places)]


def _device(town: Any, account: Any, point: bytes, now: datetime, model: Any) -> Any:
    return model(
        id=uuid7(),
        account=account,
        member=account.member_id,
        incident=town.incident,
        key=point,
        name="Redmi 9 · Chrome",
        app="1.0.0",
        # Long ago, so that many days can be recorded.
        enrolled_at=now - timedelta(days=1500),
        last_contact=now,
    )


def _analyse() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("analyze")


if __name__ == "__main__":
    main()
