"""What becomes of the lines of a sheet, gathered while an intake enters them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise

from xiachen.base.errors import Refused
from xiachen.papers.intake import CellFault, Line, LineOutcome


@dataclass(slots=True)
class Answers:
    """
    One answer for each line; a line with a fault is neither new nor changed.

    :param lines: all lines of the sheet, in their order
    """

    lines: Sequence[Line]
    _faults: dict[int, list[CellFault]] = field(default_factory=dict)
    _new: set[int] = field(default_factory=set)
    _changed: set[int] = field(default_factory=set)
    _understood: dict[int, Mapping[str, str]] = field(default_factory=dict)

    def fault(self, line: Line, field: str, words: str | Promise) -> None:
        """Say at a cell why its line cannot be entered; `field` empty means the whole row."""
        faults = self._faults.setdefault(line.number, [])
        if not any(one.field == field for one in faults):
            faults.append(CellFault(field=field, words=str(words)))

    def refuse(self, line: Line, refusal: Refused, cells: Mapping[str, str] | None = None) -> None:
        """
        Say what an operation refused, at the cell that it is about.

        :param cells: the sheet's fields for those of the operation, where their names differ
        """
        about = refusal.field or ""
        self.fault(line, (cells or {}).get(about, about), str(refusal))

    def answer(
        self,
        line: Line,
        *,
        new: bool = False,
        changed: bool = False,
        refusal: Refused | None = None,
        cells: Mapping[str, str] | None = None,
    ) -> None:
        """Take over what an operation answered for a line; `cells` as in `refuse`."""
        if refusal is not None:
            self.refuse(line, refusal, cells)
        elif new:
            self.new(line)
        elif changed:
            self.changed(line)

    def new(self, line: Line) -> None:
        """Note that the line made a record."""
        self._new.add(line.number)

    def changed(self, line: Line) -> None:
        """Note that the line completed a record."""
        self._changed.add(line.number)

    def understood(self, line: Line, values: Mapping[str, str]) -> None:
        """Note what the line says where its cells leave it to others, by field."""
        empty = {name: text for name, text in values.items() if text and not line.values[name]}
        self._understood[line.number] = empty

    def is_faulty(self, line: Line) -> bool:
        """Tell whether something of the line was refused."""
        return line.number in self._faults

    def outcomes(self) -> list[LineOutcome]:
        """Return an answer for each line, in their order."""
        return [self._outcome(line.number) for line in self.lines]

    def _outcome(self, number: int) -> LineOutcome:
        if faults := self._faults.get(number):
            return LineOutcome(number=number, faults=tuple(faults))
        new = number in self._new
        return LineOutcome(
            number=number,
            new=new,
            changed=not new and number in self._changed,
            understood=self._understood.get(number, {}),
        )
