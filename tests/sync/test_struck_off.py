"""A backup from before brings back no phone, link or account that was struck off since."""

from datetime import timedelta

import pytest

from tests.attendance.town import Town, arrive
from tests.oracle import ORACLE
from tests.sync.phones import Phone, phone_of
from tests.world import World
from xiachen.base import clock
from xiachen.people.models.accounts import Account
from xiachen.people.operations.accounts import close_account
from xiachen.privacy import struck_off
from xiachen.privacy.scope import system_scope
from xiachen.privacy.struck_off import Kind
from xiachen.site import doctor
from xiachen.site.doctor import Grade
from xiachen.site.striking_off import strike_off_again
from xiachen.site.target import target
from xiachen.sync.models.devices import Device, Invitation
from xiachen.sync.operations.devices import revoke
from xiachen.sync.operations.invitations import invite, withdraw


@pytest.fixture
def town(committed_world: World) -> Town:
    return arrive(committed_world)


def as_backed_up_before() -> None:
    """Put everything back as a backup holds it that was made before."""
    Device.objects.update(revoked_at=None, revoked_by=None, reason="")
    Invitation.objects.update(withdrawn_at=None)
    Account.objects.update(is_active=True)


def pulled(phone: Phone) -> tuple[int, str]:
    content = {"app": "1.0.0", "clock": 0, "last": 0, "epoch": "", "parts": {}}
    with ORACLE.revealing():  # a pack tells whom to call
        status, told = phone.ask("pull", content)
    return status, told.get("code", "")


def test_a_struck_off_phone_pulls_nothing_again(town: Town) -> None:
    lost, kept = (phone_of(town.local, town.world.local) for _ in range(2))
    struck = revoke(town.local, device=lost.device, reason="stolen", at=clock.now())
    as_backed_up_before()
    assert pulled(lost)[0] == 200
    again = strike_off_again(target())
    assert (again.phones, again.links, again.accounts) == ([lost.device], [], [])
    assert pulled(lost) == (403, "sync.revoked")
    assert pulled(kept)[0] == 200
    row = Device.objects.get(pk=lost.device)
    assert (row.revoked_at, row.revoked_by) == (struck.revoked_at, town.local.account)
    assert "stolen" not in (target().home / "struck-off").read_text()
    assert not strike_off_again(target())


def test_a_struck_off_phone_does_not_come_again_by_its_old_link(town: Town) -> None:
    (invited,) = invite(town.local, members=[town.world.local], at=clock.now())
    lost = Phone()
    assert lost.enrol(invited.token)[0] == 200
    revoke(town.local, device=lost.device, reason="stolen", at=clock.now())
    # As backed up before the phone was let in.
    Invitation.objects.update(device=None, used_at=None)
    Device.objects.all().delete()
    assert strike_off_again(target()).links == [Invitation.objects.get().pk]
    assert lost.enrol(invited.token)[1]["code"] == "sync.token-expired"


def test_links_that_were_withdrawn_or_replaced_stay_so(town: Town) -> None:
    tokens = []
    for _ in range(3):
        (invited,) = invite(town.local, members=[town.world.local], at=clock.now())
        tokens.append(invited.token)
    one, other, last = Invitation.objects.order_by("made_at", "pk")
    withdraw(town.local, invitation=last.pk, at=clock.now())
    as_backed_up_before()
    assert set(strike_off_again(target()).links) == {one.pk, other.pk, last.pk}
    assert {Phone().enrol(token)[1]["code"] for token in tokens} == {"sync.token-expired"}


def test_a_closed_account_stays_closed(town: Town) -> None:
    phone = phone_of(town.local, town.world.local)
    account = Device.objects.get().account_id
    close_account(system_scope(), account=account, at=clock.now())
    as_backed_up_before()
    assert strike_off_again(target()).accounts == [account]
    assert pulled(phone) == (403, "sync.revoked")


def told_by_the_doctor() -> list[tuple[Grade, str]]:
    with target().connect() as connection:
        found = doctor._struck_off(target().home, connection, Grade.FAILURE)
        return [(one.grade, one.words) for one in found]


def test_the_doctor_tells_of_the_list_and_of_what_is_let_in_in_spite_of_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XIACHEN_LANGUAGE", "en")
    (target().home / "struck-off").unlink(missing_ok=True)
    lost = phone_of(town.local, town.world.local)
    invite(town.local, members=[town.world.local], at=clock.now())
    withdraw(town.local, invitation=Invitation.objects.get(used_at=None).pk, at=clock.now())
    revoke(town.local, device=lost.device, reason="stolen", at=clock.now())
    ((grade, words),) = told_by_the_doctor()
    assert grade is Grade.GOOD
    assert "phones 1, links 2, accounts 0" in words
    as_backed_up_before()
    (_, (grade, words)) = told_by_the_doctor()
    assert grade is Grade.FAILURE
    assert "phones 1, links 1, accounts 0" in words
    assert "xiachen restore" in words
    strike_off_again(target())
    assert len(told_by_the_doctor()) == 1


def test_half_a_line_on_the_list_holds_nothing_up(town: Town) -> None:
    phone = phone_of(town.local, town.world.local)
    home, at = target().home, clock.now() - timedelta(days=1)
    struck_off.note(home, Kind.PHONE, [str(phone.device)], by=town.local.account, at=at)
    with (home / "struck-off").open("a") as file:
        file.write('{"kind": "phone", "ke')
    struck_off.note(home, Kind.LINK, ["00" * 32], by=town.local.account, at=at)
    assert strike_off_again(target()).phones == [phone.device]
    assert Device.objects.get().revoked_at == at
