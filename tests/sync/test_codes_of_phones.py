"""Codes that phones send of earlier days: for which days they count, and how well."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from tests.attendance.test_evidence import gate
from tests.attendance.town import Town
from tests.sync.phones import Phone, phone_of
from tests.world import FENGLIN
from xiachen.attendance.models.records import CheckIn, CodeUse
from xiachen.attendance.models.signing import SignInPlace
from xiachen.attendance.rules import codes
from xiachen.base import clock
from xiachen.people.models.accounts import Grant
from xiachen.sync.models.devices import Device

ACCEPTED = ("accepted", "")
DAY = timedelta(days=1)


@pytest.fixture
def phone(town: Town) -> Phone:
    return phone_of(town.local, town.world.local)


@pytest.fixture
def place(town: Town) -> SignInPlace:
    return gate(town)


def enrolled(phone: Phone, at: datetime) -> None:
    Device.objects.filter(pk=phone.device).update(enrolled_at=at)


def at_noon(back: int) -> datetime:
    """Return noon of some days ago."""
    return clock.midnight(clock.local_day(clock.now()) - back * DAY) + timedelta(hours=12)


def scanned(phone: Phone, member: UUID, place: SignInPlace, moment: datetime) -> dict[str, object]:
    """A sign-in by a moment's code, of which the phone cannot tell when it was."""
    code = codes.code_at(codes.secret_of_day(place.opened(), clock.local_day(moment)), moment)
    body = {"member": str(member), "method": "code", "place": str(place.pk), "code": code}
    return phone.event("attendance.check-in", body, community=FENGLIN)


def test_a_code_of_before_the_enrolment_is_kept_for_a_person(
    town: Town, phone: Phone, place: SignInPlace
) -> None:
    event = scanned(phone, town.world.local, place, at_noon(2))
    assert phone.outcomes(event) == [("quarantined", "attendance.other-days-code")]
    assert not CheckIn.objects.exists()
    assert not CodeUse.objects.exists()


def test_a_code_of_an_earlier_day_counts_for_it_and_is_marked(
    town: Town, phone: Phone, place: SignInPlace
) -> None:
    enrolled(phone, at_noon(3))
    assert phone.outcomes(scanned(phone, town.world.local, place, at_noon(2))) == [ACCEPTED]
    row = CheckIn.objects.get()
    assert (row.occurred_at, row.method, row.doubtful) == (at_noon(2), "code", True)


def test_the_role_of_the_codes_day_counts(town: Town, phone: Phone, place: SignInPlace) -> None:
    enrolled(phone, at_noon(3))
    account = Device.objects.get(pk=phone.device).account
    today = clock.local_day(clock.now())
    Grant.objects.filter(account=account).update(from_day=today - DAY, to_day=None)
    events = [scanned(phone, town.world.local, place, at_noon(back)) for back in (2, 1)]
    assert phone.outcomes(*events) == [("quarantined", "sync.outside"), ACCEPTED]
    assert CheckIn.objects.get().occurred_at == at_noon(1)
    assert CodeUse.objects.count() == 1


def test_a_contact_of_before_the_enrolment_makes_no_time_certain(town: Town, phone: Phone) -> None:
    contact = int((clock.now() - timedelta(hours=20)).timestamp() * 1000)
    body = {"member": str(town.world.local), "method": "self", "near": "near"}
    event = phone.event(
        "attendance.check-in", body, community=FENGLIN, contact=contact, steady=60_000
    )
    assert phone.outcomes(event) == [ACCEPTED]
    assert clock.now() - CheckIn.objects.get().occurred_at < timedelta(minutes=1)
