"""Opening and closing incidents, their list of communities and their dated parameters."""

from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiachen.base import clock
from xiachen.base.errors import Forbidden, Invalid, NotFound, Refused
from xiachen.incidents import rules
from xiachen.incidents.models import Incident, IncidentCommunity, IncidentKind, Parameter
from xiachen.places.models import Community
from xiachen.privacy import audit
from xiachen.privacy.keyring.vault import vault
from xiachen.privacy.scope import Can, Role, Scope


class IncidentExists(Refused):
    """An incident has this name."""

    code = "incidents.exists"
    message = _("There is an incident “%(name)s” already. Open it, or choose another name.")


class IncidentClosed(Refused):
    """Nothing is changed in an incident that is closed."""

    code = "incidents.closed"
    message = _("This incident is closed. Its records can be read, not changed.")


class ImpossibleDay(Refused):
    """The day cannot belong to the incident."""

    code = "incidents.impossible-day"
    message = _(
        "%(day)s cannot be: the incident began on %(began_on)s, and nothing is set "
        "more than ten years ahead. Check the day."
    )
    status = 422


class CommunitiesUnknown(Refused):
    """Numbers to which no community answers."""

    code = "incidents.communities-unknown"
    message = _("There is no community with the number %(communities)s. Check the list.")
    status = 422


class AlreadyIncluded(Refused):
    """Communities named twice, or included before."""

    code = "incidents.already-included"
    message = _("Included already, or named twice: %(communities)s. Take these off the list.")


class ParameterStands(Refused):
    """The parameter was set from the same day on to another value."""

    code = "incidents.parameter-stands"
    message = _(
        "“%(name)s” has another value from %(day)s on. "
        "Choose the day from which the new value holds."
    )


@transaction.atomic
def open_incident(
    scope: Scope, *, name: str, kind: str, began_on: date, demonstration: bool = False
) -> Incident:
    """
    Open an incident and make its keys.

    :raises IncidentExists: another has the name
    """
    scope.require(Can.MANAGE_INCIDENTS)
    if kind not in IncidentKind.values:
        raise Invalid(field="kind", reason=_("there is no such kind"))
    kept = " ".join(name.split())
    if not 1 <= len(kept) <= 80:
        raise Invalid(field="name", reason=_("a name has 1 to 80 characters"))
    made = Incident(name=kept, kind=kind, began_on=began_on, demonstration=demonstration)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise IncidentExists(field="name", name=kept) from None
    audit.record(scope, "incidents.open", targets=[made.pk])
    # Last, as it cannot be rolled back: keys of an incident that does not exist open nothing.
    vault().create(made.pk, at=clock.on_day(began_on, time()))
    return made


@transaction.atomic
def include_communities(
    scope: Scope, *, incident: UUID, communities: Sequence[int], from_day: date
) -> list[IncidentCommunity]:
    """
    Add communities to the incident's explicit list; all of them or none.

    :raises CommunitiesUnknown: one of them does not exist
    :raises AlreadyIncluded: one is named twice, or on the list in these days
    """
    scope.require(Can.MANAGE_INCIDENTS)
    held = _held(incident)
    _check_day(held, from_day, field="from_day")
    wanted = set(communities)
    known = set(Community.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    if unknown := sorted(wanted - known):
        raise CommunitiesUnknown(field="communities", communities=_listed(unknown))
    for community in wanted:
        _check_place(scope, community)
    standing = IncidentCommunity.objects.filter(incident=held, community__in=wanted)
    twice = {one for one in wanted if list(communities).count(one) > 1}
    twice |= {row.community_id for row in standing if row.to_day is None or row.to_day >= from_day}
    if twice:
        raise AlreadyIncluded(field="communities", communities=_listed(sorted(twice)))
    made = IncidentCommunity.objects.bulk_create(
        IncidentCommunity(incident=held, community_id=one, from_day=from_day)
        for one in sorted(wanted)
    )
    audit.record(scope, "incidents.include-communities", targets=[held.pk])
    return made


@transaction.atomic
def leave_out_community(
    scope: Scope, *, incident: UUID, community: int, last_day: date
) -> IncidentCommunity:
    """End a community's part in the incident; the last day belongs to it."""
    scope.require(Can.MANAGE_INCIDENTS)
    held = _held(incident)
    _check_place(scope, community)
    row = IncidentCommunity.objects.filter(
        incident=held, community_id=community, to_day=None
    ).first()
    if row is None:
        raise NotFound(field="community")
    if last_day < row.from_day:
        raise Invalid(field="last_day", reason=_("the last day lies before the first"))
    row.to_day = last_day
    row.save(update_fields=["to_day"])
    audit.record(scope, "incidents.leave-out-community", community=community, targets=[held.pk])
    return row


@transaction.atomic
def set_parameter(
    scope: Scope,
    *,
    incident: UUID,
    name: str,
    value: object,
    from_day: date,
    community: int | None = None,
    source: str = "",
) -> Parameter:
    """
    Set a parameter from a day on, for all communities or for one.

    :param value: of the parameter's form, times as "08:30"
    :param source: the document that says so
    :raises UnknownParameter: no area asks for a parameter of that name
    :raises UnusableValue: the parameter takes values of another form
    :raises ImpossibleDay: the day lies before the incident
    :raises ParameterStands: it has another value from the same day on
    """
    scope.require(Can.MANAGE_INCIDENTS)
    held = _held(incident)
    _check_day(held, from_day, field="from_day")
    rules.check_parameter(name, value)
    if community is not None:
        if not Community.objects.filter(pk=community).exists():
            raise CommunitiesUnknown(field="community", communities=community)
        _check_place(scope, community)
    place = Q(community=None) if community is None else Q(community=community)
    standing = Parameter.objects.filter(place, incident=held, name=name, from_day=from_day).first()
    if standing is not None:
        if standing.value != value:
            raise ParameterStands(field="from_day", name=name, day=from_day)
        return standing
    made = Parameter.objects.create(
        incident=held,
        community_id=community,
        name=name,
        value=value,
        from_day=from_day,
        source=source.strip(),
    )
    audit.record(scope, "incidents.set-parameter", community=community, targets=[held.pk])
    return made


@transaction.atomic
def end_parameter(scope: Scope, *, incident: UUID, parameter: int, last_day: date) -> Parameter:
    """
    End a parameter's value on a day; then the one before it, or the usual value, holds again.

    :raises NotFound: the incident has no such setting
    """
    scope.require(Can.MANAGE_INCIDENTS)
    held = _held(incident)
    row = Parameter.objects.select_for_update(of=("self",)).filter(incident=held, pk=parameter)
    found = row.first()
    if found is None:
        raise NotFound()
    if found.community_id is not None:
        _check_place(scope, found.community_id)
    if last_day < found.from_day:
        raise Invalid(field="last_day", reason=_("the last day lies before the first"))
    if found.to_day is not None and found.to_day < last_day:
        raise Invalid(field="last_day", reason=_("it has ended before"))
    found.to_day = last_day
    found.save(update_fields=["to_day"])
    audit.record(scope, "incidents.end-parameter", community=found.community_id, targets=[held.pk])
    return found


@transaction.atomic
def close_incident(scope: Scope, *, incident: UUID, at: datetime) -> Incident:
    """Close an incident: from now on its records are read only."""
    scope.require(Can.MANAGE_INCIDENTS)
    held = _held(incident)
    if clock.local_day(at) < held.began_on:
        raise ImpossibleDay(day=clock.local_day(at), began_on=held.began_on)
    held.closed_at = at
    held.save(update_fields=["closed_at"])
    audit.record(scope, "incidents.close", targets=[held.pk])
    return held


def _held(incident: UUID) -> Incident:
    """Lock an incident that is open."""
    found = Incident.objects.select_for_update().filter(pk=incident).first()
    if found is None:
        raise NotFound(field="incident")
    if found.closed_at is not None:
        raise IncidentClosed()
    return found


def _check_place(scope: Scope, community: int) -> None:
    """Headquarters decide about their own places; an administrator has none and sets up all."""
    if scope.role is not Role.ADMINISTRATOR and not scope.covers(community):
        raise Forbidden(field="communities")


def _check_day(incident: Incident, day: date, *, field: str) -> None:
    if not rules.lies_within(day, began_on=incident.began_on):
        raise ImpossibleDay(field=field, day=day, began_on=incident.began_on)


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(str(number) for number in numbers)
