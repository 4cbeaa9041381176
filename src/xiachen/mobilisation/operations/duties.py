"""A document obliges units to report in, they themselves and their party members."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from xiachen.base.errors import NotFound, Outcome
from xiachen.base.ids import uuid7
from xiachen.base.owned.appending import append, superseding
from xiachen.incidents.models import Incident
from xiachen.mobilisation.models.duties import ReportDuty
from xiachen.mobilisation.queries import stays
from xiachen.mobilisation.queries.duties import with_below
from xiachen.mobilisation.rules import duties as rules
from xiachen.mobilisation.rules import stays as staying
from xiachen.notices.models.documents import Document
from xiachen.people.queries.units import organisations_reached
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope


@transaction.atomic
def oblige(
    scope: Scope,
    *,
    document: UUID,
    organisations: Sequence[UUID],
    from_day: date,
    below: bool = False,
    at: datetime,
) -> list[Outcome]:
    """
    Oblige units to report in from a day on, and answer for each; outcomes carry the unit's id.

    A unit that is obliged already stays so, on the document that came first.

    :param below: the units below them that have a contact point of their own as well
    :raises NobodyObliged: no unit is named
    :raises NotFound: there is no such document, or a unit is not reached
    """
    scope.require(Can.DISPATCH)
    incident = stays.working_incident(scope)
    units = list(dict.fromkeys(organisations))
    if not units:
        raise rules.NobodyObliged(field="organisations")
    ground = Document.objects.filter(pk=document, incident=incident).first()
    if ground is None:
        raise NotFound(field="document")
    reached = organisations_reached(scope).order_by()
    if reached.filter(pk__in=units).count() < len(units):
        raise NotFound(field="organisations")
    if below:
        own = reached.filter(pk__in=with_below(scope, units), contact_community__isnull=False)
        units = list(dict.fromkeys([*units, *own.order_by("name").values_list("pk", flat=True)]))
    facts = _facts(scope, incident, ground, units, from_day, at)
    written = append(facts) if facts else set()
    new = {fact.organisation_id for fact in facts if fact.pk in written}
    if written:
        audit.record(scope, "mobilisation.oblige", targets=(ground.pk, *written))
    return [Outcome(id=unit, new=unit in new) for unit in units]


@transaction.atomic
def lift_duty(scope: Scope, *, duty: UUID, at: datetime, reason: str) -> None:
    """
    Take back that a unit has to report in.

    :raises ReversedAlready: somebody has taken it back
    """
    scope.require(Can.DISPATCH)
    incident = stays.working_incident(scope)
    words = staying.check_reason(reason)
    found = ReportDuty.objects.filter(pk=duty, incident=incident, void=False).first()
    if found is None or not organisations_reached(scope).filter(pk=found.organisation_id).exists():
        raise NotFound(field="duty")
    void = superseding(found, by=scope.account, at=at, void=True, occurred_at=at)
    if not append([void]):
        raise staying.ReversedAlready()
    audit.record(scope, "mobilisation.lift-duty", targets=(found.pk, void.pk), reason=words)


def _facts(
    scope: Scope,
    incident: Incident,
    ground: Document,
    units: Sequence[UUID],
    from_day: date,
    at: datetime,
) -> list[ReportDuty]:
    rows = ReportDuty.objects.filter(incident=incident, organisation__in=units)
    reversed_ids = set(rows.values_list("reverses_id", flat=True))
    ends = {row.organisation_id: row for row in rows if row.pk not in reversed_ids}
    return [
        ReportDuty(
            id=uuid7(),
            incident=incident,
            document=ground,
            organisation_id=unit,
            from_day=from_day,
            occurred_at=at,
            received_at=at,
            recorded_by=scope.account,
            reverses_id=ends[unit].pk if unit in ends else None,
        )
        for unit in units
        if unit not in ends or ends[unit].void
    ]
