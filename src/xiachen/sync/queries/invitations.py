"""Reads of invitations: whom a role may let in, and what became of the links."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import Q, QuerySet

from xiachen.people.queries.members import members_by_id, members_reached, shown_name
from xiachen.privacy.scope import Can, Scope
from xiachen.sync.models.devices import Device, Invitation


class Fate(StrEnum):
    """What became of an invitation."""

    OPEN = "open"
    USED = "used"
    OVER = "over"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitee:
    """
    Somebody who may be invited.

    :param phones: how many phones they use already
    :param invited_until: until when a link that nobody has used works; None: there is none
    """

    member: UUID
    name: str
    unit: str
    phones: int
    invited_until: datetime | None

    @property
    def lacks_one(self) -> bool:
        """Tell whether the person has neither a phone here nor a link to register one."""
        return not self.phones and self.invited_until is None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationLine:
    """An invitation in a list, with the person's name as the role may see it."""

    invitation: Invitation
    member: UUID
    name: str
    fate: Fate


def invitees(scope: Scope, *, members: Sequence[UUID], at: datetime) -> list[Invitee]:
    """Return those of some people whom the scope reaches, in their order, with what they have."""
    people = members_by_id(scope, members)
    phones: dict[UUID, int] = {}
    held = Device.objects.filter(incident=scope.incident, member__in=people, revoked_at=None)
    for member in held.values_list("member", flat=True):
        phones[member] = phones.get(member, 0) + 1
    waiting = Invitation.objects.filter(
        _of_fate(Fate.OPEN, at), incident=scope.incident, account__member__in=people
    )
    until = dict(waiting.order_by("expires_at").values_list("account__member", "expires_at"))
    return [
        Invitee(
            member=one,
            name=shown_name(scope, one, people[one].name),
            unit=str(people[one].organisation or ""),
            phones=phones.get(one, 0),
            invited_until=until.get(one),
        )
        for one in dict.fromkeys(members)
        if one in people
    ]


def invitations(scope: Scope, *, fate: Fate | None, at: datetime) -> QuerySet[Invitation]:
    """Return one's own invitations and, to who invites people, theirs; the latest first."""
    if scope.incident is None:
        return Invitation.objects.none()
    reach = Q(account__member=scope.member)
    if scope.allows(Can.INVITE_PHONES):
        reach |= Q(account__member__in=members_reached(scope).order_by().values("pk"))
    rows = Invitation.objects.filter(reach, incident=scope.incident)
    rows = rows.exclude(account__member=None).select_related("account", "device")
    if fate is not None:
        rows = rows.filter(_of_fate(fate, at))
    return rows.order_by("-made_at", "-pk")


def invitation_lines(
    scope: Scope, rows: Sequence[Invitation], *, at: datetime
) -> list[InvitationLine]:
    """Return a page of invitations with names."""
    of = {row.pk: row.account.member_id for row in rows if row.account.member_id}
    people = members_by_id(scope, of.values())
    return [
        InvitationLine(
            invitation=row,
            member=member,
            name=shown_name(scope, member, people[member].name) if member in people else "",
            fate=_fate(row, at),
        )
        for row in rows
        if (member := of.get(row.pk))
    ]


def _fate(row: Invitation, at: datetime) -> Fate:
    if row.used_at:
        return Fate.USED
    if row.withdrawn_at:
        return Fate.WITHDRAWN
    return Fate.OPEN if row.expires_at >= at else Fate.OVER


def _of_fate(fate: Fate, at: datetime) -> Q:
    if fate is Fate.USED:
        return Q(used_at__isnull=False)
    unused = Q(used_at=None, withdrawn_at__isnull=fate is not Fate.WITHDRAWN)
    if fate is Fate.WITHDRAWN:
        return unused
    return unused & (Q(expires_at__gte=at) if fate is Fate.OPEN else Q(expires_at__lt=at))
