"""Reading the audit, proving that nobody has changed it, and the requests to unmask."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Count, F, Func, IntegerField, Max, Q, QuerySet, Sum
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from xiachen.base import clock
from xiachen.privacy import anchors, rules
from xiachen.privacy.models import AuditEntry, AuditSeal, Unmasking
from xiachen.privacy.scope import EVERYWHERE, ROLE_NAMES, Can, Role, Scope

PAGE_ROWS = 50
_SEALS_AT_ONCE = 200
_ENTRIES_AT_ONCE = 5000

_OUTSIDE_SEALS = """
    select e.id, e.at from privacy_auditentry e
    left join (select unnest(entries) as id from privacy_auditseal) s on s.id = e.id
    where s.id is null order by e.at, e.id
"""


_Written = list[tuple[UUID, datetime]]


class Fault(StrEnum):
    """What can be wrong with the audit."""

    ALTERED = "altered"
    DELETED = "deleted"
    LATE = "late"
    BROKEN = "broken"
    UNSEALED = "unsealed"
    REPLACED = "replaced"


FAULT_WORDS = {
    Fault.ALTERED: _("What this seal covers, or the seal itself, was changed."),
    Fault.DELETED: _("This entry was sealed and is gone."),
    Fault.LATE: _("This entry was put in afterwards: the seals had passed its time."),
    Fault.BROKEN: _("A seal is missing before this one."),
    Fault.UNSEALED: _("This entry waits for its seal: is the worker running?"),
    Fault.REPLACED: _("The chain is not the one whose head was kept or printed."),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found; `seal` is a seal's number, `entry` an audit entry's id."""

    fault: Fault
    seal: int | None = None
    entry: UUID | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """
    What a verification of the audit found.

    :param anchored: whether the chain was compared with a head kept outside the database
    :param waiting: how many entries have no seal yet and are not late; the oldest is of `since`
    """

    seals: int
    entries: int
    head: str
    anchored: bool
    findings: tuple[Finding, ...]
    waiting: int = 0
    since: datetime | None = None

    @property
    def whole(self) -> bool:
        """Tell whether nothing was found."""
        return not self.findings


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilters:
    """What to show of the audit; what is empty does not restrict."""

    account: UUID | None = None
    action: str = ""
    day: date | None = None
    person: UUID | None = None


@dataclass(frozen=True, slots=True)
class AuditLine:
    """An audit entry, who acted under which name, and its seal; None while it waits for one."""

    entry: AuditEntry
    account: str
    role: str
    seal: int | None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of the audit, numbered from 1, and how many entries all pages have."""

    lines: list[AuditLine]
    number: int
    pages: int
    total: int


def audit_head(scope: Scope) -> AuditSeal | None:
    """Return the latest seal, whose head is printed on bulletins; None before the first."""
    return AuditSeal.objects.order_by("-number").first()


def account_named(scope: Scope, name: str) -> UUID | None:
    """Return the account of a sign-in name, whatever its case; None where there is none."""
    scope.require(Can.READ_AUDIT)
    found = get_user_model()._default_manager.filter(username__iexact=name.strip()).first()
    return found.pk if found else None


def audit_entries(scope: Scope, filters: AuditFilters, page: int = 1) -> AuditPage:
    """
    Return a page of the audit, newest first; a page past the end is the last one.

    A scope with an incident sees that incident's entries and those of none. One that is given
    for certain places sees the entries of their communities only; one given for no place in
    particular, as auditors usually have it, sees all.
    """
    scope.require(Can.READ_AUDIT)
    rows = _reached(scope).order_by("-at", "-id")
    if filters.account:
        rows = rows.filter(account=filters.account)
    if filters.action:
        rows = rows.filter(action__startswith=filters.action)
    if filters.day:
        begins = clock.on_day(filters.day, time())
        rows = rows.filter(at__gte=begins, at__lt=begins + timedelta(days=1))
    if filters.person:
        rows = rows.filter(subject=filters.person)
    found = Paginator(rows, PAGE_ROWS).get_page(page)
    return AuditPage(
        _lines(found.object_list), found.number, found.paginator.num_pages, found.paginator.count
    )


@dataclass(frozen=True, slots=True)
class Act:
    """How often others have done something, to how many records, and when they last did."""

    action: str
    times: int
    records: int
    last: datetime


def acts_by_others(scope: Scope, *, since: datetime) -> list[Act]:
    """Return what others have done in the scope's places and incident, the latest first."""
    rows = AuditEntry.objects.filter(
        scope.within("community"), incident=scope.incident, at__gt=since
    ).exclude(account=scope.account)
    treated = Greatest(Func(F("targets"), function="cardinality", output_field=IntegerField()), 1)
    acts = (
        rows.order_by()
        .values_list("action")
        .annotate(times=Count("pk"), records=Sum(treated), last=Max("at"))
    )
    found = [Act(action, times, int(records), last) for action, times, records, last in acts]
    return sorted(found, key=lambda act: act.last, reverse=True)


def acts_about(scope: Scope, *, subject: UUID, actions: Iterable[str]) -> list[AuditEntry]:
    """Return some acts about a person whom the caller reaches, the earliest first."""
    rows = AuditEntry.objects.filter(
        subject=subject, action__in=list(actions), incident=scope.incident
    )
    return list(rows.order_by("at", "pk"))


def verify_audit(scope: Scope, *, at: datetime, printed: Mapping[int, str] | None = None) -> Report:
    """
    Compute the whole chain anew and compare it with the entries as they stand.

    :param printed: heads by seal number, as bulletins and papers carry them
    """
    scope.require(Can.READ_AUDIT)
    known = list((printed or {}).items())
    kept = _kept_head()
    if kept is not None:
        known.append(kept)
    findings: list[Finding] = []
    asked = {number for number, _head in known}
    heads: dict[int, str] = {}
    entries = 0
    previous: AuditSeal | None = None
    for seal, found in _seals_with_entries():
        findings += _faults_of(seal, previous, found)
        entries += len(seal.entries)
        if seal.number in asked:
            heads[seal.number] = seal.head
        previous = seal
    findings += [Finding(Fault.REPLACED, n) for n, head in known if heads.get(n) != head]
    late, waiting = _outside_seals(previous)
    findings += [Finding(Fault.LATE, entry=entry) for entry, _at in late]
    findings += [
        Finding(Fault.UNSEALED, entry=entry)
        for entry, written in waiting
        if rules.waits_too_long(written, now=at)
    ]
    return Report(
        seals=previous.number if previous else 0,
        entries=entries,
        head=previous.head if previous else "",
        anchored=kept is not None,
        findings=tuple(dict.fromkeys(findings)),
        waiting=len(waiting),
        since=waiting[0][1] if waiting else None,
    )


@dataclass(frozen=True, slots=True)
class Request:
    """A request to unmask, with who asks under which name and in which role."""

    unmasking: Unmasking
    account: str
    role: str


def unmaskings_to_approve(scope: Scope, *, at: datetime) -> list[Request]:
    """Return the open requests of others, the oldest first."""
    scope.require(Can.UNMASK)
    since = at - rules.REQUEST_HOLDS_FOR
    rows = list(
        Unmasking.objects.filter(incident=scope.incident, approved_at=None, requested_at__gte=since)
        .exclude(requested_by=scope.account)
        .order_by("requested_at", "pk")
    )
    names = _names_of(row.requested_by for row in rows)
    return [
        Request(row, names.get(row.requested_by, ""), str(ROLE_NAMES[Role(row.role)]))
        for row in rows
    ]


def unmaskings_of(scope: Scope, subjects: Iterable[UUID], *, at: datetime) -> dict[UUID, Unmasking]:
    """
    Return one's own requests about people that count: waiting for an approval, or open now.

    Of several about one person the one that is open, else the latest.
    """
    rows = Unmasking.objects.filter(
        requested_by=scope.account,
        incident=scope.incident,
        subject__in=set(subjects),
        requested_at__gte=at - rules.REQUEST_HOLDS_FOR - rules.UNMASKED_FOR,
    )
    found: dict[UUID, Unmasking] = {}
    for row in rows.order_by(F("approved_at").asc(nulls_first=True), "requested_at"):
        waits = row.approved_at is None and rules.can_be_approved(row.requested_at, at=at)
        if waits or rules.is_unmasked(row.approved_at, at=at):
            found[row.subject] = row
    return found


def _reached(scope: Scope) -> QuerySet[AuditEntry]:
    rows = AuditEntry.objects.all()
    if scope.places and EVERYWHERE[0] not in scope.places:
        rows = rows.filter(scope.within("community"))
    if scope.incident is not None:
        rows = rows.filter(Q(incident=None) | Q(incident=scope.incident))
    return rows


def _lines(entries: Iterable[AuditEntry]) -> list[AuditLine]:
    shown = list(entries)
    seals = _seals_of([entry.pk for entry in shown])
    names = _names_of(entry.account for entry in shown)
    return [
        AuditLine(
            entry,
            names.get(entry.account, ""),
            str(ROLE_NAMES[Role(entry.role)]),
            seals.get(entry.pk),
        )
        for entry in shown
    ]


def _names_of(accounts: Iterable[UUID]) -> dict[UUID, str]:
    found = get_user_model()._default_manager.in_bulk(set(accounts))
    return {id: account.get_username() for id, account in found.items()}


def _seals_of(entries: Sequence[UUID]) -> dict[UUID, int]:
    seals = AuditSeal.objects.filter(entries__overlap=list(entries)) if entries else ()
    wanted = set(entries)
    return {entry: seal.number for seal in seals for entry in seal.entries if entry in wanted}


def _kept_head() -> anchors.Anchor | None:
    first = AuditSeal.objects.filter(number=1).first()
    return anchors.read(first.head) if first else None


def _seals_with_entries() -> Iterator[tuple[AuditSeal, dict[UUID, AuditEntry]]]:
    """Yield every seal in order with those of its entries that are there, few queries for many."""
    batch: list[AuditSeal] = []
    for seal in AuditSeal.objects.order_by("number").iterator(chunk_size=_SEALS_AT_ONCE):
        batch.append(seal)
        if len(batch) == _SEALS_AT_ONCE or len(seal.entries) > _ENTRIES_AT_ONCE:
            yield from _with_entries(batch)
            batch = []
    yield from _with_entries(batch)


def _with_entries(
    seals: Sequence[AuditSeal],
) -> Iterator[tuple[AuditSeal, dict[UUID, AuditEntry]]]:
    ids = [entry for seal in seals for entry in seal.entries]
    found: dict[UUID, AuditEntry] = {}
    for start in range(0, len(ids), _ENTRIES_AT_ONCE):
        found |= AuditEntry.objects.in_bulk(ids[start : start + _ENTRIES_AT_ONCE])
    for seal in seals:
        yield seal, {entry: found[entry] for entry in seal.entries if entry in found}


def _faults_of(
    seal: AuditSeal, previous: AuditSeal | None, found: Mapping[UUID, AuditEntry]
) -> list[Finding]:
    gone = [entry for entry in seal.entries if entry not in found]
    faults = [Finding(Fault.DELETED, seal.number, entry) for entry in gone]
    earlier = previous.upto if previous else None
    faults += [
        Finding(Fault.LATE, seal.number, entry.pk)
        for entry in found.values()
        if rules.is_late(entry.at, earlier=earlier)
    ]
    if seal.number != (previous.number if previous else 0) + 1:
        faults.append(Finding(Fault.BROKEN, seal.number))
    elif not gone:
        head = previous.head if previous else rules.NO_HEAD
        rows = [found[entry] for entry in seal.entries]
        if rules.head_of_seal(head, seal, rows) != seal.head:
            faults.append(Finding(Fault.ALTERED, seal.number))
    return faults


def _outside_seals(last: AuditSeal | None) -> tuple[_Written, _Written]:
    """Return the entries without a seal, the oldest first: late ones, and those that wait."""
    with connection.cursor() as cursor:
        cursor.execute(_OUTSIDE_SEALS)
        outside: _Written = cursor.fetchall()
    earlier = last.upto if last else None
    late = [(entry, at) for entry, at in outside if rules.is_late(at, earlier=earlier)]
    return late, [(entry, at) for entry, at in outside if not rules.is_late(at, earlier=earlier)]
