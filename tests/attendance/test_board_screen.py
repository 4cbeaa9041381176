"""The attendance board in the browser's eyes: the funnel, signing in, correcting, answering."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.attendance.town import EVENING, Town, clock_at
from tests.world import DAY, FENGLIN, LOCAL, SENT, prove_twice
from xiachen.attendance.models.records import Answer, CheckIn, CheckOut
from xiachen.attendance.operations.health import HealthEntry, state_health
from xiachen.base import clock
from xiachen.base.ids import uuid7
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role

BOARD = f"/attendance/?{urlencode({'community': FENGLIN, 'day': DAY})}"


@pytest.fixture
def evening(monkeypatch: pytest.MonkeyPatch) -> None:
    """The doors' clock stands at eight in the evening of the first day."""
    monkeypatch.setattr(clock, "now", lambda: EVENING)


def client_of(town: Town, role: Role) -> Client:
    client = Client()
    client.force_login(
        town.world.accounts[role], "allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def test_the_board_shows_the_funnel_and_the_times_as_people_say_them(
    town: Town, evening: None
) -> None:
    town.sign_in([town.world.local], clock_at(8, 31))
    town.sign_in(town.world.sent[:9])
    town.work(town.world.sent[:8])
    page = client_of(town, Role.SECRETARY).get(BOARD).content.decode()
    assert "8:31, late by 1 minute" in page
    assert page.count("11 people") == 2
    assert "10 people" in page
    assert "8 people" in page
    assert LOCAL in page
    assert AuditEntry.objects.filter(action="attendance.view-board").count() == 1


def test_a_filter_in_the_address_narrows_the_board(town: Town, evening: None) -> None:
    town.sign_in([town.world.local], clock_at(8, 31))
    page = client_of(town, Role.SECRETARY).get(BOARD + "&show=late").content.decode()
    table = page.split("</table>")[0]
    assert LOCAL in table
    assert SENT[0] not in table


def test_one_and_several_are_signed_in_with_a_button(town: Town, evening: None) -> None:
    client = client_of(town, Role.COMMUNITY_WORKER)
    client.get(BOARD)
    chosen = [str(member) for member in town.world.sent[:3]]
    answer = client.post(f"/attendance/{FENGLIN}/sign-in", {"members": chosen, "time": "08:12"})
    assert answer.status_code == 302
    assert CheckIn.objects.filter(occurred_at=clock_at(8, 12), by_proxy=True).count() == 3


def test_signing_in_for_a_day_that_is_over_asks_for_the_time(town: Town) -> None:
    client = client_of(town, Role.COMMUNITY_WORKER)
    client.get(BOARD)
    answer = client.post(
        f"/attendance/{FENGLIN}/sign-in", {"members": [str(town.world.local)], "time": ""}
    )
    assert answer.status_code == 422
    assert "This is not today" in answer.content.decode()
    assert not CheckIn.objects.exists()


def test_a_sign_in_is_corrected_with_a_reason(town: Town, evening: None) -> None:
    town.sign_in([town.world.local], clock_at(8, 31))
    row = CheckIn.objects.get()
    client = client_of(town, Role.SECRETARY)
    client.get(BOARD)
    address = f"/attendance/{FENGLIN}/correct/{row.pk}"
    assert "8:31" in client.get(address).content.decode()
    assert client.post(address, {"time": "08:21"}).status_code == 200
    answer = client.post(address, {"time": "08:21", "reason": "written late from the paper list"})
    assert answer.status_code == 302
    assert CheckIn.objects.standing().get().occurred_at == clock_at(8, 21)


def test_the_answer_of_a_person_is_recorded_and_shown(town: Town, evening: None) -> None:
    client = client_of(town, Role.SECRETARY)
    client.get(BOARD)
    address = f"/attendance/{FENGLIN}/answer/not-present/{town.world.sent[0]}"
    answer = client.post(address, {"words": "went to fetch supplies", "excuses": "on"})
    assert answer.status_code == 302
    assert Answer.objects.get().excuses
    page = client.get(BOARD).content.decode()
    assert "went to fetch supplies" in page
    assert "excused" in page


def test_headquarters_reads_the_board_masked_and_signs_nobody_in(town: Town, evening: None) -> None:
    client = client_of(town, Role.HEADQUARTERS)
    page = client.get(BOARD).content.decode()
    assert SENT[0] not in page
    assert f"{SENT[0][0]}*" in page
    assert 'name="members"' not in page


def test_the_outsider_and_a_member_do_not_open_the_board(town: Town, evening: None) -> None:
    outsider = Client()
    outsider.force_login(
        town.world.outsider.account, "allauth.account.auth_backends.AuthenticationBackend"
    )
    answer = outsider.get(BOARD)
    assert answer.status_code == 403
    assert LOCAL not in answer.content.decode()
    assert client_of(town, Role.MEMBER).get(BOARD).status_code == 403


def test_an_empty_board_says_where_people_come_from(world, evening: None) -> None:  # type: ignore[no-untyped-def]
    town = Town(world=world)
    page = client_of(town, Role.SECRETARY).get(BOARD).content.decode()
    assert "Nobody is expected here on this day." in page


def test_those_on_site_are_signed_out_with_a_button_and_the_hours_stand_beside(
    town: Town, evening: None
) -> None:
    town.sign_in(town.world.sent[:3], clock_at(8, 12))
    client = client_of(town, Role.COMMUNITY_WORKER)
    client.get(BOARD)
    chosen = [str(member) for member in town.world.sent[:2]]
    answer = client.post(f"/attendance/{FENGLIN}/sign-out", {"members": chosen, "time": "17:40"})
    assert answer.status_code == 302
    assert CheckOut.objects.count() == 2
    page = client.get(BOARD).content.decode()
    assert page.count("9 h 28 min") == 2
    nobody = client.post(f"/attendance/{FENGLIN}/sign-out", {"time": "17:40"})
    assert nobody.status_code == 422
    assert "nobody has been chosen yet" in nobody.content.decode()


def test_a_sign_out_after_midnight_is_given_as_such_and_corrected(
    town: Town, evening: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: EVENING + timedelta(hours=12))
    town.sign_in([town.world.local], clock_at(8, 12))
    client = client_of(town, Role.SECRETARY)
    client.get(BOARD)
    given = {"members": [str(town.world.local)], "time": "01:10", "next_day": "on"}
    client.post(f"/attendance/{FENGLIN}/sign-out", given)
    left = CheckOut.objects.get()
    assert left.occurred_at == clock_at(1, 10) + timedelta(days=1)
    address = f"/attendance/{FENGLIN}/correct-out/{left.pk}"
    assert LOCAL in client.get(address).content.decode()
    client.post(address, {"time": "18:00", "reason": "写错了"})
    assert CheckOut.objects.standing().get().occurred_at == clock_at(18, 0)


def test_whoever_has_left_is_signed_in_again_and_each_stay_can_be_corrected(
    town: Town, evening: None
) -> None:
    town.sign_in([town.world.local], clock_at(8, 12))
    client = client_of(town, Role.SECRETARY)
    client.get(BOARD)
    chosen = {"members": [str(town.world.local)]}
    client.post(f"/attendance/{FENGLIN}/sign-out", {**chosen, "time": "12:00"})
    assert "Sign in again" in client.get(BOARD).content.decode()
    client.post(f"/attendance/{FENGLIN}/sign-in", {**chosen, "time": "14:00"})
    client.post(f"/attendance/{FENGLIN}/sign-out", {**chosen, "time": "17:30"})
    page = client.get(BOARD).content.decode()
    assert "3 h 48 min" in page and "3 h 30 min" in page
    back = CheckIn.objects.get(occurred_at=clock_at(14, 0))
    assert f"sign-in at {'14:00'}" in page
    address = f"/attendance/{FENGLIN}/correct/{back.pk}"
    shown = client.get(address).content.decode()
    assert "14:00" in shown and "late" not in shown
    client.post(address, {"time": "13:30", "reason": "写错了"})
    assert "4 h 0 min" in client.get(BOARD).content.decode()


def test_the_duty_page_shows_who_needs_rest_and_leaves_masked(town: Town, evening: None) -> None:
    town.sign_in()
    client = client_of(town, Role.SECRETARY)
    client.get(BOARD)
    page = client.get("/attendance/duty/?show=everybody").content.decode()
    assert LOCAL in page and "11 people" in page
    assert "Nobody on duty needs rest" in client.get("/attendance/duty/").content.decode()
    assert client.get("/attendance/duty/?show=everybody&as=text").status_code == 403
    prove_twice(client)
    text = client.get("/attendance/duty/?show=everybody&as=text").content.decode()
    assert LOCAL not in text and f"{LOCAL[0]}*" in text


def test_the_neighbours_secretary_finds_nobody_on_the_duty_page(town: Town, evening: None) -> None:
    town.sign_in()
    client = Client()
    account = town.world.outsider.account
    client.force_login(account, "allauth.account.auth_backends.AuthenticationBackend")
    client.get(BOARD)
    page = client.get("/attendance/duty/?show=everybody").content.decode()
    assert "Nobody was on duty" in page
    posted = client.post(
        f"/attendance/{FENGLIN}/sign-out", {"members": [str(town.world.local)], "time": "17:00"}
    )
    assert posted.status_code == 403
    assert not CheckOut.objects.exists()


def test_those_off_duty_are_a_list_of_the_board(town: Town, evening: None) -> None:
    client = client_of(town, Role.SECRETARY)
    assert "show=off-duty" not in client.get(BOARD).content.decode()
    unwell = HealthEntry(
        id=uuid7(), community=FENGLIN, member=town.world.local, occurred_at=EVENING, well=False
    )
    assert state_health(town.worker, entries=[unwell], at=EVENING)[0].new
    page = client.get(BOARD + "&show=off-duty").content.decode()
    assert "off duty 1" in page
    table = page.split("</table>")[0]
    assert LOCAL in table and SENT[0] not in table


def test_a_button_that_signs_out_needs_no_label_beside_it(town: Town, evening: None) -> None:
    town.sign_in(town.world.sent[:2])
    worker = client_of(town, Role.COMMUNITY_WORKER)
    worker.get(BOARD)
    gone = {"members": [str(town.world.sent[1])], "time": "17:00"}
    assert worker.post(f"/attendance/{FENGLIN}/sign-out", gone).status_code == 302
    rows = worker.get(BOARD).content.decode().split("<tr>")
    (stays,) = [row for row in rows if f"Sign {SENT[0]} out" in row]
    (left,) = [row for row in rows if SENT[1] in row and "17:00" in row]
    assert 'data-label="Sign-out"' not in stays
    assert 'data-label="Sign-out"' in left


def test_whoever_is_off_duty_is_not_offered_to_come_back(town: Town, evening: None) -> None:
    town.sign_in([town.world.local])
    client = client_of(town, Role.SECRETARY)
    client.get(BOARD)
    gone = {"members": [str(town.world.local)], "time": "17:00"}
    client.post(f"/attendance/{FENGLIN}/sign-out", gone)
    assert "Sign in again" in client.get(BOARD).content.decode()
    unwell = HealthEntry(
        id=uuid7(), community=FENGLIN, member=town.world.local, occurred_at=EVENING, well=False
    )
    assert state_health(town.worker, entries=[unwell], at=EVENING)[0].new
    assert "Sign in again" not in client.get(BOARD).content.decode()
