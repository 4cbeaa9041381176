"""Reads of calls: what they want, whom they ask, and how far they have come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from xiachen.base.errors import NotFound
from xiachen.mobilisation.models.call_ups import CallUp, Quota
from xiachen.mobilisation.models.sign_ups import HOLDING, SELECTED, SignUp, State
from xiachen.mobilisation.models.stays import Enrolment, EnrolmentSource, Release
from xiachen.mobilisation.queries.stays import working_incident
from xiachen.mobilisation.rules.call_ups import CallUpClosed
from xiachen.people.models.members import Member
from xiachen.people.models.units import Organisation
from xiachen.privacy.scope import Can, Role, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """How many units are asked and how many people came how far; each step holds the next."""

    units: int
    signed_up: int
    unit_confirmed: int
    accepted: int
    confirmed: int
    sent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLine:
    """
    A unit in a call.

    :param minimum: how many are asked at least; None where the call asks everybody
    :param people: registered people of the unit and of those below it
    """

    unit: Organisation
    minimum: int | None
    maximum: int | None
    signed_up: int
    held: int
    people: int

    @property
    def share(self) -> float | None:
        """Which part of its people holds a place, in percent; None where none are registered."""
        return 100 * self.held / self.people if self.people else None

    @property
    def short(self) -> int:
        """How many are missing to what is asked at least."""
        return max(0, (self.minimum or 0) - self.held)


def call_ups(scope: Scope) -> QuerySet[CallUp]:
    """
    Return the calls that the scope reaches, the latest first.

    Offices reach the calls for their places, units those that ask them, people those that ask
    their unit.
    """
    if scope.incident is None:
        return CallUp.objects.none()
    rows = CallUp.objects.filter(incident=scope.incident)
    if scope.role is not Role.SYSTEM:
        rows = rows.filter(_reach(scope))
    return rows.select_related("document").order_by("-opens_at", "-pk")


def call_up(scope: Scope, id: UUID) -> CallUp:
    """
    Return one call.

    :raises NotFound: there is none of that id within the scope
    """
    found = call_ups(scope).filter(pk=id).first()
    if found is None:
        raise NotFound()
    return found


def locked(scope: Scope, *, call_up: UUID, can: Can | None, closed_too: bool = False) -> CallUp:
    """
    Return a call for changing; whoever else changes it or decides in it waits.

    Its row is the one lock of all its places: headcount and quotas hold in any rush.

    :param closed_too: for giving places up, which a closed call allows
    :raises CallUpClosed:
    """
    if can is not None:
        scope.require(can)
    found = call_ups(scope).filter(pk=call_up).first()
    if found is None:
        raise NotFound()
    held = CallUp.objects.select_for_update(of=("self",), no_key=True).get(pk=found.pk)
    working_incident(scope)
    if held.closed_at is not None and not closed_too:
        raise CallUpClosed()
    return held


def open_call_ups(scope: Scope, *, at: datetime) -> QuerySet[CallUp]:
    """Return the calls within the scope that take sign-ups at a moment."""
    return call_ups(scope).filter(opens_at__lte=at, closes_at__gt=at, closed_at=None)


def public_call_up(scope: Scope, *, token: str) -> CallUp:
    """
    Return the call of a public page; for whoever holds its address.

    :raises NotFound: there is none, or its page is not public
    """
    rows = CallUp.objects.filter(token=token, public=True)
    found = rows.select_related("document", "incident").first()
    if found is None:
        raise NotFound()
    return found


def documents_called_on(scope: Scope) -> set[UUID]:
    """Return the documents of the scope's incident on which there is a call."""
    rows = CallUp.objects.filter(incident=scope.incident)
    return set(rows.values_list("document_id", flat=True))


def invited_units(scope: Scope, *, call_up: UUID) -> list[Organisation]:
    """Return the units that a call asks, by name; none when it asks everybody."""
    asked = Quota.objects.filter(call_up=call_up).values("organisation_id")
    return list(Organisation.objects.filter(pk__in=asked).order_by("name"))


def taking_part(scope: Scope, *, call_up: UUID) -> list[Organisation]:
    """Return the units that a call asks, or those that signed up where it asks everybody."""
    if asked := invited_units(scope, call_up=call_up):
        return asked
    signed = sign_ups_within(scope, call_up=call_up).order_by().values("organisation")
    return list(Organisation.objects.filter(pk__in=signed).order_by("name", "pk"))


def funnel(scope: Scope, *, call_up: CallUp) -> Funnel:
    """Return how far a call has come, within the scope."""
    counted: dict[str, int] = dict(
        sign_ups_within(scope, call_up=call_up.pk)
        .order_by()
        .values_list("state")
        .annotate(n=Count("pk"))
    )
    signed_up = sum(counted.values())
    unit_confirmed = sum(
        counted.get(state, 0) for state in (State.READY, State.WAITING, State.LAPSED, *HOLDING)
    )
    return Funnel(
        units=call_up.quotas.count(),
        signed_up=signed_up,
        unit_confirmed=unit_confirmed,
        accepted=sum(counted.get(state, 0) for state in HOLDING),
        confirmed=counted.get(State.CONFIRMED, 0),
        sent=_sent(sign_ups_within(scope, call_up=call_up.pk)).count(),
    )


def sign_ups_within(scope: Scope, *, call_up: UUID) -> QuerySet[SignUp]:
    """Return the sign-ups of a call that the scope reaches: all, its units', or its own."""
    return _reached(scope, SignUp.objects.filter(call_up=call_up))


def _reached(scope: Scope, rows: QuerySet[SignUp]) -> QuerySet[SignUp]:
    rows = rows.filter(call_up__incident=scope.incident)
    if scope.role is Role.SYSTEM:
        return rows
    own = Q(member=scope.member) if scope.member else Q(pk__in=())
    if scope.allows(Can.SELECT):
        return rows.filter(own | scope.within("call_up__division"))
    if scope.allows(Can.SIGN_UP_PEOPLE):
        theirs = Q(organisation__in=scope.organisations)
        return rows.filter(own | theirs | Q(member__organisation__in=scope.organisations))
    return rows.filter(own)


def unit_lines(scope: Scope, *, call_up: CallUp) -> list[UnitLine]:
    """
    Return every unit that a call asks, with what came of it, by name.

    A call that asks everybody has a line for each unit that signed up; a unit that is asked no more
    keeps its line while people of it are signed up.
    """
    quotas = list(Quota.objects.filter(call_up=call_up).select_related("organisation"))
    asks_all = not quotas
    quotas += _not_asked(call_up, quotas)
    if scope.role is not Role.SYSTEM and not scope.allows(Can.SELECT):
        quotas = [one for one in quotas if one.organisation_id in scope.organisations]
    counted = {
        unit: (signed, held)
        for unit, signed, held in SignUp.objects.filter(call_up=call_up)
        .order_by()
        .values_list("organisation")
        .annotate(signed=Count("pk"), held=Count("pk", filter=Q(state__in=HOLDING)))
    }
    people = people_below(scope, units=[one.organisation_id for one in quotas])
    lines = [
        UnitLine(
            unit=one.organisation,
            minimum=None if asks_all else one.minimum,
            maximum=one.maximum,
            signed_up=counted.get(one.organisation_id, (0, 0))[0],
            held=counted.get(one.organisation_id, (0, 0))[1],
            people=people.get(one.organisation_id, 0),
        )
        for one in quotas
    ]
    return sorted(lines, key=lambda line: (line.unit.name, line.unit.pk))


def _not_asked(call_up: CallUp, quotas: Sequence[Quota]) -> list[Quota]:
    """Units with sign-ups that the call does not name: with no places, once it names others."""
    signed = SignUp.objects.filter(call_up=call_up).order_by().values("organisation")
    units = Organisation.objects.filter(pk__in=signed)
    units = units.exclude(pk__in=[one.organisation_id for one in quotas])
    most = 0 if quotas else None
    return [Quota(call_up=call_up, organisation=one, maximum=most) for one in units]


def people_below(scope: Scope, *, units: Iterable[UUID]) -> dict[UUID, int]:
    """Return how many people each unit has, with those of the units below it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "with recursive below(root, id) as (select id, id from people_organisation "
            "where id = any(%s) union select below.root, child.id from people_organisation child "
            "join below on child.parent_id = below.id) "
            "select below.root, sum(counted.n)::int from below join (select organisation_id, "
            "count(*) n from people_member where organisation_id is not null "
            "group by organisation_id) counted on counted.organisation_id = below.id "
            "group by below.root",
            [list(units)],
        )
        return dict(cursor.fetchall())


def units_above(scope: Scope, *, units: Iterable[UUID | None]) -> dict[UUID, list[UUID]]:
    """Return each unit followed by those above it, the nearest first; whoever asks."""
    wanted = [one for one in set(units) if one]
    with connection.cursor() as cursor:
        cursor.execute(
            "with recursive above(start, id, parent, depth) as (select id, id, parent_id, 0 "
            "from people_organisation where id = any(%s) union all select above.start, "
            "up.id, up.parent_id, above.depth + 1 from people_organisation up "
            "join above on up.id = above.parent where above.depth < 20) "
            "select start, id from above order by start, depth",
            [wanted],
        )
        found: dict[UUID, list[UUID]] = {}
        for start, above in cursor.fetchall():
            found.setdefault(start, []).append(above)
        return found


def selected_not_sent(scope: Scope, *, call_up: UUID) -> QuerySet[Member]:
    """
    Return the people accepted in a call whom no unit has sent for its days, by name.

    :raises Forbidden: the role does not send people
    """
    scope.require(Can.DISPATCH)
    chosen = sign_ups_within(scope, call_up=call_up).filter(state__in=SELECTED)
    sent = _sent(chosen).values("member_id")
    rows = Member.objects.filter(pk__in=chosen.values("member_id")).exclude(pk__in=sent)
    return rows.select_related("organisation").order_by("sort_key", "pk")


def lines_of(scope: Scope, rows: Sequence[CallUp]) -> list[tuple[CallUp, int, int]]:
    """
    Return calls with how many signed up and how many hold a place, one statement for all.

    Counted within the scope, as in `funnel`.
    """
    within = _reached(scope, SignUp.objects.filter(call_up__in=[row.pk for row in rows]))
    counted = {
        call: (signed, held)
        for call, signed, held in within.order_by()
        .values_list("call_up")
        .annotate(signed=Count("pk"), held=Count("pk", filter=Q(state__in=HOLDING)))
    }
    return [(row, *counted.get(row.pk, (0, 0))) for row in rows]


def _sent(rows: QuerySet[SignUp]) -> QuerySet[SignUp]:
    """Those selected whom a unit has sent for days that they signed up for."""
    over = Release.objects.standing().filter(
        enrolment_id=OuterRef("pk"), last_day__lt=OuterRef(OuterRef("from_day"))
    )
    sent = Enrolment.objects.standing().filter(
        ~Exists(over),
        source=EnrolmentSource.DISPATCHED,
        member_id=OuterRef("member_id"),
        incident_id=OuterRef("call_up__incident_id"),
        from_day__lte=OuterRef("to_day"),
    )
    return rows.filter(Exists(sent), state__in=SELECTED)


def _reach(scope: Scope) -> Q:
    if scope.allows(Can.CALL_UP):
        return scope.within("division")
    units: set[UUID | None] = set()
    if scope.allows(Can.SIGN_UP_PEOPLE):
        units |= scope.organisations
    if scope.member:
        units |= set(Member.objects.filter(pk=scope.member).values_list("organisation", flat=True))
    above = {one for line in units_above(scope, units=units).values() for one in line}
    reach = Q(pk__in=Quota.objects.filter(organisation__in=above).values("call_up"))
    if scope.member:
        reach |= Q(pk__in=SignUp.objects.filter(member=scope.member).values("call_up"))
        reach |= Q(~Exists(Quota.objects.filter(call_up=OuterRef("pk"))))
    return reach
