"""Reads of decisions as of a cut-off: what held of each sign-up then."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from xiachen.figures.figure import Cutoff
from xiachen.mobilisation.models.sign_ups import SELECTED, Decision, State
from xiachen.mobilisation.queries.stays import reads
from xiachen.privacy.scope import Role, Scope


def latest(
    scope: Scope, cutoff: Cutoff, states: Collection[str] | None = None
) -> QuerySet[Decision]:
    """Return what was decided last about each sign-up by the cut-off, where it led to a state."""
    if not reads(scope, cutoff.incident) or scope.role is Role.MEMBER:
        return Decision.objects.none()
    known = Decision.objects.standing(cutoff.marks).filter(occurred_at__lte=cutoff.occurred_until)
    later = known.filter(sign_up=OuterRef("sign_up"), sequence__gt=OuterRef("sequence"))
    reach = scope.within("sign_up__call_up__division")
    reach |= Q(sign_up__member__organisation__in=scope.organisations)
    rows: QuerySet[Decision] = known.filter(
        ~Exists(later), reach, sign_up__call_up__incident=cutoff.incident
    )
    return rows if states is None else rows.filter(state__in=states)


def applied(scope: Scope, cutoff: Cutoff) -> QuerySet[Decision]:
    """Return one decision for each sign-up, whatever came of it."""
    return latest(scope, cutoff)


def selected(scope: Scope, cutoff: Cutoff) -> QuerySet[Decision]:
    """Return who is accepted, confirmed or not."""
    return latest(scope, cutoff, SELECTED)


def waiting(scope: Scope, cutoff: Cutoff) -> QuerySet[Decision]:
    """Return who waits, or has a place offered."""
    return latest(scope, cutoff, (State.WAITING, State.OFFERED))


def refused(scope: Scope, cutoff: Cutoff) -> QuerySet[Decision]:
    """Return who was refused."""
    return latest(scope, cutoff, (State.REFUSED,))


def with_what_they_name(scope: Scope, rows: Sequence[Any]) -> list[Decision]:
    """Return decisions with their sign-ups, units and calls, in their order."""
    found = Decision.objects.select_related(
        "sign_up__organisation", "sign_up__call_up__document"
    ).in_bulk([row.pk for row in rows])
    return [found[row.pk] for row in rows]
