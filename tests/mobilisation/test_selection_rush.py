"""Many at once: limits that hold, whoever comes first."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid5

from django.db import connections

from tests.mobilisation.calling import call, codes, day, liaison, office, signed, states
from tests.mobilisation.cast import MORNING, Cast
from xiachen.base.errors import Outcome
from xiachen.base.ids import uuid7
from xiachen.mobilisation.models.sign_ups import HOLDING, Decision, SignUp
from xiachen.mobilisation.operations.call_ups import QuotaEntry
from xiachen.mobilisation.operations.selections import (
    accept,
    confirm,
    offer_waiting,
    put_on_waiting_list,
)
from xiachen.mobilisation.operations.sign_ups import SignUpEntry, sign_up
from xiachen.people.operations.members import MemberEntry, enter_members

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
    import pytest
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
