"""Who signed up for calls, who was selected, who waits, and who was refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiachen.figures.figure import Column, Figure
from xiachen.figures.units import PERSON
from xiachen.mobilisation.models.sign_ups import Decision
from xiachen.mobilisation.queries import decisions
from xiachen.people.queries.members import shown_names
from xiachen.privacy.masking import mask_name
from xiachen.privacy.scope import Scope


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision with what it names."""

    row: Decision
    name: str
    unit: str
    call: str


def present_decisions(scope: Scope, rows: Sequence[Any]) -> list[Decided]:
    """Return decisions with names as the scope may see them, units and calls."""
    found = decisions.with_what_they_name(scope, rows)
    names = shown_names(scope, {row.sign_up.member_id for row in found})
    return [
        Decided(
            row=row,
            name=names.get(row.sign_up.member_id, ""),
            unit=str(row.sign_up.organisation or ""),
            call=row.sign_up.call_up.document.number,
        )
        for row in found
    ]


COLUMNS = (
    Column(heading=pgettext_lazy("person", "name"), cell=lambda one: one.name, mask=mask_name),
    Column(heading=_("organisation"), cell=lambda one: one.unit, tag="#org+name"),
    Column(heading=_("call-up"), cell=lambda one: one.call),
    Column(heading=_("state"), cell=lambda one: one.row.get_state_display()),
    Column(heading=_("decided at"), cell=lambda one: one.row.occurred_at, tag="#date+occurred"),
)

APPLICANTS = Figure(
    code="mobilisation.applicants",
    title=_("Signed up"),
    means=_("People who signed up for a call by the day, each counted once."),
    unit=PERSON,
    rows=decisions.applied,
    columns=COLUMNS,
    present=present_decisions,
    distinct="sign_up__member_id",
)
SELECTED = Figure(
    code="mobilisation.selected",
    title=_("Selected"),
    means=_("People accepted in a call, confirmed or not, each counted once."),
    unit=PERSON,
    rows=decisions.selected,
    columns=COLUMNS,
    present=present_decisions,
    distinct="sign_up__member_id",
    of="mobilisation.applicants",
)
WAITING = Figure(
    code="mobilisation.waiting",
    title=_("On the waiting list"),
    means=_("People on the waiting list of a call, or with a place offered from it."),
    unit=PERSON,
    rows=decisions.waiting,
    columns=COLUMNS,
    present=present_decisions,
    distinct="sign_up__member_id",
)
REFUSED = Figure(
    code="mobilisation.refused",
    title=_("Not accepted"),
    means=_("People who were refused in a call; the reasons stand in the call."),
    unit=PERSON,
    rows=decisions.refused,
    columns=COLUMNS,
    present=present_decisions,
    distinct="sign_up__member_id",
)

FIGURES = (APPLICANTS, SELECTED, WAITING, REFUSED)
