"""Lines of a sheet as the reading hands them to an intake, and what came of them."""

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid5

from django.utils.translation import override

from tests.world import MORNING
from xiachen.papers.intake import Intake, Line, LineOutcome, Setting
from xiachen.privacy.scope import Scope

_FILES = UUID("5f4d0a52-53a5-4a51-8d53-0d8f5b0c2a11")


def lines(intake: Intake, *rows: Mapping[str, str], file: str = "a") -> list[Line]:
    """Return rows as lines from the second on; fields that a row lacks are empty."""
    names = {field.name for field in intake.fields}
    assert all(set(row) <= names for row in rows), [set(row) - names for row in rows]
    return [
        Line(
            number=number,
            id=uuid5(_FILES, f"{file} {number}"),
            values=dict.fromkeys(names, "") | dict(row),
        )
        for number, row in enumerate(rows, 2)
    ]


def enter(
    scope: Scope,
    intake: Intake,
    *rows: Mapping[str, str],
    community: int | None = None,
    file: str = "a",
) -> list[LineOutcome]:
    """Enter rows in a scope."""
    setting = Setting(community=community)
    with override("en"):
        return intake.enter(scope, setting, lines(intake, *rows, file=file), MORNING)


def told(outcomes: Sequence[LineOutcome]) -> list[str]:
    """Return a word for each outcome: new, changed, already, or the cells that are faulty."""
    return [
        "new"
        if one.new
        else "changed"
        if one.changed
        else " ".join(fault.field or "row" for fault in one.faults) or "already"
        for one in outcomes
    ]


def words(outcomes: Sequence[LineOutcome]) -> str:
    """Return all that was said at cells."""
    return "\n".join(fault.words for one in outcomes for fault in one.faults)
