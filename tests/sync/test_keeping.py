"""How long is kept what phones sent, and that nothing is forgotten which a phone may repeat."""

from datetime import datetime, timedelta

import pytest
from django.db import ProgrammingError, transaction

from tests.attendance.town import Town
from tests.sync.phones import Phone, phone_of
from tests.sync.test_photos import Sending
from tests.sync.test_push import ACCEPTED, ALREADY, own_check_in
from tests.world import FENGLIN
from xiachen.attendance.models.records import CheckIn, CheckOut
from xiachen.attendance.rules.records import OtherContent
from xiachen.base import clock
from xiachen.base.errors import Forbidden
from xiachen.incidents.models import Incident
from xiachen.incidents.operations import IncidentClosed
from xiachen.needs.operations.catalogue import install_catalogue
from xiachen.papers.models.files import File
from xiachen.privacy.scope import system_scope
from xiachen.sync.jobs import forget_phones, keep_photos
from xiachen.sync.models.devices import Device, Invitation
from xiachen.sync.models.photos import Photo
from xiachen.sync.models.receipts import Quarantined, Receipt
from xiachen.sync.operations import forgetting
from xiachen.sync.operations.invitations import invite
from xiachen.sync.operations.mending import dismiss, mend
from xiachen.sync.operations.photos import forget_photos
from xiachen.sync.queries.records import record
from xiachen.sync.rules import photos as photo_rules
from xiachen.sync.rules.keeping import LONGEST_AWAY

DAY = timedelta(days=1)
LONG_AGO = ("quarantined", "sync.long-ago")


@pytest.fixture
def phone(town: Town) -> Phone:
    return phone_of(town.local, town.world.local)


def in_a_backup(phone: Phone, upto: int) -> None:
    Device.objects.filter(pk=phone.device).update(durable_upto=upto)


def forgotten(at: datetime) -> int:
    return forgetting.forget_receipts(system_scope(), at=at)


def later() -> datetime:
    return clock.now() + LONGEST_AWAY + DAY


def numbers() -> list[int]:
    return list(Receipt.objects.order_by("seq").values_list("seq", flat=True))


def test_receipts_are_forgotten_once_in_a_backup_and_after_the_longest_time_away(
    town: Town, phone: Phone
) -> None:
    events = [own_check_in(phone, town) for _ in range(3)]
    phone.push(*events)
    assert forgotten(later()) == 0
    in_a_backup(phone, 2)
    assert forgotten(clock.now() + LONGEST_AWAY - DAY) == 0
    assert forgotten(later()) == 1
    assert numbers() == [3]
    assert forgotten(later()) == 0
    assert Device.objects.get().forgotten_upto == 2
    assert phone.outcomes(events[2])[0][0] == "already"
    assert phone.push()[1]["whole_upto"] == 3


def test_a_repeat_of_what_was_forgotten_is_neither_lost_nor_doubled(
    town: Town, phone: Phone
) -> None:
    first = own_check_in(phone, town)
    fly = phone.event("attendance.fly", {}, community=FENGLIN)
    phone.push(first, fly)
    in_a_backup(phone, 2)
    assert forgotten(later()) == 1
    other = own_check_in(phone, town, seq=1)
    assert phone.outcomes(first, other) == [LONG_AGO, ("quarantined", "sync.other-content")]
    assert phone.outcomes(first) == [LONG_AGO]
    # What is kept for a person is no receipt, and stays.
    assert phone.outcomes(fly) == [("quarantined", "sync.unknown-kind")]
    assert CheckIn.objects.count() == 1
    # Whoever looks at it is shown what is on record, and loses and doubles nothing either way.
    row = Quarantined.objects.get(code="sync.long-ago")
    seen = record(town.secretary, id=row.pk)
    assert [one.taken_in for one in seen.others if one.occurred_at] == [True, False]
    with pytest.raises(OtherContent):
        mend(
            town.secretary,
            record=row.pk,
            kind=row.kind,
            community=FENGLIN,
            body={"member": str(town.world.local)},
            occurred_at=clock.now(),
            reason="was here",
            at=clock.now(),
        )
    assert CheckIn.objects.count() == 1


def test_what_waited_and_was_taken_in_stays_known(town: Town, phone: Phone) -> None:
    at = clock.now() - timedelta(hours=2)
    body = {"member": str(town.world.local)}
    leaving = phone.event("attendance.check-out", body, community=FENGLIN)
    phone.push(leaving)
    assert phone.outcomes(own_check_in(phone, town, at=at), leaving) == [ACCEPTED, ACCEPTED]
    in_a_backup(phone, 2)
    forgotten(later())
    assert phone.outcomes(leaving) == [ALREADY]
    assert CheckOut.objects.count() == 1


def test_a_younger_number_holds_back_all_after_it(
    town: Town, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, three = (own_check_in(phone, town) for _ in range(3))
    phone.push(one, three)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + 60 * DAY)
    phone.push(two)
    in_a_backup(phone, 3)
    assert forgotten(now + LONGEST_AWAY + DAY) == 1
    assert numbers() == [2, 3]


def test_nobody_rewrites_a_receipt(town: Town, phone: Phone) -> None:
    phone.push(own_check_in(phone, town))
    with pytest.raises(ProgrammingError), transaction.atomic():
        Receipt.objects.update(kind="something.else")


def closed(days: int) -> None:
    """Let the operation have been closed so many days ago, and no phone heard of since."""
    Incident.objects.update(closed_at=clock.now() - days * DAY)
    Device.objects.update(last_contact=clock.now() - days * DAY)


def test_after_the_longest_time_away_a_closed_operation_has_no_phones(
    town: Town, phone: Phone
) -> None:
    event = own_check_in(phone, town)
    phone.push(event, phone.event("attendance.fly", {}, community=FENGLIN))
    Sending(phone).send()
    dismiss(town.secretary, record=Quarantined.objects.get().pk, reason="a trial", at=clock.now())
    closed(LONGEST_AWAY.days - 1)
    forget_phones(0)
    assert Device.objects.count() == 1
    closed(LONGEST_AWAY.days + 1)
    forget_phones(0)
    for model in (Device, Invitation, Receipt, Quarantined, Photo):
        assert not model.objects.exists(), model
    assert CheckIn.objects.count() == 1
    assert phone.push(event)[0] == 401
    with pytest.raises(IncidentClosed):
        invite(town.local, members=[town.world.local], at=clock.now())


def test_a_phone_that_still_speaks_and_one_with_open_records_stay(town: Town, phone: Phone) -> None:
    open_one = phone_of(town.local, town.world.local)
    open_one.push(open_one.event("attendance.fly", {}, community=FENGLIN))
    closed(LONGEST_AWAY.days + 1)
    phone.push(own_check_in(phone, town))
    forget_phones(0)
    assert Device.objects.count() == 2
    assert Receipt.objects.count() == Quarantined.objects.count() == 1


def test_links_are_forgotten_when_long_over(town: Town, phone: Phone) -> None:
    invite(town.local, members=[town.world.local], at=clock.now())
    assert Invitation.objects.count() == 2
    scope = system_scope()
    assert forgetting.forget_invitations(scope, at=clock.now() + LONGEST_AWAY) == 0
    assert forgetting.forget_invitations(scope, at=clock.now() + LONGEST_AWAY + 4 * DAY) == 2
    assert Device.objects.count() == 1


def test_only_the_house_itself_forgets(town: Town) -> None:
    for operation in (
        forgetting.forget_receipts,
        forgetting.forget_phones,
        forgetting.forget_invitations,
    ):
        with pytest.raises(Forbidden):
            operation(town.headquarters, at=clock.now())


def test_a_photo_waits_for_its_record_as_long_as_somebody_looks_at_it(
    town: Town, phone: Phone
) -> None:
    sending = Sending(phone)
    sending.send()
    phone.push(phone.event("attendance.work", {"photo": str(sending.id)}, community=FENGLIN))
    at = clock.now() + photo_rules.WITHOUT_RECORD_KEPT + DAY
    assert forget_photos(system_scope(), at=at) == 0
    dismiss(town.secretary, record=Quarantined.objects.get().pk, reason="a trial", at=clock.now())
    assert forget_photos(system_scope(), at=at) == 1


def test_a_photo_sent_once_more_after_all_is_the_one_that_is_kept(town: Town, phone: Phone) -> None:
    install_catalogue()
    first, second = Sending(phone), Sending(phone)
    first.send()
    assert phone.outcomes(first.record()) == [ACCEPTED]
    keep_photos()
    forget_photos(system_scope(), at=clock.now() + photo_rules.WITHOUT_RECORD_KEPT + DAY)
    first.send()
    second.send()
    assert phone.outcomes(second.record()) == [ACCEPTED]
    keep_photos()
    assert File.objects.count() == 2
    assert not Photo.objects.filter(kept_at=None).exists()
