"""Reads of the ledger of messages: that something was sent, through what, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from xiachen.channels import sending
from xiachen.channels.configured import Unusable
from xiachen.incidents import queries as incidents
from xiachen.notices.models.messages import Message
from xiachen.people.models.members import Member
from xiachen.people.queries.members import members_reached, shown_names
from xiachen.privacy.scope import Can, Scope


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A message, with the name of whom it went to where the scope reaches the person."""

    message: Message
    name: str


def messages(scope: Scope) -> QuerySet[Message]:
    """
    Return the messages of the incident, the latest first.

    Whoever manages the incident sees that each was sent; others those they sent, and those to the
    people whom they reach.
    """
    if scope.incident is None:
        return Message.objects.none()
    rows = Message.objects.filter(incident=scope.incident).order_by("-queued_at", "-pk")
    if scope.allows(Can.MANAGE_INCIDENTS):
        return rows
    if not scope.allows(Can.NOTIFY):
        return rows.none()
    reached = members_reached(scope).order_by().exclude(phone_index=None).values("phone_index")
    return rows.filter(Q(sent_by=scope.account) | Q(number_index__in=reached))


def has_group(scope: Scope) -> bool:
    """Tell whether a text can be posted into a chat group; a demonstration has none."""
    try:
        return bool(sending.channels().group) and not incidents.incident_of(scope).demonstration
    except Unusable:
        return False


def message_lines(scope: Scope, rows: Sequence[Message]) -> list[MessageLine]:
    """Return a page of messages with names as the scope may see them."""
    indexes = {bytes(row.number_index) for row in rows if row.number_index}
    found = Member.objects.filter(phone_index__in=indexes).values_list("phone_index", "pk")
    people = {bytes(index): pk for index, pk in found if index}
    names = shown_names(scope, people.values())
    return [
        MessageLine(row, names.get(people[index], ""))
        if (index := bytes(row.number_index or b"")) in people
        else MessageLine(row, "")
        for row in rows
    ]
