"""Inviting people: a sheet for a team, a link for one, a text message, and one's own phone."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.journeys.arrival import Arrival, send
from tests.sync.desks import desk
from tests.sync.phones import Phone, phone_of
from tests.world import LOCAL, OUTSIDER, SENT, World
from xiachen.base import clock
from xiachen.notices.models.messages import Message
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role
from xiachen.sync.models.devices import Device, Invitation

INVITE = reverse("sync:invite")
SHEET = reverse("sync:sheet")
TEXT = reverse("sync:text")
MINE = reverse("sync:mine")
LINKS = reverse("sync:invitations")
LINK = re.compile(r"https?://[^\s\"<]*/phone/#enrol=([\w-]+)")


@pytest.fixture
def arrival(world: World) -> Arrival:
    return send(world)


@pytest.fixture
def leader(arrival: Arrival) -> Client:
    return desk("leader")


def tokens(page: str) -> list[str]:
    return list(dict.fromkeys(LINK.findall(page)))


def test_a_leader_prints_a_code_for_everybody_of_the_team(arrival: Arrival, leader: Client) -> None:
    page = leader.get(INVITE).content.decode()
    # The only team is chosen, and everybody without a phone is ticked.
    assert page.count("checked") == len(SENT)
    answer = leader.post(SHEET, {"members": [str(one) for one in arrival.world.sent[1:]]})
    page = answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert len(tokens(page)) == len(SENT) - 2  # the branch secretary registers after signing in
    assert page.count("data:image/svg+xml") == len(tokens(page))
    assert f"{settings.PUBLIC_ADDRESS}/phone/#enrol=" in page
    assert "They sign in and register their phone." in page
    enrolled = Phone().enrol(tokens(page)[0])
    assert enrolled[0] == 200
    again = leader.get(INVITE).content.decode()
    assert "1 registered" in again and "link works until" in again
    assert again.count("checked") == 2


def test_a_leader_sees_the_phones_of_the_team_and_none_next_door(
    arrival: Arrival, leader: Client
) -> None:
    world = arrival.world
    phone_of(world.scope(Role.SECRETARY), world.sent[2])
    (token,) = tokens(desk("outsider").post(MINE).content.decode())
    theirs = Phone()
    theirs.enrol(token)
    page = leader.get(reverse("sync:phones")).content.decode()
    assert SENT[2] in page and "1 phone<" in page
    assert leader.get(reverse("sync:phone", args=[theirs.device])).status_code == 404


def test_one_person_gets_a_page_of_their_own(arrival: Arrival, leader: Client) -> None:
    page = leader.post(SHEET, {"members": [str(arrival.world.sent[3])]}).content.decode()
    assert f"Register a phone for {SENT[3]}" in page
    (token,) = tokens(page)
    assert Phone().enrol(token)[0] == 200
    assert not Invitation.objects.filter(digest=token.encode()).exists()


def test_a_link_is_sent_to_the_number_on_record(
    arrival: Arrival, leader: Client, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = leader.post(TEXT, {"members": [str(arrival.world.sent[4])]}, follow=True)
    assert "1 link is on its way." in answer.content.decode()
    assert Message.objects.get().purpose == "phone-link"
    assert not tokens(answer.content.decode())


def test_nobody_is_invited_from_outside_ones_people(arrival: Arrival, leader: Client) -> None:
    stranger = arrival.world.members[OUTSIDER]
    page = leader.post(SHEET, {"members": [str(stranger)]}).content.decode()
    assert not tokens(page) and OUTSIDER not in page
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("members", [[], ["nonsense"]])
def test_nobody_chosen_is_said(members: list[str], leader: Client) -> None:
    for address in (SHEET, TEXT):
        answer = leader.post(address, {"members": members}, follow=True)
        assert "Choose at least one person" in answer.content.decode()


def test_a_name_looked_for_is_in_no_address(arrival: Arrival, leader: Client) -> None:
    answer = leader.post(INVITE, {"q": SENT[5]})
    assert SENT[5] not in answer["Location"] and "found=" in answer["Location"]
    page = leader.get(answer["Location"]).content.decode()
    assert SENT[5] in page and SENT[6] not in page


@pytest.mark.parametrize("username", ["member", "auditor", "grid-head"])
def test_who_invites_nobody_is_refused(username: str, arrival: Arrival) -> None:
    client = desk(username)
    assert client.get(INVITE).status_code == 403
    assert client.post(SHEET, {"members": [str(arrival.world.sent[0])]}).status_code == 403
    assert client.post(TEXT, {"members": [str(arrival.world.sent[0])]}).status_code == 403


def test_everybody_registers_their_own_phone_after_signing_in(world: World) -> None:
    client = desk("member")
    assert "No phone of yours is registered." in client.get(MINE).content.decode()
    page = client.post(MINE).content.decode()
    (token,) = tokens(page)
    assert Phone().enrol(token)[0] == 200
    page = client.get(MINE).content.decode()
    assert "Redmi 9" in page
    assert Device.objects.get().member == world.members[LOCAL]
    (one,) = Device.objects.all()
    assert client.get(reverse("sync:phone", args=[one.pk])).status_code == 200


def test_an_account_of_nobody_is_told_what_to_do(world: World) -> None:
    assert "belongs to no person" in desk("headquarters").get(MINE).content.decode()


def test_links_are_listed_by_what_became_of_them_and_withdrawn(
    arrival: Arrival, leader: Client
) -> None:
    page = leader.post(SHEET, {"members": [str(one) for one in arrival.world.sent[2:5]]})
    used, _open, over = tokens(page.content.decode())
    Phone().enrol(used)
    rows = Invitation.objects.filter(account__member=arrival.world.sent[4])
    rows.update(expires_at=clock.now() - timedelta(hours=1))
    shown = {
        show: leader.get(LINKS, {"show": show}).content.decode()
        for show in ("used", "open", "over", "withdrawn")
    }
    for show, who in (("used", 2), ("open", 3), ("over", 4)):
        assert SENT[who] in shown[show]
        assert sum(name in shown[show] for name in SENT[2:5]) == 1
    assert "There is no such link." in shown["withdrawn"]
    assert not any(token in page for page in shown.values() for token in (used, _open, over))
    row = Invitation.objects.get(account__member=arrival.world.sent[3])
    assert desk("outsider").post(reverse("sync:withdraw", args=[row.pk])).status_code == 404
    leader.post(reverse("sync:withdraw", args=[row.pk]))
    assert Phone().enrol(_open)[0] == 410
    assert SENT[3] in leader.get(LINKS, {"show": "withdrawn"}).content.decode()


def test_whom_the_list_named_stands_in_the_audit(arrival: Arrival, leader: Client) -> None:
    leader.get(INVITE)
    entry = AuditEntry.objects.filter(action="sync.view-invitees").latest("at")
    assert set(entry.targets) == set(arrival.world.sent)
