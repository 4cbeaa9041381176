"""Reads of stays: who belongs to the operation where, who is expected, and who is excused."""

from collections.abc import Iterable, Mapping
from datetime import date, time
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from xiachen.base import clock
from xiachen.figures.figure import Cutoff
from xiachen.incidents import queries as incidents
from xiachen.incidents.models import Incident, IncidentCommunity
from xiachen.mobilisation.models.stays import Enrolment, Excuse, Release
from xiachen.mobilisation.rules import stays as rules
from xiachen.privacy.scope import Can, Role, Scope, any_of

Marks = Mapping[int, int] | None
Ranges = Iterable[tuple[int, int]]

_of_this_stay = Q(enrolment_id=OuterRef("pk"))


def working_incident(scope: Scope) -> Incident:
    """
    Return the incident in which the scope acts.

    :raises NotFound: the scope names none
    :raises IncidentClosed: nothing more can be recorded in it
    """
    incident = incidents.incident_of(scope)
    if incident.closed_at is not None:
        raise rules.IncidentClosed(incident=incident.name)
    return incident


def included(scope: Scope, *, community: int, day: date) -> bool:
    """Tell whether the scope's incident works in a community on a day or will from then on."""
    listed = IncidentCommunity.objects.filter(incident=scope.incident, community=community)
    return listed.filter(Q(to_day=None) | Q(to_day__gte=day)).exists()


def enrolled_in(places: Ranges, *, incident: UUID) -> QuerySet[Enrolment, UUID]:
    """
    Return the ids of those who belong to an incident's operation in some ranges of communities.

    For making a scope. Whoever has gone home is among them: late records still name them.
    """
    here = any_of(Q(community_id__gte=low, community_id__lte=high) for low, high in places)
    rows = Enrolment.objects.standing().filter(here, incident_id=incident)
    return rows.values_list("member_id", flat=True)


def places_of_member(
    member: UUID, *, incident: UUID | None, day: date
) -> tuple[tuple[int, int], ...]:
    """
    Return where somebody is enrolled by a day, as ranges of one; for making a scope.

    Asked with every request of those sent down, hence in plain SQL: what `standing` reads, for a
    tenth of the time that it takes to put the statement together.
    """
    table = connection.ops.quote_name(Enrolment._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"select distinct community_id from {table} as stay "
            "where member_id = %s and incident_id = %s and from_day <= %s and not void "
            f"and not exists (select from {table} as later where later.reverses_id = stay.id) "
            "order by community_id",
            [member, incident, day],
        )
        return tuple((row[0], row[0]) for row in cursor.fetchall())


def places_included(scope: Scope, communities: Iterable[int]) -> frozenset[int]:
    """Return those of some communities that the scope's incident includes or has included."""
    listed = IncidentCommunity.objects.filter(incident=scope.incident, community__in=communities)
    return frozenset(listed.values_list("community_id", flat=True))


def stays(scope: Scope, *, members: Iterable[UUID]) -> dict[UUID, list[tuple[int, date | None]]]:
    """
    Return where some people belong in the scope's incident, each with the last day, if any.

    For checks of operations: a person's stays outside the scope's places are among them.
    """
    ended = Release.objects.standing().filter(_of_this_stay).values("last_day")
    rows = (
        Enrolment.objects.standing()
        .filter(incident=scope.incident, member__in=list(members))
        .annotate(last_day=Subquery(ended[:1]))
    )
    found: dict[UUID, list[tuple[int, date | None]]] = {}
    for member, community, last_day in rows.values_list("member_id", "community_id", "last_day"):
        found.setdefault(member, []).append((community, last_day))
    return found


def staying(scope: Scope, *, community: int, members: Iterable[UUID], day: date) -> set[UUID]:
    """Return those of some people who belong to a community on a day or will from then on."""
    return {
        member
        for member, places in stays(scope, members=members).items()
        if any(place == community and (last is None or last >= day) for place, last in places)
    }


def enrolments(scope: Scope, *, incident: UUID, marks: Marks = None) -> QuerySet[Enrolment]:
    """Return who belongs to the operation: one row for each stay of a person at a community."""
    if not reads(scope, incident):
        return Enrolment.objects.none()
    rows: QuerySet[Enrolment] = Enrolment.objects.standing(marks)
    return rows.filter(_reach(scope), incident_id=incident)


def enrolled(scope: Scope, cutoff: Cutoff) -> QuerySet[Enrolment]:
    """Return who was enrolled by the cut-off, whether they have left since or not."""
    return enrolments(scope, incident=cutoff.incident, marks=cutoff.marks).filter(
        occurred_at__lte=cutoff.occurred_until, from_day__lte=cutoff.day
    )


def belonging(scope: Scope, cutoff: Cutoff) -> QuerySet[Enrolment]:
    """Return who belongs there on the day, excused or not: enrolled, and not gone home before."""
    return enrolled(scope, cutoff).filter(~Exists(_gone(cutoff)))


def expected(scope: Scope, cutoff: Cutoff) -> QuerySet[Enrolment]:
    """Return who is expected (应报到) on the day: enrolled, not excused, not gone home before."""
    return belonging(scope, cutoff).filter(~Exists(_excused(cutoff)))


def expected_on(
    scope: Scope, *, day: date, community: int | None = None, marks: Marks = None
) -> QuerySet[Enrolment]:
    """Return who is expected on a day, everywhere in the scope or in one community."""
    return _here(expected(scope, whole_day(scope, day, marks)), community)


def enrolled_on(
    scope: Scope, *, incident: UUID, day: date, community: int | None = None
) -> QuerySet[Enrolment]:
    """Return the stays that include a day, excused or not."""
    rows = enrolments(scope, incident=incident).filter(from_day__lte=day)
    rows = rows.filter(~Exists(Release.objects.standing().filter(_of_this_stay, last_day__lt=day)))
    return _here(rows, community)


def excused(scope: Scope, cutoff: Cutoff) -> QuerySet[Enrolment]:
    """Return who would be expected on the day but is excused; the reasons are in `excuses`."""
    return belonging(scope, cutoff).filter(Exists(_excused(cutoff)))


def with_excuses(scope: Scope, cutoff: Cutoff) -> QuerySet[Enrolment]:
    """Return who belongs there on the day, with `is_excused`."""
    return belonging(scope, cutoff).annotate(is_excused=Exists(_excused(cutoff)))


def excuses(scope: Scope, *, incident: UUID, marks: Marks = None) -> QuerySet[Excuse]:
    """
    Return the excuses with their reasons.

    :raises Forbidden: the role does not excuse people; `excused` tells who is, without the reason
    """
    scope.require(Can.EXCUSE)
    if not reads(scope, incident):
        return Excuse.objects.none()
    rows: QuerySet[Excuse] = Excuse.objects.standing(marks)
    here = enrolments(scope, incident=incident, marks=marks).values("member_id")
    reach = Q(member__organisation_id__in=scope.organisations) | Q(member_id__in=here)
    return rows.filter(reach, incident_id=incident).order_by("from_day", "pk")


def reads(scope: Scope, incident: UUID) -> bool:
    """Tell whether the scope reads records of an incident; of others' people, or its own."""
    if scope.incident != incident:
        return False
    if scope.role is Role.MEMBER:
        return scope.member is not None
    return scope.allows(Can.SEE_PEOPLE) or scope.allows(Can.SEE_FIGURES)


def whole_day(scope: Scope, day: date, marks: Marks = None) -> Cutoff:
    """Return the cut-off at the end of a day, in the incident in which the scope acts."""
    # A scope without an incident reads nothing; the id of nobody's incident says so.
    return Cutoff(
        incident=scope.incident or UUID(int=0),
        day=day,
        occurred_until=clock.on_day(day, time.max),
        marks=marks,
    )


def _here(rows: QuerySet[Enrolment], community: int | None) -> QuerySet[Enrolment]:
    return rows if community is None else rows.filter(community_id=community)


def _gone(cutoff: Cutoff) -> QuerySet[Release]:
    rows: QuerySet[Release] = Release.objects.standing(cutoff.marks)
    return rows.filter(_of_this_stay, last_day__lt=cutoff.day)


def _excused(cutoff: Cutoff) -> QuerySet[Excuse]:
    rows: QuerySet[Excuse] = Excuse.objects.standing(cutoff.marks)
    return rows.filter(
        incident_id=cutoff.incident,
        member_id=OuterRef("member_id"),
        from_day__lte=cutoff.day,
        to_day__gte=cutoff.day,
    )


def _reach(scope: Scope) -> Q:
    if scope.role is Role.MEMBER:
        return Q(member_id=scope.member)
    return (
        scope.within("community_id")
        | Q(member__organisation_id__in=scope.organisations)
        | Q(member_id__in=scope.members)
    )
