"""Checking and entering a sheet through the one operation of its intake."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import IO
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import NotFound, Refused
from xiachen.papers.intake import Intake, Line, LineOutcome, Setting
from xiachen.papers.models.drafts import Draft, DraftPart, State
from xiachen.papers.operations.drafts import ColumnMissing
from xiachen.papers.queries import drafts as queries
from xiachen.papers.reading import read
from xiachen.papers.rules.lines import Found, Read, lines_of, missing
from xiachen.papers.rules.matching import Sureness, known_headings, match
from xiachen.privacy import audit
from xiachen.privacy.scope import Scope

# What is proposed to a person, and not taken without one.
_UNSURE = frozenset({Sureness.ASKED, Sureness.NEAR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """
    What came of a file; with any fault nothing was entered, unless the good lines were wanted.

    :param faults: line, heading of the cell (empty for the whole line) and words
    """

    new: int
    changed: int
    already: int
    faults: Sequence[tuple[int, str, str]]


class ColumnsUnclear(Refused):
    """Columns that could be a field, where nobody can be asked."""

    code = "papers.columns-unclear"
    message = _(
        "It is not certain what these columns are: %(headings)s. Name them as the documents say, "
        "or send the file on the page for sheets, where you confirm them."
    )
    status = 422


class _TakeBack(Exception):
    """Takes back what was tried."""


@transaction.atomic
def check_draft(scope: Scope, *, draft: UUID, intake: Intake, at: datetime) -> Draft:
    """
    Find out what entering would do: it is tried and taken back.

    :raises NotFound: no such draft of this account
    """
    found, parts = _locked(scope, draft)
    scope.require(intake.can, community=found.community_code)
    outcomes = _tried(scope, found, parts, intake, at, keeping=False)
    _note(found, parts, outcomes)
    audit.record(scope, "papers.check-draft", targets=[found.pk], reason=found.kind)
    return found


@transaction.atomic
def enter_draft(
    scope: Scope, *, draft: UUID, intake: Intake, keeps_faulty: bool = False, at: datetime
) -> Draft:
    """
    Enter the lines of a draft: all of them or none, else the good ones with the others kept.

    The draft is done with once no line is left. With faults and without `keeps_faulty` nothing is
    entered, and the draft tells what is wrong.

    :param keeps_faulty: enter the good lines, and keep the faulty ones to be mended
    """
    found, parts = _locked(scope, draft)
    if found.state == State.ENTERED:
        return found  # asked twice at once
    scope.require(intake.can, community=found.community_code)
    outcomes = _tried(scope, found, parts, intake, at, keeping=True, despite_faults=keeps_faulty)
    _note(found, parts, outcomes)
    if found.faulty == 0 or keeps_faulty:
        _count_as_entered(found)
        _drop_good(found, parts)
    audit.record(
        scope,
        "papers.enter-draft",
        community=found.community_code,
        targets=[found.pk],
        reason=found.kind,
    )
    return found


@transaction.atomic
def enter_file(
    scope: Scope,
    *,
    intake: Intake,
    file: IO[bytes],
    name: str,
    setting: Setting | None = None,
    keeps_good: bool = False,
    at: datetime,
) -> Entered:
    """
    Enter all lines of a file, or none, with the columns that are certain by their headings.

    For doors where nobody can be asked, such as the command line.

    :param keeps_good: enter the good lines even if others are faulty
    :raises ColumnsUnclear: a column could be a field, but is not certain
    :raises ColumnMissing: a needed column is not there
    :raises Refused: the file cannot be read
    """
    setting = setting or Setting()
    scope.require(intake.can, community=setting.community)
    sheet = read(file, name=name, known=known_headings(intake.fields))
    matches = match(intake.fields, sheet.headings)
    if unclear := [one.heading for one in matches if one.sureness in _UNSURE]:
        raise ColumnsUnclear(headings="、".join(unclear))
    mapping = [one.field for one in matches]
    if lacking := missing(intake.fields, mapping):
        raise ColumnMissing(titles="、".join(str(field.title) for field in lacking))
    file.seek(0)
    digest = sha256(file.read()).hexdigest()
    outcomes: list[LineOutcome] = []
    try:
        with transaction.atomic():
            outcomes = _outcomes(scope, intake, setting, Read(mapping, sheet.rows, digest), at)
            if any(one.faults for one in outcomes) and not keeps_good:
                raise _TakeBack
    except _TakeBack:
        pass
    headings = dict(zip(mapping, sheet.headings, strict=True))
    return Entered(
        new=sum(one.new for one in outcomes),
        changed=sum(one.changed for one in outcomes),
        already=sum(not (one.new or one.changed or one.faults) for one in outcomes),
        faults=[
            (one.number, headings.get(fault.field, "") if fault.field else "", fault.words)
            for one in outcomes
            for fault in one.faults
        ],
    )


def _locked(scope: Scope, draft: UUID) -> tuple[Draft, list[DraftPart]]:
    found = queries.drafts(scope).select_for_update().filter(pk=draft).first()
    if found is None:
        raise NotFound()
    return found, list(found.parts.order_by("number"))


def _tried(
    scope: Scope,
    found: Draft,
    parts: Sequence[DraftPart],
    intake: Intake,
    at: datetime,
    *,
    keeping: bool,
    despite_faults: bool = False,
) -> list[LineOutcome]:
    """Enter all rows; what was entered stays only where it is to be kept."""
    rows = [row for part in parts for row in part.rows()]
    read_in = Read(found.mapping, rows, found.digest, found.about().get("same", {}))
    outcomes: list[LineOutcome] = []
    try:
        with transaction.atomic():
            outcomes = _outcomes(scope, intake, found.setting, read_in, at)
            faulty = any(one.faults for one in outcomes)
            if not keeping or (faulty and not despite_faults):
                raise _TakeBack
    except _TakeBack:
        pass
    return outcomes


def _outcomes(
    scope: Scope,
    intake: Intake,
    setting: Setting,
    read_in: Read,
    at: datetime,
) -> list[LineOutcome]:
    """Return an outcome for each row; rows that cannot be understood never reach the intake."""
    lines, faults = lines_of(intake.fields, read_in)
    understood: list[Line] = [line for line in lines if line.number not in faults]
    answers = {one.number: one for one in intake.enter(scope, setting, understood, at)}
    return [
        LineOutcome(number=line.number, faults=tuple(faults[line.number]))
        if line.number in faults
        else answers[line.number]
        for line in lines
    ]


def _note(found: Draft, parts: Sequence[DraftPart], outcomes: Sequence[LineOutcome]) -> None:
    """Keep what the outcomes say: how many of which kind, and what is wrong where."""
    said = {
        one.number: [[fault.field, fault.words] for fault in one.faults]
        for one in outcomes
        if one.faults
    }
    found.total, found.faulty = len(outcomes), len(said)
    found.new = sum(one.new and not one.faults for one in outcomes)
    found.changed = sum(one.changed and not one.faults for one in outcomes)
    found.already = found.total - found.faulty - found.new - found.changed
    found.state, found.failed = State.CHECKED, ""
    found.save()
    good = {one.number: Found(_what(one), one.understood) for one in outcomes if not one.faults}
    for part in parts:
        rows = part.rows()
        part.faults = {str(row.number): said[row.number] for row in rows if row.number in said}
        part.seal(rows, good)
        part.save(update_fields=["faults", "sealed"])


def _what(outcome: LineOutcome) -> str:
    return "new" if outcome.new else "changed" if outcome.changed else "already"


def _count_as_entered(found: Draft) -> None:
    found.entered_new += found.new
    found.entered_changed += found.changed
    found.entered_already += found.already
    found.total, found.new, found.changed, found.already = found.faulty, 0, 0, 0
    if found.faulty == 0:
        found.state = State.ENTERED
        # Nothing of the people stays but what was entered.
        found.seal({"file": "", "sheet": "", "sheets": [], "headings": [], "samples": []})
    found.save()


def _drop_good(found: Draft, parts: Sequence[DraftPart]) -> None:
    for part in parts:
        if not part.faults:
            part.delete()
            continue
        part.seal([row for row in part.rows() if str(row.number) in part.faults])
        part.save(update_fields=["sealed"])
