"""
Reads of notices: one's own, those sent, and who has read them.

Everybody reads what was sent to them. Who has read a notice is told to its sender of all, and to
every other role of the people whom it reaches: the liaison of the unit's people, the secretary of
those who work there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from xiachen.base import clock
from xiachen.base.errors import NotFound
from xiachen.incidents import queries as incidents
from xiachen.notices.models.messages import Message
from xiachen.notices.models.notices import Addressee, AddresseeKind, Delivery, Notice, Receipt
from xiachen.people.models.units import Organisation
from xiachen.people.queries.accounts import grants_reached
from xiachen.people.queries.members import members_reached, shown_names
from xiachen.places.models import Community
from xiachen.privacy.scope import ROLE_NAMES, Can, Role, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeLine:
    """
    A notice in a list, with how many of those whom the scope reaches got and read it.

    :param own: one's own delivery, None where it was not sent to the reader
    :param read_at: when the reader has read it
    """

    notice: Notice
    delivered: int = 0
    read: int = 0
    own: UUID | None = None
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """What was sent to whom, when it was read, and the last reminder."""

    delivery: Delivery
    name: str
    unit: str
    receipt: Receipt | None
    reminder: Message | None


def notice(scope: Scope, id: UUID) -> Notice:
    """
    Return one notice: sent to the reader, by the reader, or to people whom the scope reaches.

    :raises NotFound: none of these
    """
    rows = _of_incident(scope).filter(_sent_or_followed(scope) | Exists(_theirs(scope)), pk=id)
    found = rows.select_related("document", "incident").first()
    if found is None:
        raise NotFound()
    return found


def inbox(scope: Scope) -> QuerySet[Delivery]:
    """Return what was sent to the reader: the unread first, then the latest."""
    rows = _own(scope).filter(notice__in=_of_incident(scope).values("pk"))
    rows = rows.annotate(is_read=_is_read()).select_related("notice")
    return rows.order_by("is_read", "-notice__occurred_at", "-pk")


def unread(scope: Scope, *, at: datetime) -> QuerySet[Delivery]:
    """Return what was sent to the reader, is not read, and whose term has not passed."""
    rows = inbox(scope).filter(~_is_read())
    return rows.filter(Q(notice__until=None) | Q(notice__until__gt=at))


def followed(scope: Scope) -> QuerySet[Notice]:
    """Return the notices whose reading the role follows: its own, and those to its people."""
    if not scope.allows(Can.NOTIFY):
        return Notice.objects.none()
    return _of_incident(scope).filter(_sent_or_followed(scope)).order_by("-occurred_at", "-pk")


def followed_lines(scope: Scope, rows: Sequence[Notice]) -> list[NoticeLine]:
    """Return a page of notices with how many of those reached have read them."""
    counts = {
        line["notice"]: line
        for line in deliveries(scope, notices=[row.pk for row in rows])
        .order_by()
        .values("notice")
        .annotate(delivered=Count("pk"), read=Count("pk", filter=Q(is_read=True)))
    }
    none = {"delivered": 0, "read": 0}
    return [
        NoticeLine(
            notice=row,
            delivered=counts.get(row.pk, none)["delivered"],
            read=counts.get(row.pk, none)["read"],
        )
        for row in rows
    ]


def inbox_lines(scope: Scope, rows: Sequence[Delivery]) -> list[NoticeLine]:
    """Return a page of one's own notices with when they were read."""
    receipts = _receipts([row.pk for row in rows])
    return [
        NoticeLine(
            notice=row.notice,
            own=row.pk,
            read_at=receipts[row.pk].occurred_at if row.pk in receipts else None,
        )
        for row in rows
    ]


def deliveries(scope: Scope, *, notices: Iterable[UUID]) -> QuerySet[Delivery]:
    """Return the deliveries of notices that the scope may follow, those unread first."""
    rows = Delivery.objects.filter(_followed(scope), notice__in=list(notices))
    rows = rows.annotate(is_read=_is_read())
    return rows.order_by("is_read", F("member__sort_key").asc(nulls_last=True), "pk")


def unread_deliveries(scope: Scope, *, notice: UUID) -> QuerySet[Delivery]:
    """Return the deliveries of a notice that the scope may follow and nobody has read yet."""
    return deliveries(scope, notices=[notice]).filter(~_is_read())


def own_delivery(scope: Scope, notice: UUID) -> Delivery | None:
    """Return the reader's own delivery of a notice, None where it was not sent to them."""
    return _own(scope).filter(notice=notice).first()


def receipt_of(scope: Scope, delivery: UUID) -> Receipt | None:
    """Return when a delivery was read, whoever asks: it was found within a scope, or by a link."""
    return _receipts([delivery]).get(delivery)


def ledger(scope: Scope, rows: Sequence[Delivery]) -> list[LedgerLine]:
    """Return a page of deliveries with names as the scope may see them, receipts and reminders."""
    names = shown_names(scope, {row.member_id for row in rows if row.member_id})
    units = dict(
        Organisation.objects.filter(members__in=names.keys()).values_list("members__pk", "name")
    )
    ids = [row.pk for row in rows]
    receipts, reminders = _receipts(ids), _reminders(ids)
    return [
        LedgerLine(
            delivery=row,
            name=names.get(row.member_id, "") if row.member_id else _role_name(row.role),
            unit=units.get(row.member_id, "") if row.member_id else "",
            receipt=receipts.get(row.pk),
            reminder=reminders.get(row.pk),
        )
        for row in rows
    ]


def addressed(scope: Scope, notice: UUID) -> list[str]:
    """Return what a notice was addressed to, in words; of people how many were named."""
    rows = list(Addressee.objects.filter(notice=notice).order_by("pk"))
    by_kind = {kind: [row.value for row in rows if row.kind == kind] for kind in AddresseeKind}
    units = Organisation.objects.filter(pk__in=by_kind[AddresseeKind.UNIT])
    places = Community.objects.filter(pk__in=by_kind[AddresseeKind.COMMUNITY])
    return [
        *(_role_name(role) for role in by_kind[AddresseeKind.ROLE]),
        *(str(unit) for unit in units.order_by("name")),
        *(str(place) for place in places.order_by("pk")),
    ]


def people_named(scope: Scope, notice: UUID) -> int:
    """Return how many people a notice named one by one."""
    row = Addressee.objects.filter(notice=notice, kind=AddresseeKind.PEOPLE).first()
    return int(row.value) if row else 0


def roles_reached(scope: Scope, *, at: datetime) -> list[tuple[str, str]]:
    """Return the roles held within the scope, with their names and how many hold them."""
    counts = dict(
        grants_reached(scope, day=clock.local_day(at))
        .exclude(account=scope.account)
        .order_by()
        .values_list("role")
        .annotate(count=Count("account", distinct=True))
    )
    return [(role.value, f"{_role_name(role)} ({counts[role]})") for role in Role if role in counts]


def communities_reached(scope: Scope, *, at: datetime) -> list[tuple[str, str]]:
    """Return the communities of the incident within the scope in which somebody holds a role."""
    day = clock.local_day(at)
    listed = incidents.communities_of(scope, day=day)
    held = grants_reached(scope, day=day).filter(division__in=listed)
    places = Community.objects.filter(pk__in=held.order_by().values("division")).order_by("pk")
    return [(str(place.pk), str(place)) for place in places]


def unread_names(scope: Scope, notice: UUID) -> list[str]:
    """Return the names of those who have not read a notice, as the scope may see them."""
    rows = list(unread_deliveries(scope, notice=notice))
    names = shown_names(scope, {row.member_id for row in rows if row.member_id})
    return [
        name
        for row in rows
        if (name := names.get(row.member_id, "") if row.member_id else _role_name(row.role))
    ]


def _role_name(role: str) -> str:
    """Return a role in words; of none, nothing."""
    return str(ROLE_NAMES[Role(role)]) if role else ""


def _of_incident(scope: Scope) -> QuerySet[Notice]:
    rows = Notice.objects.standing()
    if scope.incident is None:
        return rows if scope.role is Role.SYSTEM else rows.none()
    return rows.filter(incident=scope.incident)


def _own(scope: Scope) -> QuerySet[Delivery]:
    mine = Q(account=scope.account)
    return Delivery.objects.filter(mine | Q(member=scope.member) if scope.member else mine)


def _theirs(scope: Scope) -> QuerySet[Delivery]:
    return _own(scope).filter(notice=OuterRef("pk"))


def _followed(scope: Scope) -> Q:
    """Return the condition of deliveries whose reading the scope may follow."""
    if scope.role is Role.SYSTEM:
        return Q()
    sent = Q(notice__recorded_by=scope.account)
    if not scope.allows(Can.NOTIFY):
        return Q(pk__in=())
    reached = Q(member__in=members_reached(scope).order_by().values("pk"))
    return sent | reached | scope.within("place")


def _sent_or_followed(scope: Scope) -> Q | Exists:
    return Exists(Delivery.objects.filter(_followed(scope), notice=OuterRef("pk")))


def _is_read() -> Exists:
    return Exists(Receipt.objects.standing().filter(delivery=OuterRef("pk")))


def _receipts(deliveries: Sequence[UUID]) -> dict[UUID, Receipt]:
    rows = Receipt.objects.standing().filter(delivery__in=deliveries)
    return {row.delivery_id: row for row in rows}


def _reminders(deliveries: Sequence[UUID]) -> dict[UUID, Message]:
    rows = Message.objects.filter(delivery__in=deliveries).order_by("queued_at")
    return {row.delivery_id: row for row in rows if row.delivery_id}
