"""Teams, squads, those who went home, and what no team reaches."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiachen.deployment.models import Membership, Withdrawal
from xiachen.deployment.queries.counting import (
    SIZES_PRINTED,
    communities_in_operation,
    communities_short,
    communities_with_teams,
    communities_without_teams,
    grids_in_operation,
    grids_with_squads,
    grids_without_squads,
    squads_paired,
    squads_unpaired,
    teams_of_day,
    titled_posts,
    work_teams,
)
from xiachen.deployment.queries.squads import squad_lines, squads_at
from xiachen.deployment.queries.strength import statements
from xiachen.figures.figure import Beside, Column, Cutoff, Figure, Rows
from xiachen.figures.units import COMMUNITY, GRID, GROUP, PERSON, TEAM, TITLED_POST, WORK_TEAM
from xiachen.people.models.members import Member
from xiachen.people.models.periods import standing_on
from xiachen.people.queries.members import shown_names
from xiachen.places.models import Community
from xiachen.privacy.masking import mask_name
from xiachen.privacy.scope import Role, Scope

_BETWEEN = "、"


@dataclass(frozen=True, slots=True)
class Gone:
    """A withdrawal with what it names."""

    row: Withdrawal
    name: str
    community: str


def present_withdrawals(scope: Scope, rows: Sequence[Any]) -> list[Gone]:
    """Return withdrawals with names as the scope may see them."""
    names = shown_names(scope, {row.member for row in rows})
    places = dict(
        Community.objects.filter(pk__in={row.community_id for row in rows}).values_list(
            "pk", "name"
        )
    )
    return [
        Gone(row=row, name=names.get(row.member, ""), community=places[row.community_id])
        for row in rows
    ]


def _withdrawals(scope: Scope, cutoff: Cutoff) -> QuerySet[Withdrawal]:
    """Return who went home by the cut-off."""
    if scope.incident != cutoff.incident:
        return Withdrawal.objects.none()
    reach = scope.within() | Q(member__in=scope.members)
    if scope.organisations:
        # The unit hears who of its people came back, and how they were thanked.
        theirs = Member.objects.filter(organisation_id__in=scope.organisations)
        reach |= Q(member__in=theirs.order_by().values("pk"))
    if scope.role is Role.MEMBER:
        reach = Q(member=scope.member)
    return Withdrawal.objects.standing(cutoff.marks).filter(
        reach, incident=cutoff.incident, occurred_at__lte=cutoff.occurred_until
    )


def _sizes(scope: Scope, cutoff: Cutoff) -> str:
    squads = squads_at(scope, cutoff)
    return "/".join(map(str, sorted((len(one.members.all()) for one in squads), reverse=True)))


def _masked_names(names: str) -> str:
    return _BETWEEN.join(map(mask_name, names.split(_BETWEEN)))


@dataclass(frozen=True, slots=True)
class InTeam:
    """A person's place in a team with what it names."""

    row: Membership
    name: str


def present_memberships(scope: Scope, rows: Sequence[Any]) -> list[InTeam]:
    """Return places in teams with names as the scope may see them."""
    names = shown_names(scope, {row.member_id for row in rows})
    return [InTeam(row=row, name=names.get(row.member_id, "")) for row in rows]


def _of_type(code: str) -> Rows:
    """Return how to read the teams of one type that exist on the day."""
    return lambda scope, cutoff: teams_of_day(scope, cutoff).filter(type__code=code)


def _people_in(teams_of: Rows) -> Rows:
    """Return how to read who is in some teams on the day; somebody may be in several."""

    def rows(scope: Scope, cutoff: Cutoff) -> QuerySet[Membership]:
        found = teams_of(scope, cutoff).order_by().values("pk")
        inside = Membership.objects.filter(standing_on(cutoff.day), team__in=found)
        return inside.select_related("team")

    return rows


def _people_of_each(teams_of: Rows) -> Beside:
    """Return how to say how many people each of some teams has, the largest first: 42/42/41."""

    def sizes(scope: Scope, cutoff: Cutoff) -> str:
        inside = _people_in(teams_of)(scope, cutoff).order_by().values("team")
        counted = inside.annotate(people=Count("pk")).values_list("people", flat=True)
        # Nobody reads two hundred sizes beside a number.
        found = sorted(counted[: SIZES_PRINTED + 1], reverse=True)
        return "/".join(map(str, found)) if len(found) <= SIZES_PRINTED else ""

    return sizes


_TEAM_COLUMNS = (
    Column(heading=_("team"), cell=lambda team: team.name),
    Column(heading=_("type"), cell=lambda team: team.type),
    Column(heading=_("organisation"), cell=lambda team: team.organisation, tag="#org+name"),
    Column(heading=_("formed on"), cell=lambda team: team.formed_on, tag="#date+start"),
)
_PLACE_COLUMNS = (
    Column(heading=pgettext_lazy("person", "name"), cell=lambda one: one.name, mask=mask_name),
    Column(heading=_("team"), cell=lambda one: one.row.team.name),
    Column(heading=_("from"), cell=lambda one: one.row.from_day, tag="#date+start"),
)

TEAMS = Figure(
    code="deployment.teams",
    title=_("Teams"),
    means=_(
        "Teams that exist on the day, each team within another counted too; titled posts apart."
    ),
    unit=TEAM,
    rows=teams_of_day,
    columns=_TEAM_COLUMNS,
    personal=False,
)
TEAM_PEOPLE = Figure(
    code="deployment.team-people",
    title=_("People in teams"),
    means=_("People who are in a team on the day, each counted once."),
    unit=PERSON,
    rows=_people_in(teams_of_day),
    columns=_PLACE_COLUMNS,
    present=present_memberships,
    distinct="member_id",
)
WORK_TEAMS = Figure(
    code="deployment.work-teams",
    title=_("Work teams"),
    means=_(
        "Work teams that exist on the day, one cut out of another as a part of it; beside it, how "
        "many people each has."
    ),
    unit=WORK_TEAM,
    rows=work_teams,
    columns=_TEAM_COLUMNS,
    beside=_people_of_each(work_teams),
    personal=False,
)
ASSAULT_TEAMS = Figure(
    code="deployment.assault-teams",
    title=_("Task squads"),
    means=_("Task squads that exist on the day; beside it, how many people each has."),
    unit=TEAM,
    rows=_of_type("assault-team"),
    columns=_TEAM_COLUMNS,
    beside=_people_of_each(_of_type("assault-team")),
    personal=False,
)
ASSAULT_PEOPLE = Figure(
    code="deployment.assault-people",
    title=_("People in task squads"),
    means=_("People who are in a task squad on the day, each counted once."),
    unit=PERSON,
    rows=_people_in(_of_type("assault-team")),
    columns=_PLACE_COLUMNS,
    present=present_memberships,
    distinct="member_id",
)
VOLUNTEER_TEAMS = Figure(
    code="deployment.volunteer-teams",
    title=_("Volunteer teams"),
    means=_("Volunteer teams that exist on the day; beside it, how many people each has."),
    unit=TEAM,
    rows=_of_type("volunteer-team"),
    columns=_TEAM_COLUMNS,
    beside=_people_of_each(_of_type("volunteer-team")),
    personal=False,
)
TITLED_POSTS = Figure(
    code="deployment.titled-posts",
    title=_("Titled posts"),
    means=_(
        "Posts with a title, such as vanguard posts, that exist on the day; they are no teams."
    ),
    unit=TITLED_POST,
    rows=titled_posts,
    columns=_TEAM_COLUMNS,
    personal=False,
)
_SQUAD_COLUMNS = (
    Column(heading=_("community"), cell=lambda line: line.squad.community, tag="#adm5+name"),
    Column(heading=_("squad"), cell=lambda line: line.squad.number),
    Column(heading=_("grid"), cell=lambda line: line.squad.grid),
    Column(heading=_("people"), cell=lambda line: len(line.members)),
    Column(
        heading=_("names"),
        cell=lambda line: _BETWEEN.join(line.names),
        mask=_masked_names,
    ),
)
SQUADS = Figure(
    code="deployment.squads",
    title=_("Squads"),
    means=_("Squads that stood at the cut-off; beside it, how many people each had."),
    unit=GROUP,
    rows=squads_at,
    columns=_SQUAD_COLUMNS,
    present=squad_lines,
    beside=_sizes,
)
PAIRED_SQUADS = Figure(
    code="deployment.paired-squads",
    title=_("A grid of its own for every squad"),
    means=_("Squads that have a grid at the cut-off in which no other squad works."),
    unit=GROUP,
    rows=squads_paired,
    columns=_SQUAD_COLUMNS,
    present=squad_lines,
    of="deployment.squads",
    missing=squads_unpaired,
)
WITHDRAWN = Figure(
    code="deployment.withdrawn",
    title=_("Gone home"),
    means=_("People withdrawn up to the cut-off after a last health check."),
    unit=PERSON,
    rows=_withdrawals,
    columns=(
        Column(
            heading=pgettext_lazy("person", "name"), cell=lambda gone: gone.name, mask=mask_name
        ),
        Column(heading=_("community"), cell=lambda gone: gone.community, tag="#adm5+name"),
        Column(heading=_("left"), cell=lambda gone: gone.row.occurred_at, tag="#date+end"),
        Column(heading=_("thanks"), cell=lambda gone: gone.row.thanks),
    ),
    present=present_withdrawals,
    distinct="member",
    rollup=True,
    day_field="occurred_at__date",
)

COMMUNITY_COLUMNS = (
    Column(heading=_("community"), cell=lambda place: place.name, tag="#adm5+name"),
)
COMMUNITIES = Figure(
    code="deployment.communities",
    title=_("Communities of the operation"),
    means=_("Communities that the operation includes on the day."),
    unit=COMMUNITY,
    rows=communities_in_operation,
    columns=COMMUNITY_COLUMNS,
    personal=False,
)
REACHED_COMMUNITIES = Figure(
    code="deployment.reached-communities",
    title=_("A team in every community"),
    means=_("Communities of the operation in which a team works on the day."),
    unit=COMMUNITY,
    rows=communities_with_teams,
    columns=COMMUNITY_COLUMNS,
    of="deployment.communities",
    missing=communities_without_teams,
    personal=False,
)

WANTED = Figure(
    code="deployment.wanted",
    title=_("People wanted"),
    means=_("People whom the communities want on the day, as they have said, added up."),
    unit=PERSON,
    rows=statements,
    columns=(
        Column(heading=_("community"), cell=lambda said: said.community, tag="#adm5+name"),
        Column(heading=_("people wanted"), cell=lambda said: said.wanted),
        Column(heading=_("from"), cell=lambda said: said.from_day, tag="#date+start"),
        Column(heading=_("what it says"), cell=lambda said: said.words),
    ),
    total_of="wanted",
    personal=False,
)
SHORT_COMMUNITIES = Figure(
    code="deployment.short-communities",
    title=_("Communities that lack people"),
    means=_("Communities that want more people on the day than belong there."),
    unit=COMMUNITY,
    rows=communities_short,
    columns=COMMUNITY_COLUMNS,
    of="deployment.communities",
    personal=False,
)

GRID_COLUMNS = (
    Column(heading=_("community"), cell=lambda grid: grid.community, tag="#adm5+name"),
    Column(heading=_("grid"), cell=lambda grid: grid.name),
)
GRIDS = Figure(
    code="deployment.grids",
    title=_("Grids of the operation"),
    means=_("Grids of the communities that the operation includes on the day."),
    unit=GRID,
    rows=grids_in_operation,
    columns=GRID_COLUMNS,
    personal=False,
)
REACHED_GRIDS = Figure(
    code="deployment.reached-grids",
    title=_("A squad in every grid"),
    means=_("Grids of the operation in which a squad works at the cut-off."),
    unit=GRID,
    rows=grids_with_squads,
    columns=GRID_COLUMNS,
    of="deployment.grids",
    missing=grids_without_squads,
    personal=False,
)

FIGURES = (
    TEAMS,
    TEAM_PEOPLE,
    WORK_TEAMS,
    ASSAULT_TEAMS,
    ASSAULT_PEOPLE,
    VOLUNTEER_TEAMS,
    TITLED_POSTS,
    SQUADS,
    PAIRED_SQUADS,
    WANTED,
    SHORT_COMMUNITIES,
    WITHDRAWN,
    COMMUNITIES,
    REACHED_COMMUNITIES,
    GRIDS,
    REACHED_GRIDS,
)
