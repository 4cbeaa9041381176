"""Records that contradict each other: each is taken in, or kept for a person; none is swallowed."""

import threading
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, connections, transaction

from tests.attendance.town import Town, arrive
from tests.needs.test_tasks import issue
from tests.sync.phones import Phone, phone_of
from tests.sync.test_push import ACCEPTED, ALREADY, own_check_in
from tests.world import FENGLIN, SENT, World
from xiachen.attendance.models.records import CheckIn, CheckOut, WorkRecord
from xiachen.base import clock
from xiachen.base.ids import uuid7
from xiachen.needs.models import Claim
from xiachen.needs.operations.claims import claim_task, release_claim
from xiachen.notices.models.notices import Receipt
from xiachen.notices.operations.notices import To, send_notice
from xiachen.privacy.scope import Role
from xiachen.sync.jobs import take_in_waiting
from xiachen.sync.models.devices import Device
from xiachen.sync.models.receipts import Quarantined, QuarantineState
from xiachen.sync.operations.mending import dismiss, mend

OTHER = ("quarantined", "sync.other-content")


@pytest.fixture
def phone(town: Town) -> Phone:
    return phone_of(town.local, town.world.local)


def of_task(phone: Phone, kind: str, task: UUID, **body: int) -> dict[str, object]:
    return phone.event(kind, {"task": str(task), **body}, community=FENGLIN)


def work(phone: Phone, town: Town, task: UUID | None, served: int) -> dict[str, object]:
    body = {"member": str(town.world.local), "work": "patrol", "times": 1}
    about = {"task": str(task)} if task else {}
    return phone.event(
        "attendance.work", {**body, **about, "persons_served": served}, community=FENGLIN
    )


def test_claimed_given_back_and_claimed_again_is_claimed(town: Town, phone: Phone) -> None:
    task = issue(town).pk
    steps = [of_task(phone, f"needs.{one}", task) for one in ("claim", "release", "claim")]
    assert phone.outcomes(*reversed(steps)) == [ACCEPTED] * 3
    assert Claim.objects.filter(task=task, released_at=None).count() == 1


def test_a_task_claimed_twice_was_known_the_second_time(town: Town, phone: Phone) -> None:
    task = issue(town).pk
    claims = [of_task(phone, "needs.claim", task) for _ in range(3)]
    known = ("already", "needs.claimed-already")
    assert phone.outcomes(*claims[:2]) == [ACCEPTED, known]
    assert phone.outcomes(claims[2]) == [known]
    assert phone.outcomes(*claims) == [ALREADY, known, known]
    assert Claim.objects.filter(task=task).count() == 1


def test_a_notice_read_twice_was_known_the_second_time(town: Town, phone: Phone) -> None:
    scope = town.world.scope(Role.HEADQUARTERS)
    to = To(members=[town.world.local])
    sent = send_notice(scope, title="Boots", body="At the gate.", to=to, at=clock.now())
    reads = [phone.event("notices.read", {"notice": str(sent.pk)}, community=None) for _ in "12"]
    known = ("already", "notices.read-already")
    assert phone.outcomes(*reads) == [ACCEPTED, known]
    assert phone.outcomes(*reads) == [ALREADY, known]
    assert Receipt.objects.count() == 1


def test_a_notice_that_went_to_others_is_read_by_nobody(town: Town, phone: Phone) -> None:
    scope = town.world.scope(Role.HEADQUARTERS)
    to = To(members=[town.world.members[SENT[1]]])
    sent = send_notice(scope, title="Boots", body="At the gate.", to=to, at=clock.now())
    read = phone.event("notices.read", {"notice": str(sent.pk)}, community=None)
    assert phone.outcomes(read) == [("quarantined", "base.not-found")]
    assert not Receipt.objects.exists()


def test_a_clock_set_back_in_between_changes_no_order(town: Town, phone: Phone) -> None:
    task = issue(town).pk
    claim = of_task(phone, "needs.claim", task)
    earlier = clock.now() - timedelta(hours=5)
    release = phone.event("needs.release", {"task": str(task)}, community=FENGLIN, at=earlier)
    assert phone.outcomes(claim, release) == [ACCEPTED] * 2
    assert not Claim.objects.filter(task=task, released_at=None).exists()


def test_a_task_given_back_that_nobody_holds_says_what_is_and_undoes_no_later_claim(
    town: Town, phone: Phone
) -> None:
    task, member = issue(town).pk, town.world.local
    phone.push(of_task(phone, "needs.claim", task))
    release_claim(town.local, community=FENGLIN, task=task, member=member, at=clock.now())
    known = ("already", "needs.not-claimed")
    assert phone.outcomes(of_task(phone, "needs.release", task)) == [known]
    claim_task(town.local, community=FENGLIN, task=task, member=member, at=clock.now())
    take_in_waiting()
    assert Claim.objects.filter(task=task, released_at=None).exists()
    assert not Quarantined.objects.exists()


def test_a_part_finished_twice_with_other_numbers_is_kept_for_a_person(
    town: Town, phone: Phone
) -> None:
    task = issue(town).pk
    phone.push(of_task(phone, "needs.claim", task))
    first = of_task(phone, "needs.finish", task, times=1, persons_served=2)
    same = of_task(phone, "needs.finish", task, times=1, persons_served=2)
    other = of_task(phone, "needs.finish", task, times=5, persons_served=90)
    differs = ("quarantined", "needs.finished-otherwise")
    known = ("already", "needs.finished-already")
    assert phone.outcomes(first, same, other) == [ACCEPTED, known, differs]
    assert list(WorkRecord.objects.values_list("persons_served", flat=True)) == [2]


def test_work_on_one_task_is_recorded_once_and_another_number_is_kept(
    town: Town, phone: Phone
) -> None:
    task = issue(town).pk
    unclaimed = work(phone, town, task, 7)
    assert phone.outcomes(unclaimed) == [("retry", "needs.not-claimed")]
    phone.push(of_task(phone, "needs.claim", task))
    differs = ("quarantined", "needs.finished-otherwise")
    assert phone.outcomes(unclaimed, work(phone, town, task, 50)) == [ACCEPTED, differs]
    assert phone.outcomes(work(phone, town, task, 70)) == [differs]
    finish = of_task(phone, "needs.finish", task, times=1, persons_served=9)
    assert phone.outcomes(finish) == [differs]
    without = [work(phone, town, None, 1), work(phone, town, None, 1)]
    assert phone.outcomes(*without) == [ACCEPTED] * 2


def test_what_is_quarantined_keeps_its_id_and_its_number(town: Town, phone: Phone) -> None:
    bad = phone.event("some.thing", {}, community=None)
    assert phone.outcomes(bad) == [("quarantined", "sync.unknown-kind")]
    same_id = own_check_in(phone, town, id=UUID(str(bad["id"])))
    same_number = own_check_in(phone, town, seq=1)
    assert phone.outcomes(same_id, same_number) == [OTHER, OTHER]
    assert phone.outcomes(bad, same_id) == [("quarantined", "sync.unknown-kind"), OTHER]
    row = Quarantined.objects.get(code="sync.unknown-kind")
    body = {"member": str(town.world.local)}
    mend(
        town.secretary,
        record=row.pk,
        kind="attendance.check-in",
        community=FENGLIN,
        body=body,
        occurred_at=clock.now(),
        reason="typed by hand",
        at=clock.now(),
    )
    assert CheckIn.objects.get().member == town.world.local


def test_one_record_under_two_numbers_leaves_no_gap(town: Town, phone: Phone) -> None:
    id = uuid7()
    body = {"member": str(town.world.local)}
    event = phone.event("attendance.check-in", body, community=FENGLIN, clock=5, id=id)
    again = phone.event("attendance.check-in", body, community=FENGLIN, clock=5, id=id)
    assert phone.outcomes(event) == [ACCEPTED]
    for _ in range(2):
        assert phone.outcomes(again) == [ALREADY]
    assert phone.push()[1]["whole_upto"] == 2
    assert Device.objects.get().held_upto == 2


@pytest.mark.parametrize("mending", [True, False])
def test_what_a_person_settles_is_not_taken_in_meanwhile(
    committed_world: World, mending: bool
) -> None:
    town = arrive(committed_world)
    phone, other = (phone_of(town.local, town.world.local) for _ in range(2))
    body = {"member": str(town.world.local)}
    leaving = phone.event("attendance.check-out", body, community=FENGLIN)
    assert phone.outcomes(leaving)[0][0] == "retry"
    other.push(own_check_in(other, town, at=clock.now() - timedelta(hours=3)))
    row = Quarantined.objects.get()
    begun = threading.Event()

    def settle() -> None:
        try:
            with transaction.atomic():
                if mending:
                    mend(
                        town.secretary,
                        record=row.pk,
                        kind="attendance.work",
                        community=FENGLIN,
                        body={**body, "work": "patrol", "times": 1, "persons_served": 3},
                        occurred_at=clock.now(),
                        reason="was work",
                        at=clock.now(),
                    )
                else:
                    dismiss(town.secretary, record=row.pk, reason="a trial", at=clock.now())
                begun.set()
                threading.Event().wait(0.5)
        finally:
            begun.set()
            connections.close_all()

    person = threading.Thread(target=settle)
    person.start()
    begun.wait()
    assert phone.outcomes(leaving)[0][0] == "already"
    person.join()
    row.refresh_from_db()
    assert row.state == (QuarantineState.MENDED if mending else QuarantineState.DISMISSED)
    assert row.settled_by == town.secretary.account
    assert not CheckOut.objects.exists()
    connection.close()
