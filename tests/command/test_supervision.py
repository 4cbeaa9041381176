"""Supervision items: asked with a term, answered by those asked, closed by whoever issued them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connections
from django.test import Client

from tests.attendance.town import arrive, clock_at
from tests.world import BEFORE, DAY, FENGLIN, LIAISON, SECRETARY, SENT, ZISONG, World, prove_twice
from xiachen.base import clock
from xiachen.base.errors import Forbidden, NotFound, Refused
from xiachen.command.models import Supervision, SupervisionStep
from xiachen.command.operations.supervision import (
    Asked,
    answer_supervision,
    close_supervision,
    issue_supervision,
    remind_supervision,
    send_back_supervision,
    view_supervision,
    view_supervisions,
    withdraw_supervision,
)
from xiachen.command.queries import house, supervision
from xiachen.command.queries.counted import ANSWERED, ISSUED, OVERDUE
from xiachen.command.queries.desk import desk
from xiachen.command.rules.supervision import (
    AnsweredAlready,
    AskedOfNobody,
    NotAnswered,
    NotAsked,
    NotIssuer,
    SupervisionEnded,
    SupervisionWordsMissing,
    TermPassed,
)
from xiachen.deployment.operations.teams import add_members, assign_team, form_team
from xiachen.privacy.masking import mask_name
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role, Scope

MORNING = clock_at(9, 0)
TERM = clock_at(18, 0)
ALWAYS = datetime.min.replace(tzinfo=UTC)


def ask(
    world: World,
    asked: Asked | None = None,
    *,
    title: str = "核实未报到人员",
    by: Role = Role.HEADQUARTERS,
) -> Supervision:
    return issue_supervision(
        world.scope(by),
        asked=asked or Asked(organisation=world.city_bureau.pk),
        title=title,
        details="逐人说明原因",
        term=TERM,
        document=world.document.pk,
        at=MORNING,
    )


def team_of(world: World) -> tuple[UUID, Scope]:
    """Form the bureau's team in Fenglin, and return the scope of its leader."""
    organiser = world.scope(Role.ORGANISER)
    team = form_team(
        organiser,
        type="work-team",
        name="枫林工作队",
        formed_on=BEFORE,
        organisation=world.bureau.pk,
        at=MORNING,
    ).pk
    add_members(organiser, team=team, members=[world.sent[0]], from_day=BEFORE, post="leader")
    assign_team(organiser, team=team, community=FENGLIN, from_day=BEFORE)
    leader = replace(
        world.scope(Role.LIAISON),
        role=Role.TEAM_LEADER,
        organisations=frozenset(),
        teams=frozenset({team}),
        member=world.sent[0],
    )
    return team, leader


def test_whoever_is_asked_answers_and_whoever_asked_closes(world: World) -> None:
    team, leader = team_of(world)
    officer = replace(world.scope(Role.MEMBER), member=world.sent[1])
    cases = [
        (Asked(organisation=world.city_bureau.pk), world.scope(Role.LIAISON)),
        (Asked(team=team), leader),
        (Asked(community=FENGLIN), world.scope(Role.SECRETARY)),
        (Asked(member=world.local), world.scope(Role.MEMBER)),
    ]
    for asked, theirs in cases:
        item = ask(world, asked)
        assert [one.pk for one in supervision.due(theirs, at=MORNING)] == [item.pk]
        with pytest.raises(Refused) as stopped:
            answer_supervision(officer, supervision=item.pk, words="不是我的", at=MORNING)
        assert isinstance(stopped.value, NotFound | NotAsked)
        answer_supervision(theirs, supervision=item.pk, words="已逐一核实", at=clock_at(10, 0))
        close_supervision(world.scope(Role.HEADQUARTERS), supervision=item.pk, at=clock_at(11, 0))
        assert supervision.due(theirs, at=MORNING) == []
        steps = [
            one.step for one in SupervisionStep.objects.filter(supervision=item).order_by("pk")
        ]
        assert steps == ["issued", "answered", "closed"]


def test_an_answer_that_is_not_enough_is_sent_back_and_answered_again(world: World) -> None:
    item, headquarters = ask(world), world.scope(Role.HEADQUARTERS)
    liaison = world.scope(Role.LIAISON)
    answer_supervision(liaison, supervision=item.pk, words="已办", at=clock_at(10, 0))
    with pytest.raises(AnsweredAlready):
        raise remind_supervision(headquarters, supervisions=[item.pk], at=MORNING)[0].refusal or (
            AssertionError()
        )
    send_back_supervision(headquarters, supervision=item.pk, words="没有名单", at=clock_at(11, 0))
    item.refresh_from_db()
    assert item.state == "open"
    answer_supervision(liaison, supervision=item.pk, words="名单已报", at=clock_at(12, 0))
    story = view_supervision(headquarters, id=item.pk, at=clock_at(12, 0))
    assert [one.words for one in story.steps] == ["", "已办", "没有名单", "名单已报"]
    assert (story.issuer, story.answers, story.line.answered_late) == (True, False, False)


def test_reminders_are_counted_and_nothing_happens_by_itself(world: World) -> None:
    item, headquarters = ask(world), world.scope(Role.HEADQUARTERS)
    for hour in (19, 20):
        outcomes = remind_supervision(
            headquarters, supervisions=[item.pk, world.incident.pk], at=clock_at(hour, 0)
        )
        assert [one.new for one in outcomes] == [True, False]
        assert isinstance(outcomes[1].refusal, NotFound)
    late = clock_at(21, 0)
    line = view_supervisions(headquarters, show="overdue", number=1, at=late).lines[0]
    assert (line.reminded, line.overdue, line.item.state) == (2, True, "open")
    assert view_supervisions(headquarters, show="overdue", number=1, at=MORNING).lines == []


@pytest.mark.parametrize(
    ("act", "refusal"),
    [
        (lambda hq, id: close_supervision(hq, supervision=id, at=MORNING), NotAnswered),
        (
            lambda hq, id: send_back_supervision(hq, supervision=id, words="不够", at=MORNING),
            NotAnswered,
        ),
        (
            lambda hq, id: withdraw_supervision(hq, supervision=id, words=" ", at=MORNING),
            SupervisionWordsMissing,
        ),
        (lambda hq, id: answer_supervision(hq, supervision=id, words="我来", at=MORNING), NotAsked),
    ],
)
def test_an_open_item_refuses_what_cannot_be_done_with_it(
    world: World, act: Callable[[Scope, UUID], object], refusal: type[Refused]
) -> None:
    item = ask(world)
    with pytest.raises(refusal):
        act(world.scope(Role.HEADQUARTERS), item.pk)
    assert SupervisionStep.objects.filter(supervision=item).count() == 1


def test_an_item_that_has_ended_takes_nothing_more(world: World) -> None:
    headquarters, liaison = world.scope(Role.HEADQUARTERS), world.scope(Role.LIAISON)
    item = ask(world)
    withdraw_supervision(headquarters, supervision=item.pk, words="重复", at=MORNING)
    with pytest.raises(SupervisionEnded):
        answer_supervision(liaison, supervision=item.pk, words="已办", at=MORNING)
    refused = remind_supervision(headquarters, supervisions=[item.pk], at=MORNING)[0].refusal
    assert isinstance(refused, SupervisionEnded)


def test_only_the_issuer_decides(world: World) -> None:
    item = ask(world, by=Role.ORGANISER)
    answer_supervision(world.scope(Role.LIAISON), supervision=item.pk, words="已办", at=MORNING)
    with pytest.raises(NotIssuer):  # though its places are headquarters' too
        close_supervision(world.scope(Role.HEADQUARTERS), supervision=item.pk, at=MORNING)
    with pytest.raises(NotIssuer):
        close_supervision(world.scope(Role.LIAISON), supervision=item.pk, at=MORNING)


def test_what_cannot_be_kept_or_is_asked_of_nobody_is_not_issued(world: World) -> None:
    headquarters = world.scope(Role.HEADQUARTERS)
    with pytest.raises(TermPassed):
        issue_supervision(
            headquarters, asked=Asked(community=FENGLIN), title="补报", term=MORNING, at=MORNING
        )
    for asked in (Asked(), Asked(community=FENGLIN, member=world.local)):
        with pytest.raises(AskedOfNobody):
            ask(world, asked)
    with pytest.raises(SupervisionWordsMissing):
        ask(world, Asked(community=FENGLIN), title=" ")
    with pytest.raises(NotFound):  # beyond the street's places
        issue_supervision(
            replace(world.scope(Role.STREET), places=((ZISONG, ZISONG),)),
            asked=Asked(community=FENGLIN),
            title="越界",
            term=TERM,
            at=MORNING,
        )
    with pytest.raises(Forbidden):
        ask(world, Asked(community=FENGLIN), by=Role.SECRETARY)
    assert not Supervision.objects.exists()


def test_the_outsider_reads_nothing_and_does_nothing(world: World) -> None:
    item = ask(world, Asked(community=FENGLIN))
    stranger = world.stranger
    assert not supervision.supervisions(stranger).exists()
    with pytest.raises(NotFound):
        view_supervision(stranger, id=item.pk, at=MORNING)
    with pytest.raises(NotFound):
        answer_supervision(stranger, supervision=item.pk, words="越权", at=MORNING)
    elsewhere = replace(world.scope(Role.HEADQUARTERS), incident=UUID(int=7))
    assert not supervision.supervisions(elsewhere).exists()


def test_the_figures_say_how_many_are_issued_answered_and_overdue(world: World) -> None:
    headquarters, liaison = world.scope(Role.HEADQUARTERS), world.scope(Role.LIAISON)
    first, second, third = (ask(world, title=title) for title in ("甲", "乙", "丙"))
    ask(world, Asked(community=ZISONG), title="丁")
    withdraw_supervision(headquarters, supervision=third.pk, words="重复", at=MORNING)
    for item in (first, second):
        answer_supervision(liaison, supervision=item.pk, words="已办", at=clock_at(10, 0))
    send_back_supervision(headquarters, supervision=second.pk, words="不够", at=clock_at(11, 0))
    cutoff = house.day_so_far(headquarters, DAY)

    def said(scope: Scope) -> list[int]:
        return [int(one.value(scope, cutoff)) for one in (ISSUED, ANSWERED, OVERDUE)]

    assert said(headquarters) == [3, 1, 2]
    assert said(house.narrowed(headquarters, ZISONG)) == [1, 0, 1]
    early = replace(cutoff, occurred_until=clock_at(10, 30))
    assert [int(one.value(headquarters, early)) for one in (ANSWERED, OVERDUE)] == [2, 0]
    assert said(world.stranger) == [1, 0, 1]


def test_the_first_page_says_what_is_due(world: World) -> None:
    ask(world)
    ask(world, title="另一件")
    liaison, headquarters = world.scope(Role.LIAISON), world.scope(Role.HEADQUARTERS)

    def waiting(scope: Scope, at: datetime) -> list[tuple[str, bool]]:
        lines = desk(scope, day=DAY, since=ALWAYS, at=at).waiting
        return [(str(one.words), one.urgent) for one in lines if "督办" in str(one.words)]

    assert waiting(liaison, MORNING) == [("督办2项待答复，2项今天到期", True)]
    assert waiting(liaison, clock_at(19, 0)) == [("督办2项待答复，2项已逾期", True)]
    day_before = MORNING - timedelta(days=1)
    assert waiting(liaison, day_before) == [("督办2项待答复", False)]
    assert waiting(headquarters, MORNING) == []
    for item in supervision.due(liaison, at=MORNING):
        answer_supervision(liaison, supervision=item.pk, words="已办", at=clock_at(10, 0))
    assert waiting(liaison, MORNING) == []
    assert waiting(headquarters, MORNING) == [("2项督办答复等您办结。", False)]


def browser(world: World, role: Role) -> Client:
    client = Client()
    client.cookies["django_language"] = "zh-hans"
    client.force_login(world.accounts[role])
    prove_twice(client)
    return client


def test_the_screens_lead_from_asking_to_closing(world: World) -> None:
    headquarters, liaison = browser(world, Role.HEADQUARTERS), browser(world, Role.LIAISON)
    tomorrow = clock.local_day(clock.now()) + timedelta(days=1)
    asked = {
        "asked": str(world.city_bureau.pk),
        "title": "核实未报到人员",
        "details": "",
        "term_day": tomorrow.isoformat(),
        "term_time": "18:00",
        "document": "",
    }
    page = headquarters.get("/command/supervision/issue?of=unit").content.decode()
    assert world.city_bureau.name in page
    listed = headquarters.post("/command/supervision/issue?of=unit", asked, follow=True)
    item = Supervision.objects.get()
    assert f"/command/supervision/{item.pk}/" in listed.content.decode()
    assert "督办1项待答复" in liaison.get("/").content.decode()
    address = f"/command/supervision/{item.pk}/"
    wrong = liaison.post(f"{address}answer", {"words": ""})
    assert wrong.status_code == 422
    answered = liaison.post(f"{address}answer", {"words": "已逐一核实"}, follow=True)
    assert "已逐一核实" in answered.content.decode()
    assert "办结：答复符合要求" not in answered.content.decode()
    assert "办结：答复符合要求" in headquarters.get(address).content.decode()
    back = headquarters.post(f"{address}send-back", {"words": "没有名单"}, follow=True)
    assert "没有名单" in back.content.decode()
    headquarters.post("/command/supervision/remind", {"items": [str(item.pk), "no-id"]})
    liaison.post(f"{address}answer", {"words": "名单已报"})
    assert liaison.post(f"{address}close").status_code == 403
    closed = headquarters.post(f"{address}close", follow=True).content.decode()
    assert "已办结" in closed
    ended = headquarters.get("/command/supervision/?show=ended").content.decode()
    assert "核实未报到人员" in ended
    assert browser(world, Role.COMMUNITY_WORKER).get(address).status_code == 404
    taken = headquarters.get("/command/supervision/?show=all&as=csv").content.decode("utf-8-sig")
    assert "核实未报到人员" in taken and world.city_bureau.name in taken


def test_a_person_in_charge_is_named_as_the_role_may_see_and_the_audit_says_so(
    world: World,
) -> None:
    arrive(world)
    team_of(world)
    headquarters = browser(world, Role.HEADQUARTERS)
    page = headquarters.get("/command/supervision/issue?of=person").content.decode()
    for name in (SENT[0], LIAISON, SECRETARY):
        assert name not in page
    assert mask_name(SENT[0]) in page and "枫林工作队" in page
    seen = AuditEntry.objects.filter(action="command.view-whom-to-ask").latest("pk")
    assert world.sent[0] in seen.targets
    ask(world, Asked(member=world.sent[0]))
    assert mask_name(SENT[0]) in headquarters.get("/command/supervision/").content.decode()


def test_of_two_who_decide_at_once_the_second_is_told(committed_world: World) -> None:
    world = committed_world
    item, headquarters = ask(world), world.scope(Role.HEADQUARTERS)
    answer_supervision(world.scope(Role.LIAISON), supervision=item.pk, words="已办", at=MORNING)

    def close(_number: int) -> str:
        try:
            close_supervision(headquarters, supervision=item.pk, at=clock_at(10, 0))
        except SupervisionEnded:
            return "told"
        finally:
            connections.close_all()
        return "closed"

    with ThreadPoolExecutor(4) as several:
        said = sorted(several.map(close, range(4)))
    assert said == ["closed", "told", "told", "told"]
    assert SupervisionStep.objects.filter(supervision=item, step="closed").count() == 1
