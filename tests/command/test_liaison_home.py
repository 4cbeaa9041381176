"""The liaison's first page: my people, who is missing and why."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.attendance.town import Town, arrive, clock_at, entry
from tests.command.first_day import oblige_bureau
from tests.world import BEFORE, DAY, FENGLIN, LIAISON, LOCAL, MORNING, SENT, World, prove_twice
from xiachen.attendance.operations.answers import answer
from xiachen.attendance.operations.check_ins import check_in
from xiachen.attendance.operations.health import HealthEntry, state_health
from xiachen.base.ids import uuid7
from xiachen.command.operations.homes import open_first_page
from xiachen.command.operations.reminding import remind_missing
from xiachen.command.queries.homes.home import Asked
from xiachen.command.queries.homes.liaison import LiaisonHome, Person
from xiachen.command.rules.reminding import NobodyToRemind
from xiachen.command.rules.whereabouts import Whereabouts
from xiachen.deployment.operations.withdrawals import WithdrawalEntry, withdraw
from xiachen.mobilisation.operations.dispatches import dispatch
from xiachen.mobilisation.operations.excuses import excuse
from xiachen.mobilisation.operations.joining import join_on_the_spot
from xiachen.mobilisation.operations.report_ins import ReportInEntry, report_in
from xiachen.mobilisation.operations.slips import SlipEntry, enter_slips
from xiachen.needs.operations.claims import claim_task, finish_task
from xiachen.needs.operations.tasks import confirm_task, issue_task, send_back_task
from xiachen.people.models.members import Member
from xiachen.privacy.masking import mask_name
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role, Scope

NOON = clock_at(12, 0)
ALWAYS = datetime.min.replace(tzinfo=UTC)


def opened(scope: Scope, show: str = "", number: int = 1) -> LiaisonHome:
    page = open_first_page(
        scope, day=DAY, since=ALWAYS, at=NOON, asked=Asked(show=show, number=number)
    )
    assert isinstance(page.own, LiaisonHome)
    return page.own


def by_name(home: LiaisonHome) -> dict[str, Person]:
    return {one.member.name: one for one in home.people}


@pytest.fixture
def sent(world: World) -> World:
    """The ten are sent; the first eight have reported in."""
    dispatch(
        world.scope(Role.ORGANISER),
        document=world.document.pk,
        organisation=world.bureau.pk,
        community=FENGLIN,
        members=world.sent,
        sent_on=BEFORE,
        at=MORNING,
    )
    entries = [
        ReportInEntry(
            id=uuid7(), community=FENGLIN, channel="unit", occurred_at=MORNING, member=member
        )
        for member in world.sent[:8]
    ]
    assert all(one.new for one in report_in(Town(world=world).worker, entries=entries, at=NOON))
    return world


def test_everybody_stands_in_one_list_and_those_missing_come_first(sent: World) -> None:
    town = Town(world=sent)
    oblige_bureau(sent)
    check_in(town.worker, entries=[entry(one) for one in sent.sent[:5]], at=NOON)
    town.work(sent.sent[:2])
    excuse(town.liaison, member=sent.sent[9], reason="away", from_day=DAY, to_day=DAY, at=MORNING)
    answer(
        town.liaison,
        community=FENGLIN,
        member=sent.sent[7],
        day=DAY,
        gap="not-present",
        words="上午在单位值班",
        excuses=True,
        at=NOON,
    )
    home = opened(town.liaison)
    assert [one.whereabouts for one in home.people] == [
        Whereabouts.UNREPORTED,  # Local, who lives in Fenglin and has not reported in at home
        Whereabouts.UNREPORTED,
        Whereabouts.NO_HOME,
        Whereabouts.ABSENT,
        Whereabouts.ABSENT,
    ]
    assert by_name(home).keys() == {LOCAL, SENT[8], LIAISON, SENT[5], SENT[6]}
    everybody = by_name(opened(town.liaison, "everybody"))
    assert len(everybody) == 12
    assert everybody[SENT[0]].whereabouts == Whereabouts.WORKING
    assert everybody[SENT[4]].whereabouts == Whereabouts.IDLE
    assert everybody[SENT[7]].whereabouts == Whereabouts.EXPLAINED
    assert [one.words for one in everybody[SENT[7]].answers] == ["上午在单位值班"]
    excused = everybody[SENT[9]]
    assert excused.whereabouts == Whereabouts.EXCUSED
    assert excused.excuse is not None and excused.excuse.reason == "away"
    assert str(everybody[SENT[0]].sign_in) == "8:12"
    assert [stay.community_id for stay in everybody[SENT[0]].stays] == [FENGLIN]
    numbers = {one.code: one.count for one in home.numbers}
    assert numbers == {"everybody": 12, "came": 8, "on-site": 5, "": 5}


def test_whoever_is_off_duty_is_called_so_and_not_asked_why_they_did_not_come(sent: World) -> None:
    town = Town(world=sent)
    oblige_bureau(sent)
    check_in(town.worker, entries=[entry(one) for one in sent.sent[:3]], at=NOON)
    unwell = [sent.sent[2], sent.sent[5], sent.sent[8]]
    said = [
        HealthEntry(id=uuid7(), community=FENGLIN, member=one, occurred_at=NOON, well=False)
        for one in unwell
    ]
    assert all(one.new for one in state_health(town.worker, entries=said, at=NOON))
    home = opened(town.liaison)
    assert not by_name(home).keys() & {SENT[2], SENT[5], SENT[8]}
    everybody = by_name(opened(town.liaison, "everybody"))
    assert everybody[SENT[5]].whereabouts == Whereabouts.OFF_DUTY
    assert everybody[SENT[8]].whereabouts == Whereabouts.OFF_BEFORE
    # Who had come counts among those who came, and is not asked for the work that is missing.
    came = everybody[SENT[2]]
    assert (came.whereabouts, came.sent_off, came.can_be_asked) == (Whereabouts.IDLE, True, False)
    assert everybody[SENT[1]].can_be_asked and not everybody[SENT[1]].sent_off
    numbers = {one.code: one.count for one in home.numbers}
    assert (numbers["came"], numbers["on-site"]) == (8, 3)
    with pytest.raises(NobodyToRemind):
        remind_missing(town.liaison, members=unwell, day=DAY, at=NOON)


def test_nobody_is_missing_of_whom_nothing_is_expected(sent: World) -> None:
    liaison = sent.scope(Role.LIAISON)
    missing = by_name(opened(liaison))
    assert SENT[8] in missing and not missing.keys() & {LOCAL, LIAISON}
    idle = by_name(opened(liaison, "free"))
    assert idle.keys() == {LOCAL, LIAISON}
    assert {one.why for one in idle.values()} == {"今日无任务"}
    assert not any(one.missing or one.can_be_asked for one in idle.values())


def test_whoever_reported_at_home_by_a_slip_is_not_missing(world: World) -> None:
    oblige_bureau(world)
    slip = SlipEntry(id=uuid7(), member=world.local, place="420111000000", day=DAY)
    assert all(one.new for one in enter_slips(world.system, entries=[slip], at=MORNING))
    reported = by_name(opened(world.scope(Role.LIAISON), "reported"))
    assert reported.keys() == {LOCAL}


def test_nobody_is_accused_where_no_sign_in_is_recorded(sent: World) -> None:
    liaison = sent.scope(Role.LIAISON)
    town = Town(world=sent)
    unrecorded = by_name(opened(liaison, "not-recorded"))
    assert unrecorded.keys() == set(SENT[:8])
    assert {one.why for one in unrecorded.values()} == {"未记录到岗"}
    assert not any(one.missing or one.can_be_asked for one in unrecorded.values())
    assert by_name(opened(liaison)).keys() == {SENT[8], SENT[9]}
    # One sign-in of anybody there, also of another unit, tells the others apart.
    Member.objects.filter(pk=sent.local).update(organisation=sent.city_bureau)
    join_on_the_spot(
        town.secretary, community=FENGLIN, member=sent.local, occurred_at=MORNING, at=MORNING
    )
    town.sign_in([sent.local])
    assert by_name(opened(liaison)).keys() == set(SENT)
    assert by_name(opened(liaison, "not-present")).keys() == set(SENT[:8])


def test_both_channels_stand_beside_each_other(world: World) -> None:
    town = arrive(world)
    town.sign_in(town.people[:1])
    by_unit = ReportInEntry(
        id=uuid7(), community=FENGLIN, channel="unit", occurred_at=MORNING, member=world.local
    )
    assert report_in(town.worker, entries=[by_unit], at=NOON)[0].new
    found = by_name(opened(town.liaison, "not-present"))[LOCAL]
    assert {(row.channel, place) for row, place in found.report_ins} == {
        ("unit", world.fenglin.name),
        ("residence", world.fenglin.name),
    }


def test_what_the_community_says_of_somebody_stands_beside_them(world: World) -> None:
    town = arrive(world)
    first, second = world.sent[:2]
    for member, back in ((first, False), (second, True)):
        task = issue_task(
            town.secretary, community=FENGLIN, kind="patrol", title="巡查", at=clock_at(9, 0)
        )
        claim_task(town.worker, community=FENGLIN, task=task.pk, member=member, at=clock_at(9, 5))
        finish_task(town.worker, community=FENGLIN, task=task.pk, member=member, at=clock_at(10, 0))
        if back:
            send_back_task(
                town.secretary,
                community=FENGLIN,
                task=task.pk,
                at=clock_at(11, 0),
                reason="后门没有看",
            )
        else:
            confirm_task(town.secretary, community=FENGLIN, task=task.pk, at=clock_at(11, 0))
    withdraw(
        town.secretary,
        community=FENGLIN,
        members=[WithdrawalEntry(member=first, fit_on_leaving=True)],
        thanks="辛苦了，谢谢",
        occurred_at=clock_at(11, 30),
        at=NOON,
    )
    people = by_name(opened(town.liaison, "everybody"))
    assert people[SENT[0]].said.thanks == ["辛苦了，谢谢"]
    assert (people[SENT[0]].said.confirmed, people[SENT[1]].said.sent_back) == (1, ["后门没有看"])
    assert not people[SENT[2]].said


def test_the_page_names_people_and_says_whom_to_the_audit(sent: World) -> None:
    check_in(Town(world=sent).worker, entries=[entry(sent.sent[0])], at=NOON)
    client = Client()
    client.cookies["django_language"] = "zh-hans"
    client.force_login(sent.accounts[Role.LIAISON])
    page = client.get(f"/?day={DAY}&show=not-present").content.decode()
    assert SENT[1] in page and SENT[0] not in page and SENT[8] not in page
    assert "只报到不到岗" in page
    seen = AuditEntry.objects.filter(action="command.open-first-page").latest("pk")
    assert set(seen.targets) == set(sent.sent[1:8])


def test_other_roles_and_strangers_see_nothing_of_it(sent: World) -> None:
    for scope in (sent.stranger, sent.scope(Role.INSPECTOR), sent.scope(Role.MEMBER)):
        page = open_first_page(scope, day=DAY, since=ALWAYS, at=NOON, asked=Asked())
        assert not isinstance(page.own, LiaisonHome)


def test_a_reason_is_shown_only_to_those_who_excuse(sent: World) -> None:
    town = Town(world=sent)
    excuse(town.liaison, member=sent.sent[0], reason="ill", from_day=DAY, to_day=DAY, at=MORNING)
    shown = by_name(opened(town.liaison, "excused"))[SENT[0]]
    assert shown.excuse is not None and shown.excuse.reason == "ill"


def test_more_people_cost_no_more_statements(sent: World) -> None:
    liaison = sent.scope(Role.LIAISON)
    with CaptureQueriesContext(
        connection,
    ) as few:
        opened(liaison, "everybody")
    Member.objects.bulk_create(
        Member(id=uuid7(), name=f"某{n}", sort_key=f"mou {n:03}", organisation=sent.bureau)
        for n in range(200)
    )
    with CaptureQueriesContext(connection) as many:
        home = opened(liaison, "everybody", number=3)
    assert (len(home.people), home.pages) == (50, 5)
    pages = [opened(liaison, "everybody", number=number).people for number in range(1, 6)]
    everybody = [one.member.pk for page in pages for one in page]
    assert len(everybody) == len(set(everybody)) == 212
    ranks = [list(Whereabouts).index(one.whereabouts) for page in pages for one in page]
    assert ranks == sorted(ranks)
    assert opened(liaison, "everybody", number=99_999_999).number == 5
    assert len(many) <= len(few)


def test_a_later_day_does_not_take_an_earlier_sign_in_for_its_own(sent: World) -> None:
    town = Town(world=sent)
    check_in(town.worker, entries=[entry(sent.sent[0])], at=NOON)
    page = open_first_page(
        town.liaison,
        day=DAY + timedelta(days=1),
        since=ALWAYS,
        at=NOON,
        asked=Asked(show="everybody"),
    )
    assert isinstance(page.own, LiaisonHome)
    assert by_name(page.own)[SENT[0]].whereabouts == Whereabouts.UNRECORDED


def test_the_list_leaves_the_house_with_masked_names(sent: World) -> None:
    check_in(Town(world=sent).worker, entries=[entry(sent.sent[7])], at=NOON)
    client = Client()
    client.cookies["django_language"] = "zh-hans"
    client.force_login(sent.accounts[Role.LIAISON])
    assert client.get(f"/?day={DAY}&as=csv").status_code == 403  # without a second factor
    prove_twice(client)
    taken = client.get(f"/?day={DAY}&show=not-present&as=csv").content.decode("utf-8-sig")
    assert mask_name(SENT[0]) in taken and SENT[0] not in taken
    assert taken.count("只报到不到岗") >= 7
    secretary = Client()
    secretary.force_login(sent.accounts[Role.SECRETARY])
    prove_twice(secretary)
    assert secretary.get("/?as=csv").status_code == 404
