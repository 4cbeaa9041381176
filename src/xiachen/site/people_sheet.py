"""A spreadsheet of people, read line by line and entered all together or not at all."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiachen.base.errors import Refused
from xiachen.papers import reading
from xiachen.people import rules
from xiachen.people.models.units import Organisation, PartyOrganisation
from xiachen.people.operations.members import MemberEntry, enter_members
from xiachen.places.queries.communities import resolve
from xiachen.privacy.scope import Scope, system_scope

_LINES = UUID("0d4a4f0e-6c2b-4a57-9d8e-3f6b5b1a7c11")

NAME, PHONE, IDENTITY = (
    ("姓名", "name"),
    ("手机号", "手机", "phone"),
    ("身份证号", "identity number"),
)
UNIT, BRANCH = ("单位", "unit"), ("党组织", "party organisation")
STANDING, HOME = ("政治面貌", "party standing"), ("居住社区", "home community")

# Whoever is in no party, or in another than the Communist, counts towards no branch here.
# fmt: off
_FULL = {
    "full", "党员", "正式党员", "党员(正式)", "中共党员", "中共正式党员", "中共党员(正式)",
    "中国共产党党员",
}
_PROBATIONARY = {
    "probationary", "预备党员", "党员(预备)", "中共预备党员", "中共党员(预备)",
    "中国共产党预备党员",
}
_NONE = {
    "", "none", "无", "群众", "团员", "共青团员", "中国共产主义青年团团员", "无党派",
    "无党派人士", "民主党派", "民革党员", "民盟盟员", "民建会员", "民进会员", "农工党党员",
    "致公党党员", "九三学社社员", "台盟盟员",
}
# fmt: on
_BRACKETS = str.maketrans("（）", "()")


@dataclass(frozen=True)
class Entered:
    """What came of a sheet; with any fault nothing was entered."""

    new: int
    already: int
    faults: list[tuple[int, str]]


class NoNames(Refused):
    """The sheet has no column of names."""

    code = "site.sheet-without-names"
    message = gettext_lazy("The sheet has no column “%(heading)s”. Head the names with it.")
    status = 422


class _Row(dict[str, str]):
    """The cells of a line by heading."""

    line = 0
    lost = False


class _Undo(Exception):
    """Takes the whole sheet back."""


def enter(path: Path, *, at: datetime) -> Entered:
    """
    Enter the people of a sheet; the same file a second time changes nothing.

    :raises Refused: the file cannot be read as a table, or has no column of names
    """
    scope = system_scope()
    rows = _rows(path)
    if not any(heading in rows[0] for heading in NAME):
        raise NoNames(heading=NAME[0])
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    result = Entered(0, 0, [])
    try:
        with transaction.atomic():
            result = _enter(scope, rows, digest, at)
            if result.faults:
                raise _Undo
    except _Undo:
        pass
    return result


def _rows(path: Path) -> list[_Row]:
    with path.open("rb") as file:
        sheet = reading.read(file, name=path.name, known=[NAME[0]])
    rows = []
    for one in sheet.rows:
        row = _Row(zip(sheet.headings, one.cells, strict=True))
        row.line, row.lost = one.number, bool(one.lost)
        rows.append(row)
    return rows


def _enter(scope: Scope, rows: Sequence[_Row], digest: str, at: datetime) -> Entered:
    units, branches = _ids(Organisation), _ids(PartyOrganisation)
    entries: list[MemberEntry] = []
    lines: list[int] = []
    faults: list[tuple[int, str]] = []
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        try:
            _whole(row)
            _once(row, seen)
            entries.append(_entry(scope, row, digest, units, branches))
            lines.append(row.line)
        except (Refused, ValueError) as fault:
            faults.append((row.line, str(fault)))
    outcomes = enter_members(scope, entries=entries, at=at)
    for line, outcome in zip(lines, outcomes, strict=True):
        if outcome.refusal is not None:
            faults.append((line, str(outcome.refusal)))
    return Entered(
        new=sum(outcome.new for outcome in outcomes),
        already=sum(outcome.already for outcome in outcomes),
        faults=sorted(faults),
    )


def _entry(
    scope: Scope,
    row: _Row,
    digest: str,
    units: Mapping[str, UUID],
    branches: Mapping[str, UUID],
) -> MemberEntry:
    home = _cell(row, HOME)
    return MemberEntry(
        # Of the file and the line, never of a number: ids must not tell who somebody is.
        id=uuid5(_LINES, f"{digest} {row.line}"),
        name=_cell(row, NAME),
        phone=_cell(row, PHONE),
        identity_number=_cell(row, IDENTITY),
        organisation=_known(units, _cell(row, UNIT), UNIT[0]),
        party_organisation=_known(branches, _cell(row, BRANCH), BRANCH[0]),
        party_standing=_standing(_cell(row, STANDING)),
        home_community=resolve(scope, home).pk if home else None,
    )


def _cell(row: _Row, headings: Sequence[str]) -> str:
    return next((row[heading].strip() for heading in headings if heading in row), "")


def _whole(row: _Row) -> None:
    if row.lost:
        raise ValueError(_("A number in this line has lost its last digits. Enter it as text."))


def _once(row: _Row, seen: dict[tuple[str, str], int]) -> None:
    """Refuse a number that stands further up, by the line: nobody is registered with it yet."""
    phone, identity = rules.phone_number(_cell(row, PHONE)), rules.plain(_cell(row, IDENTITY))
    for heading, number in ((PHONE[0], phone), (IDENTITY[0], identity)):
        above = seen.setdefault((heading, number), row.line) if number else row.line
        if above != row.line:
            raise ValueError(
                _("The number in the column %(heading)s is the same as in line %(line)s.")
                % {"heading": heading, "line": above}
            )


def _standing(said: str) -> str:
    """Return what a political status means here; the value itself is never repeated."""
    plain = "".join(said.split()).translate(_BRACKETS).lower()
    for standing, names in (("full", _FULL), ("probationary", _PROBATIONARY), ("none", _NONE)):
        if plain in names:
            return standing
    raise ValueError(
        _(
            "What stands in the column %(heading)s is not understood. Write 中共党员, "
            "中共预备党员, 共青团员, 民主党派, 无党派 or 群众, or leave it empty."
        )
        % {"heading": STANDING[0]}
    )


def _known(ids: Mapping[str, UUID], name: str, heading: str) -> UUID | None:
    if not name:
        return None
    if name not in ids:
        raise ValueError(
            _("“%(name)s” in the column %(heading)s is not registered. Register it first.")
            % {"name": name, "heading": heading}
        )
    return ids[name]


def _ids(kind: type[Organisation] | type[PartyOrganisation]) -> dict[str, UUID]:
    found = {one.name: one.pk for one in kind.objects.all()}
    if kind is Organisation:
        short = Organisation.objects.exclude(short_name="")
        found = {one.short_name: one.pk for one in short} | found
    return found
