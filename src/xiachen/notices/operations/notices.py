"""Sending a notice, reading it in the house, and reminding those who have not."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiachen.base import clock
from xiachen.base.errors import Invalid, NotFound, Refused
from xiachen.base.ids import uuid7
from xiachen.base.owned.appending import append
from xiachen.incidents.models import Incident
from xiachen.incidents.operations import IncidentClosed
from xiachen.notices.models.messages import Message
from xiachen.notices.models.notices import (
    Addressee,
    AddresseeKind,
    Delivery,
    How,
    Notice,
    Receipt,
)
from xiachen.notices.operations.messages import Text, send_messages
from xiachen.notices.queries import documents, links
from xiachen.notices.queries import notices as queries
from xiachen.notices.rules import notices as rules
from xiachen.people.models.accounts import Account, Grant
from xiachen.people.models.members import Member
from xiachen.people.queries.accounts import grants_reached
from xiachen.people.queries.members import members_reached
from xiachen.people.queries.units import organisations_below, organisations_reached
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Role, Scope

_CHUNK = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class To:
    """
    Whom a notice is addressed to; everybody gets it once.

    :param roles: who holds such a role within the scope
    :param organisations: the people of these units and of the units below them
    :param communities: who holds a role there
    :param members: people named one by one, such as those of a team
    """

    roles: Collection[str] = ()
    organisations: Collection[UUID] = ()
    communities: Collection[int] = ()
    members: Collection[UUID] = ()


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many were reminded now, how many have no number, how many had been just before."""

    sent: int
    without_number: int
    lately: int


class NobodyAddressed(Refused):
    """Nobody would get the notice."""

    code = "notices.nobody-addressed"
    message = _(
        "Nobody would get this notice. Choose roles, units, communities or people; "
        "your own account does not count."
    )
    status = 422


class TermPassed(Refused):
    """What is asked cannot be done any more when it is asked."""

    code = "notices.term-passed"
    message = _("The term lies before now. Choose a later moment.")
    status = 422


@transaction.atomic
def send_notice(
    scope: Scope,
    *,
    title: str,
    body: str,
    to: To,
    at: datetime,
    document: UUID | None = None,
    needs_receipt: bool = True,
    until: datetime | None = None,
) -> Notice:
    """
    Send a notice to everybody whom it is addressed to, each once, the sender left out.

    :param document: the document that it is about
    :param until: until when it is to be read, or done
    :raises NobodyAddressed, TermPassed, IncidentClosed:
    :raises NotFound: a unit, community or person lies outside the scope
    """
    scope.require(Can.NOTIFY)
    incident = _incident(scope)
    if document is not None:
        documents.document(scope, document)
    if not rules.is_in_time(at, until):
        raise TermPassed(field="until")
    made = Notice(
        id=uuid7(),
        incident=incident,
        role=scope.role.value,
        title=_kept(" ".join(title.split()), "title", rules.LONGEST_TITLE),
        body=_kept(body.strip(), "body", rules.LONGEST_BODY),
        document_id=document,
        needs_receipt=needs_receipt,
        until=until,
        occurred_at=at,
        received_at=at,
        recorded_by=scope.account,
    )
    recipients = _recipients(scope, to, clock.local_day(at), made)
    if not recipients:
        raise NobodyAddressed()
    append([made])
    Addressee.objects.bulk_create(_addressees(made, to))
    Delivery.objects.bulk_create(recipients, batch_size=_CHUNK)
    audit.record(scope, "notices.send-notice", targets=[made.pk])
    return made


@transaction.atomic
def open_notice(scope: Scope, *, notice: UUID, at: datetime, reads: bool = True) -> Notice:
    """
    Return a notice to somebody signed in; who got it has read it with that.

    :param reads: false where the page is only fetched ahead, and nobody looks at it
    :raises NotFound: it is not theirs, and went to nobody whom they reach
    """
    found = queries.notice(scope, notice)
    own = queries.own_delivery(scope, found.pk)
    if own is not None and reads:
        note_reading(scope, delivery=own, how=How.APP, at=at)
    return found


@transaction.atomic
def read_notice(scope: Scope, *, notice: UUID, at: datetime) -> None:
    """
    Note that whoever is signed in has read a notice that a phone showed.

    :raises NotFound: it did not go to them
    :raises ReadAlready: they had read it before
    """
    own = queries.own_delivery(scope, queries.notice(scope, notice).pk)
    if own is None:
        raise NotFound(field="notice")
    if not note_reading(scope, delivery=own, how=How.APP, at=at):
        raise rules.ReadAlready(field="notice")


@transaction.atomic
def view_ledger(scope: Scope, *, rows: Sequence[Delivery]) -> list[queries.LedgerLine]:
    """Return a page of who got a notice and who read it, and note whose names were shown."""
    lines = queries.ledger(scope, rows)
    seen = [row.member_id for row in rows if row.member_id]
    audit.record(scope, "notices.view-ledger", targets=seen)
    return lines


@transaction.atomic
def view_unread(scope: Scope, *, notice: UUID) -> list[str]:
    """Return the names of those who have not read a notice, to chase them, and note that."""
    found = queries.notice(scope, notice)
    names = queries.unread_names(scope, found.pk)
    audit.record(scope, "notices.view-unread", targets=[found.pk])
    return names


@transaction.atomic
def note_reading(scope: Scope, *, delivery: Delivery, how: How, at: datetime) -> bool:
    """Keep that somebody has read a notice; the earliest stands. Tell whether this was it."""
    if queries.receipt_of(scope, delivery.pk) is not None:
        return False
    made = Receipt(
        delivery=delivery, how=how, occurred_at=at, received_at=at, recorded_by=scope.account
    )
    return bool(append([made]))


@transaction.atomic
def remind(
    scope: Scope,
    *,
    notice: UUID,
    site: str,
    at: datetime,
    deliveries: Collection[UUID] | None = None,
) -> Reminded:
    """
    Send a text with a link of one's own to each of those who have not read a notice.

    :param site: what the address of a link begins with, before its token
    :param deliveries: only these; None: all whom the scope may follow
    """
    scope.require(Can.NOTIFY)
    found = queries.notice(scope, notice)
    _remind_in_turn(found)
    rows = queries.unread_deliveries(scope, notice=found.pk).select_related("member")
    chosen = list(rows if deliveries is None else rows.filter(pk__in=deliveries))
    lately = _reminded_since(chosen, at - rules.REMIND_AGAIN_AFTER)
    numbers = {row.pk: _number(row.member) for row in chosen if row.pk not in lately}
    texts = [
        Text(phone=number, text=_reminder(scope, found, pk, site, at), delivery=pk)
        for pk, number in numbers.items()
        if number
    ]
    if texts:
        send_messages(scope, texts=texts, purpose="reminder", at=at)
    audit.record(scope, "notices.remind", targets=[found.pk])
    return Reminded(len(texts), len(numbers) - len(texts), len(lately))


def _remind_in_turn(notice: Notice) -> None:
    """Of two who remind at once the second waits, and sees whom the first has reminded."""
    # By a number, as a fact cannot be locked by whoever may not change it.
    with connection.cursor() as cursor:
        key = f"notices.remind:{notice.pk}"
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def _incident(scope: Scope) -> Incident:
    found = scope.incident and Incident.objects.filter(pk=scope.incident).first()
    if not found:
        raise NotFound()
    if found.closed_at is not None:
        raise IncidentClosed()
    return found


def _kept(text: str, name: str, longest: int) -> str:
    if not 1 <= len(text) <= longest or "\0" in text:
        raise Invalid(field=name, reason=_("it is missing or too long"))
    return text


def _recipients(scope: Scope, to: To, day: date, notice: Notice) -> list[Delivery]:
    """Return one delivery for each person, by member where there is one, else by account."""
    held = list(_grants(scope, to, day))
    members = _members(scope, to)
    members |= {grant.account.member_id for grant in held if grant.account.member_id}
    members -= {scope.member} if scope.member else set()
    accounts = dict(
        Account.objects.filter(member__in=members, is_active=True).values_list("member", "pk")
    )
    found = [
        Delivery(notice=notice, member_id=one, account_id=accounts.get(one))
        for one in sorted(members)
    ]
    alone = {
        grant.account_id: grant
        for grant in held
        if grant.account.member_id is None and grant.account_id != scope.account
    }
    return found + [
        Delivery(notice=notice, account_id=one, role=grant.role, place=_place(grant))
        for one, grant in alone.items()
    ]


def _members(scope: Scope, to: To) -> set[UUID]:
    named = set(to.members)
    reached = members_reached(scope).order_by()
    found = set(reached.filter(pk__in=named).values_list("pk", flat=True))
    if len(found) < len(named):
        raise NotFound(field="members")
    wanted = set(to.organisations)
    known = organisations_reached(scope).filter(pk__in=wanted).values_list("pk", flat=True)
    if len(set(known)) < len(wanted):
        raise NotFound(field="organisations")
    units = {one for unit in wanted for one in organisations_below(unit)}
    return found | set(reached.filter(organisation__in=units).values_list("pk", flat=True))


def _grants(scope: Scope, to: To, day: date) -> Iterator[Grant]:
    if not set(to.roles) <= {role.value for role in Role} - {Role.SYSTEM.value}:
        raise NotFound(field="roles")
    if not all(scope.covers(one) for one in to.communities):
        raise NotFound(field="communities")
    rows = grants_reached(scope, day=day).select_related("account", "organisation")
    if to.roles:
        yield from rows.filter(role__in=to.roles).order_by("pk")
    if to.communities:
        yield from rows.filter(division__in=to.communities).order_by("pk")


def _place(grant: Grant) -> int | None:
    return grant.division or (grant.organisation.division if grant.organisation else None)


def _addressees(notice: Notice, to: To) -> Iterable[Addressee]:
    chosen = {
        AddresseeKind.ROLE: to.roles,
        AddresseeKind.UNIT: to.organisations,
        AddresseeKind.COMMUNITY: to.communities,
        AddresseeKind.PEOPLE: (len(set(to.members)),) if to.members else (),
    }
    for kind, values in chosen.items():
        for value in sorted({str(one) for one in values}):
            yield Addressee(notice=notice, kind=kind, value=value)


def _reminded_since(rows: Sequence[Delivery], since: datetime) -> set[UUID | None]:
    found = Message.objects.filter(delivery__in=rows, queued_at__gt=since)
    return set(found.values_list("delivery", flat=True))


def _number(member: Member | None) -> str:
    return member.opened_contact()["phone"] if member else ""


def _reminder(scope: Scope, notice: Notice, delivery: UUID, site: str, at: datetime) -> str:
    # Read on a phone outside the house: in the language of the site, whoever pressed the button.
    link = site + links.person_token(scope, delivery, at=at)
    with translation.override(settings.LANGUAGE_CODE):
        return gettext("Please read “%(title)s” and confirm it: %(link)s") % {
            "title": notice.title,
            "link": link,
        }
