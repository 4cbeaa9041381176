"""Wrong codes of people who are on record all the same: they settle themselves, days later."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.attendance.test_evidence import gate
from tests.attendance.town import Town
from tests.sync.phones import Phone, phone_of
from tests.world import FENGLIN
from xiachen.attendance.models.records import CheckIn
from xiachen.attendance.models.signing import SignInPlace
from xiachen.attendance.operations.check_ins import CheckInEntry, check_in, correct_check_in
from xiachen.attendance.operations.check_outs import CheckOutEntry, check_out
from xiachen.base import clock
from xiachen.base.errors import Forbidden
from xiachen.base.ids import uuid7
from xiachen.privacy.models import AuditEntry
from xiachen.sync.jobs import settle_slips
from xiachen.sync.models.receipts import Quarantined, QuarantineState
from xiachen.sync.operations import mending
from xiachen.sync.queries.quarantine import to_settle
from xiachen.sync.rules.occurred import milliseconds

WRONG = ("quarantined", "attendance.wrong-code")
DAY = timedelta(days=1)
IN, OUT = "attendance.check-in", "attendance.check-out"
MARCH = date(2020, 3, 2)


def on(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of the day of the slip (0), or of one before or after it."""
    return clock.on_day(MARCH + day * DAY, time(hour, minute))


SETTLED = on(2, 0)  # the day is over, and the longest wait too

Tell = Callable[[datetime], None]


@pytest.fixture
def tell(monkeypatch: pytest.MonkeyPatch) -> Tell:
    """Return how tests tell the time; it begins on the morning before the slip."""

    def it_is(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    it_is(on(-1, 7))
    return it_is


@pytest.fixture
def phone(town: Town, tell: Tell) -> Phone:
    return phone_of(town.local, town.world.local)


@pytest.fixture
def place(town: Town, tell: Tell) -> SignInPlace:
    return gate(town)


def sign(town: Town, kind: str, at: datetime) -> UUID:
    """Sign the person in or out by the leader's list, on the website."""
    id, given = uuid7(), {"community": FENGLIN, "member": town.world.local, "occurred_at": at}
    if kind == IN:
        (outcome,) = check_in(
            town.worker, entries=[CheckInEntry(id=id, **given)], at=max(at, clock.now())
        )
    else:
        (outcome,) = check_out(
            town.worker, entries=[CheckOutEntry(id=id, **given)], at=max(at, clock.now())
        )
    assert outcome.refusal is None, outcome.refusal
    return id


def mistype(
    town: Town, phone: Phone, place: SignInPlace, tell: Tell, kind: str, at: datetime, **told: Any
) -> dict[str, Any]:
    """Send a wrong code, at a time that is certain."""
    body = {
        "member": str(town.world.local),
        "method": "code",
        "place": str(place.pk),
        "code": "1234",
    }
    tell(at)
    told = {"contact": milliseconds(at), "steady": 0} | told
    event = phone.event(kind, body, community=FENGLIN, at=at, **told)
    assert phone.outcomes(event) == [WRONG]
    return event


def state() -> str:
    return Quarantined.objects.get().state


_EVENING = (OUT, on(0, 17))


@pytest.mark.parametrize(
    ("slip", "records", "reason"),
    [
        # By the list just after it, or before.
        ((IN, on(0, 8, 15)), [(IN, on(0, 8, 16)), _EVENING], "signed-in-otherwise"),
        ((IN, on(0, 8, 15)), [(IN, on(0, 8)), _EVENING], "signed-in-otherwise"),
        ((OUT, on(0, 17)), [(IN, on(0, 8)), (OUT, on(0, 17, 2))], "signed-out-otherwise"),
        ((OUT, on(0, 17)), [(IN, on(0, 8)), (OUT, on(0, 16, 50))], "signed-out-otherwise"),
        # At the end of a night.
        ((OUT, on(0, 6)), [(IN, on(-1, 20)), (OUT, on(0, 6, 5))], "signed-out-otherwise"),
        # A second stay of the day.
        (
            (IN, on(0, 13)),
            [(IN, on(0, 8)), (OUT, on(0, 12)), (IN, on(0, 13, 5)), _EVENING],
            "signed-in-otherwise",
        ),
    ],
)
def test_who_is_on_record_all_the_same_lost_nothing_by_a_wrong_code(
    town: Town,
    phone: Phone,
    place: SignInPlace,
    tell: Tell,
    slip: tuple[str, datetime],
    records: list[tuple[str, datetime]],
    reason: str,
) -> None:
    mistype(town, phone, place, tell, *slip)
    for kind, moment in records:
        sign(town, kind, moment)
    tell(SETTLED)
    settle_slips()
    row = Quarantined.objects.get()
    assert (row.state, row.reason) == (QuarantineState.DISMISSED, reason)


@pytest.mark.parametrize(
    ("slip", "records"),
    [
        ((IN, on(0, 8, 15)), []),
        ((OUT, on(0, 17)), []),
        # Yesterday's sign-in, without a sign-out or with today's, says nothing of this morning.
        ((IN, on(0, 8, 15)), [(IN, on(-1, 8, 30))]),
        ((IN, on(0, 8, 15)), [(IN, on(-1, 18)), _EVENING]),
        # Hours would be lost, or be too many.
        ((IN, on(0, 8, 15)), [(IN, on(0, 10, 15)), _EVENING]),
        ((IN, on(0, 13)), [(IN, on(0, 8)), (OUT, on(0, 12))]),
        ((IN, on(0, 13)), [(IN, on(0, 8)), (OUT, on(0, 12)), _EVENING]),
        ((OUT, on(0, 12)), [(IN, on(0, 8)), (IN, on(0, 13)), _EVENING]),
        ((OUT, on(0, 17)), [(IN, on(0, 8)), (OUT, on(0, 15))]),
        # Nobody knows how long the person stayed.
        ((IN, on(0, 8, 15)), [(IN, on(0, 8, 16))]),
        ((OUT, on(0, 17)), [(IN, on(0, 8))]),
        # The person was in time, and is on record as late.
        ((IN, on(0, 8, 25)), [(IN, on(0, 8, 35)), _EVENING]),
    ],
)
def test_whatever_else_is_left_to_a_person(
    town: Town,
    phone: Phone,
    place: SignInPlace,
    tell: Tell,
    slip: tuple[str, datetime],
    records: list[tuple[str, datetime]],
) -> None:
    mistype(town, phone, place, tell, *slip)
    for kind, moment in records:
        sign(town, kind, moment)
    tell(SETTLED + 5 * DAY)
    settle_slips()
    assert state() == QuarantineState.QUARANTINED


def test_it_settles_itself_only_once_the_day_is_settled(
    town: Town, phone: Phone, place: SignInPlace, tell: Tell
) -> None:
    event = mistype(town, phone, place, tell, IN, on(0, 8, 15))
    sign(town, IN, on(0, 8, 16))
    sign(town, *_EVENING)
    tell(SETTLED - timedelta(minutes=1))
    settle_slips()
    assert state() == QuarantineState.QUARANTINED
    assert to_settle(town.secretary, at=clock.now()).exists()
    tell(SETTLED)
    settle_slips()
    row = Quarantined.objects.get()
    assert row.state == QuarantineState.DISMISSED
    assert AuditEntry.objects.filter(action="sync.dismiss-record", targets__contains=[row.pk])
    assert not to_settle(town.secretary, at=clock.now()).exists()
    assert phone.push()[1]["settled"] == [str(event["id"])]
    assert phone.outcomes(event) == [("already", "attendance.wrong-code")]
    assert CheckIn.objects.count() == 1


def test_a_sign_in_that_is_taken_back_makes_nothing_good(
    town: Town, phone: Phone, place: SignInPlace, tell: Tell
) -> None:
    mistype(town, phone, place, tell, IN, on(0, 8, 15))
    wrong_line = sign(town, IN, on(0, 8, 14))
    sign(town, *_EVENING)
    settle_slips()
    tell(on(0, 18))
    correct_check_in(
        town.secretary,
        community=FENGLIN,
        check_in=wrong_line,
        occurred_at=None,
        at=clock.now(),
        reason="wrong line",
    )
    tell(SETTLED)
    settle_slips()
    assert state() == QuarantineState.QUARANTINED


def test_what_came_late_itself_waits_as_long_from_then(
    town: Town, phone: Phone, place: SignInPlace, tell: Tell
) -> None:
    moment = on(0, 8, 15)
    tell(on(1, 20))
    mistype(town, phone, place, lambda _at: None, IN, moment)
    sign(town, IN, on(0, 8, 16))
    sign(town, *_EVENING)
    tell(SETTLED)
    settle_slips()
    assert state() == QuarantineState.QUARANTINED
    tell(on(2, 20))
    settle_slips()
    assert state() == QuarantineState.DISMISSED


def test_a_time_that_is_not_certain_is_compared_by_a_person(
    town: Town, phone: Phone, place: SignInPlace, tell: Tell
) -> None:
    mistype(town, phone, place, tell, IN, on(0, 8, 15), steady=None)
    sign(town, IN, on(0, 8, 16))
    sign(town, *_EVENING)
    tell(SETTLED)
    settle_slips()
    assert state() == QuarantineState.QUARANTINED


def test_nothing_but_wrong_codes_settles_itself(town: Town, phone: Phone, tell: Tell) -> None:
    tell(on(0, 8, 15))
    told = {"contact": milliseconds(clock.now()), "steady": 0}
    phone.push(phone.event("attendance.fly", {}, community=FENGLIN, **told))
    sign(town, IN, on(0, 8))
    sign(town, *_EVENING)
    tell(SETTLED)
    settle_slips()
    assert state() == QuarantineState.QUARANTINED
    with pytest.raises(Forbidden):
        mending.dismiss_slips(town.secretary, records=[], at=clock.now())
