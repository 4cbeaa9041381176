"""The first day in Fenglin, from the report-in to revision 2, in real browsers."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.arrival import TEAM, Arrival, send
from tests.journeys.visitor import Visit, Visitor
from tests.world import FENGLIN, LOCAL, NAMES, SENT, World

pytestmark = pytest.mark.browser

NEED, WORK = "没有运输车辆，请安排运送蔬菜", "南门进出人员体温检测"


@pytest.fixture
def arrival(committed_world: World) -> Arrival:
    return send(committed_world)


def test_the_first_day(arrival: Arrival, visit: Visit) -> None:
    leader, secretary = visit("leader"), visit("secretary")
    _takes_the_report_ins(leader)
    _accepts_who_joins(secretary)
    _takes_into_the_team(leader)
    _signs_the_team_in(leader)
    _forms_four_squads(leader)
    _issues_tasks(secretary)
    member = visit("member", width=360)
    _signs_in_claims_and_finishes(member)
    _confirms(secretary)
    headquarters = visit("headquarters")
    first = _issues_the_bulletin(headquarters)
    rows = _opens_a_number(headquarters)
    _corrects_a_sign_in(headquarters)
    second = _issues_revision_2(headquarters, first)
    _sees_nothing(visit("outsider"), arrival, (first, rows, second))
    for one in (leader, secretary, member, headquarters):
        one.check()


def _takes_the_report_ins(leader: Visitor) -> None:
    leader.link("10 people are expected and have not reported in.")
    expect(leader.page.get_by_role("checkbox", name=SENT[0])).to_be_checked()
    leader.button("Report in those ticked")
    leader.reads("10 report-ins taken.")
    expect(leader.page.locator(".figure", has_text="Not reported yet")).to_contain_text("0")


def _accepts_who_joins(secretary: Visitor) -> None:
    secretary.link("Report-in")
    secretary.link("Somebody joins on the spot")
    secretary.page.get_by_role("searchbox").fill(LOCAL)
    secretary.button("Search")
    secretary.button("Accept and report in", secretary.page.locator("li", has_text=LOCAL))
    secretary.reads("Accepted, and reported in.")
    expect(secretary.page.locator("tr", has_text=LOCAL)).to_contain_text("joined on the spot")


def _takes_into_the_team(leader: Visitor) -> None:
    leader.link("Teams")
    leader.link(TEAM)
    leader.page.get_by_role("checkbox", name=LOCAL).check()
    leader.button("Add to the team")
    leader.reads("1 person added.", "People · 11")


def _signs_the_team_in(leader: Visitor) -> None:
    leader.link("Attendance")
    leader.page.get_by_label("all 11 who have not signed in").check()
    # The eleventh has a phone and signs in alone.
    leader.page.get_by_role("checkbox", name=LOCAL).uncheck()
    leader.button("Sign those chosen in")
    leader.reads("10 people are signed in.")
    expect(leader.page.locator("tr", has_text=SENT[0])).to_contain_text("late")
    leader.link("late 10")
    expect(leader.page.locator("tbody tr")).to_have_count(10)


def _forms_four_squads(leader: Visitor) -> None:
    leader.link("Teams")
    leader.link(TEAM)
    leader.link("Form squads")
    leader.fill("Number of squads", "3")
    leader.button("Preview the split")
    leader.reads("11 people in groups of 2 to 3 need at least 4 and at most 5 groups.")
    leader.fill("Number of squads", "4")
    leader.button("Preview the split")
    leader.reads("3 / 3 / 3 / 2")
    leader.button("Form squads")
    leader.reads("Squad 4 · 2")


def _issues_tasks(secretary: Visitor) -> None:
    for kind, title in (("vehicles", NEED), ("temperature-check", WORK)):
        secretary.link("Tasks")
        secretary.link("Issue a task")
        secretary.page.get_by_label("Kind").select_option(kind)
        secretary.fill("What is to be done", title)
        secretary.button("Issue the task")
        secretary.reads("The task is on the list.", title)


def _signs_in_claims_and_finishes(member: Visitor) -> None:
    member.reads("You have not signed in today.")
    member.link("You have not signed in today.")
    member.button("Sign in now")
    member.reads("You are signed in.", "late by")
    member.button("Claim", member.page.locator("li", has_text=NEED))
    member.reads("The task is yours.")
    member.fill("Persons served", "3")
    member.button("Finished")
    member.reads("Finished. It counts as work")
    member.check()


def _confirms(secretary: Visitor) -> None:
    secretary.link("Today")
    secretary.link("1 finished task waits for the community's word.")
    secretary.button("Confirm", secretary.page.locator("tr", has_text=NEED))
    secretary.reads("The work is confirmed.")
    expect(secretary.page.locator("tr", has_text=NEED)).to_contain_text("confirmed")


def _issues_the_bulletin(headquarters: Visitor) -> str:
    headquarters.link("The day's bulletin has not been issued.")
    headquarters.link("Issue a bulletin")
    headquarters.button("Freeze the figures and issue")
    headquarters.reads("Revision 1 is issued.")
    expect(headquarters.page.locator("#text")).to_contain_text("11 people on site")
    return headquarters.path


def _opens_a_number(headquarters: Visitor) -> str:
    named = headquarters.page.get_by_role("rowheader", name="On site", exact=True)
    line = headquarters.page.locator("tr", has=named)
    line.get_by_role("link", name="11 people").click()
    headquarters.reads("11 rows")
    names = headquarters.page.locator("tbody tr td:first-child").all_inner_texts()
    assert len(names) == 11
    assert all(re.fullmatch(r"[\u4e00-\u9fff]{1,2}\*+", name) for name in names), names
    assert [name for name in NAMES if name in headquarters.text] == []
    return headquarters.path


def _corrects_a_sign_in(headquarters: Visitor) -> None:
    headquarters.link("Attendance")
    headquarters.page.get_by_label("Community", exact=True).select_option(str(FENGLIN))
    headquarters.button("Show")
    headquarters.page.get_by_role("link", name=re.compile("^Correct .* sign-in at ")).first.click()
    headquarters.fill("Right time", "00:00")
    headquarters.fill("Reason", "登记时看错时间")
    headquarters.button("Record the correction")
    headquarters.reads("The correction is recorded; the former time is kept.", "late 10")


def _issues_revision_2(headquarters: Visitor, first: str) -> str:
    headquarters.go(first)
    headquarters.link("Issue a revision")
    headquarters.button("Freeze the figures and issue")
    headquarters.reads("revision")  # without a reason there is none
    assert headquarters.path.startswith("/command/bulletins/issue/")
    headquarters.fill("Reason for the revision", "更正一条签到")
    headquarters.button("Freeze the figures and issue")
    headquarters.reads("Revision 2 is issued.", "What this revision changes")
    named = headquarters.page.get_by_role("rowheader", name="Late", exact=True)
    changed = headquarters.page.locator("tr", has=named).first
    assert changed.get_by_role("cell").all_inner_texts()[:2] == ["11 people", "10 people"]
    headquarters.reads("更正一条签到")
    second = headquarters.path
    headquarters.go(first)
    headquarters.reads("replaced by a later revision")
    return second


def _sees_nothing(outsider: Visitor, arrival: Arrival, opened: tuple[str, ...]) -> None:
    values = outsider.page.locator(".figure-value").all_inner_texts()
    assert values and all(re.match(r"0\b", value) for value in values), values
    for page in (
        "/mobilisation/",
        "/deployment/",
        "/attendance/",
        "/needs/",
        "/command/bulletins/",
    ):
        outsider.go(page)
        assert not [name for name in (*SENT, LOCAL, TEAM, NEED) if name in outsider.text], page
    closed = (
        f"/attendance/?community={FENGLIN}",
        f"/mobilisation/{FENGLIN}/",
        f"/deployment/teams/{arrival.team}/",
        f"/deployment/hand-over/{FENGLIN}/{arrival.team}",
        f"/needs/{FENGLIN}/issue",
        f"/command/figures/attendance.present/?division={FENGLIN}",
        *opened,
    )
    for address in closed:
        assert outsider.go(address).status in (403, 404), address
        words = outsider.page.locator(".message.refusal").inner_text()
        assert "not within your responsibility" in words or "may not do this here" in words
    outsider.check()
