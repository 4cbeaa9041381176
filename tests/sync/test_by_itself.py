"""Records that are taken in by themselves when what they waited for has come."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError, connection, connections, transaction

from tests.attendance.test_evidence import gate
from tests.attendance.town import Town, arrive
from tests.needs.test_tasks import issue
from tests.sync.phones import Phone, phone_of
from tests.sync.test_push import ACCEPTED, ALREADY, own_check_in
from tests.world import FENGLIN, World
from xiachen.attendance.models.records import CheckOut, CodeUse, WorkRecord
from xiachen.attendance.operations.check_ins import CheckInEntry, check_in
from xiachen.attendance.rules import codes
from xiachen.base import clock
from xiachen.base.errors import Forbidden
from xiachen.base.ids import uuid7
from xiachen.needs.models import Claim
from xiachen.needs.operations.claims import claim_task
from xiachen.privacy.scope import system_scope
from xiachen.sync import jobs
from xiachen.sync.jobs import take_in_waiting
from xiachen.sync.models.devices import Device
from xiachen.sync.models.receipts import Quarantined, QuarantineState, Receipt
from xiachen.sync.operations import mending, pushing
from xiachen.sync.operations.devices import revoke
from xiachen.sync.operations.viewing import view_record

WRONG = ("quarantined", "attendance.wrong-code")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def phone(town: Town) -> Phone:
    return phone_of(town.local, town.world.local)


def sign_in(town: Town, at: datetime) -> UUID:
    """Sign the person in by the leader's list, on the website."""
    entry = CheckInEntry(id=uuid7(), community=FENGLIN, member=town.world.local, occurred_at=at)
    (outcome,) = check_in(town.worker, entries=[entry], at=clock.now())
    assert outcome.refusal is None, outcome.refusal
    return entry.id


def leaving(town: Town, phone: Phone, at: datetime | None = None) -> dict[str, Any]:
    body = {"member": str(town.world.local)}
    return phone.event("attendance.check-out", body, community=FENGLIN, at=at)


def state() -> str:
    return Quarantined.objects.get().state


def test_a_sign_out_is_taken_in_when_its_sign_in_has_come(town: Town, phone: Phone) -> None:
    left = clock.now() - HOUR
    event = leaving(town, phone, left)
    assert phone.outcomes(event)[0][0] == "retry"
    take_in_waiting()
    assert state() == QuarantineState.WAITING
    sign_in(town, left - HOUR)
    take_in_waiting()
    assert state() == QuarantineState.TAKEN_IN
    row = CheckOut.objects.get()
    assert (str(row.pk), abs(row.occurred_at - left) < MINUTE) == (event["id"], True)
    assert row.recorded_by == Device.objects.get().account_id
    assert phone.outcomes(event) == [ALREADY]
    take_in_waiting()
    assert CheckOut.objects.count() == Receipt.objects.count() == 1
    assert phone.push()[1]["whole_upto"] == 1


def test_the_phone_and_the_worker_take_the_same_record_in_once(town: Town, phone: Phone) -> None:
    event = leaving(town, phone, clock.now() - HOUR)
    phone.push(event)
    sign_in(town, clock.now() - 2 * HOUR)
    assert phone.outcomes(event) == [ACCEPTED]
    records = list(Quarantined.objects.values_list("pk", flat=True))
    assert pushing.take_in_waiting(system_scope(), records=records, at=clock.now()) == 0
    assert CheckOut.objects.count() == Receipt.objects.count() == 1


@pytest.mark.parametrize("worker_first", [True, False])
def test_the_phone_and_the_worker_may_come_at_the_same_moment(
    committed_world: World, worker_first: bool
) -> None:
    town = arrive(committed_world)
    phone = phone_of(town.local, town.world.local)
    event = leaving(town, phone, clock.now() - HOUR)
    phone.push(event)
    sign_in(town, clock.now() - 2 * HOUR)
    taken = threading.Event()

    def slowly(first: Callable[[], object]) -> None:
        try:
            with transaction.atomic():
                first()
                taken.set()
                threading.Event().wait(0.5)
        finally:
            taken.set()
            connections.close_all()

    turns: list[Callable[[], object]] = [take_in_waiting, lambda: phone.push(event)]
    first, second = turns if worker_first else turns[::-1]
    other = threading.Thread(target=slowly, args=(first,))
    other.start()
    taken.wait()
    second()
    other.join()
    assert CheckOut.objects.count() == 1
    assert Receipt.objects.filter(kind="attendance.check-out").count() == 1
    assert state() == QuarantineState.TAKEN_IN
    assert phone.outcomes(event) == [ALREADY]
    connection.close()


@pytest.mark.parametrize("method", ["code", "poster"])
@pytest.mark.parametrize("worker", [True, False])
def test_a_right_code_that_waits_is_not_judged_by_guesses_after_it(
    town: Town, phone: Phone, method: str, worker: bool
) -> None:
    place = gate(town)
    left = clock.now() - MINUTE
    if method == "code":
        code = codes.code_at(codes.secret_of_day(place.opened(), clock.local_day(left)), left)
    else:
        code = codes.poster_code(place.opened(), place.poster)
    body = {"member": str(town.world.local), "method": method, "place": str(place.pk), "code": code}
    event = phone.event("attendance.check-out", body, community=FENGLIN, at=left)
    assert phone.outcomes(event)[0][0] == "retry"
    for n in range(codes.MOST_WRONG):
        guess = {**body, "method": "code", "code": f"{n:08d}"}
        assert phone.outcomes(phone.event("attendance.check-in", guess, community=FENGLIN)) == [
            ("quarantined", "attendance.wrong-code")
        ]
    sign_in(town, left - 2 * HOUR)
    if worker:
        take_in_waiting()
    else:
        assert phone.outcomes(event) == [ACCEPTED]
    assert Quarantined.objects.get(event=event["id"]).state == QuarantineState.TAKEN_IN
    again = phone.event("attendance.check-out", body, community=FENGLIN, at=left)
    assert phone.outcomes(again) == [("quarantined", "attendance.too-many-wrong-codes")]


def test_a_sign_out_that_records_nothing_uses_no_code_up(town: Town, phone: Phone) -> None:
    place, came = gate(town), clock.now() - HOUR
    code = codes.code_at(codes.secret_of_day(place.opened(), clock.local_day(came)), came)
    body = {"member": str(town.world.local), "method": "code", "place": str(place.pk), "code": code}
    wrong_button = phone.event("attendance.check-out", body, community=FENGLIN, at=came)
    assert phone.outcomes(wrong_button)[0][0] == "retry"
    assert not CodeUse.objects.exists()
    event = phone.event("attendance.check-in", body, community=FENGLIN, at=came)
    assert phone.outcomes(event) == [ACCEPTED]
    assert str(CodeUse.objects.get().pk) == event["id"]
    take_in_waiting()
    assert (state(), Quarantined.objects.get().code) == ("quarantined", "attendance.code-used")
    assert not CheckOut.objects.exists()


def test_work_on_a_task_is_taken_in_when_the_claim_has_come(town: Town, phone: Phone) -> None:
    task = issue(town).pk
    body = {"task": str(task), "times": 1, "persons_served": 4}
    assert phone.outcomes(phone.event("needs.finish", body, community=FENGLIN))[0][0] == "retry"
    claim_task(town.local, community=FENGLIN, task=task, member=town.world.local, at=clock.now())
    take_in_waiting()
    assert state() == QuarantineState.TAKEN_IN
    assert Claim.objects.get().finished_at is not None
    assert WorkRecord.objects.get().persons_served == 4


def test_one_that_can_never_stand_keeps_no_other_waiting(town: Town, phone: Phone) -> None:
    other = phone_of(town.local, town.world.local)
    bad, good = leaving(town, phone, clock.now() - HOUR), leaving(town, other)
    phone.push(bad)
    other.push(good)
    # Another record took the id of the first one meanwhile.
    third = phone_of(town.local, town.world.local)
    assert third.outcomes(
        own_check_in(third, town, id=UUID(str(bad["id"])), at=clock.now() - 3 * HOUR)
    ) == [ACCEPTED]
    take_in_waiting()
    states = {str(row.event): (row.state, row.code) for row in Quarantined.objects.all()}
    assert states[good["id"]][0] == QuarantineState.TAKEN_IN
    assert states[bad["id"]] == ("quarantined", "sync.other-content")
    assert CheckOut.objects.count() == 1


def damage(row: Quarantined) -> None:
    Quarantined.objects.filter(pk=row.pk).update(sealed=b"x" * 60)


def test_one_that_does_not_open_any_more_keeps_no_other_waiting(town: Town, phone: Phone) -> None:
    other = phone_of(town.local, town.world.local)
    phone.push(leaving(town, phone, clock.now() - HOUR))
    bad = Quarantined.objects.get()
    other.push(leaving(town, other))
    sign_in(town, clock.now() - 2 * HOUR)
    damage(bad)
    take_in_waiting()
    states = {row.pk: (row.state, row.code) for row in Quarantined.objects.all()}
    assert states.pop(bad.pk) == ("quarantined", "sync.seal")
    assert [state for state, _ in states.values()] == ["taken-in"]
    view = view_record(town.secretary, record_id=bad.pk)
    assert view.content is None
    mending.dismiss(town.secretary, record=bad.pk, reason="lost", at=clock.now())


def test_a_turn_that_stops_stops_no_other(
    town: Town, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = leaving(town, phone, clock.now() - HOUR), leaving(town, phone)
    phone.push(first)
    phone.push(second)
    sign_in(town, clock.now() - 2 * HOUR)
    monkeypatch.setattr(jobs, "_RECORDS_AT_ONCE", 1)
    monkeypatch.setattr(pushing, "take_in_waiting", stopping_once(pushing.take_in_waiting))
    with pytest.raises(ExceptionGroup):
        take_in_waiting()
    assert sorted(row.state for row in Quarantined.objects.all()) == ["taken-in", "waiting"]
    take_in_waiting()
    assert CheckOut.objects.count() == 2


def stopping_once(operation: Callable[..., int]) -> Callable[..., int]:
    calls = iter([True])

    def stops(*given: object, **named: object) -> int:
        if next(calls, False):
            raise OperationalError("gave way")
        return operation(*given, **named)

    return stops


def test_a_phone_struck_off_meanwhile_has_nothing_taken_in(town: Town, phone: Phone) -> None:
    phone.push(leaving(town, phone, clock.now() - HOUR))
    revoke(town.secretary, device=phone.device, reason="stolen", at=clock.now())
    sign_in(town, clock.now() - 2 * HOUR)
    take_in_waiting()
    assert not CheckOut.objects.exists()
    assert (state(), Quarantined.objects.get().code) == ("quarantined", "sync.revoked")


def test_after_a_day_a_person_looks_though_the_phone_never_came_again(
    town: Town, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.push(leaving(town, phone))
    later = clock.now() + 25 * HOUR
    monkeypatch.setattr(clock, "now", lambda: later)
    take_in_waiting()
    assert state() == QuarantineState.QUARANTINED


def test_only_the_installation_itself_takes_in_what_waits(town: Town) -> None:
    with pytest.raises(Forbidden):
        pushing.take_in_waiting(town.secretary, records=[], at=clock.now())
