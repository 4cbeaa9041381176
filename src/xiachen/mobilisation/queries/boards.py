"""The report-in board of a day: everybody who belongs somewhere, with what is known of them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from xiachen.mobilisation.models.report_ins import ReportIn
from xiachen.mobilisation.models.stays import Enrolment
from xiachen.mobilisation.queries.report_ins import every_report_in
from xiachen.mobilisation.queries.stays import whole_day, with_excuses
from xiachen.mobilisation.queries.units import called_units
from xiachen.people.models.units import Organisation
from xiachen.people.queries.members import shown_names
from xiachen.privacy.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardLine:
    """A person on the report-in board; `state` is reported, waiting or excused."""

    stay: Enrolment
    name: str
    state: str
    report_ins: list[ReportIn]
    at_home: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Who is expected on a day, who has reported in, and which units have."""

    lines: list[BoardLine]
    units: list[tuple[Organisation, ReportIn | None]]

    def of(self, state: str) -> list[BoardLine]:
        """Return the lines of one state, of all with an empty one."""
        return [line for line in self.lines if not state or line.state == state]

    @property
    def counts(self) -> dict[str, int]:
        """Return how many people there are of each state, each person once."""
        found: dict[str, set[UUID]] = {"waiting": set(), "reported": set(), "excused": set()}
        for line in self.lines:
            found[line.state].add(line.stay.member_id)
        return {state: len(members) for state, members in found.items()}


def board(scope: Scope, *, day: date, community: int | None = None) -> Board:
    """Return the report-in board of a day, of one community or of all that the scope reaches."""
    cutoff = whole_day(scope, day)
    here = Q() if community is None else Q(community_id=community)
    stays = list(
        with_excuses(scope, cutoff)
        .filter(here)
        .select_related("member__organisation", "community")
        .order_by("member__sort_key", "member_id", "community_id")
    )
    taken: dict[tuple[UUID | None, int], list[ReportIn]] = {}
    for row in every_report_in(scope, cutoff).filter(here).order_by("occurred_at", "pk"):
        taken.setdefault((row.member or row.organisation, row.community_id), []).append(row)
    names = shown_names(scope, {stay.member_id for stay in stays})
    units = called_units(scope, cutoff).filter(contact_community_id=community)
    return Board(
        lines=[
            _line(stay, names, taken.get((stay.member_id, stay.community_id), [])) for stay in stays
        ],
        units=[
            (unit, next(iter(taken.get((unit.pk, community or 0), [])), None)) for unit in units
        ],
    )


def _line(stay: Enrolment, names: dict[UUID, str], taken: list[ReportIn]) -> BoardLine:
    excused_today = bool(getattr(stay, "is_excused", False))
    return BoardLine(
        stay=stay,
        name=names.get(stay.member_id, ""),
        state="excused" if excused_today else "reported" if taken else "waiting",
        report_ins=taken,
        at_home=stay.member.home_community_id == stay.community_id,
    )
