"""Sign-ins and sign-outs that were put right: what they said before, by whom and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import F
from django.utils.translation import gettext as _

from xiachen.attendance.models.records import CheckIn, CheckOut
from xiachen.people.models.accounts import Account
from xiachen.people.queries.members import shown_names
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.queries import acts_about
from xiachen.privacy.scope import ROLE_NAMES, Role, Scope

ACTIONS = ("attendance.correct-check-in", "attendance.correct-check-out")


@dataclass(frozen=True, slots=True, kw_only=True)
class Righted:
    """
    A time that was put right, or taken back.

    :param id: of the row that came in the former's place
    :param former: the row that stood before
    :param now: None: it was taken back
    :param by: by name, as far as the reader may see it, and in which role
    """

    id: UUID
    former: UUID
    day: date
    arrives: bool
    was: datetime
    now: datetime | None
    at: datetime
    by: str
    reason: str


def righted(scope: Scope, *, member: UUID, first: date, last: date) -> list[Righted]:
    """Return what was put right of somebody whom the caller reaches, in the order of doing it."""
    rows = [
        row
        for model in (CheckIn, CheckOut)
        for row in model.objects.filter(
            incident=scope.incident,
            member=member,
            day__range=(first, last),
            reverses__isnull=False,
        ).annotate(was=F("reverses__occurred_at"))
    ]
    if not rows:
        return []
    acts = acts_about(scope, subject=member, actions=ACTIONS)
    # What a later act puts right was named first by the act that wrote it.
    of_row = {target: act for act in reversed(acts) for target in act.targets}
    by = _names(scope, acts)
    found = [_righted(row, of_row.get(row.pk), by) for row in rows]
    return sorted(found, key=lambda one: (one.at, one.id))


def led_to(scope: Scope, row: CheckIn | CheckOut) -> list[Righted]:
    """Return what led to a row that the caller reaches, in the order of doing it."""
    if row.reverses_id is None:
        return []
    # What was put right may have moved over midnight.
    first, last = row.day - timedelta(days=1), row.day + timedelta(days=1)
    found = righted(scope, member=row.member, first=first, last=last)
    by_id = {one.id: one for one in found}
    chain: list[Righted] = []
    step = by_id.get(row.pk)
    while step:
        chain.append(step)
        step = by_id.get(step.former)
    return chain[::-1]


def _righted(row: CheckIn | CheckOut, act: AuditEntry | None, by: dict[UUID, str]) -> Righted:
    return Righted(
        id=row.pk,
        former=row.reverses_id,
        day=row.day,
        arrives=isinstance(row, CheckIn),
        was=row.was,  # type: ignore[union-attr]
        now=None if row.void else row.occurred_at,
        at=row.received_at,
        by=by[act.pk] if act else "",
        reason=act.reason if act else "",
    )


def _names(scope: Scope, acts: Iterable[AuditEntry]) -> dict[UUID, str]:
    """Return by whom each act was: the name where the reader may see it, and the role."""
    accounts = Account.objects.filter(pk__in={act.account for act in acts}, member__isnull=False)
    members = dict(accounts.values_list("pk", "member"))
    names = shown_names(scope, members.values())
    found = {}
    for act in acts:
        role = str(ROLE_NAMES[Role(act.role)])
        name = names.get(members.get(act.account, act.account), "")
        found[act.pk] = _("%(name)s, %(role)s") % {"name": name, "role": role} if name else role
    return found
