"""The figures of tasks and needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from xiachen.figures.figure import Column, Figure
from xiachen.figures.units import MATTER, PERSON_TIME
from xiachen.needs.models import TaskKind, TaskStep
from xiachen.needs.queries import records
from xiachen.people.queries import members as people
from xiachen.places.queries import communities as places
from xiachen.privacy.masking import mask_name
from xiachen.privacy.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a figure as it is shown."""

    record: Any
    community: str
    kind: str
    name: str = ""


def _tasks(scope: Scope, rows: Sequence[TaskStep]) -> list[Row]:
    names = places.communities_by_id(scope, {row.community_id for row in rows})
    return [
        Row(
            record=row,
            community=names[row.community_id].name,
            kind=str(row.task.kind),
        )
        for row in rows
    ]


def _work(scope: Scope, rows: Sequence[Any]) -> list[Row]:
    names = places.communities_by_id(scope, {row.community_id for row in rows})
    members = people.members_by_id(scope, {row.member for row in rows})
    kinds = {
        kind.code: str(kind)
        for kind in TaskKind.objects.filter(code__in={row.kind for row in rows})
    }
    return [
        Row(
            record=row,
            community=names[row.community_id].name if row.community_id in names else "",
            kind=kinds.get(row.kind, row.kind),
            name=members[row.member].name if row.member in members else "",
        )
        for row in rows
    ]


_TITLE = Column(heading=_("Task"), cell=lambda row: row.record.task.title, tag="#activity+name")
_KIND = Column(heading=_("Kind"), cell=lambda row: row.kind, tag="#activity+type")
_COMMUNITY = Column(heading=_("Community"), cell=lambda row: row.community, tag="#adm5+name")
_TASK_COLUMNS = (_TITLE, _KIND, _COMMUNITY)

NEEDS = Figure(
    code="needs.needs",
    title=_("Needs"),
    means=_("What communities have asked for so far and not withdrawn."),
    unit=MATTER,
    rows=records.needs,
    columns=_TASK_COLUMNS,
    present=_tasks,
    personal=False,
)
NEEDS_MET = Figure(
    code="needs.needs-met",
    title=_("Needs met"),
    means=_("Needs that the community has confirmed as met."),
    unit=MATTER,
    rows=records.needs_met,
    columns=_TASK_COLUMNS,
    present=_tasks,
    of="needs.needs",
    missing=records.open_needs,
    personal=False,
)
TASKS_FINISHED = Figure(
    code="needs.tasks-finished",
    title=_("Tasks finished"),
    means=_("Tasks finished that day and not sent back, needs among them."),
    unit=MATTER,
    rows=records.tasks_finished,
    columns=_TASK_COLUMNS,
    present=_tasks,
    distinct="task_id",
    personal=False,
)
SERVICES = Figure(
    code="needs.services",
    title=_("Persons served"),
    means=_("Person-times served by the work recorded that day."),
    unit=PERSON_TIME,
    rows=records.services,
    columns=(
        Column(heading=_("Name"), cell=lambda row: row.name, tag="#contact+name", mask=mask_name),
        _KIND,
        _COMMUNITY,
        Column(
            heading=_("Persons served"),
            cell=lambda row: row.record.persons_served,
            tag="#reached",
        ),
    ),
    present=_work,
    total_of="persons_served",
)

FIGURES = (NEEDS, NEEDS_MET, TASKS_FINISHED, SERVICES)
