"""Records that could not be taken in, settled by a person; and phones struck off."""

import json
from datetime import timedelta

import pytest

from tests.attendance.town import Town
from tests.sync.phones import Phone, phone_of
from tests.sync.test_push import own_check_in
from tests.world import FENGLIN, SENT, ZISONG
from xiachen.attendance.models.records import CheckIn
from xiachen.base import clock
from xiachen.base.errors import Forbidden, NotFound
from xiachen.privacy.models import AuditEntry
from xiachen.sync.models.receipts import Quarantined, QuarantineState
from xiachen.sync.operations.devices import revoke
from xiachen.sync.operations.mending import dismiss, mend
from xiachen.sync.queries.devices import devices_reached, missing
from xiachen.sync.queries.quarantine import to_settle, written
from xiachen.sync.rules.settling import ReasonMissing, SettledAlready


@pytest.fixture
def phone(town: Town) -> Phone:
    return phone_of(town.local, town.world.local)


@pytest.fixture
def record(town: Town, phone: Phone) -> Quarantined:
    stranger = {"member": str(town.world.members[SENT[2]]), "method": "list"}
    event = phone.event("attendance.check-in", stranger, community=ZISONG)
    assert phone.outcomes(event) == [("quarantined", "sync.outside")]
    return Quarantined.objects.get()


def test_a_person_sees_it_as_it_was_written_and_mends_it(
    town: Town, phone: Phone, record: Quarantined
) -> None:
    assert list(to_settle(town.secretary, at=clock.now())) == [record]
    content = json.loads(written(town.secretary, record))
    assert content["community"] == ZISONG
    assert str(town.world.members[SENT[2]]).encode() not in bytes(record.sealed)
    assert record.occurred_at is not None
    settled = mend(
        town.secretary,
        record=record.pk,
        kind=content["kind"],
        community=FENGLIN,
        body=content["body"],
        occurred_at=record.occurred_at,
        reason="wrong community chosen",
        at=clock.now(),
    )
    assert settled.state == QuarantineState.MENDED
    row = CheckIn.objects.get()
    assert (row.community_id, row.pk) == (FENGLIN, record.event)
    assert row.recorded_by == town.secretary.account
    assert AuditEntry.objects.filter(action="sync.mend-record", reason__contains="wrong").exists()
    _, told = phone.push()
    assert told["settled"] == [str(record.event)]
    assert not to_settle(town.secretary, at=clock.now()).exists()
    with pytest.raises(SettledAlready):
        dismiss(town.secretary, record=record.pk, reason="late", at=clock.now())


def test_dismissed_with_a_reason_and_never_recorded(
    town: Town, phone: Phone, record: Quarantined
) -> None:
    with pytest.raises(ReasonMissing):
        dismiss(town.secretary, record=record.pk, reason=" ", at=clock.now())
    dismiss(town.secretary, record=record.pk, reason="was a trial", at=clock.now())
    assert phone.push()[1]["settled"] == [str(record.event)]
    assert not CheckIn.objects.exists()


def test_a_refused_mending_changes_nothing(town: Town, record: Quarantined) -> None:
    with pytest.raises(Forbidden):
        mend(
            town.secretary,
            record=record.pk,
            kind=record.kind,
            community=ZISONG,
            body={"member": str(town.world.members[SENT[2]])},
            occurred_at=clock.now(),
            reason="try",
            at=clock.now(),
        )
    record.refresh_from_db()
    assert record.state == QuarantineState.QUARANTINED


def test_nobody_next_door_sees_or_settles_it(town: Town, record: Quarantined) -> None:
    assert not to_settle(town.outsider, at=clock.now()).exists()
    assert not devices_reached(town.outsider).exists()
    with pytest.raises(NotFound):
        dismiss(town.outsider, record=record.pk, reason="mine", at=clock.now())
    with pytest.raises(NotFound):
        revoke(town.outsider, device=record.device_id, reason="mine", at=clock.now())
    with pytest.raises(Forbidden):
        to_settle(town.local, at=clock.now())


def test_what_waited_for_a_day_is_shown(town: Town, phone: Phone) -> None:
    body = {"member": str(town.world.local)}
    phone.outcomes(phone.event("attendance.check-out", body, community=FENGLIN))
    assert not to_settle(town.secretary, at=clock.now()).exists()
    assert to_settle(town.secretary, at=clock.now() + timedelta(hours=25)).count() == 1


def test_a_lost_phone_is_struck_off_and_what_is_missing_of_it_is_known(
    town: Town, phone: Phone
) -> None:
    first, _, third = (own_check_in(phone, town) for _ in range(3))
    phone.push(first, third, last=7)
    device = devices_reached(town.secretary).get()
    assert missing(town.secretary, [device.pk]) == {device.pk: 5}
    with pytest.raises(ReasonMissing):
        revoke(town.secretary, device=device.pk, reason="", at=clock.now())
    revoke(town.secretary, device=device.pk, reason="lost in a taxi", at=clock.now())
    assert phone.outcomes(own_check_in(phone, town)) == [("quarantined", "sync.revoked")]
    assert phone.outcomes(first) == [("already", "")]
