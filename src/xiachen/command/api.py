"""Endpoints of the figures: the day's numbers of a place as they stand now."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from ninja import Router
from pydantic import BaseModel, Field

from xiachen.base import clock
from xiachen.command.queries import board as boards
from xiachen.privacy.doors import ScopedRequest

router = Router(tags=["figures"])


class FigureOut(BaseModel):
    """A number in its unit; `of` is the whole that it is a part of."""

    code: str
    value: Decimal | int
    unit: str
    of: Decimal | int | None
    beside: str


class Figures(BaseModel):
    """The figures of a place on a day, and the communities that nothing was heard of."""

    place: str
    division: int
    day: date
    figures: list[FigureOut]
    silent: list[int]


@router.get("", response=Figures, summary="The figures of a day")
def figures(
    request: ScopedRequest,
    division: Annotated[int, Field(ge=0, le=999_999_999_999)],
    day: date | None = None,
) -> Figures:
    """Return the figures of a division or community within the scope, read now."""
    board = boards.board(request.scope, division=division, day=day or clock.local_day(clock.now()))
    stated = {line.code: line for section in board.sections for line in section.lines}
    return Figures(
        place=board.place,
        division=board.division,
        day=board.day,
        figures=[
            FigureOut(
                code=code,
                value=line.stated.value,
                unit=line.stated.unit.code,
                of=line.stated.of,
                beside=line.stated.beside,
            )
            for code, line in stated.items()
        ],
        silent=[one.pk for one in board.silent],
    )
