"""A team moves with the consent of the community that gives it up."""

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections, transaction

from tests.deployment.crew import Crew
from tests.deployment.test_form_squads import form
from tests.mobilisation.cast import EVE, FAR, FIRST, HERE, THERE, clock_at
from xiachen.base.errors import Forbidden, NotFound, Refused
from xiachen.deployment import rules
from xiachen.deployment.models import Assignment, MoveState, SquadMember, Team, TeamMove
from xiachen.deployment.operations.moves import answer_move, ask_move, take_back_move, view_move
from xiachen.deployment.queries import moves as queries
from xiachen.deployment.queries.squads import squads_of
from xiachen.deployment.queries.strength import strength
from xiachen.deployment.queries.teams import teams_here
from xiachen.mobilisation.queries.stays import expected_on
from xiachen.mobilisation.rules.stays import OutsideIncident
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role, Scope

NEXT = FIRST + timedelta(days=1)


def street(crew: Crew) -> Scope:
    return crew.cast.scope(Role.STREET, places=((420111002000, 420111002999),))


def ask(crew: Crew, **other: Any) -> TeamMove:
    given: dict[str, Any] = {
        "team": crew.team.pk,
        "giving": HERE,
        "receiving": THERE,
        "from_day": NEXT,
        "reason": "紫菘缺人",
        "at": clock_at(9),
        **other,
    }
    return ask_move(given.pop("scope", street(crew)), **given)


def answer(crew: Crew, move: TeamMove, agrees: bool = True, **other: Any) -> TeamMove:
    given: dict[str, Any] = {"at": clock_at(10), **other}
    scope = given.pop("scope", crew.cast.secretary)
    return answer_move(scope, move=move.pk, agrees=agrees, **given)


def expected(crew: Crew, community: int, day: Any = NEXT) -> set[UUID]:
    rows = expected_on(crew.cast.world.system, day=day, community=community)
    return set(rows.values_list("member_id", flat=True))


def test_with_consent_the_team_and_those_sent_with_it_are_there_from_the_day_on(
    crew: Crew,
) -> None:
    form(crew)
    move = ask(crew)
    assert expected(crew, HERE) == set(crew.people)  # nothing happens before the answer
    assert list(queries.to_answer(crew.cast.secretary)) == [move]
    assert answer(crew, move).state == MoveState.AGREED
    assert expected(crew, HERE, FIRST) == set(crew.people)
    assert expected(crew, HERE) == {crew.cast.neighbour}  # who joined on the spot stays
    assert expected(crew, THERE) == set(crew.cast.people)
    system = crew.cast.world.system
    assert teams_here(system, community=HERE, day=FIRST) == {crew.team.pk}
    assert teams_here(system, community=HERE, day=NEXT) == frozenset()
    assert teams_here(system, community=THERE, day=NEXT) == {crew.team.pk}
    left = SquadMember.objects.filter(left_at=None)
    assert set(left.values_list("member", flat=True)) == {crew.cast.neighbour}
    entry = AuditEntry.objects.get(action="deployment.answer-move")
    assert set(crew.cast.people) <= set(entry.targets) and entry.community == HERE


def test_some_of_a_team_become_a_team_within_it(crew: Crew) -> None:
    form(crew)
    move = ask(crew, people=3)
    going = crew.people[3:6]
    with pytest.raises(rules.ChooseWho), transaction.atomic():
        answer(crew, move, members=going[:2])
    with pytest.raises(rules.ChooseWho), transaction.atomic():
        answer(crew, move, members=[*going[:2], crew.cast.neighbour])
    answer(crew, move, members=going)
    (part,) = Team.objects.filter(parent=crew.team)
    assert part.name == "支援工作组·紫菘社区居民委员会"
    assert expected(crew, THERE) == set(going)
    assert expected(crew, HERE) == set(crew.people) - set(going)
    system = crew.cast.world.system
    assert teams_here(system, community=THERE, day=NEXT) == {part.pk}
    assert crew.team.pk in teams_here(system, community=HERE, day=NEXT)
    assert sum(len(line.members) for line in squads_of(system, community=HERE)) == 8
    again = ask(crew, people=2, from_day=NEXT + timedelta(days=1))
    answer(crew, again, members=crew.people[6:8])
    assert Team.objects.filter(parent=crew.team).count() == 1


def test_a_decline_needs_words_and_changes_nothing(crew: Crew) -> None:
    move = ask(crew)
    with pytest.raises(rules.ReasonMissing), transaction.atomic():
        answer(crew, move, False, words="  ")
    declined = answer(crew, move, False, words="封控期间离不开")
    assert (declined.state, declined.answer) == (MoveState.DECLINED, "封控期间离不开")
    assert expected(crew, HERE) == set(crew.people)
    with pytest.raises(rules.MoveAnswered), transaction.atomic():
        answer(crew, move)
    assert ask(crew).state == MoveState.ASKED  # it can be asked again


def test_long_words_are_cut_to_what_is_kept(crew: Crew) -> None:
    long = "紫菘缺人" * 100
    move = ask(crew, reason=f"  {long}")
    assert move.reason == long[:200]
    assert answer(crew, move, words=long).answer == long[:200]
    second = ask(crew, giving=THERE, receiving=HERE, from_day=NEXT + timedelta(days=1))
    far = replace(crew.cast.secretary, places=((THERE, THERE),))
    assert answer(crew, second, False, scope=far, words=long).answer == long[:200]


def test_a_request_is_taken_back_until_it_is_answered(crew: Crew) -> None:
    move = ask(crew)
    with pytest.raises(Forbidden), transaction.atomic():
        take_back_move(crew.cast.secretary, move=move.pk, at=clock_at(10))
    take_back_move(street(crew), move=move.pk, at=clock_at(10))
    with pytest.raises(rules.MoveAnswered), transaction.atomic():
        answer(crew, move)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"scope": "secretary"}, Forbidden),
        ({"scope": "leader"}, Forbidden),
        ({"scope": "member"}, Forbidden),
        ({"giving": THERE, "receiving": HERE}, rules.NotAssigned),
        ({"receiving": HERE}, rules.SamePlace),
        ({"receiving": FAR}, Forbidden),
        ({"reason": " "}, rules.ReasonMissing),
        ({"people": 11}, rules.TooFewHere),
        ({"team": uuid4()}, NotFound),
    ],
)
def test_a_move_that_cannot_be_is_refused(
    crew: Crew, change: dict[str, Any], refusal: type[Refused]
) -> None:
    scopes = {
        "secretary": crew.cast.secretary,
        "leader": crew.leader,
        "member": crew.cast.member(crew.people[0]),
    }
    if "scope" in change:
        change = {**change, "scope": scopes[change["scope"]]}
    with pytest.raises(refusal), transaction.atomic():
        ask(crew, **change)
    assert not TeamMove.objects.exists()


def test_nobody_moves_to_where_the_operation_does_not_work(crew: Crew) -> None:
    wide = replace(street(crew), places=((0, 999_999_999_999),))
    with pytest.raises(OutsideIncident), transaction.atomic():
        ask(crew, receiving=FAR, scope=wide)


def test_only_the_community_that_gives_people_up_answers(crew: Crew) -> None:
    move = ask(crew)
    for scope in (crew.cast.outsider, street(crew), crew.cast.organiser, crew.leader):
        with pytest.raises(Forbidden), transaction.atomic():
            answer(crew, move, scope=scope)
    assert list(queries.arriving(crew.cast.outsider, day=FIRST)) == [move]  # but it is told


def test_a_community_beside_the_move_learns_nothing_of_it(crew: Crew) -> None:
    move = ask(crew)
    beside = replace(crew.cast.outsider, places=((420111002012, 420111002012),))
    assert not queries.moves(beside).exists()
    assert not queries.moves(crew.cast.member(crew.people[0])).exists()
    with pytest.raises(NotFound), transaction.atomic():
        answer(crew, move, scope=beside)


def test_a_move_takes_effect_after_the_first_day_and_not_before_it_was_asked_for(
    crew: Crew,
) -> None:
    move = ask(crew, from_day=EVE)
    with pytest.raises(rules.TooEarly), transaction.atomic():
        answer(crew, move)
    assert answer(crew, move, first_day=NEXT).state == MoveState.AGREED
    assert expected(crew, HERE, FIRST) == set(crew.people)
    assert expected(crew, THERE) == set(crew.cast.people)


def test_an_earlier_day_than_asked_for_is_refused(crew: Crew) -> None:
    move = ask(crew)
    with pytest.raises(rules.TooEarly), transaction.atomic():
        answer(crew, move, first_day=FIRST)
    assert TeamMove.objects.get().state == MoveState.ASKED


def test_what_waits_for_more_than_a_day_is_seen_by_all_concerned(crew: Crew) -> None:
    move = ask(crew)
    after = clock_at(9) + timedelta(days=1)
    for scope in (street(crew), crew.cast.organiser, crew.cast.secretary):
        assert list(queries.overdue(scope, at=after)) == [move]
        assert not queries.overdue(scope, at=clock_at(20)).exists()
    assert view_move(street(crew), move=move.pk, day=FIRST, at=after).overdue


def test_only_who_answers_reads_the_names_and_it_is_noted(crew: Crew) -> None:
    move = ask(crew, people=2)
    shown = view_move(crew.cast.secretary, move=move.pk, day=FIRST, at=clock_at(10))
    assert {member for member, _ in shown.people} == set(crew.cast.people)
    assert set(crew.cast.people) <= set(
        AuditEntry.objects.get(action="deployment.view-move").targets
    )
    assert view_move(street(crew), move=move.pk, day=FIRST, at=clock_at(10)).people == []
    assert AuditEntry.objects.filter(action="deployment.view-move").count() == 1


def test_the_gap_follows_the_move(crew: Crew) -> None:
    answer(crew, ask(crew))
    forces = {one.community.pk: one for one in strength(crew.cast.organiser, day=NEXT)}
    assert (forces[HERE].belonging, forces[HERE].teams) == (1, 0)
    assert (forces[THERE].belonging, forces[THERE].teams) == (10, 1)


def test_of_two_streets_who_ask_at_once_one_is_refused(committed: Crew) -> None:
    done = together(lambda: ask(committed), lambda: ask(committed, scope=committed.cast.organiser))
    assert sorted(type(one).__name__ for one in done) == ["MoveAsked", "TeamMove"]


def test_of_two_answers_at_once_one_is_refused(committed: Crew) -> None:
    move = ask(committed)
    done = together(
        lambda: answer(committed, move), lambda: answer(committed, move, False, words="不行")
    )
    assert sorted(type(one).__name__ for one in done) == ["MoveAnswered", "TeamMove"]
    assert Assignment.objects.filter(team=committed.team, to_day=None).count() == 1


def together(*acts: Any) -> list[object]:
    start, said = Barrier(len(acts)), []

    def run(act: Any) -> None:
        start.wait()
        try:
            said.append(act())
        except Refused as refusal:
            said.append(refusal)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return said
