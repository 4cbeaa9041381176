"""Certificates of a team or a community in one go: issued together, printed a sheet each."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.attendance.screens import signed_in, text
from tests.attendance.test_duty import LATER, serve
from tests.attendance.town import Town
from tests.world import DAY, FENGLIN, LOCAL, MORNING, SENT, ZISONG
from xiachen.attendance.models.certificates import Certificate
from xiachen.attendance.models.records import CheckIn
from xiachen.attendance.operations.certificates import (
    issue_certificate,
    issue_certificates,
    withdraw_certificate,
)
from xiachen.attendance.operations.check_ins import correct_check_in
from xiachen.attendance.queries.certified import Group, certified, members_of
from xiachen.attendance.rules import certificates as rules
from xiachen.attendance.screens import certificates as screens
from xiachen.base import clock
from xiachen.base.errors import Forbidden, NotFound
from xiachen.deployment.operations.teams import add_members, form_team
from xiachen.people.operations.accounts import give_grant
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role
from xiachen.site.scoping import scope_of

LAST = DAY + timedelta(days=9)
PAGE = f"/attendance/certificates/?day={LAST}"


@pytest.fixture
def served(town: Town) -> Town:
    """Three have served in Fenglin, one of them also next door; seven of the ten never came."""
    first, second, third = town.world.sent[:3]
    for one in (first, second, third):
        serve(town, one, 0, 2, until=17)
    serve(town, third, 3, 1, until=12, community=ZISONG)
    return town


def team_of(town: Town, members: list[UUID]) -> UUID:
    """Form the bureau's team of some people."""
    organiser = town.world.scope(Role.ORGANISER)
    team = form_team(
        organiser,
        type="work-team",
        name="枫林工作队",
        formed_on=DAY,
        organisation=town.world.bureau.pk,
        at=MORNING,
    )
    add_members(town.world.system, team=team.pk, members=members, from_day=DAY)
    return team.pk


def everybody(town: Town, **asked: object) -> list[UUID]:
    return members_of(town.liaison, day=LAST, group=Group(**asked))  # type: ignore[arg-type]


def test_all_get_what_each_would_get_alone(served: Town) -> None:
    first, second, third = served.world.sent[:3]
    alone = issue_certificate(served.liaison, member=first, day=LAST, at=LATER)
    never = served.world.sent[5]
    outcomes = issue_certificates(
        served.liaison, members=[first, second, third, never], day=LAST, at=LATER
    )
    assert [one.id for one in outcomes] == [first, second, third, never]
    assert [one.new for one in outcomes] == [False, True, True, False]
    assert outcomes[0].already
    assert isinstance(outcomes[3].refusal, rules.NothingServed)
    papers = {one.member_id: one for one in Certificate.objects.all()}
    assert papers[first].pk == alone.pk
    assert (papers[second].minutes, papers[second].days) == (18 * 60, 2)
    assert (papers[third].minutes, len(papers[third].places)) == (22 * 60, 2)
    acts = AuditEntry.objects.filter(action="attendance.issue-certificate")
    assert {one.subject for one in acts} == {first, second, third}


def test_a_withdrawn_one_is_issued_again_and_a_changed_one_takes_the_place(served: Town) -> None:
    first, second = served.world.sent[:2]
    group = [first, second]
    issue_certificates(served.liaison, members=group, day=LAST, at=LATER)
    gone = Certificate.objects.get(member=first)
    withdraw_certificate(served.liaison, certificate=gone.pk, at=LATER, reason="记录有误")
    serve(served, second, 4, 1, until=17)
    found = certified(served.liaison, day=LAST, group=Group())
    assert (found.total, found.with_paper, found.wanting) == (3, 1, 3)
    outcomes = issue_certificates(served.liaison, members=group, day=LAST, at=LATER)
    assert [one.new for one in outcomes] == [True, True]
    found = certified(served.liaison, day=LAST, group=Group())
    assert (found.with_paper, found.wanting) == (2, 1)
    assert Certificate.objects.filter(member=second).count() == 2


def test_a_paper_is_not_replaced_by_one_that_tells_of_fewer_days(served: Town) -> None:
    """Whoever looks at a day gone by issues nothing that would make valid papers look outdated."""
    group = served.world.sent[:3]
    issue_certificates(served.liaison, members=group[:2], day=LAST, at=LATER)
    found = certified(served.liaison, day=DAY, group=Group())
    assert (found.with_paper, found.wanting) == (2, 1)
    page = text(signed_in(served, Role.LIAISON).get(f"/attendance/certificates/?day={DAY}"))
    assert "up to March 2" in page and "out of date</span>" not in page
    outcomes = issue_certificates(served.liaison, members=group, day=DAY, at=LATER)
    assert [one.new for one in outcomes] == [False, False, True]
    assert isinstance(outcomes[0].refusal, rules.CertifiedFurther)
    with pytest.raises(rules.CertifiedFurther):
        issue_certificate(served.liaison, member=group[0], day=DAY, at=LATER)
    assert not Certificate.objects.exclude(reversed_by=None).exists()
    # What the records no longer tell of a day is put right from that day on.
    correct_check_in(
        served.secretary,
        community=FENGLIN,
        check_in=CheckIn.objects.get(member=group[0], day=DAY + timedelta(days=1)).pk,
        occurred_at=None,
        at=LATER,
        reason="记错人",
    )
    (outcome,) = issue_certificates(served.liaison, members=group[:1], day=LAST, at=LATER)
    assert outcome.new


def test_who_certifies_nobody_certifies_no_group_and_nobody_is_certified_out_of_reach(
    served: Town,
) -> None:
    for scope in (served.local, served.secretary, served.outsider):
        with pytest.raises(Forbidden):
            issue_certificates(scope, members=served.world.sent[:1], day=LAST, at=LATER)
        with pytest.raises(Forbidden):
            members_of(scope, day=LAST, group=Group())
    neighbour = served.world.members["阚沐阳"]
    (outcome,) = issue_certificates(served.liaison, members=[neighbour], day=LAST, at=LATER)
    assert isinstance(outcome.refusal, NotFound)
    assert not Certificate.objects.exists()


def test_a_group_is_a_team_or_a_community_or_both(served: Town) -> None:
    first, second, third = served.world.sent[:3]
    team = team_of(served, [second, third, served.world.sent[7]])
    assert set(everybody(served)) == {first, second, third}
    assert set(everybody(served, team=team)) == {second, third}
    assert everybody(served, community=ZISONG) == [third]
    assert everybody(served, team=team, community=ZISONG) == [third]
    assert set(everybody(served, community=FENGLIN)) == {first, second, third}
    with pytest.raises(NotFound):
        everybody(served, team=served.incident)


def test_a_leader_certifies_the_own_team_and_nobody_else(served: Town) -> None:
    first, second, third = served.world.sent[:3]
    team = team_of(served, [second, third])
    grant = give_grant(
        served.world.system,
        account=served.world.accounts[Role.BRANCH_SECRETARY].pk,
        role=Role.TEAM_LEADER,
        team=team,
        incident=served.incident,
        from_day=DAY,
    )
    leader = scope_of(grant)
    assert set(members_of(leader, day=LAST, group=Group(team=team))) == {second, third}
    outcomes = issue_certificates(leader, members=[second, third], day=LAST, at=LATER)
    assert all(one.new for one in outcomes)
    assert {one.role for one in Certificate.objects.all()} == {Role.TEAM_LEADER}
    (outcome,) = issue_certificates(leader, members=[first], day=LAST, at=LATER)
    assert isinstance(outcome.refusal, NotFound)


def test_more_than_paper_can_take_are_asked_for_in_parts(
    served: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xiachen.attendance.queries.certified.MOST_AT_ONCE", 2)
    with pytest.raises(rules.TooManyToCertify):
        everybody(served)
    assert everybody(served, community=ZISONG)
    page = text(signed_in(served, Role.LIAISON).get(PAGE))
    assert "3 people are too many for one go." in page
    assert "Issue" not in page.split("</form>")[-1]


def test_many_cost_no_more_questions_than_few(served: Town) -> None:
    def questions(members: list[UUID]) -> int:
        with CaptureQueriesContext(connection) as caught:
            issue_certificates(served.liaison, members=members, day=LAST, at=LATER)
        return len(caught)

    few = questions(served.world.sent[:1])
    assert questions(served.world.sent[1:3]) == few


def test_they_are_issued_from_a_page_and_printed_a_sheet_each(
    served: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: LATER)
    serve(served, served.world.sent[0], 5, 1)
    client = signed_in(served, Role.LIAISON)
    assert "/attendance/certificates/" in text(client.get(f"/attendance/hours/?day={LAST}"))
    page = text(client.get(PAGE))
    assert "3 people have been on duty." in page
    assert "1 person has days that lack a sign-out" in page
    assert page.count("not issued yet") == 3
    answer = client.post("/attendance/certificates/issue", {"community": FENGLIN}, follow=True)
    sheets = text(answer)
    assert "3 certificates issued" in sheets
    assert sheets.count("<article") == sheets.count("data:image/svg+xml") == 3
    assert all(name in sheets for name in SENT[:3]) and LOCAL not in sheets
    assert "22.0 h" in sheets and "(time without a sign-out on 1 day not counted)" in sheets
    (seen,) = AuditEntry.objects.filter(action="attendance.view-certificates").order_by("-id")[:1]
    assert set(seen.targets) == set(served.world.sent[:3])
    again = client.post("/attendance/certificates/issue", {"community": ZISONG}, follow=True)
    assert "0 certificates issued; 1 stands as it was" in text(again)
    page = text(client.get(PAGE))
    assert "All hold a certificate that is up to date." in page and "Print 3 certificates" in page


def test_a_page_of_a_group_notes_those_whom_it_names(
    served: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screens, "LINES", 2)
    client = signed_in(served, Role.LIAISON)
    pages = [text(client.get(f"{PAGE}&page={number}")) for number in (1, 2)]
    assert [page.count("not issued yet") for page in pages] == [2, 1]
    assert all("3 people have been on duty." in page for page in pages)
    acts = AuditEntry.objects.filter(action="attendance.view-certificates").order_by("id")
    first, second = (set(act.targets) for act in acts)
    assert (len(first), len(second)) == (2, 1)
    assert first | second == set(served.world.sent[:3])


def test_nobody_else_opens_the_pages_of_certificates(served: Town) -> None:
    for role in (Role.MEMBER, Role.SECRETARY, Role.HEADQUARTERS):
        client = signed_in(served, role)
        assert client.get(PAGE).status_code == 403
        assert client.get("/attendance/certificates/print").status_code == 403
        assert client.post("/attendance/certificates/issue").status_code == 403
    outsider = Client()
    outsider.force_login(
        served.world.outsider.account, "allauth.account.auth_backends.AuthenticationBackend"
    )
    assert outsider.get(PAGE).status_code == 403


def test_a_spoilt_address_names_no_group(served: Town) -> None:
    client = signed_in(served, Role.LIAISON)
    assert client.get("/attendance/certificates/?team=x").status_code == 404
    page = text(client.get(f"{PAGE}&community=nowhere"))
    assert "3 people have been on duty." in page
