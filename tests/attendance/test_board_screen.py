"""The attendance board in the browser's eyes: the funnel, signing in, correcting, answering."""

from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.attendance.town import EVENING, Town, clock_at
from tests.world import DAY, FENGLIN, LOCAL, SENT
from xiachen.attendance.models import Answer, CheckIn
from xiachen.base import clock
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
