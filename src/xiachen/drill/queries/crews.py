"""Who works where in a played scenario: the people to whom an exercise gives phones."""

from datetime import date
from uuid import UUID

from xiachen.deployment.models import Assignment, Membership
from xiachen.drill.models import Playing
from xiachen.drill.queries.files import scenario as read
from xiachen.drill.rules.faults import AnotherScenario, NotPlayed
from xiachen.people.models.periods import standing_on


def played(name_or_path: str) -> Playing:
    """
    Return what was played of a scenario here.

    :raises NotPlayed: nothing
    :raises AnotherScenario: it was played from a file that has changed since
    """
    scenario = read(name_or_path)
    held = Playing.objects.filter(scenario=scenario.name).first()
    if held is None:
        raise NotPlayed(title=scenario.title)
    if held.digest != scenario.digest:
        raise AnotherScenario(title=scenario.title)
    return held


def crews(name_or_path: str, *, day: date) -> list[tuple[UUID, int]]:
    """Return who is in a team that works somewhere on a day, with the community, by team."""
    held = played(name_or_path)
    places: dict[UUID, int] = {}
    working = Assignment.objects.filter(standing_on(day), team__incident=held.incident_id)
    for team, community in working.order_by("pk").values_list("team_id", "community_id"):
        places.setdefault(team, community)
    people: dict[UUID, int] = {}
    rows = Membership.objects.filter(standing_on(day), team__in=places).order_by("pk")
    for member, team in rows.values_list("member_id", "team_id"):
        people.setdefault(member, places[team])
    return list(people.items())
