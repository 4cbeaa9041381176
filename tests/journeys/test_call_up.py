"""From the call-up to a candidate's word, as everybody sees it in a browser."""

import re
from datetime import timedelta

import pytest

from tests.journeys.called import NUMBER, call, issue
from tests.journeys.test_pictures import _look
from tests.journeys.test_sheets import send, workbook
from tests.journeys.visitor import Visit, Visitor
from tests.world import LOCAL, World
from xiachen.base import clock
from xiachen.mobilisation.models.call_ups import CallUp
from xiachen.mobilisation.models.sign_ups import SignUp

pytestmark = pytest.mark.browser

SHEET: list[list[object]] = [
    ["报名表", None, None, None, None],
    ["姓名", "手机号码", "单位", "身份类别", "可下沉天数"],
    ["顾一帆", 13911110001, "市枫林观测局", "党员", 10],
    ["顾二帆", "1391111000", "市枫林观测局", "志愿者", None],
    [LOCAL, None, "市枫林观测局", None, None],
]


def test_every_screen_of_a_call(committed_world: World, visit: Visit) -> None:
    made = call(committed_world)
    there = f"/mobilisation/call-ups/{made.pk}"
    office = [
        ("call-ups", "/mobilisation/call-ups/"),
        ("new-call-up", "/mobilisation/call-ups/new"),
        ("call-up", there),
        ("change-call-up", f"{there}/change"),
        ("quotas", f"{there}/units"),
        ("selection", f"{there}/selection"),
        ("fairness", f"{there}/fairness"),
        ("sign-up-roll-call", f"{there}/roll-call"),
    ]
    screens = {
        "": [("sign-up", f"/sign-up/{made.token}"), ("own-sign-up", f"/sign-up/{made.token}/own")],
        "mobiliser": office,
        "liaison": [("selection", f"{there}/selection")],
        "member": [("my-sign-ups", "/mobilisation/sign-ups/")],
    }
    _look(visit(), screens, "full")


def test_people_are_called_up_entered_selected_and_one_who_waits_confirms(
    committed_world: World, visit: Visit
) -> None:
    issue(committed_world)
    office = visit("mobiliser")
    office.link("Call-ups")
    office.link("Call people up")
    _call(office)
    made = CallUp.objects.get()
    office.page.fill("[name=quotas]", committed_world.city_bureau.name)
    office.button("Ask these units")
    office.reads("units asked", NUMBER)

    send(office, "sign-ups", "报名.xlsx", workbook(SHEET))
    office.button("Confirm and check")
    office.reads("1 line to mend")
    office.page.fill('[name="cell.4.phone"]', "13911110002")
    office.button("Save and check again")
    office.button("Enter all 3 lines")
    office.reads("entered")

    board = f"/mobilisation/call-ups/{made.pk}/selection"
    office.go(f"{board}?state=ready")
    office.reads("3 sign-ups")
    office.page.get_by_label("顾一帆").check()
    office.button("Accept")
    office.reads("Done for 1 person.")
    office.page.get_by_label(LOCAL).check()
    office.button("Put on the waiting list")
    office.reads("Done for 1 person.")
    office.page.get_by_label("顾二帆").check()
    office.page.select_option("[name=reason]", "enough")
    office.button("Refuse")
    office.reads("Done for 1 person.")

    candidate = visit("member")
    candidate.link("Sign-up")
    candidate.reads("0 people wait before you.")
    office.go(f"{board}?state=accepted")
    office.page.get_by_label("顾一帆").check()
    office.page.select_option("[name=reason]", "needed")
    office.button("Refuse")
    candidate.go("/mobilisation/sign-ups/")
    candidate.reads("or the place goes to the next person")
    candidate.button("I will come")
    candidate.reads("Confirmed. Thank you.")
    candidate.check()
    office.check()
    assert dict(SignUp.objects.values_list("member__name", "state")) == {
        "顾一帆": "refused",
        "顾二帆": "refused",
        LOCAL: "confirmed",
    }


def _call(office: Visitor) -> None:
    now = clock.now().astimezone(clock.local_zone())
    page = office.page
    chosen = page.locator("[name=document] option", has_text=NUMBER).get_attribute("value")
    page.select_option("[name=document]", chosen)
    page.select_option("[name=division]", "420111000000")
    page.fill("[name=asks]", "值守卡口、入户排查")
    page.fill("[name=headcount]", "1")
    page.fill("[name=from_day]", f"{now:%Y-%m-%d}")
    page.fill("[name=to_day]", f"{now + timedelta(days=20):%Y-%m-%d}")
    page.fill("[name=opens_at]", f"{now - timedelta(days=1):%Y-%m-%dT%H:%M}")
    page.fill("[name=closes_at]", f"{now + timedelta(days=2):%Y-%m-%dT%H:%M}")
    page.select_option("[name=criterion_0]", "party:full")
    page.fill("[name=weight_0]", "5")
    office.button("Call people up")
    office.reads("The call is open.")
    assert re.search(r"/units$", office.path)
