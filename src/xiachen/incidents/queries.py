"""Reads of incidents: the one acted in, its communities, and the parameters in force."""

import json
from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from xiachen.base.errors import NotFound
from xiachen.base.postgres.planning import planned_once
from xiachen.incidents import rules
from xiachen.incidents.models import Incident, IncidentCommunity, Parameter
from xiachen.papers.tables import Table
from xiachen.privacy.scope import Can, Role, Scope

_SETTINGS = f"""
    select value, from_day, to_day, community_id from {Parameter._meta.db_table}
    where incident_id = %s and name = %s
    and (community_id is null or community_id = any(%s::bigint[]))
"""
_WORKED_IN = f"""
    select distinct community_id from {IncidentCommunity._meta.db_table}
    where community_id = any(%s)
"""
_LATEST = f"""
    select id from {Incident._meta.db_table} where closed_at is null
    order by began_on desc, id desc limit 1
"""


def incidents(scope: Scope) -> QuerySet[Incident]:
    """Return the incidents that the scope reaches, the latest first, closed ones too."""
    rows = Incident.objects.order_by("-began_on", "name")
    if scope.allows(Can.MANAGE_INCIDENTS):
        return rows
    return rows.none() if scope.incident is None else rows.filter(pk=scope.incident)


def incidents_table(scope: Scope) -> Table:
    """Return the incidents that the scope reaches as a table that may leave the house."""
    rows = list(incidents(scope))
    return Table(
        title=_("Incidents"),
        about=(),
        headings=[_("name"), _("kind"), _("began on"), _("closed at")],
        tags=["#event+name", "#event+type", "#date+start", "#date+end"],
        lines=[(one.name, one.get_kind_display(), one.began_on, one.closed_at) for one in rows],
        records=[one.pk for one in rows],
    )


def open_incidents(scope: Scope) -> QuerySet[Incident]:
    """Return the incidents that are not closed, the latest first."""
    return incidents(scope).filter(closed_at=None)


def incident(scope: Scope, id: UUID) -> Incident:
    """
    Return one incident.

    :raises NotFound: there is none of that id within the scope
    """
    found = incidents(scope).filter(pk=id).first()
    if found is None:
        raise NotFound()
    return found


def incident_of(scope: Scope) -> Incident:
    """
    Return the incident in which the scope acts.

    :raises NotFound: it acts in none
    """
    if scope.incident is None:
        raise NotFound()
    return incident(scope, scope.incident)


def included(scope: Scope, *, incident: UUID) -> QuerySet[IncidentCommunity]:
    """Return the incident's list of communities with their days, as far as the scope reaches."""
    rows = IncidentCommunity.objects.filter(incident__in=incidents(scope).order_by().values("pk"))
    rows = rows.filter(incident_id=incident)
    if not (scope.allows(Can.MANAGE_INCIDENTS) and not scope.places):
        rows = rows.filter(scope.within("community_id"))
    return rows.select_related("community").order_by("community_id", "from_day")


def current_incident(scope: Scope) -> UUID | None:
    """
    Return the incident to act in for a role given for every incident: the latest open one.

    The scope's own incident goes first. Asked while the scope is made.
    """
    if scope.incident is not None:
        return scope.incident
    with planned_once() as cursor:
        cursor.execute(_LATEST)
        found = cursor.fetchone()
    return found[0] if found else None


def communities_of(scope: Scope, *, day: date, incident: UUID | None = None) -> list[int]:
    """
    Return the numbers of the communities that the incident includes on a day, in order.

    :param incident: empty: the one in which the scope acts
    """
    chosen = incident or scope.incident
    if chosen is None:
        return []
    rows = included(scope, incident=chosen).filter(from_day__lte=day)
    rows = rows.filter(Q(to_day=None) | Q(to_day__gte=day))
    return list(rows.values_list("community_id", flat=True))


def parameters(scope: Scope, *, incident: UUID) -> Sequence[Parameter]:
    """
    Return every setting of the parameters, by name and day, for the scope's places.

    Whoever works in none of the incident's communities is not told its protocol either.
    """
    if not (scope.allows(Can.MANAGE_INCIDENTS) or included(scope, incident=incident).exists()):
        return []
    rows = Parameter.objects.filter(incident__in=incidents(scope).order_by().values("pk"))
    rows = rows.filter(incident_id=incident)
    rows = rows.filter(Q(community=None) | scope.within("community_id"))
    return list(rows.select_related("community").order_by("name", "from_day", "pk"))


def parameter(
    scope: Scope,
    *,
    incident: UUID,
    name: str,
    day: date,
    community: int | None = None,
    default: object = None,
) -> object:
    """Return the value in force on a day: the community's own, else everybody's, else `default`."""
    found = parameters_in_force(scope, incident=incident, name=name, asked=[(community, day)])
    return found.get((community, day), default)


def parameters_in_force(
    scope: Scope, *, incident: UUID, name: str, asked: Collection[tuple[int | None, date]]
) -> dict[tuple[int | None, date], object]:
    """
    Return a parameter's values in force in several communities on several days, in one statement.

    Where nothing is set there is no entry.
    """
    # Read with every sign-in: what `incidents` reaches is told here without another subquery, and
    # the statement is in plain SQL, of which putting it together takes nothing.
    if incident != scope.incident and not scope.allows(Can.MANAGE_INCIDENTS):
        return {}
    communities = {community for community, _ in asked if community is not None}
    with planned_once() as cursor:
        cursor.execute(_SETTINGS, [incident, name, list(communities)])
        settings = [rules.Setting(json.loads(value), *rest) for value, *rest in cursor.fetchall()]
    found = {
        (community, day): rules.in_force(settings, day=day, community=community)
        for community, day in asked
    }
    return {one: setting.value for one, setting in found.items() if setting is not None}


def worked_in(scope: Scope, *, communities: Collection[int]) -> set[int]:
    """Return those of some communities that are in any incident's list; for the installation."""
    if scope.role is not Role.SYSTEM:
        return set()
    with planned_once() as cursor:
        cursor.execute(_WORKED_IN, [list(communities)])
        return {row[0] for row in cursor.fetchall()}
