"""Where somebody belongs from today on, with which team, and when one signs in there."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, Subquery

from xiachen.attendance.rules.records import DEADLINE, DEFAULT_DEADLINE
from xiachen.base.postgres.planning import planned_once
from xiachen.deployment.models import Assignment, Membership, Team, TeamPost
from xiachen.incidents.models import Parameter
from xiachen.incidents.rules import Setting, in_force
from xiachen.mobilisation.models.stays import Excuse, Release
from xiachen.mobilisation.queries.stays import enrolments
from xiachen.people.models.members import Member
from xiachen.people.models.periods import standing_on
from xiachen.people.queries.fitness import off_duty_among
from xiachen.privacy.scope import Scope

# A person's teams and where each works: assigned itself, or a team that it is within.
_TEAMS = f"""
    with recursive mine as (
        select team.id, team.name, team.parent_id, held.from_day
        from {Membership._meta.db_table} as held
        join {Team._meta.db_table} as team on team.id = held.team_id
        where held.member_id = %(member)s and team.incident_id = %(incident)s
        and held.from_day <= %(day)s and (held.to_day is null or held.to_day >= %(day)s)
    ),
    above (team, upper) as (
        select id, id from mine
        union
        select above.team, team.parent_id from above
        join {Team._meta.db_table} as team on team.id = above.upper
        where team.parent_id is not null
    )
    select mine.id, mine.name, array(
        select place.community_id from above
        join {Assignment._meta.db_table} as place on place.team_id = above.upper
        where above.team = mine.id
        and place.from_day <= %(day)s and (place.to_day is null or place.to_day >= %(day)s)
    )
    from mine order by mine.from_day desc, mine.id
"""


@dataclass(frozen=True, slots=True)
class OwnTeam:
    """A team in which somebody is, the communities in which it works, and who leads it."""

    id: UUID
    name: str
    communities: frozenset[int]
    leader: Member | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyLine:
    """
    Somebody's place in a community from one day to another.

    :ivar deadline: time of day by which one signs in there, such as "08:30"
    :ivar today: whether the person is expected there on the day: not excused, not off duty
    """

    stay: UUID
    community: int
    community_name: str
    first: date
    last: date | None
    team: OwnTeam | None
    deadline: str
    today: bool


def duties_of(scope: Scope, *, day: date) -> list[DutyLine]:
    """Return where the acting person belongs on a day or later; five statements at most."""
    if scope.member is None or scope.incident is None:
        return []
    stays = _stays(scope, scope.incident, scope.member, day)
    if not stays:
        return []
    teams = own_teams(scope, day=day)
    off_duty = bool(off_duty_among(scope, members=[scope.member], day=day))
    deadlines = _deadlines(scope.incident, {community for _id, community, *_rest in stays}, day)
    return [
        DutyLine(
            stay=id,
            community=community,
            community_name=name,
            first=first,
            last=last,
            team=_team_at(teams, community),
            deadline=deadlines[community],
            today=first <= day and not excused and not off_duty,
        )
        for id, community, name, first, last, excused in stays
    ]


def own_teams(scope: Scope, *, day: date) -> list[OwnTeam]:
    """Return the teams in which the acting person is on a day, the latest joined first."""
    asked = {"member": scope.member, "incident": scope.incident, "day": day}
    with planned_once() as cursor:
        cursor.execute(_TEAMS, asked)
        found = cursor.fetchall()
    leaders = _leaders([id for id, _name, _places in found], day)
    return [OwnTeam(id, name, frozenset(places), leaders.get(id)) for id, name, places in found]


def _stays(
    scope: Scope, incident: UUID, member: UUID, day: date
) -> list[tuple[UUID, int, str, date, date | None, bool]]:
    ended = Release.objects.standing().filter(enrolment_id=OuterRef("pk")).values("last_day")
    excused = Excuse.objects.standing().filter(
        incident=incident, member=member, from_day__lte=day, to_day__gte=day
    )
    rows = enrolments(scope, incident=incident).annotate(
        last_day=Subquery(ended[:1]), excused=Exists(excused)
    )
    rows = rows.filter(Q(last_day=None) | Q(last_day__gte=day)).order_by("from_day", "pk")
    return list(
        rows.values_list("pk", "community_id", "community__name", "from_day", "last_day", "excused")
    )


def _team_at(teams: Iterable[OwnTeam], community: int) -> OwnTeam | None:
    return next((one for one in teams if community in one.communities), None)


def _leaders(teams: Collection[UUID], day: date) -> Mapping[UUID, Member]:
    if not teams:
        return {}
    rows = Membership.objects.filter(standing_on(day), team__in=teams, post=TeamPost.LEADER)
    return {row.team_id: row.member for row in rows.select_related("member")}


def _deadlines(incident: UUID, communities: Collection[int], day: date) -> dict[int, str]:
    rows = Parameter.objects.filter(
        Q(community=None) | Q(community__in=communities), incident=incident, name=DEADLINE
    )
    settings = [
        Setting(value, first, last, community)
        for value, first, last, community in rows.values_list(
            "value", "from_day", "to_day", "community_id"
        )
    ]
    held = {one: in_force(settings, day=day, community=one) for one in communities}
    return {one: str(found.value) if found else DEFAULT_DEADLINE for one, found in held.items()}
