"""Texts to one number, through the channel of the installation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from xiachen.base import queue
from xiachen.base.errors import Invalid, NotFound, Refused
from xiachen.channels import sending
from xiachen.channels.configured import Channels, Unusable, kind_of
from xiachen.incidents.models import Incident
from xiachen.incidents.operations import IncidentClosed
from xiachen.notices.models.messages import Channel, Failure, Message, MessageState
from xiachen.notices.rules import messages as rules
from xiachen.people import rules as people
from xiachen.people.models.members import KEYRING, contact_index
from xiachen.people.operations.members import BadPhone
from xiachen.privacy import audit
from xiachen.privacy.keyring.store import KeyDestroyed, KeyMissing
from xiachen.privacy.keyring.vault import vault
from xiachen.privacy.scope import Can, Scope

_CHUNK = 1000
_SENDING = "notices.jobs.deliver_message"


class NoChannel(Refused):
    """The file of the channels is there and cannot be used."""

    code = "notices.no-channel"
    message = _(
        "Messages cannot be sent now: the channels are not set up rightly. Tell whoever runs the "
        "server; `xiachen doctor` says what is wrong."
    )
    status = 503


class NoGroup(Refused):
    """No chat group is connected."""

    code = "notices.no-group"
    message = _("No chat group is connected. Copy the text and post it yourself.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """
    What is to be sent to whom.

    :param delivery: the notice of which it reminds the person
    """

    phone: str
    text: str
    delivery: UUID | None = None


@transaction.atomic
def send_message(scope: Scope, *, phone: str, text: str, purpose: str, at: datetime) -> Message:
    """
    Send a text to one mobile number, and keep that it was sent.

    On the console, the default, it is printed with the commit, the number masked. Any other
    channel is served by a job of this transaction; number and text wait sealed until then.

    :param purpose: a word such as "sign-up-code", shown in the ledger
    :raises BadPhone: it is no mobile number
    :raises NoChannel: the installation's channels cannot be used
    """
    scope.require(Can.NOTIFY)
    return _send(scope, [_checked(Text(phone=phone, text=text))], purpose, at)[0]


@transaction.atomic
def send_messages(
    scope: Scope, *, texts: Sequence[Text], purpose: str, at: datetime
) -> list[Message]:
    """
    Send a text to each of many numbers as `send_message` does; all of them or none.

    :raises BadPhone, NoChannel:
    """
    scope.require(Can.NOTIFY)
    return _send(scope, [_checked(one) for one in texts], purpose, at)


@transaction.atomic
def send_to_group(scope: Scope, *, text: str, purpose: str, at: datetime) -> Message:
    """
    Post a text into the work's chat group.

    :raises NoGroup: the installation names none, or the incident is a demonstration
    :raises NoChannel:
    """
    scope.require(Can.NOTIFY)
    if not _address(_incident(scope), _channels(), group=True):
        raise NoGroup()
    if not 1 <= len(text) <= rules.LONGEST_GROUP_TEXT:
        raise Invalid(field="text", reason=_("it is missing or too long"))
    return _send(scope, [Text(phone="", text=text)], purpose, at)[0]


@transaction.atomic
def deliver_message(scope: Scope, *, message: UUID, at: datetime) -> Message | None:
    """
    Send what waits; of two workers one sends it and the other finds nothing to do.

    What a channel does not take is tried again later, then given up and shown.
    """
    scope.require(Can.NOTIFY)
    waiting = Message.objects.select_for_update(of=("self",), skip_locked=True)
    row = waiting.select_related("incident").filter(pk=message, state=MessageState.QUEUED).first()
    if row is None:
        return None
    row.tries += 1
    failure = _hand_over(row)
    if failure is None:
        _end(row, MessageState.SENT, at)
    elif failure is Failure.NOT_TAKEN and (after := rules.next_try(row.tries)) is not None:
        row.save(update_fields=["tries"])
        queue.defer_after(after, _SENDING, message=row.pk)
    else:
        row.failure = failure
        _end(row, MessageState.FAILED, at)
    return row


def _incident(scope: Scope) -> Incident:
    found = scope.incident and Incident.objects.filter(pk=scope.incident).first()
    if not found:
        raise NotFound(field="incident")
    if found.closed_at is not None:
        raise IncidentClosed()
    return found


def _send(scope: Scope, texts: Sequence[Text], purpose: str, at: datetime) -> list[Message]:
    """Keep and queue texts: all of them to numbers, or the one to the group."""
    incident = _incident(scope)
    if not rules.is_purpose(purpose):
        raise Invalid(field="purpose", reason=_("there is no such purpose"))
    group = any(not one.phone for one in texts)
    channel = Channel(kind_of(_address(incident, _channels(), group=group)))
    rows = [
        Message(
            incident=incident,
            purpose=purpose,
            channel=channel,
            number_index=_index(one.phone, at) if one.phone else None,
            state=MessageState.QUEUED,
            queued_at=at,
            sent_by=scope.account,
            delivery_id=one.delivery,
        )
        for one in texts
    ]
    for row, one in zip(rows, texts, strict=True):
        _start(row, one, at)
    Message.objects.bulk_create(rows, batch_size=_CHUNK)
    if channel is not Channel.CONSOLE:
        queue.defer_each(_SENDING, "message", [row.pk for row in rows])
    audit.record(scope, "notices.send-message", targets=[row.pk for row in rows])
    return rows


def _checked(given: Text) -> Text:
    phone = people.phone_number(given.phone)
    if people.phone_fault(phone):
        raise BadPhone(field="phone")
    if not 1 <= len(given.text) <= rules.LONGEST_TEXT:
        raise Invalid(field="text", reason=_("it is missing or too long"))
    return replace(given, phone=phone)


def _start(row: Message, given: Text, at: datetime) -> None:
    """Print it with the commit, or let it wait sealed."""
    if row.channel == Channel.CONSOLE:
        row.state, row.ended_at, row.tries = MessageState.SENT, at, 1
        told = partial(sending.tell_console, given.text, phone=given.phone)
        transaction.on_commit(told, robust=True)
    else:
        row.seal_content(phone=given.phone, text=given.text)


def _hand_over(row: Message) -> Failure | None:
    """Send a message that waits; return why it was not."""
    try:
        content = row.opened_content()
        channels = sending.channels()
    except (KeyMissing, KeyDestroyed):
        return Failure.LOST
    except Unusable:
        return Failure.NO_CHANNEL
    url = _address(row.incident, channels, group=row.number_index is None)
    if not url:  # the channel was taken away meanwhile, or the incident is a demonstration
        row.channel = Channel.CONSOLE
        sending.tell_console(content["text"], phone=content["phone"])
        return None
    row.channel = kind_of(url)
    handed = sending.hand_over(url, content["text"], phone=content["phone"], through=channels)
    return {
        sending.Handed.TAKEN: None,
        sending.Handed.NOT_TAKEN: Failure.NOT_TAKEN,
        sending.Handed.NOT_ALLOWED: Failure.NOT_ALLOWED,
    }[handed]


def _address(incident: Incident, channels: Channels, *, group: bool) -> str:
    """Return where texts of an incident go; a demonstration has no way out of the machine."""
    if incident.demonstration:
        return ""
    return channels.group if group else channels.phone


def _channels() -> Channels:
    try:
        return sending.channels()
    except Unusable:
        raise NoChannel() from None


def _end(row: Message, state: MessageState, at: datetime) -> None:
    row.state, row.ended_at, row.sealed = state, at, None
    row.save(update_fields=["state", "failure", "tries", "channel", "ended_at", "sealed"])


def _index(phone: str, at: datetime) -> bytes:
    """The first message of an installation may come before its first person, who makes the keys."""
    try:
        return contact_index("phone", phone)
    except KeyMissing:
        vault().create(KEYRING, at=at)
        return contact_index("phone", phone)
