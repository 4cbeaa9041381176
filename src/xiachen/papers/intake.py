"""
What an area says about the sheets that it takes in.

An intake names the columns that it understands, in the words of the offices that fill them, and the
one operation behind it. Reading the file, matching its columns, the preview, mending and the error
file are the same for all and stand in this room.

Each area declares its intakes in `operations`, a noun a module: `MEMBERS = Intake(…)`; the site
lists them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.utils.functional import Promise

from xiachen.privacy.scope import Can, Scope


class Content(StrEnum):
    """What a column's cells hold; the reading turns each kind into one form of text."""

    TEXT = "text"
    NUMBER = "number"  # "12"; Chinese numerals and full-width digits are understood
    DAY = "day"  # "2020-03-01", also from 2020.3.1, 2020年3月1日 and a spreadsheet's serial
    PHONE = "phone"
    IDENTITY = "identity"
    FLAG = "flag"  # "1" or ""; 是, 否, √, yes and no are understood


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """
    A column that an intake understands.

    :param synonyms: other headings under which offices write it, in any language
    :param needed: the sheet cannot be read without this column
    :param personal: its values identify a person: before the columns are confirmed they are
        shown masked, and numbers wherever they are not mended
    """

    name: str
    title: str | Promise
    synonyms: tuple[str, ...] = ()
    content: Content = Content.TEXT
    needed: bool = False
    personal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    A row of a sheet, understood.

    :param number: its line in the file, as a spreadsheet program shows it
    :param id: of the file's content and the line: the same in every re-import of the same file
    :param values: by field name, cleaned; a column that the sheet lacks is an empty text
    """

    number: int
    id: UUID
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFault:
    """
    Why a row cannot be entered.

    :param field: of the cell; empty for the row as a whole
    :param words: for a person, in the current language, without the value itself
    """

    field: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineOutcome:
    """
    What became of a row: new, added to what was there, there already (none of them), or refused.

    :param changed: the record was there, and the row told what had been unknown of it
    :param understood: by field, what an empty cell was taken to say
    """

    number: int
    new: bool = False
    changed: bool = False
    understood: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[CellFault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """
    Where a sheet is entered, as chosen beside the file.

    :param values: of the intake's `asks`, by name
    """

    community: int | None = None
    values: Mapping[str, str] = field(default_factory=dict)


Enter = Callable[[Scope, Setting, Sequence[Line], datetime], list[LineOutcome]]
Choices = Callable[[Scope], Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Something that the person chooses beside the file, such as the call that a sheet answers."""

    name: str
    title: str | Promise
    choices: Choices


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """
    One kind of sheet.

    :param kind: in the address and on the command line, such as "members"
    :param can: what the role must be able to do
    :param enter: enters rows, each good one by the area's own operations, and answers for each in
        their order. Entering the same content again, from the same file or another, changes
        nothing. The preview calls it inside a transaction that is taken back
    :param in_community: the sheet is of one community, which is chosen beside the file
    """

    kind: str
    title: str | Promise
    can: Can
    fields: tuple[Field, ...]
    enter: Enter
    in_community: bool = False
    asks: tuple[Ask, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """
    What the house takes in; the site makes it, and hands it to the screens and the job.

    Passed on as an argument rather than registered somewhere: this room lies below the areas whose
    intakes it works for, and every test can have intakes of its own.

    :param communities: the communities of a scope that a sheet can be of, code and name
    """

    intakes: tuple[Intake, ...]
    communities: Choices

    def intake(self, kind: str) -> Intake | None:
        """Return the intake of that kind."""
        return next((one for one in self.intakes if one.kind == kind), None)

    def offered(self, scope: Scope) -> list[Intake]:
        """Return the intakes that the scope's role may use."""
        return [one for one in self.intakes if scope.allows(one.can)]
