"""The first pages of the street and of the community secretary."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.attendance.town import clock_at, entry
from tests.world import BEFORE, DAY, FENGLIN, LOCAL, MORNING, SENT, ZISONG, World
from xiachen.attendance.operations.check_ins import check_in
from xiachen.attendance.operations.health import HealthEntry, state_health
from xiachen.base.ids import uuid7
from xiachen.command.operations.homes import open_first_page
from xiachen.command.queries.homes.home import Asked
from xiachen.command.queries.homes.secretary import Person, SecretaryHome
from xiachen.command.queries.homes.street import StreetHome
from xiachen.command.rules.whereabouts import Whereabouts
from xiachen.deployment.models import Team, TeamMove
from xiachen.deployment.operations.moves import answer_move, ask_move
from xiachen.deployment.operations.strength import say_strength
from xiachen.deployment.operations.teams import add_members, assign_team, form_team
from xiachen.mobilisation.operations.dispatches import dispatch
from xiachen.mobilisation.operations.excuses import excuse
from xiachen.mobilisation.operations.joining import join_on_the_spot
from xiachen.mobilisation.operations.report_ins import ReportInEntry, report_in
from xiachen.people.models.accounts import Account
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role, Scope

NOON = clock_at(12, 0)
NEXT = DAY + timedelta(days=1)
ALWAYS = datetime.min.replace(tzinfo=UTC)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def day(world: World) -> World:
    """Ten sent in a team and one joined; one is excused, eight reported in, seven signed in."""
    organiser, worker = world.scope(Role.ORGANISER), world.scope(Role.COMMUNITY_WORKER)
    dispatch(
        organiser,
        document=world.document.pk,
        organisation=world.bureau.pk,
        community=FENGLIN,
        members=world.sent,
        sent_on=BEFORE,
        at=MORNING,
    )
    join_on_the_spot(
        world.scope(Role.SECRETARY),
        community=FENGLIN,
        member=world.local,
        occurred_at=MORNING,
        at=MORNING,
    )
    team = form_team(organiser, type="work-team", name="观测局工作队", formed_on=BEFORE, at=MORNING)
    added = add_members(organiser, team=team.pk, members=world.sent, from_day=BEFORE)
    assert all(one.new for one in added)
    assign_team(organiser, team=team.pk, community=FENGLIN, from_day=BEFORE)
    excuse(
        world.scope(Role.LIAISON),
        member=world.sent[9],
        reason="ill",
        from_day=BEFORE,
        to_day=NEXT,
        at=MORNING,
    )
    report_in(
        worker,
        entries=[
            ReportInEntry(
                id=uuid7(), community=FENGLIN, channel="unit", occurred_at=MORNING, member=member
            )
            for member in world.sent[:8]
        ],
        at=MORNING,
    )
    signed = [entry(member, clock_at(8, 10)) for member in world.sent[:7]]
    assert all(one.new for one in check_in(worker, entries=signed, at=NOON))
    return world


def opened(scope: Scope, show: str = "", on: datetime = NOON) -> object:
    page = open_first_page(scope, day=DAY, since=ALWAYS, at=on, asked=Asked(show=show))
    return page.own


def secretary(world: World, show: str = "") -> SecretaryHome:
    home = opened(world.scope(Role.SECRETARY), show)
    assert isinstance(home, SecretaryHome)
    return home


def street(world: World) -> StreetHome:
    home = opened(world.scope(Role.STREET))
    assert isinstance(home, StreetHome)
    return home


def names(people: list[Person]) -> set[str]:
    return {one.name for one in people}


def want(world: World, community: int, wanted: int) -> None:
    say_strength(
        world.scope(Role.STREET), community=community, wanted=wanted, from_day=DAY, at=NOON
    )


def ask(world: World, **other: object) -> TeamMove:
    given: dict[str, object] = {"people": None, "at": NOON, **other}
    return ask_move(
        world.scope(Role.STREET),
        team=Team.objects.get(name="观测局工作队").pk,
        giving=FENGLIN,
        receiving=ZISONG,
        from_day=NEXT,
        reason="紫菘缺人",
        **given,  # type: ignore[arg-type]
    )


def test_the_secretary_sees_who_is_missing_first_and_why(day: World) -> None:
    home = secretary(day)
    assert [one.count for one in home.numbers] == [10, 7, 3, 0]
    assert {one.name: one.whereabouts for one in home.people} == {
        SENT[7]: Whereabouts.ABSENT,
        SENT[8]: Whereabouts.UNREPORTED,
        LOCAL: Whereabouts.ABSENT,
    }
    assert {one.name: one.teams for one in home.people}[SENT[7]] == ["观测局工作队"]
    assert home.total == 11


def test_the_secretary_reads_who_is_off_duty_in_a_list_of_its_own(day: World) -> None:
    unwell = (day.sent[0], day.sent[7], day.sent[8])
    said = [
        HealthEntry(id=uuid7(), community=FENGLIN, member=one, occurred_at=NOON, well=False)
        for one in unwell
    ]
    assert all(
        one.new for one in state_health(day.scope(Role.COMMUNITY_WORKER), entries=said, at=NOON)
    )
    home = secretary(day)
    assert names(home.people) == {LOCAL}
    assert [one.count for one in home.numbers] == [10, 7, 1, 0]
    assert names(secretary(day, "off-duty").people) == {SENT[7]}
    assert names(secretary(day, "off-duty-before").people) == {SENT[8]}
    sent_off = {one.name for one in secretary(day, "on-site").people if one.sent_off}
    assert sent_off == {SENT[0]}


def test_the_lists_hold_the_excused_and_those_on_site_with_their_times(day: World) -> None:
    assert names(secretary(day, "excused").people) == {SENT[9]}
    on_site = secretary(day, "on-site").people
    assert names(on_site) == set(SENT[:7])
    assert {str(one.sign_in) for one in on_site} == {"8:10"}
    assert names(secretary(day, "everybody").people) == {*SENT, LOCAL}
    assert names(secretary(day, "no-such-list").people) == names(secretary(day).people)


def test_the_secretary_accuses_nobody_where_no_sign_in_is_recorded(day: World) -> None:
    asked = Asked(show="not-recorded")
    scope = day.scope(Role.SECRETARY)
    home = open_first_page(scope, day=NEXT, since=ALWAYS, at=NOON, asked=asked).own
    assert isinstance(home, SecretaryHome)
    assert [one.count for one in home.numbers] == [10, 0, 1, 0]
    assert names(home.people) == {*SENT[:8], LOCAL}
    assert {(one.why, one.missing) for one in home.people} == {("未记录到岗", False)}


def test_whoever_leaves_is_named_with_the_day_and_where_to(day: World) -> None:
    move = ask(day)
    home = secretary(day)
    assert home.asked == [move]
    answer_move(day.scope(Role.SECRETARY), move=move.pk, agrees=True, at=NOON)
    leaving = secretary(day, "leaving").people
    assert names(leaving) == set(SENT)
    assert {(one.last_day, one.moved_to) for one in leaving} == {(DAY, day.zisong.name)}


def test_the_audit_says_whom_the_page_named(day: World) -> None:
    secretary(day)
    seen = AuditEntry.objects.filter(action="command.open-first-page").latest("at")
    assert set(seen.targets) == {day.sent[7], day.sent[8], day.local}


def test_the_secretary_next_door_sees_nobody_of_here(day: World) -> None:
    want(day, FENGLIN, 15)
    home = opened(day.stranger, "everybody")
    assert isinstance(home, SecretaryHome)
    assert home.people == [] and [one.community.pk for one in home.forces] == [ZISONG]
    ask(day)
    told = opened(day.stranger)
    assert isinstance(told, SecretaryHome)
    assert told.asked == [] and len(told.coming) == 1


def test_the_street_sees_the_gap_first_and_who_could_help(day: World) -> None:
    want(day, FENGLIN, 7)
    want(day, ZISONG, 6)
    home = street(day)
    assert [line.force.community.pk for line in home.lines] == [ZISONG, FENGLIN]
    assert [(line.force.belonging, line.on_site) for line in home.lines] == [(0, 0), (11, 7)]
    assert (home.wanted, home.there, home.gap, home.surplus, home.on_site) == (13, 11, 6, 4, 7)
    (proposal,) = home.proposals
    assert (proposal.giving.pk, proposal.receiving.pk, proposal.people) == (FENGLIN, ZISONG, 4)
    assert home.named == []


def test_a_request_that_waits_too_long_is_urgent_to_both_sides(day: World) -> None:
    ask(day)
    late = NOON + timedelta(days=1)
    for role in (Role.STREET, Role.SECRETARY, Role.ORGANISER):
        page = open_first_page(day.scope(role), day=DAY, since=ALWAYS, at=late, asked=Asked())
        waiting = [one for one in page.desk.waiting if one.page == "deployment:moves"]
        assert [one.urgent for one in waiting] == [True], role
    home = opened(day.scope(Role.STREET), on=late)
    assert isinstance(home, StreetHome) and home.open_moves[0][1]
    early = open_first_page(
        day.scope(Role.SECRETARY), day=DAY, since=ALWAYS, at=NOON, asked=Asked()
    )
    (line,) = (one for one in early.desk.waiting if one.page == "deployment:moves")
    assert not line.urgent and line.since == NOON


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.STREET])
def test_the_number_of_statements_does_not_grow_with_the_people(day: World, role: Role) -> None:
    scope = day.scope(role)
    counts = []
    for show in ("excused", "everybody"):
        with CaptureQueriesContext(connection) as asked:
            opened(scope, show)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def browser(username: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(Account.objects.get(username=username), BACKEND)
    client.get("/", {"day": DAY.isoformat()})
    return client


def test_the_pages_are_shown_with_what_can_be_done(day: World) -> None:
    want(day, FENGLIN, 7)
    want(day, ZISONG, 6)
    page = browser("secretary").get("/").content.decode()
    assert all(name in page for name in (SENT[7], SENT[8], LOCAL)) and SENT[0] not in page
    assert "Say “enough, thank you”" in page and "4 more than wanted" in page
    page = browser("street").get("/").content.decode()
    assert f"giving={FENGLIN}&amp;receiving={ZISONG}&amp;people=4" in page
    assert not any(name in page for name in SENT)
    page = browser("outsider").get("/").content.decode()
    assert not any(name in page for name in (*SENT, LOCAL))


def test_enough_is_said_from_the_first_page(day: World) -> None:
    client = browser("secretary")
    client.post(f"/deployment/strength/{FENGLIN}/enough", {"from_day": DAY.isoformat()})
    (force,) = secretary(day).forces
    assert force.enough and force.wanted == 11
