"""Well or unwell: whoever is unwell is off duty at once, and a stand-in is sought."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.attendance.screens import signed_in, text
from tests.attendance.town import EVENING, Town, clock_at
from tests.world import DAY, FENGLIN, ZISONG
from xiachen.attendance.figures.days import NOT_PRESENT
from xiachen.attendance.models.health import HealthStatement
from xiachen.attendance.models.records import Answer
from xiachen.attendance.models.stand_ins import StandIn
from xiachen.attendance.operations.answers import excuse_off_duty
from xiachen.attendance.operations.health import HealthEntry, state_health, state_health_all
from xiachen.attendance.operations.stand_ins import (
    find_stand_in,
    need_no_stand_in,
    seek_again,
    view_candidates,
    view_stand_ins,
)
from xiachen.attendance.queries.health import standings
from xiachen.attendance.queries.records import end_of
from xiachen.attendance.queries.stand_ins import candidates, stand_in
from xiachen.attendance.rules.stand_ins import DecidedAlready, NotFit, SamePerson, StandsInAlready
from xiachen.base.errors import Forbidden, NotFound, Outcome
from xiachen.base.ids import uuid7
from xiachen.mobilisation.models.call_ups import Criterion, CriterionKind
from xiachen.mobilisation.queries.measuring import measured
from xiachen.people.models.members import OffDuty
from xiachen.people.operations.fitness import (
    FitBeforeOffDuty,
    NotOffDuty,
    OwnFitness,
    say_fit,
    set_fitness,
    stand_down,
)
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role, Scope


def entry(
    member: UUID, *, well: bool, at: datetime | None = None, community: int = FENGLIN
) -> HealthEntry:
    return HealthEntry(
        id=uuid7(),
        community=community,
        member=member,
        occurred_at=at or clock_at(7, 40),
        well=well,
    )


def state(scope: Scope, member: UUID, *, well: bool = False, at: datetime | None = None) -> Outcome:
    (outcome,) = state_health(scope, entries=[entry(member, well=well, at=at)], at=EVENING)
    return outcome


def doctor(town: Town) -> Scope:
    return replace(town.secretary, role=Role.DOCTOR, account=uuid7(), member=None)


def test_whoever_is_well_stays_on_duty(town: Town) -> None:
    assert state(town.local, town.world.local, well=True).new
    found = standings(town.local, members=[town.world.local], day=DAY)[town.world.local]
    assert (found.well, found.off_duty, found.fit_until) == (True, False, None)
    assert not StandIn.objects.exists()


def test_whoever_is_unwell_is_off_duty_and_a_stand_in_is_sought(town: Town) -> None:
    assert state(town.local, town.world.local).new
    found = standings(town.world.system, members=town.people, day=DAY)
    assert [one for one in town.people if found[one].off_duty] == [town.world.local]
    place = StandIn.objects.get()
    assert (place.member_id, place.day, place.state) == (town.world.local, DAY, "open")
    assert "well" not in {field.name for field in StandIn._meta.get_fields()}


def test_a_later_word_of_being_well_does_not_bring_anybody_back(town: Town) -> None:
    state(town.local, town.world.local)
    assert state(town.local, town.world.local, well=True, at=clock_at(12, 0)).new
    found = standings(town.local, members=[town.world.local], day=DAY)[town.world.local]
    assert found.well is True and found.off_duty


def test_the_doctor_or_the_community_says_fit_again_and_nobody_of_oneself(town: Town) -> None:
    member = town.world.local
    state(town.local, member)
    tomorrow = DAY + timedelta(days=1)
    with pytest.raises(Forbidden):
        say_fit(town.local, member=member, from_day=tomorrow, at=EVENING)
    with pytest.raises(Forbidden):
        leader = replace(town.secretary, role=Role.TEAM_LEADER)
        say_fit(leader, member=member, from_day=tomorrow, at=EVENING)
    with pytest.raises(OwnFitness):
        say_fit(replace(doctor(town), member=member), member=member, from_day=DAY, at=EVENING)
    with pytest.raises(NotFound):
        say_fit(town.outsider, member=member, from_day=tomorrow, at=EVENING)
    with pytest.raises(FitBeforeOffDuty):
        say_fit(doctor(town), member=member, from_day=DAY - timedelta(days=1), at=EVENING)
    with pytest.raises(NotOffDuty):
        say_fit(doctor(town), member=town.world.sent[0], from_day=tomorrow, at=EVENING)
    say_fit(doctor(town), member=member, from_day=tomorrow, at=EVENING)
    today = standings(town.local, members=[member], day=DAY)[member]
    after = standings(town.local, members=[member], day=tomorrow)[member]
    assert (today.off_duty, today.off_until, after.off_duty) == (True, DAY, False)
    assert (today.fit_until, after.fit_until) == (DAY - timedelta(days=1), None)
    assert AuditEntry.objects.filter(action="people.say-fit", subject=member).count() == 1


def test_word_that_comes_late_puts_nobody_off_duty_who_was_said_to_be_fit(town: Town) -> None:
    member = town.world.local
    state(town.local, member, at=clock_at(9, 0))
    say_fit(doctor(town), member=member, from_day=DAY, at=clock_at(11, 0))
    assert state(town.local, member, at=clock_at(8, 0)).new
    assert not standings(town.local, members=[member], day=DAY)[member].off_duty
    assert state(town.local, member, at=clock_at(14, 0)).new
    assert standings(town.local, members=[member], day=DAY)[member].off_duty


def test_order_and_repetition_change_nothing(town: Town) -> None:
    member = town.world.local
    entries = [
        entry(member, well=False, at=clock_at(8, 0)),
        entry(member, well=True, at=clock_at(7, 0)),
        entry(member, well=False, at=clock_at(10, 0)),
    ]
    for given in (entries, entries[::-1], [*entries, *entries]):
        state_health(town.local, entries=given, at=EVENING)
    assert HealthStatement.objects.count() == 3
    assert OffDuty.objects.count() == 1 and StandIn.objects.count() == 1
    outcomes = state_health(town.local, entries=entries, at=EVENING)
    assert all(one.already for one in outcomes)
    (other,) = state_health(town.local, entries=[replace(entries[1], well=False)], at=EVENING)
    assert other.refusal and other.refusal.code == "attendance.other-content"


def test_one_speaks_for_oneself_and_a_leader_for_the_team(town: Town) -> None:
    outcome = state(town.local, town.world.sent[0])
    assert outcome.refusal and outcome.refusal.code == "attendance.only-oneself"
    assert state(town.worker, town.world.sent[0]).new
    outcome = state(town.outsider, town.world.sent[1])
    assert outcome.refusal and outcome.refusal.code == "base.forbidden"
    with pytest.raises(Forbidden):
        state(town.world.scope(Role.AUDITOR), town.world.sent[1])
    with pytest.raises(Forbidden):
        stand_down(town.local, since={town.world.sent[2]: EVENING})


def test_several_ask_at_once_each_for_oneself(town: Town) -> None:
    mine, theirs = entry(town.world.local, well=False), entry(town.world.sent[0], well=True)
    stranger = entry(town.world.sent[1], well=False)
    other = replace(town.local, member=town.world.sent[0], account=uuid7())
    outcomes = state_health_all(
        {mine.id: town.local, theirs.id: other, stranger.id: town.local},
        entries=[mine, theirs, stranger],
        at=EVENING,
    )
    assert [one.new for one in outcomes] == [True, True, False]
    assert OffDuty.objects.get().member_id == town.world.local
    by = dict(HealthStatement.objects.values_list("member", "recorded_by"))
    assert by[town.world.sent[0]] == other.account


def test_ten_people_cost_no_more_statements_than_one(town: Town) -> None:
    counted = []
    for people in (town.world.sent[:1], town.world.sent[1:]):
        given = [entry(one, well=False) for one in people]
        with CaptureQueriesContext(connection) as caught:
            state_health(town.worker, entries=given, at=EVENING)
        counted.append(len(caught))
    assert counted[0] == counted[1]


def test_the_place_is_filled_once_and_by_somebody_who_can(town: Town) -> None:
    sick, other, helper = town.world.sent[0], town.world.sent[1], town.world.sent[2]
    for one in (sick, other):
        state(town.worker, one)
    first, second = StandIn.objects.order_by("member").all()
    offered = {one.pk for one in candidates(town.secretary, first, text="")}
    assert sick not in offered and other not in offered and helper in offered
    with pytest.raises(SamePerson):
        find_stand_in(town.secretary, place=first.pk, member=first.member_id, at=EVENING)
    with pytest.raises(NotFit):
        find_stand_in(town.secretary, place=first.pk, member=second.member_id, at=EVENING)
    find_stand_in(town.secretary, place=first.pk, member=helper, at=EVENING)
    with pytest.raises(StandsInAlready):
        find_stand_in(town.secretary, place=second.pk, member=helper, at=EVENING)
    with pytest.raises(DecidedAlready):
        find_stand_in(town.secretary, place=first.pk, member=town.world.sent[3], at=EVENING)
    assert helper not in {
        one.pk for one in view_candidates(town.secretary, place=second.pk, text="").people
    }
    need_no_stand_in(town.liaison, place=second.pk, at=EVENING)
    page = view_stand_ins(town.liaison, day=DAY, state="", number=1, size=50)
    assert page.counts == {"open": 0, "found": 1, "not-needed": 1}
    assert [one.found for one in page.lines if one.place.pk == first.pk] != [""]
    seek_again(town.secretary, place=first.pk, at=EVENING)
    assert stand_in(town.secretary, first.pk).found_id is None


def test_places_are_shown_to_those_who_answer_for_the_person(town: Town) -> None:
    state(town.worker, town.world.sent[0])
    place = StandIn.objects.get()
    with pytest.raises(NotFound):
        find_stand_in(town.outsider, place=place.pk, member=town.world.sent[1], at=EVENING)
    assert view_stand_ins(town.outsider, day=DAY, state="", number=1, size=50).total == 0
    with pytest.raises(Forbidden):
        view_stand_ins(town.local, day=DAY, state="", number=1, size=50)
    with pytest.raises(Forbidden):
        find_stand_in(town.worker, place=place.pk, member=town.world.sent[1], at=EVENING)


def test_a_person_in_two_communities_is_sought_for_once_a_day(town: Town) -> None:
    member = town.world.local
    everywhere = replace(town.local, places=((0, 10**12),))
    entries = [entry(member, well=False), entry(member, well=False, community=ZISONG)]
    outcomes = state_health(everywhere, entries=entries, at=EVENING)
    assert all(one.new for one in outcomes)
    assert StandIn.objects.count() == 1


def to_verify(town: Town, day: date = DAY) -> set[UUID]:
    scope = town.secretary
    cutoff = end_of(scope, day)
    return set(NOT_PRESENT.opened(scope, cutoff).values_list("member_id", flat=True))


def test_whoever_is_off_duty_is_not_asked_why_they_did_not_come(town: Town) -> None:
    town.sign_in(town.world.sent[1:])
    assert to_verify(town) == {town.world.sent[0], town.world.local}
    state(town.local, town.world.local)
    assert to_verify(town) == {town.world.sent[0]}
    said = set(Answer.objects.values_list("words", "excuses"))
    assert said == {("停岗", True)}, "never why"


def test_nor_on_the_days_after_and_a_bulletin_read_again_says_the_same(town: Town) -> None:
    member, tomorrow = town.world.local, DAY + timedelta(days=1)
    state(town.local, member)
    later = EVENING + timedelta(days=1)
    assert excuse_off_duty(town.world.system, day=tomorrow, at=later) == 2
    assert excuse_off_duty(town.world.system, day=tomorrow, at=later) == 0
    assert Answer.objects.filter(day=tomorrow).count() == 2
    say_fit(doctor(town), member=member, from_day=tomorrow, at=later)
    assert excuse_off_duty(town.world.system, day=tomorrow + timedelta(days=1), at=later) == 0
    assert Answer.objects.count() == 4, "what was said stays"
    with pytest.raises(Forbidden):
        excuse_off_duty(doctor(town), day=DAY, at=later)


def test_whoever_is_off_duty_is_not_chosen_as_fit(town: Town) -> None:
    days = {one: (DAY, DAY + timedelta(days=3)) for one in town.world.sent[:2]}
    for one in days:
        set_fitness(town.secretary, member=one, duty="夜班", fit_until=DAY + timedelta(days=30))
    criterion = Criterion(pk=1, kind=CriterionKind.FIT, value="夜班", weight=1)

    def fit() -> set[UUID]:
        found = measured(town.world.system, criteria=[criterion], days=days)
        return {one for one, said in found.items() if said.met}

    assert fit() == set(days)
    state(town.worker, town.world.sent[0])
    assert fit() == {town.world.sent[1]}


def test_the_board_and_my_day_show_who_is_off_duty(town: Town) -> None:
    state(town.local, town.world.local)
    client = signed_in(town, Role.SECRETARY)
    page = text(client.get(f"/attendance/?day={DAY}"))
    assert page.count(">off duty</a>") == 1
    own = signed_in(town, Role.MEMBER)
    assert "Please do not come to work" in text(own.get(f"/needs/mine?day={DAY}"))
    assert "You have not signed in today" not in text(own.get("/"))
    say_fit(doctor(town), member=town.world.local, from_day=DAY, at=EVENING)
    assert "You have not signed in today" in text(own.get("/"))
