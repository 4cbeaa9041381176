"""Figures of other authorities: stated with their source, corrected by a later statement."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import NotFound, Refused
from xiachen.base.owned.appending import append, superseding
from xiachen.command.models import DeclaredFigure
from xiachen.command.queries import house
from xiachen.figures.units import UnknownUnit, unit, unit_named
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope


class AlreadyDeclared(Refused):
    """The same name, place and as-of has been declared before."""

    code = "command.already-declared"
    message = _(
        "“%(name)s” has been declared for this place and time already. Correct that one, so that "
        "bulletins show the change."
    )


class UnitUnknown(Refused):
    """A unit that no figure counts in."""

    code = "command.unit-unknown"
    message = _("“%(unit)s” is not a unit that can be printed. Use one such as 人, 例 or 户.")
    status = 422


class SourceMissing(Refused):
    """A figure that nobody answers for."""

    code = "command.source-missing"
    message = _("A declared figure needs the authority that says so.")
    status = 422


class AlreadyCorrected(Refused):
    """Another statement stands in its place."""

    code = "command.already-corrected"
    message = _("This figure was corrected meanwhile. Look at the one that stands in its place.")


@transaction.atomic
def declare_figure(
    scope: Scope,
    *,
    division: int,
    name: str,
    value: Decimal | int,
    unit: str,
    source: str,
    as_of: datetime,
    at: datetime,
    document_number: str = "",
    story: bool = False,
) -> DeclaredFigure:
    """
    Record a figure that another authority states, or a story; it is never computed with.

    :param unit: code or Chinese name of a unit, such as "case" or 例
    :param story: the figure comes from the story of an exercise
    :raises AlreadyDeclared: the name stands for this place and as-of
    """
    scope.require(Can.PUBLISH)
    house.narrowed(scope, division)
    if scope.incident is None:
        raise NotFound()
    if not source.strip():
        raise SourceMissing(field="source")
    made = DeclaredFigure(
        incident_id=scope.incident,
        division=division,
        name=name.strip(),
        value=value,
        unit=_unit_code(unit),
        source=source.strip(),
        document_number=document_number.strip(),
        as_of=as_of,
        story=story,
        occurred_at=as_of,
        received_at=at,
        recorded_by=scope.account,
    )
    last = _last_of(made)
    if last is not None and not last.void:
        raise AlreadyDeclared(field="name", name=made.name)
    made.reverses = last
    _append(made)
    audit.record(scope, "command.declare-figure", targets=[made.pk])
    return made


@transaction.atomic
def correct_declared_figure(
    scope: Scope,
    *,
    declared: DeclaredFigure,
    value: Decimal | int | None,
    at: datetime,
    reason: str,
) -> DeclaredFigure:
    """
    Replace a declared figure by another value, or by nothing; both statements stay on record.

    :param value: None takes the figure back
    :raises AlreadyCorrected: something else stands in its place
    """
    scope.require(Can.PUBLISH)
    house.narrowed(scope, declared.division)
    if declared.incident_id != scope.incident:
        raise NotFound()
    made = superseding(
        declared,
        by=scope.account,
        at=at,
        void=value is None,
        value=declared.value if value is None else value,
    )
    if not append([made]):
        raise AlreadyCorrected()
    audit.record(
        scope,
        "command.correct-declared-figure",
        targets=[made.pk, declared.pk],
        reason=reason.strip()[:200],
    )
    return made


def _append(made: DeclaredFigure) -> None:
    """Write the statement; one that came first meanwhile makes it a second one."""
    if not append([made]):
        raise AlreadyDeclared(field="name", name=made.name)


def _last_of(made: DeclaredFigure) -> DeclaredFigure | None:
    later = DeclaredFigure.objects.filter(reverses=OuterRef("pk"))
    return DeclaredFigure.objects.filter(
        ~Exists(later),
        incident_id=made.incident_id,
        division=made.division,
        name=made.name,
        as_of=made.as_of,
    ).first()


def _unit_code(text: str) -> str:
    for find in (unit, unit_named):
        try:
            return find(text).code
        except UnknownUnit:
            continue
    raise UnitUnknown(field="unit", unit=text)
