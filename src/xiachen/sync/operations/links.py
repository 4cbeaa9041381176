"""Letting people in by links: shown as codes, or sent to their phones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext

from xiachen.base.errors import Refused
from xiachen.notices.operations.messages import Text, send_messages
from xiachen.people.models.members import Member
from xiachen.people.queries.members import members_by_id
from xiachen.privacy import audit
from xiachen.privacy.keyring.store import KeyDestroyed, KeyMissing
from xiachen.privacy.scope import Can, Scope
from xiachen.sync.operations.invitations import invite
from xiachen.sync.queries.invitations import Invitee, invitees


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """
    What became of one person's invitation, ready to be shown once.

    :param address: the link that lets one phone in; empty where the person was not invited
    """

    person: Invitee
    address: str = ""
    until: datetime | None = None
    refusal: Refused | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """How many links were sent, how many people have no number on record, who was refused."""

    sent: int
    without_number: int
    refused: int


@transaction.atomic
def view_invitees(scope: Scope, *, members: Sequence[UUID], at: datetime) -> list[Invitee]:
    """Return whom a role may invite, and note whom the list named."""
    scope.require(Can.INVITE_PHONES)
    found = invitees(scope, members=members, at=at)
    if found:
        audit.record(scope, "sync.view-invitees", targets=[one.member for one in found])
    return found


@transaction.atomic
def make_links(scope: Scope, *, members: Sequence[UUID], address: str, at: datetime) -> list[Link]:
    """
    Invite people; one link per person whom the scope reaches, in their order.

    :param address: where people reach the site, without a slash at its end
    """
    people = invitees(scope, members=members, at=at)
    made = invite(scope, members=[one.member for one in people], at=at)
    return [
        Link(
            person=person,
            address=f"{address}/phone/#enrol={one.token}" if one.invitation else "",
            until=one.invitation.expires_at if one.invitation else None,
            refusal=one.refusal,
        )
        for person, one in zip(people, made, strict=True)
    ]


@transaction.atomic
def send_links(scope: Scope, *, members: Sequence[UUID], address: str, at: datetime) -> Sent:
    """
    Invite people and send each the link to the number on record; nobody is invited without one.

    :raises NoChannel: the installation's channels cannot be used
    """
    scope.require(Can.INVITE_PHONES)
    numbers = {pk: _number(row) for pk, row in members_by_id(scope, members).items()}
    reached = [one for one in dict.fromkeys(members) if numbers.get(one)]
    links = make_links(scope, members=reached, address=address, at=at)
    texts = [
        Text(phone=numbers[link.person.member], text=_words(link)) for link in links if link.address
    ]
    if texts:
        send_messages(scope, texts=texts, purpose="phone-link", at=at)
    return Sent(
        sent=len(texts),
        without_number=len(numbers) - len(reached),
        refused=len(links) - len(texts),
    )


def _number(member: Member) -> str:
    try:
        return member.opened_contact()["phone"]
    except (KeyMissing, KeyDestroyed):
        return ""


def _words(link: Link) -> str:
    said = gettext(
        "Open this link in your phone's browser to register the phone for your work. It works "
        "once, for 72 hours; pass it on to nobody: %(link)s"
    )
    return said % {"link": link.address}
