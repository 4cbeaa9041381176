"""Units and party organisations, entered by the offices or by a unit above."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Forbidden, Invalid, NotFound, Refused
from xiachen.people.models.units import (
    Organisation,
    OrganisationLevel,
    PartyOrganisation,
    PartyOrganisationKind,
)
from xiachen.places.models import Community
from xiachen.places.rules.codes import NotADivisionCode, level_of
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Role, Scope


class UnitExists(Refused):
    """A unit of that name is registered."""

    code = "people.unit-exists"
    message = _("There is a unit “%(name)s” already. Open it, or tell the two apart by their name.")


class PartyOrganisationExists(Refused):
    """The superior has a party organisation of that name."""

    code = "people.party-organisation-exists"
    message = _(
        "There is a party organisation “%(name)s” under the same superior already. "
        "Open it, or give this one another name."
    )


class TemporaryBranchIsFormed(Refused):
    """A temporary branch has members and an approval; it is not merely registered."""

    code = "people.temporary-branch-is-formed"
    message = _("A temporary branch is formed with its members, its secretary and an approval.")


@transaction.atomic
def register_organisation(
    scope: Scope,
    *,
    name: str,
    short_name: str = "",
    level: str,
    division: int,
    parent: UUID | None = None,
    contact_community: int | None = None,
) -> Organisation:
    """
    Enter a unit; its division, or a unit above it, lies in the scope.

    :raises UnitExists: another has the name
    """
    scope.require(Can.MANAGE_PEOPLE)
    _check_division(division)
    if not (scope.covers(division) or parent in scope.organisations):
        raise Forbidden(field="division")
    if level not in OrganisationLevel.values:
        raise Invalid(field="level", reason=_("there is no such level"))
    if parent is not None and not Organisation.objects.filter(pk=parent).exists():
        raise NotFound(field="parent")
    if contact_community and not Community.objects.filter(pk=contact_community).exists():
        raise NotFound(field="contact_community")
    made = Organisation(
        name=_kept_name(name, Organisation),
        short_name=short_name.strip(),
        level=level,
        division=division,
        parent_id=parent,
        contact_community_id=contact_community,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise UnitExists(field="name", name=made.name) from None
    audit.record(scope, "people.register-organisation", targets=[made.pk])
    return made


@transaction.atomic
def register_party_organisation(
    scope: Scope,
    *,
    name: str,
    kind: str = "committee",
    organisation: UUID | None = None,
    parent: UUID | None = None,
) -> PartyOrganisation:
    """
    Enter a committee or a branch; temporary branches are formed by `branches.form_branch`.

    :raises PartyOrganisationExists: the superior has another of the name
    """
    scope.require(Can.MANAGE_PEOPLE)
    if kind == PartyOrganisationKind.TEMPORARY:
        raise TemporaryBranchIsFormed(field="kind")
    if kind not in PartyOrganisationKind.values:
        raise Invalid(field="kind", reason=_("there is no such kind"))
    _check_unit(scope, organisation)
    if parent is not None:
        _check_superior(parent)
    made = PartyOrganisation(
        name=_kept_name(name, PartyOrganisation),
        kind=kind,
        organisation_id=organisation,
        parent_id=parent,
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise PartyOrganisationExists(field="name", name=made.name) from None
    audit.record(scope, "people.register-party-organisation", targets=[made.pk])
    return made


def _check_division(division: int) -> None:
    try:
        level_of(division)
    except NotADivisionCode:
        raise Invalid(
            field="division", reason=_("a division has a code of twelve digits")
        ) from None


def _check_unit(scope: Scope, organisation: UUID | None) -> None:
    """A unit's own office, or an office above the unit, enters its party organisations."""
    if organisation is None:
        if scope.role is Role.LIAISON:
            raise Forbidden(field="organisation")
        return
    unit = Organisation.objects.filter(pk=organisation).first()
    if unit is None:
        raise NotFound(field="organisation")
    if not (unit.pk in scope.organisations or scope.covers(unit.division)):
        raise Forbidden(field="organisation")


def _check_superior(parent: UUID) -> None:
    above = PartyOrganisation.objects.filter(pk=parent)
    if not above.exclude(kind=PartyOrganisationKind.TEMPORARY).exists():
        raise NotFound(field="parent")


def _kept_name(name: str, model: type[Organisation] | type[PartyOrganisation]) -> str:
    kept = " ".join(name.split())
    longest = model._meta.get_field("name").max_length or 0
    if not kept:
        raise Invalid(field="name", reason=_("the name is missing"))
    if len(kept) > longest:
        raise Invalid(field="name", reason=_("the name is too long"))
    return kept
