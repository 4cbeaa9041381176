"""Invitations, and the phones that they let in."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.attendance.town import Town
from tests.sync.phones import Phone, phone_of
from tests.world import FENGLIN, NEIGHBOUR, OUTSIDER, SECRETARY, WORKERS
from xiachen.base import clock
from xiachen.base.errors import Forbidden
from xiachen.people.models.accounts import Account, Grant
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role
from xiachen.sync.api.encoding import from_b64
from xiachen.sync.models.devices import Device, Invitation
from xiachen.sync.operations.invitations import invite, withdraw
from xiachen.sync.rules.inviting import InvitesItself


def test_whoever_has_no_account_gets_one_that_nobody_signs_in_with(town: Town) -> None:
    member = town.world.sent[3]
    (invited,) = invite(town.secretary, members=[member], at=clock.now())
    account = Account.objects.get(member=member)
    assert not account.has_usable_password()
    grant = Grant.objects.get(account=account)
    assert (grant.role, grant.incident) == (Role.MEMBER, town.incident)
    assert invited.invitation is not None
    assert invited.token not in str(Invitation.objects.values_list())
    again = invite(town.secretary, members=[member], at=clock.now())
    assert again[0].token != invited.token
    assert Grant.objects.filter(account=account).count() == 1
    assert AuditEntry.objects.filter(action="sync.invite", subject=member).count() == 2


def test_a_list_is_invited_in_a_constant_number_of_statements(
    town: Town, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(30):  # type: ignore[operator]
        answers = invite(town.secretary, members=town.people, at=clock.now())
    assert [one.member for one in answers] == town.people
    assert len({one.token for one in answers}) == 11


def test_nobody_borrows_a_wider_role_and_nobody_reaches_next_door(town: Town) -> None:
    world = town.world
    (invited,) = invite(
        replace(town.secretary, role=Role.TEAM_LEADER),
        members=[world.members[WORKERS[0]]],
        at=clock.now(),
    )
    assert isinstance(invited.refusal, InvitesItself)
    (invited,) = invite(town.secretary, members=[world.members[NEIGHBOUR]], at=clock.now())
    assert isinstance(invited.refusal, Forbidden)
    with pytest.raises(Forbidden):
        invite(town.local, members=[world.members[OUTSIDER]], at=clock.now())
    assert not Invitation.objects.exists()


def test_everybody_invites_themselves(town: Town) -> None:
    phone_of(town.secretary, town.world.members[SECRETARY])
    phone_of(town.local, town.world.local)
    assert Device.objects.count() == 2


def test_a_phone_is_let_in_once_and_told_the_same_again(town: Town) -> None:
    (invited,) = invite(town.local, members=[town.world.local], at=clock.now())
    phone = Phone()
    status, told = phone.enrol(invited.token)
    assert status == 200
    assert told["device"] == str(phone.device)
    assert told["member"] == str(town.world.local)
    assert len(from_b64(told["seal_key"])) == 65
    status, again = phone.enrol(invited.token)
    assert status == 200
    assert {**again, "time": 0} == {**told, "time": 0}
    status, refused = Phone().enrol(invited.token)
    assert (status, refused["code"]) == (409, "sync.token-used")
    other_key = Phone(device=phone.device)
    assert other_key.enrol(invited.token)[1]["code"] == "sync.token-used"
    row = Device.objects.get()
    assert (row.name, row.app, row.member) == ("Redmi 9", "1.0.0", town.world.local)
    assert AuditEntry.objects.filter(action="sync.enrol").count() == 1


def test_a_newer_link_takes_the_place_of_one_that_nobody_used(town: Town) -> None:
    lost, kept = (
        invite(town.local, members=[town.world.local], at=clock.now())[0] for _ in range(2)
    )
    assert Phone().enrol(lost.token)[1]["code"] == "sync.token-expired"
    assert Phone().enrol(kept.token)[0] == 200
    (second,) = invite(town.local, members=[town.world.local], at=clock.now())
    # A second phone leaves the first one in.
    assert Phone().enrol(second.token)[0] == 200
    assert Device.objects.count() == 2


def test_a_link_that_is_wrong_old_or_withdrawn_lets_nobody_in(town: Town) -> None:
    status, told = Phone().enrol("no-such-token")
    assert (status, told["code"]) == (404, "sync.token-unknown")
    (old,) = invite(
        town.local, members=[town.world.local], at=clock.now() - timedelta(hours=72, minutes=1)
    )
    status, told = Phone().enrol(old.token)
    assert (status, told["code"]) == (410, "sync.token-expired")
    (taken_back,) = invite(town.local, members=[town.world.local], at=clock.now())
    assert taken_back.invitation is not None
    withdraw(town.local, invitation=taken_back.invitation.pk, at=clock.now())
    assert Phone().enrol(taken_back.token)[1]["code"] == "sync.token-expired"
    assert not Device.objects.exists()


def test_a_new_link_lets_a_device_in_again_that_a_restore_has_forgotten(town: Town) -> None:
    phone = phone_of(town.local, town.world.local)
    Invitation.objects.all().delete()
    Device.objects.all().delete()
    former = {name: phone.enrolled[name] for name in ("member", "incident")}
    (other,) = invite(town.secretary, members=[town.world.sent[3]], at=clock.now())
    assert phone.enrol(other.token, **former)[1]["code"] == "sync.anothers-link"
    assert not Device.objects.exists()
    assert phone.enrol(other.token, member="nobody", incident="")[1]["code"] == "sync.unreadable"
    (own,) = invite(town.local, members=[town.world.local], at=clock.now())
    status, told = phone.enrol(own.token, **former)
    assert (status, told["device"], told["member"]) == (200, str(phone.device), former["member"])
    # The link for somebody else still works for them.
    assert Phone().enrol(other.token)[0] == 200


def test_a_device_number_is_given_once(town: Town) -> None:
    phone = phone_of(town.local, town.world.local)
    (invited,) = invite(town.local, members=[town.world.local], at=clock.now())
    status, told = Phone(device=phone.device).enrol(invited.token)
    assert (status, told["code"]) == (409, "sync.device-known")


def test_the_key_in_the_body_must_have_signed(town: Town) -> None:
    (invited,) = invite(town.local, members=[town.world.local], at=clock.now())
    phone, other = Phone(), Phone()
    phone.key = other.key
    content = {"token": invited.token, "key": "AAAA", "name": "x", "app": "1.0.0"}
    assert phone.ask("enrol", content)[1]["code"] == "sync.bad-signature"


def test_words_come_in_the_language_asked_for(town: Town) -> None:
    chinese = Phone(language="zh-CN,zh;q=0.9").enrol("nothing")[1]["words"]
    english = Phone().enrol("nothing")[1]["words"]
    assert "link" in english
    assert chinese != english
    assert uuid4().hex not in english
    assert FENGLIN
