"""Reads of sign-ups: those of a call that an operation is about, and the places given away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from xiachen.base.errors import NotFound, Outcome, Refused
from xiachen.mobilisation.models.call_ups import CallUp, Quota
from xiachen.mobilisation.models.sign_ups import HOLDING, SignUp, State
from xiachen.mobilisation.models.stays import Enrolment, EnrolmentSource, Release, ReleaseKind
from xiachen.mobilisation.queries.call_ups import call_ups, sign_ups_within
from xiachen.mobilisation.rules import sign_ups as rules
from xiachen.mobilisation.rules.call_ups import CallUpFull, QuotaFull, share_a_day
from xiachen.privacy.scope import Can, Scope


@dataclass(slots=True)
class Picked:
    """One of the sign-ups asked for: the row that can be taken further, or why it cannot."""

    id: UUID
    row: SignUp | None = None
    refusal: Refused | None = None

    @property
    def outcome(self) -> Outcome:
        """What became of it; without row and refusal it was in the state already."""
        return Outcome(self.id, new=self.row is not None, refusal=self.refusal)

    def refuse(self, refusal: Refused) -> None:
        """Leave it as it is."""
        self.row, self.refusal = None, refusal


@dataclass(slots=True)
class Places:
    """
    The places of a call and of its units that are still free.

    :param asked: the units that the call asks; of none, it asks everybody
    :param quotas: of those with a limit: how many are left, how many there are, and the name
    """

    call: CallUp
    free: int
    asked: frozenset[UUID]
    quotas: dict[UUID, tuple[int, int, str]]

    def why_not(self, unit: UUID | None) -> Refused | None:
        """Tell why nobody more of a unit can get a place."""
        if self.free < 1:
            return CallUpFull(headcount=self.call.headcount)
        if self.asked and unit not in self.asked:
            return rules.NotInvited()
        left, maximum, name = self.quotas.get(unit, (1, 0, "")) if unit else (1, 0, "")
        return QuotaFull(maximum=maximum, unit=name) if left < 1 else None

    def take(self, unit: UUID | None) -> None:
        """Count one place given to somebody of a unit."""
        self.free -= 1
        if unit in self.quotas:
            left, maximum, name = self.quotas[unit]
            self.quotas[unit] = (left - 1, maximum, name)


def picked(scope: Scope, *, call_up: CallUp, ids: Sequence[UUID], to: str) -> list[Picked]:
    """Return the sign-ups of a call asked for, in order, each once, if they can come to a state."""
    wanted = list(dict.fromkeys(ids))
    rows = {row.pk: row for row in sign_ups_within(scope, call_up=call_up.pk).filter(pk__in=wanted)}
    return [_picked(id, rows.get(id), to) for id in wanted]


def places(scope: Scope, *, call_up: CallUp) -> Places:
    """Return the free places of a call; read while its row is locked, they stay free."""
    held = SignUp.objects.filter(call_up=call_up, state__in=HOLDING).order_by()
    by_unit: dict[UUID | None, int] = dict(held.values_list("organisation").annotate(n=Count("pk")))
    quotas = Quota.objects.filter(call_up=call_up)
    asked = list(quotas.values_list("organisation", "maximum", "organisation__name"))
    return Places(
        call=call_up,
        free=call_up.headcount - sum(by_unit.values()),
        asked=frozenset(unit for unit, _, _ in asked),
        quotas={
            unit: (most - by_unit.get(unit, 0), most, name)
            for unit, most, name in asked
            if most is not None
        },
    )


def placed_elsewhere(scope: Scope, *, rows: Iterable[SignUp]) -> set[UUID]:
    """
    Return the people of some sign-ups who hold a place in another call on one of the same days.

    For checks of operations, hence in every incident and place.
    """
    listed = {row.member_id: row for row in rows}
    others = SignUp.objects.filter(member__in=listed, state__in=HOLDING)
    return {
        other.member_id
        for other in others.only("member_id", "call_up_id", "from_day", "to_day")
        if other.call_up_id != listed[other.member_id].call_up_id
        and share_a_day(_days(other), _days(listed[other.member_id]))
    }


def sent_and_standing(scope: Scope, *, rows: Iterable[SignUp]) -> set[UUID]:
    """
    Return those of some sign-ups whose person a unit has sent for their days and not recalled.

    For checks of operations, hence in every place. Whoever went home before the last day counts as
    recalled.
    """
    over = Release.objects.standing().filter(
        Q(kind=ReleaseKind.RECALLED) | Q(last_day__lt=OuterRef(OuterRef("to_day"))),
        enrolment_id=OuterRef("pk"),
    )
    sent = Enrolment.objects.standing().filter(
        ~Exists(over),
        source=EnrolmentSource.DISPATCHED,
        member_id=OuterRef("member_id"),
        incident_id=OuterRef("call_up__incident_id"),
        from_day__lte=OuterRef("to_day"),
    )
    asked = SignUp.objects.filter(pk__in=[row.pk for row in rows])
    return set(asked.filter(Exists(sent)).values_list("pk", flat=True))


def overdue(scope: Scope, *, at: datetime) -> list[tuple[UUID, UUID]]:
    """
    Return the calls in which offers are over that have not lapsed, each with its incident.

    For background work: of every incident that is not closed.
    """
    scope.require(Can.SELECT)
    rows = SignUp.objects.filter(answer_until__lte=at, call_up__incident__closed_at=None)
    # A demonstration lies in the past, where every offer is overdue by today's clock.
    rows = rows.filter(call_up__incident__demonstration=False)
    calls = rows.order_by("call_up").values_list("call_up", "call_up__incident")
    return list(calls.distinct())


def waiting(scope: Scope, *, call_up: UUID) -> QuerySet[SignUp]:
    """Return the waiting list of a call, the first in turn first."""
    rows = sign_ups_within(scope, call_up=call_up).filter(state=State.WAITING)
    return rows.order_by("waiting_rank", "pk")


def to_confirm(scope: Scope) -> QuerySet[SignUp]:
    """
    Return the sign-ups that wait for the scope's word that the unit lets these people go.

    The office that selects speaks for whoever counts in no unit.
    """
    if not scope.allows(Can.SIGN_UP_PEOPLE):
        return SignUp.objects.none()
    ours = Q(organisation__in=scope.organisations)
    if scope.allows(Can.SELECT):
        ours |= Q(organisation=None)
    calls = call_ups(scope).filter(closed_at=None).order_by().values("pk")
    return SignUp.objects.filter(ours, call_up__in=calls, state=State.SIGNED)


def _picked(id: UUID, row: SignUp | None, to: str) -> Picked:
    if row is None:
        return Picked(id, refusal=NotFound())
    if row.state == to:
        return Picked(id)
    if to == State.ACCEPTED and row.state == State.CONFIRMED:
        return Picked(id)
    if to in (State.ACCEPTED, State.WAITING) and row.state == State.SIGNED:
        return Picked(id, refusal=rules.WaitsForUnit())
    if not rules.leads(row.state, to):
        return Picked(id, refusal=rules.NotFromHere(state=row.get_state_display()))
    return Picked(id, row=row)


def _days(row: SignUp) -> tuple[date, date]:
    return row.from_day, row.to_day
