"""
The figures that command itself declares: supervision items issued, answered and overdue.

They stand among the queries, because the house that reads the figures of all areas does.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from xiachen.base import clock
from xiachen.command.models import SupervisionStep, SupervisionStepKind
from xiachen.figures.figure import Column, Cutoff, Figure
from xiachen.figures.units import MATTER
from xiachen.privacy.scope import Can, Scope

Steps = QuerySet[SupervisionStep]


def issued(scope: Scope, cutoff: Cutoff) -> Steps:
    """Return what was asked of units, teams, people and communities of the scope's places."""
    if scope.incident != cutoff.incident or not scope.allows(Can.SEE_FIGURES):
        return SupervisionStep.objects.none()
    rows = SupervisionStep.objects.standing(cutoff.marks).filter(
        scope.within("supervision__division"),
        supervision__incident=cutoff.incident,
        step=SupervisionStepKind.ISSUED,
        occurred_at__lte=cutoff.occurred_until,
    )
    return rows.filter(~Exists(_later(cutoff, SupervisionStepKind.WITHDRAWN)))


def answered(scope: Scope, cutoff: Cutoff) -> Steps:
    """Return the items that were answered by the cut-off, and not sent back since."""
    return issued(scope, cutoff).filter(Exists(_standing_answer(cutoff)))


def unanswered(scope: Scope, cutoff: Cutoff) -> Steps:
    """Return the items that waited for an answer at the cut-off, a first one or another."""
    return issued(scope, cutoff).filter(~Exists(_standing_answer(cutoff)))


def overdue(scope: Scope, cutoff: Cutoff) -> Steps:
    """Return the items whose term had passed at the cut-off without an answer."""
    return unanswered(scope, cutoff).filter(supervision__term__lte=cutoff.occurred_until)


def _standing_answer(cutoff: Cutoff) -> Steps:
    sent_back = _later(cutoff, SupervisionStepKind.SENT_BACK)
    later = sent_back.filter(sequence__gt=OuterRef("sequence"))
    return _later(cutoff, SupervisionStepKind.ANSWERED).filter(~Exists(later))


def _later(cutoff: Cutoff, step: SupervisionStepKind) -> Steps:
    return SupervisionStep.objects.standing(cutoff.marks).filter(
        supervision_id=OuterRef("supervision_id"),
        step=step,
        occurred_at__lte=cutoff.occurred_until,
    )


def _present(scope: Scope, rows: Sequence[SupervisionStep]) -> Sequence[SupervisionStep]:
    found = SupervisionStep.objects.filter(pk__in=[row.pk for row in rows]).select_related(
        "supervision__organisation", "supervision__team", "supervision__asked_community"
    )
    by_id = {row.pk: row for row in found}
    return [by_id[row.pk] for row in rows]


def _asked(row: SupervisionStep) -> object:
    """Return whoever is asked; a person is not named where items are counted."""
    item = row.supervision
    return item.organisation or item.team or item.asked_community or _("a person in charge")


def _at(moment: Any) -> str:
    return f"{moment.astimezone(clock.local_zone()):%Y-%m-%d %H:%M}"


_COLUMNS = (
    Column(heading=_("matter"), cell=lambda row: row.supervision.title, tag="#activity"),
    Column(heading=_("of whom"), cell=_asked, tag="#org+responsible"),
    Column(heading=_("term"), cell=lambda row: _at(row.supervision.term), tag="#date+due"),
)

ISSUED = Figure(
    code="command.supervision-issued",
    title=_("Supervision items"),
    means=_("What offices have asked of units, teams, people and communities, with a term."),
    unit=MATTER,
    rows=issued,
    columns=_COLUMNS,
    present=_present,
    personal=False,
)
ANSWERED = Figure(
    code="command.supervision-answered",
    title=_("Supervision items answered"),
    means=_("Supervision items that whoever was asked has answered."),
    unit=MATTER,
    rows=answered,
    columns=_COLUMNS,
    present=_present,
    of=ISSUED.code,
    missing=unanswered,
    personal=False,
)
OVERDUE = Figure(
    code="command.supervision-overdue",
    title=_("Supervision items overdue"),
    means=_("Supervision items whose term has passed without an answer."),
    unit=MATTER,
    rows=overdue,
    columns=_COLUMNS,
    present=_present,
    personal=False,
)

FIGURES = (ISSUED, ANSWERED, OVERDUE)
