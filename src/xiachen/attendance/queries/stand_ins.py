"""Whose places are empty, who fills them, and who could."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from xiachen.attendance.models.stand_ins import StandIn, StandInState
from xiachen.base.errors import NotFound
from xiachen.mobilisation.queries.stays import enrolled_on
from xiachen.people.models.members import Member, OffDuty
from xiachen.people.queries.fitness import off_duty, off_duty_among
from xiachen.people.queries.members import find_members, members_by_id, shown_names
from xiachen.privacy.scope import Can, Scope

# So many are offered at once; whoever is not among them is found by name.
OFFERED = 20
# Whoever is off duty for longest is looked at first; the others come up when these are back.
SHOWN_OFF_DUTY = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class StandInLine:
    """
    An empty place.

    :param off: since when and until when the person is off duty; None once fit again
    :param decides: whether the reader may fill the place
    """

    place: StandIn
    name: str
    unit: str
    found: str
    off: OffDuty | None
    decides: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OffDutyLine:
    """Somebody off duty, since when and until when; `may_say_fit` is about the reader."""

    member: UUID
    name: str
    unit: str
    off: OffDuty
    may_say_fit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StandInPage:
    """A page of empty places; `total` counts those on all pages, `counts` those of each state."""

    lines: list[StandInLine]
    counts: dict[str, int]
    total: int
    number: int
    pages: int


def stand_ins(scope: Scope) -> QuerySet[StandIn]:
    """Return the empty places of the scope's people and communities, wanted ones first."""
    if scope.incident is None or not scope.allows(Can.SEE_PEOPLE):
        return StandIn.objects.none()
    reach = scope.within("community_id") | Q(member__in=scope.members)
    if scope.organisations:
        reach |= Q(member__organisation__in=scope.organisations)
    order = Case(
        When(state=StandInState.OPEN, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    rows = StandIn.objects.filter(reach, incident=scope.incident).select_related("community")
    return rows.annotate(turn=order).order_by("turn", "-day", "asked_at", "pk")


def stand_in(scope: Scope, id: UUID) -> StandIn:
    """
    Return one empty place.

    :raises NotFound: there is none within reach
    """
    found = stand_ins(scope).filter(pk=id).first()
    if found is None:
        raise NotFound()
    return found


def stand_in_page(scope: Scope, *, day: date, state: str, number: int, size: int) -> StandInPage:
    """Return a page of empty places, those of one state where it is named."""
    everything = stand_ins(scope)
    rows = everything.filter(state=state) if state in StandInState.values else everything
    total = rows.count()
    pages = max(1, -(-total // size))
    number = min(max(1, number), pages)
    found = list(rows[(number - 1) * size : number * size])
    return StandInPage(
        lines=_lines(scope, found, day),
        counts={one: everything.filter(state=one).count() for one in StandInState.values},
        total=total,
        number=number,
        pages=pages,
    )


def off_duty_lines(scope: Scope, *, day: date) -> list[OffDutyLine]:
    """Return those of the people reached who are off duty on a day, the longest first."""
    scope.require(Can.SEE_PEOPLE)
    rows = list(off_duty(scope, day=day)[:SHOWN_OFF_DUTY])
    people = members_by_id(scope, [row.member_id for row in rows])
    names = shown_names(scope, people)
    return [
        OffDutyLine(
            member=row.member_id,
            name=names.get(row.member_id, ""),
            unit=str(people[row.member_id].organisation or "") if row.member_id in people else "",
            off=row,
            may_say_fit=scope.allows(Can.SAY_FIT) and row.member_id != scope.member,
        )
        for row in rows
    ]


def candidates(scope: Scope, place: StandIn, *, text: str) -> QuerySet[Member]:
    """
    Return who could stand in: by name where one is looked for, else who belongs to the community.

    Nobody who is off duty, stands in for somebody else that day, or is the person.
    """
    busy = StandIn.objects.filter(incident=place.incident_id, day=place.day)
    taken = busy.filter(found__isnull=False).values("found")
    rows = find_members(scope, text)
    if not text.strip():
        near = enrolled_on(
            scope, incident=place.incident_id, day=place.day, community=place.community_id
        )
        rows = rows.filter(pk__in=near.order_by().values("member_id"))
    away = off_duty_among(scope, members=rows.values_list("pk", flat=True), day=place.day)
    return rows.exclude(pk=place.member_id).exclude(pk__in=taken).exclude(pk__in=list(away))


def _lines(scope: Scope, rows: Iterable[StandIn], day: date) -> list[StandInLine]:
    rows = list(rows)
    ids = {row.member_id for row in rows} | {row.found_id for row in rows if row.found_id}
    people = members_by_id(scope, ids)
    names = shown_names(scope, people)
    away = off_duty_among(scope, members=[row.member_id for row in rows], day=day)
    decides = scope.allows(Can.FIND_STAND_INS)
    return [
        StandInLine(
            place=row,
            name=names.get(row.member_id, ""),
            unit=str(people[row.member_id].organisation or "") if row.member_id in people else "",
            found=names.get(row.found_id, "") if row.found_id else "",
            off=away.get(row.member_id),
            decides=decides,
        )
        for row in rows
    ]
