"""Lines of sheets that name people, and numbers that are nobody's."""

from collections.abc import Mapping

from tests.world import SENT, identity_of
from xiachen.base.ids import uuid7
from xiachen.papers.intake import Intake, Line, LineOutcome

# Nobody's number, and one with a wrong last place.
UNKNOWN = "13911112222"
MISTYPED = identity_of(SENT[0])[:-1] + ("2" if identity_of(SENT[0])[-1] == "1" else "1")


def lines(intake: Intake, *rows: Mapping[str, str]) -> list[Line]:
    """Return rows of a sheet as the reading hands them over."""
    blank = {field.name: "" for field in intake.fields}
    return [
        Line(number=number, id=uuid7(), values=blank | dict(row))
        for number, row in enumerate(rows, 2)
    ]


def fault(outcome: LineOutcome) -> tuple[str, str]:
    (one,) = outcome.faults
    return one.field, one.words
