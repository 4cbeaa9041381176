"""Coming and leaving more than once a day: every record is kept, and no order matters."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction

from tests.attendance.town import EVENING, Town, clock_at, entry
from tests.world import DAY, FENGLIN, ZISONG
from xiachen.attendance.figures import days as figures
from xiachen.attendance.figures import hours as hour_figures
from xiachen.attendance.models.records import CheckIn, CheckOut
from xiachen.attendance.operations.check_ins import CheckInEntry, check_in
from xiachen.attendance.operations.check_outs import CheckOutEntry, check_out
from xiachen.attendance.queries.boards import board
from xiachen.attendance.queries.duty import timed
from xiachen.attendance.queries.funnels import funnel
from xiachen.attendance.queries.health import standings
from xiachen.attendance.queries.hours import hours_of
from xiachen.attendance.queries.ledgers import ledger
from xiachen.attendance.queries.records import end_of
from xiachen.attendance.queries.stays import stays_on
from xiachen.attendance.rules import duty
from xiachen.attendance.rules import records as rules
from xiachen.attendance.rules.stays import stays
from xiachen.base.errors import Outcome
from xiachen.base.ids import uuid7
from xiachen.base.models import Counter
from xiachen.figures.queries import rolled, verify_rollups
from xiachen.privacy.models import AuditEntry

NEXT = DAY + timedelta(days=1)
MUCH_LATER = EVENING + timedelta(days=2)
AnyEntry = CheckInEntry | CheckOutEntry


def come(town: Town, *times: datetime) -> list[Outcome]:
    entries = [entry(town.world.local, one) for one in times]
    return check_in(town.worker, entries=entries, at=MUCH_LATER)


def out(town: Town, time: datetime, *, community: int = FENGLIN) -> CheckOutEntry:
    return CheckOutEntry(id=uuid7(), community=community, member=town.world.local, occurred_at=time)


def leave(town: Town, *times: datetime) -> list[Outcome]:
    entries = [out(town, one) for one in times]
    return check_out(town.worker, entries=entries, at=MUCH_LATER)


def minutes(town: Town, day: date = DAY) -> int:
    member = town.world.local
    found = hours_of(town.secretary, members=[member], first=day, last=day)
    (one,) = found[member]
    return one.minutes


def signed_in(town: Town) -> dict[int, int]:
    """The roll-up of the day's sign-ins, which must be what the rows say."""
    system = town.world.system
    assert (
        verify_rollups(system, incident=town.incident, figures=figures.FIGURES, days=[DAY, NEXT])
        == []
    )
    return rolled(town.secretary, incident=town.incident, figure="attendance.signed-in", day=DAY)


def a_long_day(town: Town) -> list[AnyEntry]:
    """Two who note the same coming, a break, two who note the same leaving, and a night."""
    member = town.world.local
    night = clock_at(1, 0) + timedelta(days=1)
    return [
        *(
            entry(member, time)
            for time in (clock_at(8, 5), clock_at(8, 40), clock_at(14, 0), clock_at(20, 0))
        ),
        *(out(town, time) for time in (clock_at(12, 0), clock_at(18, 0), clock_at(18, 2), night)),
        entry(member, clock_at(9, 0) + timedelta(days=1)),
    ]


def offer(town: Town, waiting: Sequence[AnyEntry], chance: random.Random) -> None:
    """Record entries in lists of any length and order; offer again what waits, as phones do."""
    while waiting:
        lot, rest = waiting[: chance.randint(1, 4)], []
        waiting = waiting[len(lot) :]
        for record, kind in ((check_in, CheckInEntry), (check_out, CheckOutEntry)):
            asked = [one for one in lot if isinstance(one, kind)]
            chance.shuffle(asked)
            outcomes = record(town.worker, entries=asked, at=MUCH_LATER)  # type: ignore[operator]
            for one, outcome in zip(asked, outcomes, strict=True):
                assert outcome.new or isinstance(
                    outcome.refusal, duty.NotSignedIn | duty.BeforeSignIn
                )
                rest += [] if outcome.new else [one]
        waiting = [*waiting, *rest]


def everything(town: Town) -> dict[str, object]:
    """What pages, phones and bulletins say."""
    scope, member = town.secretary, town.world.local
    cutoffs = [end_of(scope, day) for day in (DAY, NEXT)]
    found = {
        (one.code, cutoff.day): one.value(scope, cutoff)
        for one in (*figures.FIGURES, *hour_figures.FIGURES)
        for cutoff in cutoffs
    }
    page = ledger(scope, member=member, day=NEXT, number=1)
    told = funnel(scope, incident=town.incident, day=DAY)
    return {
        "figures": found,
        "rolled": signed_in(town),
        "ledger": [(one.time, [(s.came, s.left) for s in one.stays]) for one in page.days],
        "total": page.time,
        "funnel": (told.present, told.on_time, [line.minutes_late for line in told.late]),
        "standing": standings(scope, members=[member], day=DAY),
        "spent": list(timed(scope, cutoffs[0]).values_list("spent", flat=True)),
    }


@contextmanager
def undone() -> Iterator[None]:
    """Take back what is recorded within."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_no_order_of_arrival_changes_anything(town: Town) -> None:
    entries, chance = a_long_day(town), random.Random(7)
    with undone():
        offer(town, entries, chance)
        said = everything(town)
    assert said["rolled"] == {FENGLIN: 1}
    assert said["ledger"] == [
        ("0:00", [(clock_at(9, 0) + timedelta(days=1), None)]),
        (
            "12:57",
            [
                (clock_at(8, 5), clock_at(12, 0)),
                (clock_at(14, 0), clock_at(18, 2)),
                (clock_at(20, 0), clock_at(1, 0) + timedelta(days=1)),
            ],
        ),
    ]
    assert said["funnel"] == (1, 1, [])
    for _turn in range(20):
        chance.shuffle(entries)
        with undone():
            offer(town, entries, chance)
            assert everything(town) == said


def test_every_record_is_kept_and_changes_no_row(town: Town) -> None:
    first = entry(town.world.local, clock_at(8, 40))
    check_in(town.worker, entries=[first], at=EVENING)
    kept = CheckIn.objects.values().get()
    earlier = entry(town.world.local, clock_at(8, 5))
    (outcome,) = check_in(town.worker, entries=[earlier], at=EVENING)
    assert outcome.new
    assert CheckIn.objects.values().get(pk=first.id) == kept
    assert CheckIn.objects.standing().count() == 2
    noted = AuditEntry.objects.filter(action="attendance.check-in").latest("pk")
    assert (set(noted.targets), noted.subject) == ({earlier.id}, town.world.local)
    # Both are known, whenever they come again.
    again = check_in(town.worker, entries=[first, earlier], at=EVENING)
    assert all(one.already for one in again)


def test_the_same_moment_is_known(town: Town) -> None:
    come(town, clock_at(8, 5), clock_at(9, 0))
    for time in (clock_at(8, 5), clock_at(9, 0)):
        (outcome,) = come(town, time)
        assert isinstance(outcome.refusal, rules.SignedInAlready)
    assert all(one.new for one in leave(town, clock_at(12, 0)))
    (outcome,) = leave(town, clock_at(12, 0))
    assert isinstance(outcome.refusal, duty.SignedOutAlready)
    assert (CheckIn.objects.count(), CheckOut.objects.count()) == (2, 1)
    one, two = come(town, clock_at(14, 0), clock_at(14, 0))
    assert one.new and isinstance(two.refusal, rules.SignedInAlready)


def test_coming_back_makes_nobody_late_and_counts_nobody_twice(town: Town) -> None:
    come(town, clock_at(8, 5))
    leave(town, clock_at(12, 0))
    before = everything(town)
    come(town, clock_at(14, 0))
    leave(town, clock_at(18, 0))
    after = everything(town)
    assert after["funnel"] == before["funnel"] == (1, 1, [])
    counted = {
        key: value
        for key, value in after["figures"].items()  # type: ignore[attr-defined]
        if value != before["figures"][key]  # type: ignore[index]
    }
    # Of all figures only those of time know of it; two days are looked at.
    assert {code for code, _day in counted} == {
        hour_figures.AVERAGE_HOURS.code,
        hour_figures.HOURS.code,
    }
    assert minutes(town) == 7 * 60 + 55


def test_a_day_says_how_many_stays_lie_between_its_ends(town: Town) -> None:
    def told() -> tuple[int, bool]:
        found = hours_of(town.secretary, members=[town.world.local], first=DAY, last=DAY)
        (day,) = found[town.world.local]
        return day.stays, day.no_sign_out

    come(town, clock_at(8, 5), clock_at(14, 0))
    assert told() == (1, True)
    leave(town, clock_at(12, 0))
    assert told() == (2, True)
    leave(town, clock_at(18, 0))
    assert told() == (2, False)


def test_the_board_shows_each_stay(town: Town) -> None:
    come(town, clock_at(8, 31), clock_at(14, 0))
    leave(town, clock_at(12, 0))
    page = board(town.secretary, day=DAY, community=FENGLIN)
    (person,) = [one for one in page.people if one.member == town.world.local]
    assert [(one.check_in.occurred_at, bool(one.hours)) for one in person.stays] == [
        (clock_at(8, 31), True),
        (clock_at(14, 0), False),
    ]
    assert person.sign_in is not None and person.sign_in.minutes_late == 1
    assert person in page.staying and person not in page.gone
    leave(town, clock_at(18, 0))
    page = board(town.secretary, day=DAY, community=FENGLIN)
    assert [one.member for one in page.gone] == [town.world.local]


def test_a_bulletin_of_before_still_reads_the_day_as_it_was(town: Town) -> None:
    come(town, clock_at(8, 5))
    leave(town, clock_at(18, 0))
    marks = dict(Counter.objects.values_list("community_id", "value"))
    cutoff = end_of(town.secretary, DAY, marks=marks)
    codes = [*figures.FIGURES, *hour_figures.FIGURES]
    before = [one.value(town.secretary, cutoff) for one in codes]
    leave(town, clock_at(12, 0))
    come(town, clock_at(7, 0), clock_at(14, 0))
    assert [one.value(town.secretary, cutoff) for one in codes] == before
    assert minutes(town) == 9 * 60


def test_what_stands_on_the_phone_is_the_stay_that_lasts(town: Town) -> None:
    member = town.world.local

    def standing() -> tuple[datetime | None, datetime | None]:
        found = standings(town.secretary, members=[member], day=DAY)[member]
        return found.signed_in_at, found.signed_out_at

    come(town, clock_at(8, 5))
    assert standing() == (clock_at(8, 5), None)
    leave(town, clock_at(12, 0))
    assert standing() == (clock_at(8, 5), clock_at(12, 0))
    come(town, clock_at(14, 0))
    assert standing() == (clock_at(14, 0), None)
    # Next door was between: here one still is.
    beside = entry(member, clock_at(15, 0), community=ZISONG)
    assert check_in(town.world.system, entries=[beside], at=MUCH_LATER)[0].new
    gone = out(town, clock_at(16, 0), community=ZISONG)
    assert check_out(town.world.system, entries=[gone], at=MUCH_LATER)[0].new
    assert standing() == (clock_at(14, 0), None)


@pytest.mark.parametrize("lists", [((8, 5), (8, 6), (14, 0)), ((14, 0), (8, 6), (8, 5))])
def test_whoever_is_signed_in_by_several_counts_once(
    town: Town, lists: tuple[tuple[int, int], ...]
) -> None:
    with undone():
        come(town, *(clock_at(*time) for time in lists))
        assert signed_in(town) == {FENGLIN: 1}
    for time in lists:
        come(town, clock_at(*time))
        assert signed_in(town) == {FENGLIN: 1}


@dataclass(frozen=True)
class Punch:
    """A sign-in or sign-out without a database."""

    occurred_at: datetime
    day: date
    id: UUID = field(default_factory=uuid7)


def of_random_days(chance: random.Random) -> tuple[list[datetime], list[datetime]]:
    """Times of signing in and out over three days; forgotten ones, doubled ones, and nights."""
    start = clock_at(6, 0)
    drawn = sorted(chance.sample(range(0, 3 * 24 * 12), chance.randint(2, 14)))
    times = [start + timedelta(minutes=5 * one) for one in drawn]
    came = [one for one in times if chance.random() < 0.5] or times[:1]
    return came, [one for one in times if one not in came]


@pytest.mark.parametrize("seed", range(12))
def test_the_database_and_the_rule_find_the_same_stays(town: Town, seed: int) -> None:
    chance = random.Random(seed)
    came, left = of_random_days(chance)
    come(town, *came)
    leave(town, *left)
    found = stays_on(town.secretary, DAY, last=DAY + timedelta(days=4))
    several = found.get((FENGLIN, town.world.local), [])
    expected: dict[date, tuple[int, bool]] = {}
    for stay in several:
        length, unended = expected.get(stay.day, (0, False))
        if stay.left is None:
            unended = True
        else:
            length += int((stay.left.occurred_at - stay.came.occurred_at).total_seconds()) // 60
        expected[stay.day] = length, unended
    said = hours_of(
        town.secretary, members=[town.world.local], first=DAY, last=DAY + timedelta(days=4)
    )
    days = said.get(town.world.local, [])
    assert {one.day: (one.minutes, one.no_sign_out) for one in days} == expected


def punches(*times: str) -> list[Punch]:
    """Punches by "day hour"."""
    made = []
    for one in times:
        day, hour = map(int, one.split())
        time = datetime(2020, 3, day, hour)
        made.append(Punch(time, time.date()))
    return made


@pytest.mark.parametrize(
    ("came", "left", "expected"),
    [
        # Of several in a row the first sign-in and the last sign-out.
        (["1 8", "1 9"], ["1 12", "1 13"], [("1 8", "1 13")]),
        (["1 8", "1 14"], ["1 12", "1 18"], [("1 8", "1 12"), ("1 14", "1 18")]),
        # A forgotten sign-out ends nothing, and the next day begins by itself.
        (["1 8", "2 8"], ["2 17"], [("1 8", None), ("2 8", "2 17")]),
        (["1 20"], ["2 4"], [("1 20", "2 4")]),
        # Nobody stays longer than a day, and nobody leaves who has not come.
        (["1 8"], ["2 9"], [("1 8", None)]),
        (["1 8"], ["1 7"], [("1 8", None)]),
        (["1 8"], ["1 8"], [("1 8", "1 8")]),
        # What follows the sign-out of nobody begins a stay.
        (["1 8", "1 20"], ["1 12"], [("1 8", "1 12"), ("1 20", None)]),
    ],
)
def test_stays_are_found_from_what_is_on_record(
    came: list[str], left: list[str], expected: list[tuple[str, str | None]]
) -> None:
    def spoken(one: Punch | None) -> str | None:
        return f"{one.occurred_at.day} {one.occurred_at.hour}" if one else None

    found = stays(punches(*came), punches(*left))
    assert [(spoken(one.came), spoken(one.left)) for one in found] == expected
