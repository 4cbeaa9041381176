"""The intake of assignments: which team works in which community from when on."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from xiachen.base import clock
from xiachen.base.errors import Invalid, Refused
from xiachen.deployment.operations.assigning import AssignmentEntry, assign_teams
from xiachen.deployment.queries.teams import teams
from xiachen.papers.answering import Answers
from xiachen.papers.intake import Content, Field, Intake, Line, LineOutcome, Setting
from xiachen.places.models import Community
from xiachen.places.queries.communities import resolve_all
from xiachen.privacy.scope import Can, Scope


class TeamUnknown(Refused):
    """No team that the scope reaches has this name."""

    code = "deployment.team-unknown"
    message = _("No team of yours has this name. Write it as the list of teams does.")
    status = 422


class TeamAmbiguous(Refused):
    """Teams within different teams may have one name."""

    code = "deployment.team-ambiguous"
    message = _(
        "%(count)s teams have this name. Say in the column of the team above which one is meant."
    )
    status = 422


@transaction.atomic
def enter_assignments(
    scope: Scope, setting: Setting, lines: Sequence[Line], at: datetime
) -> list[LineOutcome]:
    """Assign the teams of a sheet to its communities. See `papers.intake`."""
    scope.require(Can.FORM_TEAMS)
    answers = Answers(lines)
    meant = _Meant(scope, lines)
    entries: dict[int, AssignmentEntry] = {}
    for line in lines:
        try:
            entries[line.number] = meant.entry(line, clock.local_day(at))
        except Refused as refusal:
            answers.refuse(line, refusal)
    outcomes = assign_teams(scope, entries=list(entries.values()))
    answered = dict(zip(entries, outcomes, strict=True))
    for line in lines:
        if outcome := answered.get(line.number):
            answers.answer(line, new=outcome.new, refusal=outcome.refusal)
    return answers.outcomes()


class _Meant:
    """What the texts of a sheet mean, read once for all lines."""

    def __init__(self, scope: Scope, lines: Sequence[Line]) -> None:
        self._places = resolve_all(scope, {line.values["community"] for line in lines})
        self._teams: dict[str, list[tuple[UUID, str]]] = {}
        rows = teams(scope).filter(disbanded_on=None).order_by("pk")
        for id, name, above in rows.values_list("pk", "name", "parent__name"):
            self._teams.setdefault(_plain(name), []).append((id, _plain(above or "")))

    def entry(self, line: Line, today: date) -> AssignmentEntry:
        """Return the assignment of a line."""
        return AssignmentEntry(
            team=self._team(line.values["team"], line.values["within"]),
            community=self._community(line.values["community"]),
            from_day=_day(line.values["from_day"]) or today,
        )

    def _team(self, said: str, within: str) -> UUID:
        found = self._teams.get(_plain(said), [])
        if within:
            found = [one for one in found if one[1] == _plain(within)]
        if not found:
            raise TeamUnknown(field="team")
        if len(found) > 1:
            raise TeamAmbiguous(field="within", count=len(found))
        return found[0][0]

    def _community(self, said: str) -> int:
        meant = self._places[said]
        if isinstance(meant, Community):
            return meant.pk
        raise meant


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise Invalid(field="from_day", reason=_("it is not a day of the calendar")) from None


# fmt: off
TEAM_ASSIGNMENTS = Intake(
    kind="team-assignments",
    title=_("assignments of teams"),
    can=Can.FORM_TEAMS,
    enter=enter_assignments,
    fields=(
        Field(
            name="team",
            title=_("team"),
            needed=True,
            synonyms=("队伍", "队伍名称", "工作队", "工作队名称", "突击队", "志愿服务队", "team"),
        ),
        Field(
            name="within",
            title=_("within the team"),
            synonyms=("上级队伍", "所属队伍", "所属大队", "所属总队", "within"),
        ),
        Field(
            name="community",
            title=_("community"),
            needed=True,
            synonyms=(
                "社区", "派驻社区", "对口社区", "下沉社区", "包保社区", "所在社区", "community",
            ),
        ),
        Field(
            name="from_day",
            title=_("from which day on"),
            content=Content.DAY,
            synonyms=("起始日期", "开始日期", "派驻日期", "进驻日期", "到岗日期", "from"),
        ),
    ),
)
# fmt: on
