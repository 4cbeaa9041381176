"""
A call with a crowd before it, for measuring; run as a program on a house.

`python -m bench.crowding board PEOPLE` fills the selection board, looks at it through every filter
and prints how long each page took the server, beside a bare `select` of the same rows.
`python -m bench.crowding call PHONES` opens a public call and leaves a known code for each number.
"""

import json
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

CODE = "246802"
_BATCH = 2000
_ROUNDS = 5


def phone(number: int) -> str:
    """Return a number that nobody has."""
    return f"150{number:08d}"


def main() -> None:
    """Do what is asked and print it as JSON."""
    import django

    django.setup()
    from django.test.utils import setup_test_environment

    setup_test_environment()
    what, size = sys.argv[1], int(sys.argv[2])
    print(json.dumps(_board(size) if what == "board" else _call(size)))


def _board(people: int) -> dict[str, Any]:
    from tests import world
    from tests.mobilisation import calling
    from tests.mobilisation.cast import MORNING, Cast

    from xiachen.mobilisation.operations.call_ups import CriterionEntry, QuotaEntry
    from xiachen.mobilisation.operations.selections import accept, put_on_waiting_list
    from xiachen.people.operations.skills import register_skill

    cast = Cast(world=world.build_world())
    register_skill(cast.world.system, code="driving", name="驾驶", name_en="driving")
    units = _units(cast.world)
    made = calling.call(
        cast,
        headcount=people,
        quotas=[QuotaEntry(organisation=unit, minimum=5, maximum=people) for unit in units],
        criteria=[
            CriterionEntry(kind="skill", value="driving", weight=10),
            CriterionEntry(kind="party", value="full", weight=5),
        ],
    )
    began = time.monotonic()
    ids = list(_sign_up(cast, made.pk, units, people))
    third = people // 3
    accept(calling.office(cast), call_up=made.pk, sign_ups=ids[:third], at=MORNING)
    put_on_waiting_list(
        calling.office(cast), call_up=made.pk, sign_ups=ids[third : third + 500], at=MORNING
    )
    filled = time.monotonic() - began
    return {"filled": filled, **_looked_at(cast, made.pk, units[3])}


def _units(town: Any) -> list[UUID]:
    from xiachen.people.operations.units import register_organisation

    return [
        register_organisation(
            town.system,
            name=f"市第{number}局",
            level="city",
            division=420100000000,
            parent=town.bureau.pk,
        ).pk
        for number in range(100)
    ]


def _sign_up(cast: Any, call: UUID, units: list[UUID], people: int) -> Iterator[UUID]:
    from tests.mobilisation import calling
    from tests.mobilisation.cast import HERE, MORNING, THERE

    from xiachen.base.ids import uuid7
    from xiachen.mobilisation.operations.sign_ups import SignUpEntry, sign_up
    from xiachen.people.operations.members import MemberEntry, enter_members

    kinds = ("party-member", "public-servant", "staff", "volunteer")
    for start in range(0, people, _BATCH):
        numbers = range(start, min(start + _BATCH, people))
        entries = [
            MemberEntry(
                id=uuid7(),
                name=f"干事{number}",
                organisation=units[number % len(units)],
                party_standing="full" if number % 3 else "none",
                home_community=HERE if number % 2 else THERE,
                phone=phone(number),
                identities=(kinds[number % 4],),
                skills=("driving",) if number % 10 == 0 else (),
                invented=True,
            )
            for number in numbers
        ]
        enter_members(cast.world.system, entries=entries, at=MORNING)
        outcomes = sign_up(
            calling.office(cast),
            call_up=call,
            entries=[SignUpEntry(id=uuid7(), member=one.id) for one in entries],
            at=MORNING,
        )
        yield from (one.id for one in outcomes)


def _looked_at(cast: Any, call: UUID, unit: UUID) -> dict[str, Any]:
    from django.db import connection
    from django.test import Client
    from django.urls import reverse

    from xiachen.privacy.scope import Role

    with connection.cursor() as cursor:
        cursor.execute("analyze")
    client = Client()
    client.force_login(
        cast.world.accounts[Role.ORGANISER], "allauth.account.auth_backends.AuthenticationBackend"
    )
    address = reverse("mobilisation:selection", args=[call])
    queries = [
        *(f"page={page}" for page in (1, 2, 50, 100, 150, 199)),
        *(f"state={state}&page={page}" for state in ("ready", "accepted") for page in (1, 60)),
        "state=waiting",
        "kind=staff",
        "kind=volunteer&page=40",
        "skill=driving",
        "home=420111000000&page=90",
        f"unit={unit}",
        f"unit={unit}&kind=staff&skill=driving&state=ready&home=420111000000",
    ]
    client.get(address)
    best = dict.fromkeys(queries, float("inf"))
    for _round in range(_ROUNDS):
        for query in queries:
            began = time.perf_counter()
            answer = client.get(f"{address}?{query}")
            # The best of some rounds: what other programs take meanwhile is not ours.
            best[query] = min(best[query], (time.perf_counter() - began) * 1000)
            assert answer.status_code == 200, answer.status_code
    return {"pages": list(best.values()), "bare": _bare(call)}


def _bare(call: UUID) -> list[float]:
    """The rows of a page alone, as a plain statement asks for them."""
    from django.db import connection

    taken = []
    for page in (0, 1, 50, 100, 150, 198):
        began = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(
                "select * from mobilisation_signup join people_member m on m.id = member_id "
                "where call_up_id = %s order by fits desc, score desc, signed_at, "
                "mobilisation_signup.id limit 50 offset %s",
                [call, 50 * page],
            )
            cursor.fetchall()
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def _call(phones: int) -> dict[str, Any]:
    from tests import world
    from tests.mobilisation import calling
    from tests.mobilisation.cast import Cast

    from xiachen.base import clock
    from xiachen.base.ids import uuid7
    from xiachen.mobilisation.models.phone_codes import PhoneCode
    from xiachen.mobilisation.operations.phone_codes import _mark

    cast = Cast(world=world.build_world())
    now = clock.now()
    made = calling.call(
        cast,
        public=True,
        headcount=50_000,
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=1),
    )
    PhoneCode.objects.bulk_create(
        PhoneCode(
            id=uuid7(),
            call_up=made,
            phone_index=_mark(f"number:{phone(number)}"),
            digest=_mark(f"{made.pk}:{phone(number)}:{CODE}"),
            made_at=now,
            expires_at=now + timedelta(hours=1),
        )
        for number in range(phones)
    )
    return {"token": made.token, "unit": str(cast.department.pk)}


if __name__ == "__main__":
    main()
