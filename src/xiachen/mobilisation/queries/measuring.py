"""Which criteria of a call people meet, read once for a whole list."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from xiachen.mobilisation.models.call_ups import Criterion, CriterionKind
from xiachen.mobilisation.models.stays import Excuse
from xiachen.mobilisation.rules.call_ups import Asked, Measured, measure, share_a_day
from xiachen.people.models.members import Fitness, Identity, Member, OffDuty, PartyStanding
from xiachen.places.rules.codes import ranges_of
from xiachen.privacy.scope import Scope, any_of

Days = Mapping[UUID, tuple[date, date]]


def measured(scope: Scope, *, criteria: Sequence[Criterion], days: Days) -> dict[UUID, Measured]:
    """
    Measure people against the criteria of a call, a statement for each criterion.

    :param days: who, and for which days
    """
    asked = [Asked(one.pk, one.weight) for one in criteria]
    met: dict[UUID, set[int]] = defaultdict(set)
    for one in criteria:
        for member in _meeting(scope, one, days):
            met[member].add(one.pk)
    return {member: measure(asked, met[member]) for member in days}


def _meeting(scope: Scope, criterion: Criterion, days: Days) -> set[UUID]:
    if criterion.kind == CriterionKind.NOT_EXCUSED:
        return _not_excused(scope, criterion.value, days)
    if criterion.kind == CriterionKind.FIT:
        return _fit(criterion.value, days)
    return set(_rows(scope, criterion, days).values_list("pk", flat=True))


def _rows(scope: Scope, criterion: Criterion, days: Days) -> QuerySet[Member]:
    members = Member.objects.filter(pk__in=days)
    if criterion.kind == CriterionKind.IDENTITY:
        kinds = Identity.objects.filter(kind=criterion.value)
        return members.filter(pk__in=kinds.values("member"))
    if criterion.kind == CriterionKind.SKILL:
        return members.filter(skills__code=criterion.value)
    if criterion.kind == CriterionKind.HOME:
        return members.filter(home_within(scope, int(criterion.value)))
    standings = {criterion.value}
    if criterion.value == PartyStanding.PROBATIONARY:
        standings.add(PartyStanding.FULL)
    return members.filter(party_standing__in=standings)


def _fit(duty: str, days: Days) -> set[UUID]:
    """Those fit to the end of their own days, and not off duty when these begin."""
    rows = Fitness.objects.filter(duty=duty, member__in=days)
    fit = {
        member
        for member, until in rows.values_list("member", "fit_until")
        if until >= days[member][1]
    }
    off = OffDuty.objects.filter(member__in=fit)
    return fit - {
        member
        for member, until in off.values_list("member", "until")
        if until is None or until >= days[member][0]
    }


def _not_excused(scope: Scope, reason: str, days: Days) -> set[UUID]:
    excused = Excuse.objects.standing().filter(
        incident=scope.incident, reason=reason, member__in=days
    )
    away = {
        member
        for member, first, last in excused.values_list("member", "from_day", "to_day")
        if share_a_day((first, last), days[member])
    }
    return set(days) - away


def home_within(scope: Scope, division: int, *, path: str = "home_community") -> Q:
    """Return the condition that somebody lives in a division."""
    return any_of(
        Q(**{f"{path}__gte": low, f"{path}__lte": high}) for low, high in ranges_of(division)
    )
