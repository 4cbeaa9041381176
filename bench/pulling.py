"""
What it costs to bring phones' packs up to date: nothing has changed, much is new, a whole grid.

Run as `python -m bench.pulling POINT` on a house that `muster` has filled: a grid of 500 households
and 1,500 residents in the town of the tests, and a phone with this key for its head, whose id is
printed.
"""

import http.client
import json
import sys
import time
from collections.abc import Mapping, Sequence
from uuid import UUID

from bench import load
from bench.house import House
from bench.measuring import Line
from bench.muster import Armed
from bench.pushing import Spent, mustered
from xiachen.drill.phones.clocks import MINUTE
from xiachen.drill.phones.contact import APP, b64, unb64
from xiachen.privacy.envelopes import DeviceKey, request_text

_PULL = "/sync/v1/pull"
_PHONES = 1_000
_DOORS, _RESIDENTS = 500, 1_500
_TIMES = 30

_Held = Mapping[str, Mapping[str, object]]


def pull(scale: float) -> list[Line]:
    """First pulls of members' phones, the same with nothing new, and a grid's."""
    number = max(20, round(_PHONES * scale))
    with mustered(number, 0) as (house, town):
        head = _head_of_a_grid(house)
        held = {one.device: _asked(house, one, {}) for one in town.own}
        spent = Spent(house)
        idle = [_request(one, held[one.device]) for one in town.own] * 3
        heard = load.at_once(house.port, idle, connections=3)
        lines = spent.lines(len(idle))
        first, seconds, size = _first(house, head)
        grid = _asked(house, head, {})
        spent = Spent(house)
        still = load.at_once(house.port, [_request(head, grid)] * _TIMES, connections=1)
        return [
            Line("pulls with nothing new", len(idle) / heard.seconds, "/s"),
            Line("  answered in (p50)", heard.quantile(0.5), "ms"),
            Line("  answered in (p95)", heard.quantile(0.95), "ms"),
            *lines,
            Line(f"a grid of {_DOORS} doors, {_RESIDENTS:,} people, first", seconds * 1000, "ms"),
            Line("  documents", first, ""),
            Line("  bytes", size / 1000, "kB"),
            Line("  with nothing new (p50)", still.quantile(0.5), "ms"),
            *spent.lines(_TIMES),
        ]


def _head_of_a_grid(house: House) -> Armed:
    key = DeviceKey.new()
    said = house.run("-m", "bench.pulling", b64(key.point))
    return Armed(UUID(said.split()[-1]), key, "", 0)


def _request(phone: Armed, held: _Held) -> bytes:
    """Return a whole request of a phone that says what it holds."""
    stamp, body = _now() + MINUTE, _body(held)
    head = load.head_of(
        _PULL,
        device=phone.device,
        stamp=stamp,
        signature=b64(phone.key.sign(request_text(_PULL, stamp, body))),
        length=len(body),
    )
    return head + body


def _body(held: _Held) -> bytes:
    said = {"app": APP, "clock": _now(), "last": 0, "epoch": "", "parts": held}
    return json.dumps(said).encode()


def _asked(house: House, phone: Armed, held: _Held) -> _Held:
    """Pull once, and return what the phone then holds."""
    answer = json.loads(_answer(house, phone, held))
    return {one["part"]: {"cursor": one["cursor"], "hash": one["hash"]} for one in answer["parts"]}


def _first(house: House, phone: Armed) -> tuple[int, float, int]:
    """Pull everything once; return how many documents, in how many seconds, and bytes."""
    began = time.perf_counter()
    answer = _answer(house, phone, {})
    seconds = time.perf_counter() - began
    return sum(len(one["docs"]) for one in json.loads(answer)["parts"]), seconds, len(answer)


def _answer(house: House, phone: Armed, held: _Held) -> bytes:
    stamp, body = _now(), _body(held)
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=60)
    connection.request(
        "POST",
        _PULL,
        body,
        {
            "X-Device": str(phone.device),
            "X-Stamp": str(stamp),
            "X-Signature": b64(phone.key.sign(request_text(_PULL, stamp, body))),
        },
    )
    response = connection.getresponse()
    content = response.read()
    connection.close()
    if response.status != http.client.OK:
        raise RuntimeError(f"a pull was answered {response.status}: {content[:200]!r}")
    return content


def main(arguments: Sequence[str]) -> None:
    """Fill a grid of the town, enrol a phone for its head, and print its id."""
    import django

    django.setup()
    print(_filled(unb64(arguments[0])))


def _filled(point: bytes) -> UUID:
    from tests import world

    from xiachen.base import clock
    from xiachen.base.ids import uuid7
    from xiachen.incidents.models import Incident
    from xiachen.people.models.accounts import Account
    from xiachen.people.operations.appointments import appoint_grid_head
    from xiachen.people.operations.residents import ResidentEntry, register_residents
    from xiachen.places.models import Grid
    from xiachen.places.operations.buildings import (
        BuildingEntry,
        HouseholdEntry,
        register_buildings,
        register_households,
    )
    from xiachen.places.operations.compounds import register_compound
    from xiachen.privacy.scope import system_scope
    from xiachen.sync.models.devices import Device

    incident = Incident.objects.get()
    scope, here, at = system_scope(incident.pk), {"community": world.FENGLIN}, clock.now()
    grid = Grid.objects.filter(**here).order_by("number")[0]
    compound = register_compound(scope, **here, name="枫林苑", kind="old", at=at)
    house = BuildingEntry(compound=compound.pk, number="1栋", grid=grid.pk)
    register_buildings(scope, **here, entries=[house], at=at)
    doors = [HouseholdEntry(building=house.id, door=str(number)) for number in range(_DOORS)]
    register_households(scope, **here, entries=doors, at=at)
    people = [
        ResidentEntry(id=uuid7(), household=doors[n % _DOORS].id, name=f"居民{n}", invented=True)
        for n in range(_RESIDENTS)
    ]
    register_residents(scope, **here, entries=people, at=at)
    head = world.id_of(world.WORKERS[1])
    appoint_grid_head(scope, **here, grid=grid.pk, member=head, from_day=world.BEGAN)
    made = Device.objects.create(
        id=uuid7(),
        account=Account.objects.get(member=head),
        member=head,
        incident=incident,
        key=point,
        name="Redmi 9",
        app=APP,
        enrolled_at=at,
        last_contact=at,
    )
    return made.pk


def _now() -> int:
    return time.time_ns() // 1_000_000


if __name__ == "__main__":
    main(sys.argv[1:])
