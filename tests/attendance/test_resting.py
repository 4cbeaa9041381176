"""Who needs rest hears so once a day, with the rule and what to do; leaders too, without names."""

from dataclasses import replace
from datetime import timedelta

import pytest
from procrastinate.contrib.django import app

from tests.attendance.test_duty import serve
from tests.attendance.test_health import state
from tests.attendance.test_injuries import hurt
from tests.attendance.town import Town, clock_at
from tests.world import DAY, FENGLIN, MORNING
from xiachen.attendance.models.resting import RestWarning
from xiachen.attendance.operations.resting import warn_tired
from xiachen.base.errors import Forbidden
from xiachen.command.queries import resting
from xiachen.deployment.models import TeamPost
from xiachen.deployment.operations.teams import add_members, assign_team, form_team
from xiachen.deployment.operations.types import install_team_types
from xiachen.incidents.operations import set_parameter
from xiachen.notices.models.notices import Delivery, Notice
from xiachen.people.models.members import OffDuty
from xiachen.privacy.scope import Role, Scope

SEVENTH = DAY + timedelta(days=6)
EVENING = clock_at(19, 11) + timedelta(days=6)


def led(town: Town) -> None:
    """Put the ten into a team whose leader is the first."""
    install_team_types()
    organiser = town.world.scope(Role.ORGANISER)
    team = form_team(organiser, type="work-team", name="枫林工作队", formed_on=DAY, at=MORNING)
    assign_team(organiser, team=team.pk, community=FENGLIN, from_day=DAY)
    add_members(
        organiser, team=team.pk, members=town.world.sent[:1], post=TeamPost.LEADER, from_day=DAY
    )
    add_members(organiser, team=team.pk, members=town.world.sent[1:], from_day=DAY)


def test_the_tired_and_their_leader_are_told_in_the_evening_once(town: Town) -> None:
    led(town)
    tired = town.world.sent[3]
    serve(town, tired, 0, 7, until=17)
    serve(town, town.world.sent[4], 3, 4, until=17)
    assert warn_tired(town.world.system, at=clock_at(18, 59) + timedelta(days=6)) is None
    made = warn_tired(town.world.system, at=EVENING)
    assert made is not None and (made.people, made.leaders) == (1, 1)
    assert warn_tired(town.world.system, at=EVENING + timedelta(hours=1)) is None
    told = dict(Delivery.objects.values_list("member", "notice__title"))
    assert told == {tired: "您该休息了", town.world.sent[0]: "您的队员该休息了"}
    for notice in Notice.objects.all():
        assert "连续上岗超过6天" in notice.body and "11小时" in notice.body
        assert "单于启明" not in notice.body


def test_the_incidents_own_rule_is_the_one_that_is_said(town: Town) -> None:
    set_parameter(
        town.world.system,
        incident=town.incident,
        name="attendance.most-days",
        value=3,
        from_day=DAY,
    )
    serve(town, town.world.local, 2, 5)
    assert warn_tired(town.world.system, at=EVENING) is not None
    assert "连续上岗超过3天" in Notice.objects.get().body


def test_nobody_is_told_who_has_rested_or_need_not(town: Town) -> None:
    serve(town, town.world.local, 0, 6)
    serve(town, town.world.sent[0], -1, 7)  # yesterday was the last of seven days: today is rest
    assert warn_tired(town.world.system, at=EVENING) is None
    assert not Notice.objects.exists() and not RestWarning.objects.exists()


def test_a_warning_takes_nobody_off_duty(town: Town) -> None:
    serve(town, town.world.local, 0, 8)
    assert warn_tired(town.world.system, at=EVENING) is not None
    assert not OffDuty.objects.exists()
    with pytest.raises(Forbidden):
        warn_tired(town.local, at=EVENING)


def test_the_worker_is_asked_every_hour(db: None) -> None:
    task = app.tasks["attendance.jobs.warn_tired"]
    found = [one for one in app.periodic_registry.periodic_tasks.values() if one.task is task]
    assert [one.cron for one in found] == ["11 * * * *"]


def lines(scope: Scope) -> list[str]:
    return [one.words for one in resting.lines(scope, day=SEVENTH)]


def test_the_first_page_tells_the_person_the_rule_and_what_to_do(town: Town) -> None:
    serve(town, town.world.local, 0, 7, until=17)
    (words,) = lines(town.local)
    assert "连续上岗7天" in words and "6天" in words and "请向队长" in words
    assert lines(town.outsider) == []


def test_the_first_page_tells_who_answers_of_rest_and_empty_places(town: Town) -> None:
    serve(town, town.world.local, 0, 7, until=17)
    state(town.worker, town.world.sent[0])
    hurt(town, town.world.sent[1], by=town.worker, stand_in=False)
    found = lines(town.secretary)
    assert any("1个岗位空缺" in one for one in found), found
    assert any("1件工伤申报" in one for one in found), found
    leader = replace(
        town.secretary,
        role=Role.TEAM_LEADER,
        member=None,
        teams=frozenset({town.world.local}),
        members=frozenset({town.world.local}),
    )
    assert any("1人该休息" in one for one in lines(leader)), lines(leader)
    assert lines(town.outsider) == []
