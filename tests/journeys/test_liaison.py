"""The liaison chases three missing people until the list is shorter by all three."""

import pytest
from playwright.sync_api import expect

from tests.journeys.arrival import send
from tests.journeys.visitor import Visit
from tests.world import FENGLIN, LOCAL, SENT, World
from xiachen.attendance.operations.check_ins import CheckInEntry, check_in
from xiachen.base import clock
from xiachen.base.ids import uuid7
from xiachen.command.models import Reminder
from xiachen.mobilisation.operations.joining import join_on_the_spot
from xiachen.mobilisation.operations.report_ins import ReportInEntry, report_in
from xiachen.privacy.scope import Role

pytestmark = pytest.mark.browser

# The first has not reported in and is on a journey, the second has and is not on site, the third
# will come.
AWAY, LATE, COMING = SENT[7], SENT[8], SENT[9]


def test_the_liaison_chases_three_missing_people(committed_world: World, visit: Visit) -> None:
    world = committed_world
    _seven_are_on_site(world)
    liaison = visit("liaison", width=1440)
    page = liaison.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    liaison.reads("My people", AWAY, LATE, COMING)
    rows = page.locator("#own tbody tr")
    expect(rows.filter(has_text=AWAY)).to_contain_text("ot reported in")
    expect(rows.filter(has_text=LATE)).to_contain_text("eported in, not on site")
    liaison.check()

    # One text for all of them, copied.
    for box in page.locator("[name=members]").all():
        name = box.get_attribute("aria-label")
        box.set_checked(name in (AWAY, LATE, COMING))
    liaison.button("Write a reminder to those ticked")
    liaison.reads("3 people were reminded")
    liaison.button("Copy the text")
    page.get_by_role("button", name="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert all(name in copied for name in (AWAY, LATE, COMING))
    assert SENT[0] not in copied
    assert Reminder.objects.filter(kind="reminded").count() == 3
    liaison.check()

    # The first is excused, with the reason.
    page.locator("a.back").click()
    liaison.link(AWAY)
    page.select_option("[name=reason]", "away")
    liaison.button("Excuse")
    liaison.reads("Excused.")
    expect(page.locator("#own")).not_to_contain_text(AWAY)

    # What the second says is written down, and explains it.
    liaison.link(LATE)
    page.fill("[name=words]", "车在路上坏了，十点到")
    page.check("[name=excuses]")
    liaison.button("Record the answer")
    liaison.reads("The answer is recorded.")
    expect(page.locator("#own")).not_to_contain_text(LATE)
    expect(page.locator("#own")).to_contain_text(COMING)

    # The third reports in and signs in at the community.
    secretary = visit("secretary", width=360)
    secretary.go(f"/mobilisation/{FENGLIN}/?show=waiting")
    row = secretary.page.locator("tr").filter(has_text=COMING)
    secretary.button("Report in", within=row)
    expect(row.get_by_role("link", name="Take back")).to_be_visible()
    _sign_in(world, [world.sent[9]])
    liaison.go("/")
    expect(page.locator("#own")).not_to_contain_text(COMING)
    liaison.go("/?show=answered")
    liaison.reads(LATE, "车在路上坏了，十点到")
    liaison.go("/?show=excused")
    liaison.reads(AWAY)
    liaison.photograph("liaison-home")
    liaison.check()


def _seven_are_on_site(world: World) -> None:
    """Seven of the ten sent are on site, and so is Local; the ninth has only reported in."""
    send(world)
    now = clock.now()
    join_on_the_spot(
        world.scope(Role.SECRETARY),
        community=FENGLIN,
        member=world.members[LOCAL],
        occurred_at=now,
        at=now,
    )
    entries = [
        ReportInEntry(id=uuid7(), community=FENGLIN, channel="unit", occurred_at=now, member=one)
        for one in [*world.sent[:7], world.sent[8], world.local]
    ]
    outcomes = report_in(world.scope(Role.COMMUNITY_WORKER), entries=entries, at=now)
    assert all(one.refusal is None for one in outcomes)
    _sign_in(world, [*world.sent[:7], world.local])


def _sign_in(world: World, members: list[object]) -> None:
    now = clock.now()
    entries = [
        CheckInEntry(id=uuid7(), community=FENGLIN, member=one, occurred_at=now)  # type: ignore[arg-type]
        for one in members
    ]
    outcomes = check_in(world.scope(Role.COMMUNITY_WORKER), entries=entries, at=now)
    assert all(one.new for one in outcomes)
