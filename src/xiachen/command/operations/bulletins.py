"""Issuing a bulletin: the marks are taken, then every figure is read as of them and frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from xiachen.base import clock
from xiachen.base.errors import Refused
from xiachen.base.models import Counter
from xiachen.base.owned.models import CENTRE
from xiachen.command.models import Bulletin, FrozenFigure
from xiachen.command.queries import bulletins, house, rows
from xiachen.command.queries.bulletins import DECLARED
from xiachen.command.rules.template import DAILY, figures_of, groups_of
from xiachen.command.rules.wording import Stated
from xiachen.figures.figure import Cutoff
from xiachen.figures.units import unit
from xiachen.privacy import audit
from xiachen.privacy.models import AuditSeal
from xiachen.privacy.scope import Can, Scope


class NothingHasChanged(Refused):
    """The records say what the latest revision says."""

    code = "command.nothing-has-changed"
    message = _(
        "Nothing has changed since revision %(revision)s of this bulletin: there is nothing to "
        "revise."
    )


class ReasonMissing(Refused):
    """A revision without a word on why."""

    code = "command.reason-missing"
    message = _(
        "Revision %(revision)s stands already. Say in a few words why it is issued anew; the "
        "reason is printed with the difference."
    )
    status = 422


class DayNotBegun(Refused):
    """A bulletin about a time that has not come."""

    code = "command.not-yet"
    message = _(
        "It is %(now)s: a bulletin cannot speak of a later time. Choose an earlier day or hour."
    )
    status = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frozen:
    """A figure about to be kept; `rows` where marks alone would not open it again."""

    stated: Stated
    rows: list[str] | None = None
    source: str = ""


@transaction.atomic
def issue_bulletin(
    scope: Scope,
    *,
    division: int,
    day: date,
    at: datetime,
    occurred_until: datetime | None = None,
    reason: str = "",
) -> Bulletin:
    """
    Freeze the day's figures of a division or community as the next revision of its bulletin.

    :param occurred_until: what happened later is left out; by default what the former revision
        counted up to, of a first one the end of the day, or now
    :param reason: required from the second revision on
    :raises NothingHasChanged: no figure, share or community differs from the latest revision
    :raises ReasonMissing: a revision without a reason
    :raises DayNotBegun: the day or the cut-off lies ahead
    """
    scope.require(Can.PUBLISH)
    inner = house.narrowed(scope, division)
    over = house.day_so_far(scope, day)
    _one_at_a_time(over, division)
    earlier = bulletins.revisions_of(scope, division=division, cutoff=over).first()
    former = earlier.occurred_until if earlier else min(over.occurred_until, at)
    until = occurred_until or former
    _refuse_the_future(day, until, at)
    cutoff = Cutoff(
        incident=over.incident,
        day=day,
        occurred_until=min(until, over.occurred_until),
        marks=_marks(inner),
    )
    frozen = _freeze(inner, cutoff, earlier) | _declared(scope, division, cutoff)
    made = _revision(inner, cutoff, division, earlier, at)
    made.reason = reason.strip()[:200]
    if earlier is not None:
        _refuse_sameness(earlier, made, frozen)
    _keep(made, frozen)
    audit.record(
        scope,
        "command.issue-bulletin",
        community=division if house.communities(inner, [division]) else None,
        targets=[made.pk],
        reason=made.reason,
    )
    return made


def _revision(
    inner: Scope, cutoff: Cutoff, division: int, earlier: Bulletin | None, at: datetime
) -> Bulletin:
    expected, heard = house.heard(inner, cutoff=cutoff)
    return Bulletin(
        incident_id=cutoff.incident,
        division=division,
        day=cutoff.day,
        revision=earlier.revision + 1 if earlier else 1,
        occurred_until=cutoff.occurred_until,
        received_until=at,
        marks={str(community): mark for community, mark in (cutoff.marks or {}).items()},
        completeness={"expected": expected, "heard": heard},
        audit_head=_audit_head(),
        issued_by=inner.account,
        issued_at=at,
    )


def _refuse_the_future(day: date, until: datetime, at: datetime) -> None:
    if day > clock.local_day(at) or until > at:
        now = at.astimezone(clock.local_zone())
        field = "day" if day > clock.local_day(at) else "occurred_until"
        raise DayNotBegun(field=field, now=f"{now:%Y-%m-%d %H:%M}")


def _one_at_a_time(cutoff: Cutoff, division: int) -> None:
    """Let a second issue of the same bulletin wait, so that it compares with the first."""
    key = f"command.issue-bulletin:{cutoff.incident}:{division}:{cutoff.day}"
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def _marks(inner: Scope) -> dict[int, int]:
    """
    Return the sequence number that each community and the centre has reached, in one statement.

    Whoever is about to commit holds its community's counter: what is not yet visible here gets a
    higher number than the mark, and can never slip in below it.
    """
    reached = Counter.objects.filter(inner.within("community_id")) | Counter.objects.filter(
        community_id=CENTRE
    )
    return {CENTRE: 0} | dict(reached.values_list("community_id", "value"))


def _freeze(inner: Scope, cutoff: Cutoff, earlier: Bulletin | None) -> dict[str, _Frozen]:
    former = {row.figure: row for row in earlier.figures.all()} if earlier else {}
    frozen = {}
    all_stated = house.stated(
        inner, cutoff=cutoff, codes=figures_of(DAILY), groups=groups_of(DAILY)
    )
    for code, stated in all_stated.items():
        kept = _rows(inner, code, cutoff)
        if kept is not None and not _added_up(code):
            # Registers are read once: the number and the rows behind it are the same reading.
            stated = replace(stated, value=len(kept))
        # Of another period the two numbers count different things: nothing is late in it.
        if earlier is not None and code in former and _same_period(earlier, cutoff):
            late, taken_back = _moved(inner, code, cutoff, earlier, former[code], stated, kept)
            stated = replace(stated, late=late, taken_back=taken_back)
        frozen[code] = _Frozen(stated=stated, rows=kept)
    return frozen


def _rows(inner: Scope, code: str, cutoff: Cutoff) -> list[str] | None:
    if not rows.read_from_registers(inner, code, cutoff):
        return None
    opened = house.figure(code).opened(inner, cutoff)
    return [str(key) for key in opened.values_list("pk", flat=True)]


def _added_up(code: str) -> bool:
    """Tell whether a figure's number is not that of its rows."""
    found = house.figure(code)
    return bool(found.total_of or found.measured)


def _moved(
    inner: Scope,
    code: str,
    cutoff: Cutoff,
    earlier: Bulletin,
    former: FrozenFigure,
    stated: Stated,
    kept: list[str] | None,
) -> tuple[int, int]:
    """Return what has come and gone since the former revision, in the figure's unit."""
    if house.figure(code).measured:
        return 0, 0  # the highest or the mean of many: nothing is added to it
    if house.figure(code).total_of:
        more = int(stated.value) - int(former.value)
        return max(more, 0), max(-more, 0)
    return _late(inner, code, cutoff, earlier, former, kept)


def _late(
    inner: Scope,
    code: str,
    cutoff: Cutoff,
    earlier: Bulletin,
    former: FrozenFigure,
    kept: list[str] | None,
) -> tuple[int, int]:
    """Count what has come and gone since the former revision, which spoke of the same time."""
    if former.rows is None and earlier.cutoff.marks == cutoff.marks:
        return 0, 0  # no fact was received meanwhile
    if former.rows is not None:
        then, today = set(former.rows), set(kept or ())
        return len(today - then), len(then - today)
    found = house.figure(code)
    key = found.distinct or "pk"
    both = (cutoff, earlier.cutoff)
    counted = [found.rows(inner, one).order_by().values_list(key) for one in both]
    return _but(counted[0], counted[1]), _but(counted[1], counted[0])


def _same_period(earlier: Bulletin, cutoff: Cutoff) -> bool:
    return earlier.occurred_until == cutoff.occurred_until


def _but(some: Any, others: Any) -> int:
    return int(some.difference(others).count())


def _declared(scope: Scope, division: int, cutoff: Cutoff) -> dict[str, _Frozen]:
    return {
        f"{DECLARED}{one.pk}": _Frozen(
            stated=Stated(value=one.value, unit=unit(one.unit)), source=one.source
        )
        for one in bulletins.declared_figures(scope, division=division, cutoff=cutoff)
    }


def _audit_head() -> str:
    """Return the head of the audit's chain, for whoever will want to prove a later change."""
    last = AuditSeal.objects.order_by("-number").first()
    return last.head if last else ""


def _refuse_sameness(earlier: Bulletin, made: Bulletin, frozen: Mapping[str, _Frozen]) -> None:
    said = {row.figure: (row.value, row.of, row.beside) for row in earlier.figures.all()}
    says = {
        code: (one.stated.value, one.stated.of, one.stated.beside) for code, one in frozen.items()
    }
    moved = any(one.stated.late or one.stated.taken_back for one in frozen.values())
    complete = earlier.completeness == made.completeness
    if said == says and not moved and complete and earlier.occurred_until == made.occurred_until:
        raise NothingHasChanged(revision=earlier.revision)
    if not made.reason:
        raise ReasonMissing(field="reason", revision=earlier.revision)


def _keep(made: Bulletin, frozen: Mapping[str, _Frozen]) -> None:
    made.save(force_insert=True)
    FrozenFigure.objects.bulk_create(
        FrozenFigure(
            bulletin=made,
            figure=code,
            position=position,
            value=one.stated.value,
            unit=one.stated.unit.code,
            of=one.stated.of,
            beside=one.stated.beside,
            late=one.stated.late,
            taken_back=one.stated.taken_back,
            groups=one.stated.groups,
            rows=one.rows,
            source=one.source,
        )
        for position, (code, one) in enumerate(frozen.items())
    )
