"""Whom those who ask reach on the day of what they record: nobody writes about strangers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import OuterRef, Subquery

from xiachen.attendance.models.records import CheckIn
from xiachen.attendance.rules.records import Entry
from xiachen.base import clock
from xiachen.base.owned.bulk import among
from xiachen.deployment.models import Membership
from xiachen.mobilisation.models.stays import Enrolment, Release
from xiachen.people.models.members import Member
from xiachen.privacy.scope import Role, Scope

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reach:
    """
    What is known of the people whom entries name, by person; read for all of them at once.

    :ivar teams: with the first and last day in each
    :ivar stays: incident, community, first and last day of each
    :ivar homes: unit, where that is, and where the person lives
    :ivar seen: who signed in, in which incident and community and on which day
    """

    teams: Mapping[UUID, Sequence[tuple[UUID, date, date | None]]]
    stays: Mapping[UUID, Sequence[tuple[UUID, int, date, date | None]]]
    homes: Mapping[UUID, tuple[UUID | None, int | None, int | None]]
    seen: Set[tuple[UUID, int, UUID, date]]

    @classmethod
    def of(cls, scopes: Mapping[UUID, Scope], entries: Sequence[Entry]) -> "Reach":
        """Read what is known; nothing of those who write about themselves."""
        asked = [one for one in entries if not _is_plain(scopes[one.id], one)]
        if not asked:
            return cls({}, {}, {}, frozenset())
        people = list({one.member for one in asked})
        return cls(
            _teams(people, {team for one in asked for team in scopes[one.id].teams}),
            _stays(people, {scopes[one.id].incident for one in asked}),
            _homes(people),
            _seen(scopes, asked),
        )

    def holds(self, scope: Scope, one: Entry) -> bool:
        """
        Tell whether somebody may write about an entry's person.

        They may about themselves, about those of their teams and those who belong to the operation
        in their places on that day, and about whoever signed in there on that day or the eve. A
        role that was given for a place and for no team reaches those who live or are employed
        there, and those of its units, as everywhere else.
        """
        if _is_plain(scope, one):
            return True
        day = clock.local_day(one.occurred_at)
        return (
            any(
                team in scope.teams and _includes(first, last, day)
                for team, first, last in self.teams.get(one.member, ())
            )
            or any(
                incident == scope.incident and scope.covers(place) and _includes(first, last, day)
                for incident, place, first, last in self.stays.get(one.member, ())
            )
            or any(
                (scope.incident, one.community, one.member, when) in self.seen
                for when in (day, day - _DAY)
            )
            or (not scope.teams and self._at_home(scope, one.member))
        )

    def _at_home(self, scope: Scope, member: UUID) -> bool:
        unit, unit_place, home = self.homes.get(member, (None, None, None))
        return unit in scope.organisations or any(
            place is not None and scope.covers(place) for place in (unit_place, home)
        )


def _is_plain(scope: Scope, one: Entry) -> bool:
    """Tell whether nothing need be known: of oneself, and of background work."""
    return one.member == scope.member or scope.role is Role.SYSTEM


def _includes(first: date, last: date | None, day: date) -> bool:
    return first <= day and (last is None or last >= day)


def _teams(
    people: Sequence[UUID], teams: Set[UUID]
) -> dict[UUID, list[tuple[UUID, date, date | None]]]:
    found: dict[UUID, list[tuple[UUID, date, date | None]]] = defaultdict(list)
    if teams:
        rows = Membership.objects.filter(team__in=teams, member__in=among(people, "uuid"))
        for member, team, first, last in rows.values_list(
            "member_id", "team_id", "from_day", "to_day"
        ):
            found[member].append((team, first, last))
    return found


def _stays(
    people: Sequence[UUID], incidents: Set[UUID | None]
) -> dict[UUID, list[tuple[UUID, int, date, date | None]]]:
    ended = Release.objects.standing().filter(enrolment_id=OuterRef("pk")).values("last_day")
    rows = (
        Enrolment.objects.standing()
        .filter(incident__in=incidents, member__in=among(people, "uuid"))
        .annotate(last=Subquery(ended[:1]))
    )
    found: dict[UUID, list[tuple[UUID, int, date, date | None]]] = defaultdict(list)
    for member, incident, community, first, last in rows.values_list(
        "member_id", "incident_id", "community_id", "from_day", "last"
    ):
        found[member].append((incident, community, first, last))
    return found


def _homes(people: Sequence[UUID]) -> dict[UUID, tuple[UUID | None, int | None, int | None]]:
    rows = Member.objects.filter(pk__in=among(people, "uuid")).order_by()
    return {
        member: (unit, unit_place, home)
        for member, unit, unit_place, home in rows.values_list(
            "pk", "organisation_id", "organisation__division", "home_community_id"
        )
    }


def _seen(
    scopes: Mapping[UUID, Scope], asked: Sequence[Entry]
) -> set[tuple[UUID, int, UUID, date]]:
    days = {clock.local_day(one.occurred_at) for one in asked}
    rows = CheckIn.objects.standing().filter(
        community_id__in={one.community for one in asked},
        incident__in={scopes[one.id].incident for one in asked},
        member__in=among(list({one.member for one in asked}), "uuid"),
        day__in=days | {day - _DAY for day in days},
    )
    return set(rows.values_list("incident_id", "community_id", "member", "day"))
