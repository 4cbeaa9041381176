"""A sheet on its way in: sent, its columns confirmed, mended, given up."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice
from typing import IO, Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from xiachen.base import queue
from xiachen.base.errors import Invalid, NotFound, Refused
from xiachen.papers.intake import Intake, Setting
from xiachen.papers.models.drafts import KEYRING, Draft, DraftPart, State
from xiachen.papers.models.matchings import Matching, heading_key, key_of
from xiachen.papers.queries import drafts as queries
from xiachen.papers.reading import Row, Sheet, read
from xiachen.papers.rules.lines import DraftRow, missing, repeated
from xiachen.papers.rules.matching import is_recognised, known_headings
from xiachen.papers.rules.values import Misread, understood
from xiachen.privacy import audit
from xiachen.privacy.classes import DataClass
from xiachen.privacy.keyring.store import KeyMissing
from xiachen.privacy.keyring.vault import vault
from xiachen.privacy.scope import Scope

KEPT_FOR = timedelta(hours=24)
ROWS_IN_PART = 500
# So many lines are checked and entered while the person waits for the page.
AT_ONCE = 2_000
_WORK = "site.jobs.work_on_draft"
_SAMPLES = 3
_LEFT_BY_PERSON = "person"


class ColumnMissing(Refused):
    """A needed field has no column."""

    code = "papers.column-missing"
    message = _("Choose the column for %(titles)s; without it the sheet cannot be entered.")
    status = 422


class ColumnTwice(Refused):
    """Several columns are given to one field."""

    code = "papers.column-twice"
    message = _("Only one column can be %(titles)s. Set the others to “not used”.")
    status = 422


class FirstLineUnclear(Refused):
    """No heading is known, and nobody has said whether the first line is one."""

    code = "papers.first-line-unclear"
    message = _("No heading of this sheet is known. Say whether its first line is a row to enter.")
    status = 422


class AtWork(Refused):
    """Background work on the sheet is under way."""

    code = "papers.at-work"
    message = _("This sheet is being worked on. Wait until that is done.")


@transaction.atomic
def begin_draft(
    scope: Scope,
    *,
    intake: Intake,
    file: IO[bytes],
    name: str,
    sheet: str | None,
    setting: Setting,
    grant: UUID,
    at: datetime,
) -> Draft:
    """
    Read a file and keep its rows, sealed, until they are entered or a day has passed.

    :param file: a real file or one in memory that has a descriptor
    :param sheet: which sheet of the file; without it, the one that fits best
    :param grant: from which background work makes the same scope again
    :raises Refused: it cannot be read; see `papers.reading`
    """
    scope.require(intake.can, community=setting.community)
    found = read(file, name=name, sheet=sheet or None, known=known_headings(intake.fields))
    _make_keyring(at)
    made = Draft(
        account=scope.account,
        grant=grant,
        role=scope.role,
        incident=scope.incident,
        second_factor=scope.second_factor,
        language=get_language() or "zh-hans",
        kind=intake.kind,
        digest=_digest(file, found.name),
        community_code=setting.community,
        asked=dict(setting.values),
        total=len(found.rows),
        left_out=[[number, why.value] for number, why in found.left_out],
        begun_at=at,
        expires_at=at + KEPT_FOR,
    )
    made.seal(_about(found, name, recognised=is_recognised(intake.fields, found.headings)))
    made.save(force_insert=True)
    DraftPart.objects.bulk_create(_parts(made, found.rows))
    audit.record(
        scope,
        "papers.begin-draft",
        community=setting.community,
        targets=[made.pk],
        reason=intake.kind,
    )
    return made


@transaction.atomic
def confirm_columns(
    scope: Scope,
    *,
    draft: UUID,
    intake: Intake,
    mapping: Sequence[str],
    same: Mapping[str, str] | None = None,
    first_is_row: bool | None = None,
    at: datetime,
) -> Draft:
    """
    Take the field for each column, as a person has confirmed or changed it.

    It is remembered where a heading was recognised: others may be the first person's data.

    :param same: what every line has in fields that no column of the file is
    :param first_is_row: where no heading was recognised: whether the first line is to be entered
    :raises ColumnMissing, ColumnTwice, FirstLineUnclear: the sheet cannot be entered so
    """
    found = _to_change(scope, draft)
    about = found.about()
    headings = about["headings"]
    titles = {field.name: str(field.title) for field in intake.fields}
    mapping = [name if name in titles else "" for name in mapping][: len(headings)]
    same = {name: text for name, text in _understood(intake, same or {}) if name not in mapping}
    if lacking := missing(intake.fields, [*mapping, *same]):
        raise ColumnMissing(titles=_listed(str(field.title) for field in lacking))
    if twice := repeated(mapping):
        raise ColumnTwice(titles=_listed(titles[name] for name in sorted(twice)))
    if about.get("above") and first_is_row is None:
        raise FirstLineUnclear()
    if about.get("recognised", True):
        _remember(intake, headings, mapping, at)
    elif first_is_row:
        _take_first_lines(found, about)
    found.mapping = mapping
    found.seal(about | {"same": same})
    found.save(update_fields=["mapping", "sealed", "total"])
    audit.record(scope, "papers.confirm-columns", targets=[found.pk], reason=intake.kind)
    return found


@transaction.atomic
def mend_lines(
    scope: Scope,
    *,
    draft: UUID,
    cells: Mapping[int, Mapping[str, str]],
    leaving_out: Iterable[int] = (),
) -> Draft:
    """
    Write other texts into cells, by line and field, and leave lines out.

    What is wrong with the mended lines is told anew by the next check.
    """
    found = _to_change(scope, draft)
    columns = {name: at for at, name in enumerate(found.mapping) if name}
    gone = set(leaving_out)
    touched = gone | set(cells)
    for part in found.parts.order_by("number"):
        rows = part.rows()
        if touched.isdisjoint(row.number for row in rows):
            continue
        kept = [_mended(row, cells.get(row.number, {}), columns) for row in rows]
        part.seal([row for row in kept if row.number not in gone])
        for number in gone:
            part.faults.pop(str(number), None)
        part.save(update_fields=["sealed", "faults"])
        left = [[row.number, _LEFT_BY_PERSON] for row in rows if row.number in gone]
        found.left_out += left
        found.total -= len(left)
    found.save(update_fields=["left_out", "total"])
    audit.record(scope, "papers.mend-lines", targets=[found.pk], reason=found.kind)
    return found


@transaction.atomic
def open_line(scope: Scope, *, draft: UUID, number: int) -> DraftRow:
    """Return a line with its values in clear, to be mended, and note that it was looked at."""
    found = queries.row(scope, draft, number)
    audit.record(scope, "papers.open-line", targets=[draft])
    return found


@transaction.atomic
def put_to_work(
    scope: Scope, *, draft: UUID, state: State, keeps_faulty: bool = False, at: datetime
) -> Draft:
    """
    Have a large sheet checked or entered in the background.

    :param state: CHECKING or ENTERING
    """
    found = _to_change(scope, draft)
    found.state, found.keeps_faulty, found.worked_since, found.failed = state, keeps_faulty, at, ""
    found.save(update_fields=["state", "keeps_faulty", "worked_since", "failed"])
    queue.defer(_WORK, draft=found.pk)
    audit.record(scope, "papers.put-to-work", targets=[found.pk], reason=state)
    return found


@transaction.atomic
def stop_work(scope: Scope, *, draft: UUID, words: str) -> None:
    """Note why background work on a draft was given up, so that the person can go on."""
    found = _locked(scope, draft)
    if found.is_at_work:
        found.state, found.failed = State.CHECKED, words[:300]
        found.save(update_fields=["state", "failed"])
        audit.record(scope, "papers.stop-work", targets=[found.pk])


@transaction.atomic
def give_up_draft(scope: Scope, *, draft: UUID) -> None:
    """Delete a draft that is not to be entered."""
    found = _to_change(scope, draft)
    audit.record(scope, "papers.give-up-draft", targets=[found.pk], reason=found.kind)
    found.delete()


@transaction.atomic
def expire_drafts(scope: Scope, *, at: datetime) -> int:
    """Delete the drafts whose day has passed, and return how many."""
    old = list(Draft.objects.filter(expires_at__lte=at).values_list("pk", flat=True))
    if old:
        Draft.objects.filter(pk__in=old).delete()
        audit.record(scope, "papers.expire-drafts", targets=old)
    return len(old)


def _to_change(scope: Scope, draft: UUID) -> Draft:
    """Return a draft to be changed; others who change it wait."""
    found = _locked(scope, draft)
    if found.is_at_work:
        raise AtWork()
    return found


def _locked(scope: Scope, draft: UUID) -> Draft:
    found = queries.drafts(scope).select_for_update().filter(pk=draft).first()
    if found is None:
        raise NotFound()
    return found


def _mended(row: Row, texts: Mapping[str, str], columns: Mapping[str, int]) -> Row:
    changed = {columns[name]: text for name, text in texts.items() if name in columns}
    if not changed:
        return row
    cells = [changed.get(at, cell) for at, cell in enumerate(row.cells)]
    return Row(row.number, cells, [at for at in row.lost if at not in changed])


def _parts(made: Draft, rows: Sequence[Row]) -> Iterator[DraftPart]:
    waiting = iter(rows)
    number = 0
    while some := list(islice(waiting, ROWS_IN_PART)):
        part = DraftPart(draft=made, number=number)
        part.seal(some)
        yield part
        number += 1


def _remember(
    intake: Intake, headings: Sequence[str], mapping: Sequence[str], at: datetime
) -> None:
    fields = {
        heading_key(heading): name for heading, name in zip(headings, mapping, strict=True) if name
    }
    Matching.objects.update_or_create(
        kind=intake.kind,
        headings=key_of(headings),
        defaults={"fields": fields, "confirmed_at": at},
    )


def _take_first_lines(found: Draft, about: dict[str, Any]) -> None:
    """Make rows of what was taken for headings; the columns are called by their letters then."""
    above = [Row(*row) for row in about.pop("above", ())]
    if above:
        part = found.parts.order_by("number")[0]
        part.seal([*above, *part.rows()])
        part.save(update_fields=["sealed"])
        found.total += len(above)
        about["headings"] = about["letters"]
        about["samples"] = [*(list(row.cells) for row in above), *about["samples"]][:_SAMPLES]


def _about(found: Sheet, name: str, *, recognised: bool) -> dict[str, object]:
    above = () if recognised else found.above
    return {
        "recognised": recognised,
        "above": [[row.number, list(row.cells), list(row.lost)] for row in above],
        "letters": list(found.letters),
        "file": name,
        "sheet": found.name,
        "sheets": list(found.sheets),
        "headings": list(found.headings),
        "samples": [list(row.cells) for row in found.rows[:_SAMPLES]],
    }


def _digest(file: IO[bytes], sheet: str) -> str:
    file.seek(0)
    digest = sha256()
    while block := file.read(1 << 20):
        digest.update(block)
    digest.update(json.dumps(sheet).encode())
    return digest.hexdigest()


def _understood(intake: Intake, same: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what every line has, in its one form."""
    for field in intake.fields:
        try:
            text = understood(field.content, same.get(field.name, ""))
        except Misread as misread:
            raise Invalid(field=f"same-{field.name}", reason=misread.words) from None
        if text:
            yield field.name, text


def _listed(titles: Iterable[str]) -> str:
    return "、".join(titles)


def _make_keyring(at: datetime) -> None:
    """The first draft of an installation makes the keyring; a lost one is never replaced."""
    try:
        vault().keyring(KEYRING, DataClass.REGISTER)
    except KeyMissing:
        vault().create(KEYRING, at=at)
