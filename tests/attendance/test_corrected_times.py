"""What was put right is seen as such, and what lies within a stay stays within reach."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.attendance.screens import signed_in, text
from tests.attendance.town import EVENING, Town, clock_at
from tests.world import DAY, FENGLIN
from xiachen.attendance.models.records import CheckIn, CheckOut
from xiachen.attendance.operations.check_ins import correct_check_in
from xiachen.attendance.operations.check_outs import CheckOutEntry, check_out, correct_check_out
from xiachen.attendance.queries.righted import righted
from xiachen.attendance.queries.stays import stays_on
from xiachen.base import clock
from xiachen.base.ids import uuid7
from xiachen.privacy.scope import Role

BOARD = f"/attendance/?community={FENGLIN}&day={DAY}"


@pytest.fixture(autouse=True)
def evening(monkeypatch: pytest.MonkeyPatch) -> None:
    """The doors' clock stands at eight in the evening of the first day."""
    monkeypatch.setattr(clock, "now", lambda: EVENING)


@pytest.fixture
def back_after_a_break(town: Town) -> Town:
    """The one who joined was there from 8 to 10:30, and is there again since 11."""
    town.sign_in([town.world.local], clock_at(8, 0))
    leave(town, 10, 30)
    town.sign_in([town.world.local], clock_at(11, 0))
    return town


def leave(town: Town, hour: int, minute: int) -> None:
    entry = CheckOutEntry(
        id=uuid7(),
        community=FENGLIN,
        member=town.world.local,
        occurred_at=clock_at(hour, minute),
    )
    (outcome,) = check_out(town.worker, entries=[entry], at=EVENING)
    assert outcome.new, str(outcome.refusal)


def looking(town: Town) -> Client:
    client = signed_in(town, Role.SECRETARY)
    client.get(BOARD)
    return client


def came_at(*time: int) -> CheckIn:
    return CheckIn.objects.standing().get(occurred_at=clock_at(*time))


def take_back_the_sign_out(client: Client) -> str:
    address = f"/attendance/{FENGLIN}/correct-out/{CheckOut.objects.standing().get().pk}"
    before = text(client.get(address))
    assert "the sign-in at 11:00 belongs to the stay from 8:00" in before
    answer = client.post(address, {"void": "on", "reason": "按错了"}, follow=True)
    return text(answer)


def test_a_sign_in_within_a_stay_is_seen_and_the_page_says_so(back_after_a_break: Town) -> None:
    client = looking(back_after_a_break)
    page = take_back_the_sign_out(client)
    assert "The sign-in at 11:00 now lies within the stay from 8:00." in page
    within = came_at(11, 0)
    assert f"/attendance/{FENGLIN}/correct/{within.pk}" in page
    assert "also signed in at 11:00" in page


def test_only_the_sign_in_within_a_stay_is_taken_back(back_after_a_break: Town) -> None:
    client = looking(back_after_a_break)
    take_back_the_sign_out(client)
    address = f"/attendance/{FENGLIN}/correct/{came_at(11, 0).pk}"
    assert "11:00" in text(client.get(address))
    given = {"void": "on", "reason": "没有离开过"}
    assert client.post(address, given).status_code == 302
    assert CheckIn.objects.standing().get().occurred_at == clock_at(8, 0)


def test_the_sign_in_within_a_stay_is_moved_and_the_first_stays(back_after_a_break: Town) -> None:
    client = looking(back_after_a_break)
    take_back_the_sign_out(client)
    address = f"/attendance/{FENGLIN}/correct/{came_at(11, 0).pk}"
    given = {"time": "11:20", "reason": "看错了表"}
    assert client.post(address, given).status_code == 302
    standing = CheckIn.objects.standing().values_list("occurred_at", flat=True)
    assert sorted(standing) == [clock_at(8, 0), clock_at(11, 20)]


def test_who_takes_the_first_back_is_told_what_goes_with_it(back_after_a_break: Town) -> None:
    client = looking(back_after_a_break)
    address = f"/attendance/{FENGLIN}/correct/{came_at(8, 0).pk}"
    before = text(client.get(address))
    assert "taken back with it" not in before
    assert "the sign-out at 10:30 then belongs to no stay and does not count" in before
    take_back_the_sign_out(client)
    after = text(client.get(address))
    assert "the sign-in at 11:00 is taken back with it" in after and "10:30" not in after


def test_who_takes_a_later_one_back_is_told_which_stay_ends_later(
    back_after_a_break: Town,
) -> None:
    leave(back_after_a_break, 12, 50)
    client = looking(back_after_a_break)
    page = text(client.get(f"/attendance/{FENGLIN}/correct/{came_at(11, 0).pk}"))
    assert "the sign-out at 12:50 then ends the stay from 8:00" in page


def test_each_stay_has_its_way_to_correct_beside_its_time(back_after_a_break: Town) -> None:
    page = text(looking(back_after_a_break).get(BOARD))
    rows = page.split("</table>")[0].split("<tr>")
    (row,) = [one for one in rows if "郗归晚" in one]
    first, second = came_at(8, 0), came_at(11, 0)
    ways = [row.index(f"/correct/{one.pk}") for one in (first, second)]
    assert row.index(">8:00<") < ways[0] < row.index(">11:00<") < ways[1]
    assert row.count("/correct/") == 2


def test_corrected_times_are_marked_and_say_by_whom_and_why(town: Town) -> None:
    member = town.world.local
    town.sign_in([member], clock_at(8, 12))
    client = looking(town)
    assert "corrected" not in text(client.get(BOARD)).split("</table>")[0]
    first = came_at(8, 12)
    address = f"/attendance/{FENGLIN}/correct/{first.pk}"
    client.post(address, {"time": "08:02", "reason": "看了门岗的登记"})
    row = text(client.get(BOARD)).split("</table>")[0]
    assert row.count("corrected") == 1 and f"/attendance/hours/{member}/" in row
    again = text(client.get(f"/attendance/{FENGLIN}/correct/{came_at(8, 2).pk}"))
    ledger = text(client.get(f"/attendance/hours/{member}/?day={DAY}"))
    own = text(signed_in(town, Role.MEMBER).get(f"/attendance/hours/mine?day={DAY}"))
    for page in (again, ledger, own):
        assert "sign-in 8:12 → 8:02" in page
        assert "看了门岗的登记" in page and "secretary" in page.lower()


def test_what_was_taken_back_is_told_in_its_order(town: Town) -> None:
    member = town.world.local
    town.sign_in([member], clock_at(8, 12))
    leave(town, 17, 0)
    for time, reason in ((clock_at(8, 2), "first"), (clock_at(8, 4), "second")):
        correct_check_in(
            town.secretary,
            community=FENGLIN,
            check_in=CheckIn.objects.standing().get().pk,
            occurred_at=time,
            at=EVENING,
            reason=reason,
        )
    correct_check_out(
        town.secretary,
        community=FENGLIN,
        check_out=CheckOut.objects.standing().get().pk,
        occurred_at=None,
        at=EVENING + timedelta(minutes=1),
        reason="third",
    )
    found = righted(town.secretary, member=member, first=DAY, last=DAY)
    assert [(one.was, one.now, one.reason) for one in found] == [
        (clock_at(8, 12), clock_at(8, 2), "first"),
        (clock_at(8, 2), clock_at(8, 4), "second"),
        (clock_at(17, 0), None, "third"),
    ]
    assert righted(town.secretary, member=town.world.sent[0], first=DAY, last=DAY) == []
    assert stays_on(town.secretary, DAY)[FENGLIN, member][0].came.occurred_at == clock_at(8, 4)


def test_the_neighbour_reads_no_corrections(town: Town) -> None:
    town.sign_in([town.world.local], clock_at(8, 12))
    row = came_at(8, 12)
    correct_check_in(
        town.secretary,
        community=FENGLIN,
        check_in=row.pk,
        occurred_at=clock_at(8, 2),
        at=EVENING,
        reason="看了门岗的登记",
    )
    client = Client()
    account = town.world.outsider.account
    client.force_login(account, "allauth.account.auth_backends.AuthenticationBackend")
    for address in (
        f"/attendance/hours/{town.world.local}/?day={DAY}",
        f"/attendance/{FENGLIN}/correct/{came_at(8, 2).pk}",
    ):
        answer = client.get(address)
        assert answer.status_code in (403, 404)
        assert "看了门岗的登记" not in text(answer)
