"""Pushing: what becomes of each event, and that nothing is taken in twice or lost."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from tests.attendance.town import Town
from tests.sync.phones import Phone, now, phone_of
from tests.world import FENGLIN, SENT, ZISONG
from xiachen.attendance.models.records import CheckIn, CheckOut, WorkRecord
from xiachen.base import clock
from xiachen.base.ids import uuid7
from xiachen.base.models import Counter
from xiachen.needs.operations.catalogue import install_catalogue
from xiachen.people.models.accounts import Grant
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role
from xiachen.sync.api import asking
from xiachen.sync.api.pacing import Pace
from xiachen.sync.kinds import KINDS
from xiachen.sync.models.devices import Device
from xiachen.sync.models.receipts import Quarantined, QuarantineState, Receipt
from xiachen.sync.operations import pushing
from xiachen.sync.operations.items import Passing

ACCEPTED, ALREADY = ("accepted", ""), ("already", "")


@pytest.fixture
def phone(town: Town) -> Phone:
    return phone_of(town.local, town.world.local)


def own_check_in(phone: Phone, town: Town, **given: object) -> dict[str, object]:
    body = {"member": str(town.world.local), "method": "self", "near": "near"}
    return phone.event("attendance.check-in", body, **{"community": FENGLIN, **given})  # type: ignore[arg-type]


def test_an_event_becomes_a_record_with_its_receipt_and_audit(town: Town, phone: Phone) -> None:
    event = own_check_in(phone, town, at=clock.now() - timedelta(minutes=20))
    status, told = phone.push(event)
    assert status == 200
    assert told["outcomes"] == [{"id": event["id"], "outcome": "accepted", "code": "", "words": ""}]
    assert (told["whole_upto"], told["durable_upto"], told["settled"]) == (1, 0, [])
    assert told["epoch"] == phone.enrolled["epoch"]
    row = CheckIn.objects.get()
    assert str(row.pk) == event["id"]
    assert row.member == town.world.local
    assert timedelta(minutes=19) < clock.now() - row.occurred_at < timedelta(minutes=21)
    receipt = Receipt.objects.get()
    assert (receipt.seq, receipt.kind) == (1, "attendance.check-in")
    assert AuditEntry.objects.filter(action="attendance.check-in").count() == 1
    assert phone.response["Cache-Control"] == "no-store"


def test_a_note_comes_with_the_work_and_another_note_is_other_content(
    town: Town, phone: Phone
) -> None:
    install_catalogue()
    body = {"member": str(town.world.local), "work": "patrol", "times": 1, "persons_served": 2}
    said = phone.event("attendance.work", {**body, "note": "南门的围挡松了"}, community=FENGLIN)
    assert phone.outcomes(said) == [ACCEPTED]
    assert WorkRecord.objects.get().note == "南门的围挡松了"
    changed = phone.event(
        "attendance.work",
        {**body, "note": "北门的围挡松了"},
        community=FENGLIN,
        id=UUID(str(said["id"])),
        seq=phone.seq,
    )
    assert phone.outcomes(changed) == [("quarantined", "sync.other-content")]
    assert WorkRecord.objects.get().note == "南门的围挡松了"


def test_what_is_sent_again_is_known(town: Town, phone: Phone) -> None:
    event = own_check_in(phone, town)
    assert phone.outcomes(event) == [ACCEPTED]
    assert phone.outcomes(event, event) == [ALREADY, ALREADY]
    assert phone.outcomes() == []
    assert CheckIn.objects.count() == Receipt.objects.count() == 1


def test_two_of_the_same_in_one_batch_are_taken_in_once(town: Town, phone: Phone) -> None:
    event = own_check_in(phone, town)
    assert phone.outcomes(event, event) == [ACCEPTED, ALREADY]


def test_the_same_id_or_number_with_other_content_is_kept_beside(town: Town, phone: Phone) -> None:
    first = own_check_in(phone, town, at=clock.now() - timedelta(hours=1))
    assert phone.outcomes(first) == [ACCEPTED]
    same_id = own_check_in(phone, town, id=UUID(str(first["id"])))
    same_number = own_check_in(phone, town, seq=1)
    other = ("quarantined", "sync.other-content")
    assert phone.outcomes(same_id, same_number) == [other, other]
    assert phone.outcomes(same_id, same_number) == [other, other]
    assert Quarantined.objects.count() == 2
    assert CheckIn.objects.count() == 1


def test_signing_out_waits_for_the_sign_in_of_another_phone(town: Town, phone: Phone) -> None:
    arrived = clock.now() - timedelta(hours=3)
    leaving = phone.event(
        "attendance.check-out", {"member": str(town.world.local)}, community=FENGLIN
    )
    _, told = phone.push(leaving)
    (outcome,) = told["outcomes"]
    assert (outcome["outcome"], outcome["code"]) == ("retry", "attendance.not-signed-in")
    assert outcome["after"] >= 60
    assert told["whole_upto"] == 1
    other = phone_of(town.local, town.world.local)
    assert other.outcomes(own_check_in(other, town, at=arrived)) == [ACCEPTED]
    assert phone.outcomes(leaving) == [ACCEPTED]
    assert CheckOut.objects.count() == 1
    assert Quarantined.objects.get().state == QuarantineState.TAKEN_IN
    assert phone.outcomes(leaving) == [ALREADY]


def test_after_a_day_of_waiting_a_person_looks(
    town: Town, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaving = phone.event(
        "attendance.check-out", {"member": str(town.world.local)}, community=FENGLIN
    )
    assert phone.outcomes(leaving)[0][0] == "retry"
    later = clock.now() + timedelta(hours=25)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert phone.outcomes(leaving) == [("quarantined", "attendance.not-signed-in")]
    assert phone.outcomes(leaving) == [("quarantined", "attendance.not-signed-in")]
    assert Quarantined.objects.get().state == QuarantineState.QUARANTINED


def test_coming_and_leaving_arrive_in_any_order(town: Town, phone: Phone) -> None:
    leaving = phone.event(
        "attendance.check-out", {"member": str(town.world.local)}, community=FENGLIN
    )
    coming = own_check_in(phone, town, at=clock.now() - timedelta(hours=3))
    assert phone.outcomes(leaving, coming) == [ACCEPTED, ACCEPTED]


def test_poison_leaves_the_others_alone(town: Town, phone: Phone) -> None:
    good = own_check_in(phone, town)
    unknown = phone.event("attendance.levitate", {}, community=FENGLIN)
    bodiless = phone.event("attendance.check-in", {}, community=FENGLIN)
    phone.seq += 1
    no_json = phone.sealed(b"{", id=uuid7(), seq=phone.seq)
    shut = own_check_in(phone, town)
    shut["seq"] = 100
    nul = phone.event(
        "needs.finish",
        {"task": str(uuid7()), "times": 1, "persons_served": 0, "note": "\0"},
        community=FENGLIN,
    )
    strange: list[object] = [None, 7, {"id": "x"}, {"id": str(uuid7()), "seq": 2**70}]
    outcomes = phone.outcomes(unknown, bodiless, no_json, shut, nul, *strange, good)
    unreadable = ("quarantined", "sync.unreadable-item")
    assert outcomes == [
        ("quarantined", "sync.unknown-kind"),
        unreadable,
        unreadable,
        ("quarantined", "sync.seal"),
        unreadable,
        *[unreadable] * 4,
        ACCEPTED,
    ]
    assert Quarantined.objects.count() == 9
    assert CheckIn.objects.count() == 1


def test_a_place_outside_the_reach_is_kept_for_a_person(town: Town, phone: Phone) -> None:
    stranger = {"member": str(town.world.members[SENT[2]]), "method": "list"}
    elsewhere = phone.event("attendance.check-in", stranger, community=ZISONG)
    assert phone.outcomes(elsewhere) == [("quarantined", "sync.outside")]
    assert not CheckIn.objects.exists()


def test_numbers_without_gap_and_the_gap_that_closes(town: Town, phone: Phone) -> None:
    events = [phone.event("unknown.kind", {"n": n}, community=None) for n in range(6)]
    assert phone.push(events[0])[1]["whole_upto"] == 1
    assert phone.push(events[4], events[3])[1]["whole_upto"] == 1
    assert phone.push(events[1])[1]["whole_upto"] == 2
    assert phone.push(events[2])[1]["whole_upto"] == 5
    assert phone.push(last=9)[1]["whole_upto"] == 5
    row = Device.objects.get()
    assert (row.last_reported, row.held_upto, row.whole_upto) == (9, 5, 5)


def test_a_revoked_phone_hands_over_what_it_has_and_a_person_looks(
    town: Town, phone: Phone
) -> None:
    Device.objects.update(revoked_at=clock.now(), revoked_by=uuid7())
    assert phone.outcomes(own_check_in(phone, town)) == [("quarantined", "sync.revoked")]
    assert Quarantined.objects.count() == 1


class TestWholeRequests:
    def test_a_wrong_stamp_is_told_the_time(self, town: Town, phone: Phone) -> None:
        year = 365 * 24 * 3600 * 1000
        status, told = phone.ask("push", phone.frame([]), stamp=now() - year)
        assert (status, told["code"]) == (401, "sync.stamp")
        assert abs(told["time"] - now()) < 5000
        assert phone.ask("push", phone.frame([]), stamp=told["time"])[0] == 200

    def test_a_forged_device_stores_nothing(self, town: Town, phone: Phone) -> None:
        forged = Phone(device=phone.device, sealer=phone.sealer, enrolled=phone.enrolled)
        status, told = forged.push(own_check_in(forged, town))
        assert (status, told["code"]) == (401, "sync.bad-signature")
        nobody = Phone(sealer=phone.sealer, enrolled=phone.enrolled)
        status, told = nobody.push(own_check_in(nobody, town))
        assert (status, told["code"]) == (401, "sync.unknown-device")
        assert not Receipt.objects.exists() and not Quarantined.objects.exists()

    @pytest.mark.parametrize("body", [b'{"app":"1.0.0","ev', b"[]", b"\xff\xfe", b"[" * 90000])
    def test_truncated_json_is_told(self, phone: Phone, body: bytes) -> None:
        status, told = phone.ask("push", body)
        assert (status, told["code"]) == (400, "sync.unreadable")

    def test_too_much_is_told(self, phone: Phone) -> None:
        status, told = phone.ask("push", b"x" * 10_000_000)
        assert (status, told["code"]) == (413, "sync.too-large")
        assert phone.push(*[{}] * 201)[1]["code"] == "sync.too-large"

    def test_an_old_protocol_and_a_place_that_is_not_there(self, phone: Phone) -> None:
        response = phone.client.post("/sync/v0/push", data=b"{}", content_type="application/json")
        assert response.status_code == 426
        assert json.loads(response.content)["code"] == "sync.old-app"
        response = phone.client.post("/sync/v1/nowhere", data=b"", content_type="text/plain")
        assert response.status_code == 404

    def test_one_phone_that_asks_without_end_waits(
        self, town: Town, phone: Phone, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = phone_of(town.local, town.world.local)
        monkeypatch.setattr(asking, "_PACE", Pace(a_second=0.001, at_once=3))
        assert [phone.push()[0] for _ in range(4)] == [200, 200, 200, 429]
        assert phone.push()[1]["code"] == "sync.too-fast"
        assert int(phone.response["Retry-After"]) > 0
        assert other.push()[0] == 200
        forged = Phone(device=other.device, sealer=phone.sealer, enrolled=phone.enrolled)
        assert [forged.push()[0] for _ in range(4)] == [401] * 4
        assert other.push()[0] == 200

    def test_one_phone_that_brings_records_without_end_waits_and_loses_none(
        self, town: Town, phone: Phone, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(asking, "_PACE", Pace(a_second=0.001, at_once=6))
        first = [own_check_in(phone, town) for _ in range(30)]
        rest = [own_check_in(phone, town) for _ in range(30)]
        assert phone.push(*first)[0] == 200
        status, told = phone.push(*rest)
        assert (status, told["code"]) == (429, "sync.too-fast")
        assert Receipt.objects.count() == 30
        assert phone.push()[0] == 200
        monkeypatch.setattr(asking, "_PACE", Pace())
        assert phone.push(*rest)[0] == 200
        assert Receipt.objects.count() == 60


def test_what_the_server_stumbles_over_stops_nobody(
    town: Town, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    came = clock.now()
    good = own_check_in(phone, town, at=came)
    bad = phone.event("some.thing", {}, community=None)

    def stumbling(scope: object, *, one: Passing, **given: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(pushing, "keep", stumbling)
    outcomes = phone.outcomes(bad, good, own_check_in(phone, town, at=came))
    assert outcomes == [
        ("retry", "sync.not-taken-in"),
        ACCEPTED,
        ("already", "attendance.signed-in-already"),
    ]
    monkeypatch.undo()
    assert phone.outcomes(bad) == [("quarantined", "sync.unknown-kind")]


def test_a_defect_of_an_operation_quarantines_the_one_event(
    town: Town, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison = str(town.world.local)
    leave = phone.event("attendance.health", {"member": poison, "well": True}, community=FENGLIN)
    good = own_check_in(phone, town)

    def failing(*_: object) -> list[object]:
        raise ZeroDivisionError

    broken = replace(KINDS["attendance.health"], settle=failing)
    monkeypatch.setitem(KINDS, "attendance.health", broken)  # type: ignore[arg-type]
    assert phone.outcomes(leave, good) == [("quarantined", "sync.not-taken-in"), ACCEPTED]


@pytest.mark.parametrize("kind", ["a\0b", "登", "", "x" * 41, 7, None])
def test_no_name_of_a_kind_harms_anybody(town: Town, phone: Phone, kind: object) -> None:
    event = phone.event(kind, {}, community=None)  # type: ignore[arg-type]
    assert phone.outcomes(event) == [("quarantined", "sync.unreadable-item")]
    assert phone.outcomes(app="\ud800\0" * 30) == []


def test_a_community_that_there_is_none_of_gets_no_counter(town: Town, phone: Phone) -> None:
    event = own_check_in(phone, town, community=999_999_999_999)
    assert phone.outcomes(event)[0][0] == "quarantined"
    assert not Counter.objects.filter(community_id=999_999_999_999).exists()


def test_late_work_of_somebody_who_has_left_is_taken_in(town: Town, phone: Phone) -> None:
    enrolled = Device.objects.get()
    days = timedelta(days=5)
    Device.objects.update(enrolled_at=enrolled.enrolled_at - days)
    asking._KNOWN.clear()
    today = clock.local_day(clock.now())
    Grant.objects.filter(account=town.world.accounts[Role.MEMBER]).update(
        to_day=today - timedelta(days=2)
    )
    late = own_check_in(phone, town, at=clock.now() - timedelta(days=3))
    now_over = own_check_in(phone, town)
    assert phone.outcomes(late, now_over) == [ACCEPTED, ("quarantined", "sync.outside")]
