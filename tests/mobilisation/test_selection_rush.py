"""Many at once: limits that hold, whoever comes first."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event
from time import sleep
from typing import Any
from uuid import UUID, uuid5

import pytest
from django.db import connections

from tests.mobilisation.calling import call, codes, day, liaison, office, signed, states
from tests.mobilisation.cast import MORNING, Cast
from xiachen.base import clock
from xiachen.base.errors import NotFound, Outcome
from xiachen.base.ids import uuid7
from xiachen.mobilisation import jobs
from xiachen.mobilisation.models.sign_ups import HOLDING, Decision, SignUp
from xiachen.mobilisation.operations import selections
from xiachen.mobilisation.operations.call_ups import QuotaEntry
from xiachen.mobilisation.operations.selections import (
    accept,
    confirm,
    offer_waiting,
    put_on_waiting_list,
)
from xiachen.mobilisation.operations.sign_ups import SignUpEntry, sign_up
from xiachen.people.operations.members import MemberEntry, enter_members
from xiachen.privacy.scope import Scope

Act = Callable[[], list[Outcome]]


def at_once(acts: list[Act], threads: int = 8) -> list[str]:
    """Let every act run in a thread of its own connection; return what became of each."""

    def run(act: Act) -> str:
        try:
            return codes(act())[0]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, acts))


def in_own_connection(act: Act) -> None:
    try:
        act()
    finally:
        connections.close_all()


def crowd(cast: Cast, count: int) -> list[UUID]:
    entries = [
        MemberEntry(
            id=uuid5(cast.incident.pk, f"{number}"),
            name=f"干事{number}",
            organisation=cast.department.pk,
            invented=True,
        )
        for number in range(count)
    ]
    enter_members(cast.world.system, entries=entries, at=MORNING)
    return [one.id for one in entries]


def test_of_two_hundred_acceptances_for_one_place_exactly_one_wins(committed: Cast) -> None:
    made = call(committed, headcount=1)
    people = signed(committed, made, crowd(committed, 200))
    scope = office(committed)
    acts: list[Act] = [
        lambda one=one: accept(scope, call_up=made.pk, sign_ups=[one], at=MORNING)  # type: ignore[misc]
        for one in people
    ]
    found = at_once(acts)
    assert found.count("new") == 1 and found.count("call-up-full") == 199
    assert SignUp.objects.filter(state__in=HOLDING).count() == 1


def test_two_organisers_cannot_exceed_a_quota(committed: Cast) -> None:
    quotas = [QuotaEntry(organisation=committed.department.pk, maximum=5)]
    made = call(committed, headcount=50, quotas=quotas)
    people = signed(committed, made, crowd(committed, 40))
    scope = office(committed)
    acts: list[Act] = [
        lambda one=one: accept(scope, call_up=made.pk, sign_ups=[one], at=MORNING)  # type: ignore[misc]
        for one in people
    ]
    found = at_once(acts)
    assert found.count("new") == 5 and found.count("quota-full") == 35


def test_one_person_accepted_by_two_calls_at_once_gets_one_place(committed: Cast) -> None:
    calls = [call(committed, number=f"枫组〔2020〕{n}号", headcount=40) for n in (1, 2)]
    people = crowd(committed, 30)
    ids = [signed(committed, made, people) for made in calls]
    scope = office(committed)
    acts: list[Act] = [
        lambda made=made, one=one: accept(  # type: ignore[misc]
            scope, call_up=made.pk, sign_ups=[one], at=MORNING
        )
        for pair in zip(*ids, strict=True)
        for made, one in zip(calls, pair, strict=True)
    ]
    found = at_once(acts)
    assert found.count("new") == 30 and found.count("accepted-elsewhere") == 30
    held = SignUp.objects.filter(state__in=HOLDING)
    assert held.count() == held.values("member").distinct().count() == 30


def test_the_database_itself_keeps_one_person_from_two_places(committed: Cast) -> None:
    from django.db import IntegrityError

    calls = [call(committed, number=f"枫组〔2020〕{n}号") for n in (1, 2)]
    ids = [signed(committed, made, committed.people[:1], days=3)[0] for made in calls]
    accept(office(committed), call_up=calls[0].pk, sign_ups=ids[:1], at=MORNING)
    with pytest.raises(IntegrityError, match="sign_up_one_place"):
        SignUp.objects.filter(pk=ids[1]).update(state="accepted")
    SignUp.objects.filter(pk=ids[1]).update(state="accepted", from_day=day(3), to_day=day(4))


def test_the_same_person_signed_up_by_many_at_once_stands_once(committed: Cast) -> None:
    made = call(committed)
    scope = liaison(committed)
    acts: list[Act] = [
        lambda: sign_up(
            scope,
            call_up=made.pk,
            entries=[SignUpEntry(id=uuid7(), member=committed.people[0])],
            at=MORNING,
        )
        for _ in range(24)
    ]
    found = at_once(acts)
    assert found.count("new") == 1 and found.count("already") == 23
    assert SignUp.objects.count() == Decision.objects.count() == 1


def test_an_offer_is_confirmed_once(committed: Cast) -> None:
    made = call(committed, headcount=1)
    people = signed(committed, made, committed.people[:2])
    put_on_waiting_list(office(committed), call_up=made.pk, sign_ups=people, at=MORNING)
    offer_waiting(office(committed), call_up=made.pk, count=1, at=MORNING)
    scope = liaison(committed)
    acts: list[Act] = [
        lambda: confirm(scope, call_up=made.pk, sign_ups=people[:1], at=MORNING) for _ in range(12)
    ]
    found = at_once(acts)
    assert found.count("new") == 1 and found.count("already") == 11
    assert states(made) == {people[0]: "confirmed", people[1]: "waiting"}


def test_offers_of_one_call_lapse_while_another_call_accepts(
    committed: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = call(committed, number="枫组〔2020〕1号", headcount=1)
    second = call(committed, number="枫组〔2020〕2号", headcount=2)
    here = signed(committed, first, committed.people[:3])
    there = signed(committed, second, committed.people[2:6])
    put_on_waiting_list(office(committed), call_up=first.pk, sign_ups=here, at=MORNING)
    put_on_waiting_list(office(committed), call_up=second.pk, sign_ups=there[1:], at=MORNING)
    for made in (first, second):
        offer_waiting(office(committed), call_up=made.pk, count=1, at=MORNING)
    later = MORNING + timedelta(hours=30)
    in_hand, lapsing = Event(), Event()
    picked = selections.picked

    def held(*args: Any, **given: Any) -> Any:
        # The call is locked, its people not yet: here the job comes to this call.
        in_hand.set()
        lapsing.wait(5)
        sleep(1)
        return picked(*args, **given)

    def lapse() -> list[Outcome]:
        in_hand.wait(5)
        lapsing.set()
        jobs.lapse_overdue(0)
        return []

    monkeypatch.setattr(selections, "picked", held)
    monkeypatch.setattr(clock, "now", lambda: later)
    with ThreadPoolExecutor(2) as pool:
        taken = pool.submit(
            at_once,
            [lambda: accept(office(committed), call_up=second.pk, sign_ups=there[:1], at=later)],
        )
        done = pool.submit(in_own_connection, lapse)
        assert taken.result() == ["new"]
        done.result()
    assert [states(first)[one] for one in here[:2]] == ["lapsed", "offered"]
    assert states(second)[there[1]] == "lapsed"


def test_one_call_that_refuses_to_lapse_holds_up_no_other(
    committed: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = [call(committed, number=f"枫组〔2020〕{n}号") for n in (1, 2, 3)]
    ids = [
        signed(committed, made, committed.people[at : at + 1])[0] for at, made in enumerate(calls)
    ]
    for made, one in zip(calls, ids, strict=True):
        put_on_waiting_list(office(committed), call_up=made.pk, sign_ups=[one], at=MORNING)
        offer_waiting(office(committed), call_up=made.pk, count=1, at=MORNING)
    middle = sorted(made.pk for made in calls)[1]
    lapse = selections.lapse_overdue

    def refusing(scope: Scope, *, call_up: UUID, at: datetime) -> int:
        if call_up == middle:
            raise NotFound()
        return lapse(scope, call_up=call_up, at=at)

    monkeypatch.setattr(selections, "lapse_overdue", refusing)
    monkeypatch.setattr(clock, "now", lambda: MORNING + timedelta(hours=30))
    jobs.lapse_overdue(0)
    left = {made.pk: set(states(made).values()) for made in calls}
    assert left == {pk: {"offered" if pk == middle else "lapsed"} for pk in left}
