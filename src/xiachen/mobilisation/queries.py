"""Reads of dispatches, enrolments, excuses and report-ins."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from xiachen.base import clock
from xiachen.base.errors import NotFound
from xiachen.figures.figure import Cutoff
from xiachen.incidents import queries as incidents
from xiachen.incidents.models import Incident, IncidentCommunity
from xiachen.mobilisation import rules
from xiachen.mobilisation.models import Dispatch, Enrolment, Excuse, Release, ReportIn
from xiachen.people.models.members import Member
from xiachen.people.models.units import Organisation
from xiachen.people.queries import members as people
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


def members_enrolled(places: Ranges, *, incident: UUID | None) -> frozenset[UUID]:
    """
    Return who belongs to an incident's operation in some ranges of communities; for making a scope.

    Whoever has gone home is among them: late records about them are still accepted.
    """
    here = any_of(Q(community_id__gte=low, community_id__lte=high) for low, high in places)
    if incident is None:
        return frozenset()
    rows = Enrolment.objects.standing().filter(here, incident_id=incident)
    return frozenset(rows.values_list("member_id", flat=True))


def places_of_member(
    member: UUID, *, incident: UUID | None, day: date
) -> tuple[tuple[int, int], ...]:
    """Return where somebody is enrolled by a day, as ranges of one; for making a scope."""
    if incident is None:
        return ()
    rows = Enrolment.objects.standing().filter(
        member_id=member, incident_id=incident, from_day__lte=day
    )
    found = sorted(set(rows.values_list("community_id", flat=True)))
    return tuple((community, community) for community in found)


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


def dispatches(scope: Scope, *, incident: UUID) -> QuerySet[Dispatch]:
    """Return what units have sent, to communities of the scope or by units of the scope."""
    if not _reads(scope, incident) or scope.role is Role.MEMBER:
        return Dispatch.objects.none()
    reach = scope.within("community_id") | Q(organisation_id__in=scope.organisations)
    return Dispatch.objects.filter(reach, incident_id=incident).order_by("sent_on", "pk")


def enrolments(scope: Scope, *, incident: UUID, marks: Marks = None) -> QuerySet[Enrolment]:
    """Return who belongs to the operation: one row for each stay of a person at a community."""
    if not _reads(scope, incident):
        return Enrolment.objects.none()
    rows: QuerySet[Enrolment] = Enrolment.objects.standing(marks)
    return rows.filter(_reach(scope), incident_id=incident)


def enrolled(scope: Scope, cutoff: Cutoff) -> QuerySet[Enrolment]:
    """Return who was enrolled by the cut-off, whether they have left since or not."""
    return enrolments(scope, incident=cutoff.incident, marks=cutoff.marks).filter(
        occurred_at__lte=cutoff.occurred_until, from_day__lte=cutoff.day
    )


def expected(scope: Scope, cutoff: Cutoff) -> QuerySet[Enrolment]:
    """Return who is expected (应报到) on the day: enrolled, not excused, not gone home before."""
    return enrolled(scope, cutoff).filter(~Exists(_gone(cutoff)), ~Exists(_excused(cutoff)))


def expected_on(
    scope: Scope, *, day: date, community: int | None = None, marks: Marks = None
) -> QuerySet[Enrolment]:
    """Return who is expected on a day, everywhere in the scope or in one community."""
    return _here(expected(scope, _whole_day(scope, day, marks)), community)


def reported_on(
    scope: Scope, *, day: date, community: int | None = None, marks: Marks = None
) -> QuerySet[Enrolment]:
    """Return who is expected on a day and has reported in by its end; one row for each stay."""
    return _here(reported_in(scope, _whole_day(scope, day, marks)), community)


def excused(scope: Scope, cutoff: Cutoff) -> QuerySet[Enrolment]:
    """Return who would be expected on the day but is excused; the reasons are in `excuses`."""
    return enrolled(scope, cutoff).filter(~Exists(_gone(cutoff)), Exists(_excused(cutoff)))


def excuses(scope: Scope, *, incident: UUID, marks: Marks = None) -> QuerySet[Excuse]:
    """
    Return the excuses with their reasons.

    :raises Forbidden: the role does not excuse people; `excused` tells who is, without the reason
    """
    scope.require(Can.EXCUSE)
    if not _reads(scope, incident):
        return Excuse.objects.none()
    rows: QuerySet[Excuse] = Excuse.objects.standing(marks)
    here = enrolments(scope, incident=incident, marks=marks).values("member_id")
    reach = Q(member__organisation_id__in=scope.organisations) | Q(member_id__in=here)
    return rows.filter(reach, incident_id=incident).order_by("from_day", "pk")


def report_ins(scope: Scope, cutoff: Cutoff) -> QuerySet[ReportIn]:
    """Return the report-ins of persons: one row for each channel."""
    return _report_ins(scope, cutoff).filter(member__isnull=False)


def report_in_of(scope: Scope, *, community: int, report_in: UUID) -> ReportIn:
    """
    Return one report-in that stands.

    :raises NotFound: there is none within the scope
    """
    rows = ReportIn.objects.standing().filter(_reach_by_id(scope), community=community)
    found = rows.filter(pk=report_in, incident=scope.incident).first() if scope.incident else None
    if found is None:
        raise NotFound()
    return found


def reported_in(scope: Scope, cutoff: Cutoff) -> QuerySet[Enrolment]:
    """Return those who are expected and have reported in there; one row for each stay."""
    return expected(scope, cutoff).filter(Exists(_their_report_ins(scope, cutoff)))


def not_reported(scope: Scope, cutoff: Cutoff) -> QuerySet[Enrolment]:
    """Return those who are expected and have not reported in there."""
    return expected(scope, cutoff).filter(~Exists(_their_report_ins(scope, cutoff)))


def called_units(scope: Scope, cutoff: Cutoff) -> QuerySet[Organisation]:
    """Return units that have sent people, or whose contact point lies in the operation."""
    if not _reads(scope, cutoff.incident):
        return Organisation.objects.none()
    listed = IncidentCommunity.objects.filter(
        Q(to_day=None) | Q(to_day__gte=cutoff.day),
        incident=cutoff.incident,
        from_day__lte=cutoff.day,
    )
    contact = Q(contact_community__in=listed.values("community_id"))
    sent = Dispatch.objects.filter(
        scope.within(), incident=cutoff.incident, sent_on__lte=cutoff.day
    ).values("organisation_id")
    reach = scope.within("contact_community_id") | Q(pk__in=scope.organisations)
    own_sent = Dispatch.objects.filter(
        incident=cutoff.incident, organisation__in=scope.organisations, sent_on__lte=cutoff.day
    ).values("organisation_id")
    return Organisation.objects.filter(
        (contact & reach) | Q(pk__in=sent) | Q(pk__in=own_sent)
    ).order_by("name", "pk")


def mobilised_units(scope: Scope, cutoff: Cutoff) -> QuerySet[Organisation]:
    """Return called units with people, of their own or of units below, in the operation."""
    return called_units(scope, cutoff).filter(pk__in=_units_with_people(scope, cutoff))


def units_not_mobilised(scope: Scope, cutoff: Cutoff) -> QuerySet[Organisation]:
    """Return called units of which nobody belongs to the operation."""
    return called_units(scope, cutoff).exclude(pk__in=_units_with_people(scope, cutoff))


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardLine:
    """A person on the report-in board; `state` is reported, waiting or excused."""

    stay: Enrolment
    name: str
    state: str
    report_ins: list[ReportIn]
    at_home: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Who is expected on a day, who has reported in, and which units have."""

    lines: list[BoardLine]
    units: list[tuple[Organisation, ReportIn | None]]

    def of(self, state: str) -> list[BoardLine]:
        """Return the lines of one state, of all with an empty one."""
        return [line for line in self.lines if not state or line.state == state]

    @property
    def counts(self) -> dict[str, int]:
        """Return how many people there are of each state, each person once."""
        found: dict[str, set[UUID]] = {"waiting": set(), "reported": set(), "excused": set()}
        for line in self.lines:
            found[line.state].add(line.stay.member_id)
        return {state: len(members) for state, members in found.items()}


def board(scope: Scope, *, day: date, community: int | None = None) -> Board:
    """Return the report-in board of a day, of one community or of all that the scope reaches."""
    cutoff = _whole_day(scope, day, None)
    here = _here(enrolled(scope, cutoff).filter(~Exists(_gone(cutoff))), community)
    stays = list(
        here.annotate(is_excused=Exists(_excused(cutoff)))
        .select_related("member__organisation", "community")
        .order_by("member__sort_key", "member_id", "community_id")
    )
    taken: dict[tuple[UUID | None, int], list[ReportIn]] = {}
    for row in _report_ins(scope, cutoff).order_by("occurred_at", "pk"):
        taken.setdefault((row.member or row.organisation, row.community_id), []).append(row)
    names = people.shown_names(scope, {stay.member_id for stay in stays})
    units = called_units(scope, cutoff).filter(contact_community_id=community)
    return Board(
        lines=[
            _line(stay, names, taken.get((stay.member_id, stay.community_id), [])) for stay in stays
        ],
        units=[
            (unit, next(iter(taken.get((unit.pk, community or 0), [])), None)) for unit in units
        ],
    )


def _line(stay: Enrolment, names: dict[UUID, str], taken: list[ReportIn]) -> BoardLine:
    excused_today = bool(getattr(stay, "is_excused", False))
    return BoardLine(
        stay=stay,
        name=names.get(stay.member_id, ""),
        state="excused" if excused_today else "reported" if taken else "waiting",
        report_ins=taken,
        at_home=stay.member.home_community_id == stay.community_id,
    )


def enrolled_on(
    scope: Scope, *, incident: UUID, day: date, community: int | None = None
) -> QuerySet[Enrolment]:
    """Return the stays that include a day, excused or not."""
    rows = enrolments(scope, incident=incident).filter(from_day__lte=day)
    rows = rows.filter(~Exists(Release.objects.standing().filter(_of_this_stay, last_day__lt=day)))
    return _here(rows, community)


def _units_with_people(scope: Scope, cutoff: Cutoff) -> set[UUID]:
    """Return the units of everybody enrolled on the day, and all units above them."""
    rows = enrolled(scope, cutoff).filter(~Exists(_gone(cutoff)))
    found = set(rows.values_list("member__organisation_id", flat=True)) - {None}
    parents = dict(Organisation.objects.values_list("pk", "parent_id"))
    reached: set[UUID] = set()
    for unit in found:
        step: UUID | None = unit
        while step is not None and step not in reached:
            reached.add(step)
            step = parents.get(step)
    return reached


def _their_report_ins(scope: Scope, cutoff: Cutoff) -> QuerySet[ReportIn]:
    return report_ins(scope, cutoff).filter(
        member=OuterRef("member_id"), community_id=OuterRef("community_id")
    )


def _whole_day(scope: Scope, day: date, marks: Marks) -> Cutoff:
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


def _report_ins(scope: Scope, cutoff: Cutoff) -> QuerySet[ReportIn]:
    if not _reads(scope, cutoff.incident):
        return ReportIn.objects.none()
    rows: QuerySet[ReportIn] = ReportIn.objects.standing(cutoff.marks)
    return rows.filter(
        _reach_by_id(scope),
        incident_id=cutoff.incident,
        occurred_at__lte=cutoff.occurred_until,
    )


def _reads(scope: Scope, incident: UUID) -> bool:
    if scope.incident != incident:
        return False
    if scope.role is Role.MEMBER:
        return scope.member is not None
    return scope.allows(Can.SEE_PEOPLE) or scope.allows(Can.SEE_FIGURES)


def _reach(scope: Scope) -> Q:
    if scope.role is Role.MEMBER:
        return Q(member_id=scope.member)
    return (
        scope.within("community_id")
        | Q(member__organisation_id__in=scope.organisations)
        | Q(member_id__in=scope.members)
    )


def _reach_by_id(scope: Scope) -> Q:
    if scope.role is Role.MEMBER:
        return Q(member=scope.member)
    reach = scope.within("community_id") | Q(member__in=scope.members)
    if not scope.organisations:
        return reach
    theirs = Member.objects.filter(organisation_id__in=scope.organisations).values("pk")
    return reach | Q(member__in=theirs) | Q(organisation__in=scope.organisations)
