"""What is asked about units and party organisations; the rules themselves are in the operations."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from xiachen.people.forms.days import Choices
from xiachen.people.models.units import OrganisationLevel, PartyOrganisationKind
from xiachen.people.queries.units import organisations_reached, party_organisations_reached
from xiachen.privacy.scope import Scope


def units(scope: Scope) -> Choices:
    """Return the units of the scope to choose from."""
    return [(str(unit.pk), unit.name) for unit in organisations_reached(scope)]


def party_organisations(scope: Scope) -> Choices:
    """Return the regular party organisations of the scope to choose from."""
    rows = party_organisations_reached(scope).exclude(kind=PartyOrganisationKind.TEMPORARY)
    return [(str(one.pk), one.name) for one in rows]


class UnitForm(forms.Form):
    """A unit and where it stands in the tree."""

    name = forms.CharField(label=_("name"), max_length=80)
    short_name = forms.CharField(label=_("short name"), max_length=40, required=False)
    level = forms.ChoiceField(label=_("level"), choices=OrganisationLevel.choices)
    division = forms.IntegerField(
        label=_("division"), help_text=_("The code of the division it belongs to, 12 digits.")
    )
    parent = forms.ChoiceField(label=_("unit above"), required=False)
    contact_community = forms.IntegerField(
        label=_("contact-point community"),
        required=False,
        help_text=_("The number of the community to which the unit reports, 12 digits."),
    )

    def __init__(self, scope: Scope, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.fields["parent"].choices = [("", "—"), *units(scope)]  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """Return what was asked, with ids."""
        return _with_ids(self.cleaned_data, "parent")


class PartyOrganisationForm(forms.Form):
    """A committee or branch, its unit and its superior."""

    name = forms.CharField(label=_("name"), max_length=80)
    kind = forms.ChoiceField(
        label=_("kind"),
        choices=[
            one
            for one in PartyOrganisationKind.choices
            if one[0] != PartyOrganisationKind.TEMPORARY
        ],
        help_text=_("A temporary branch is formed from its unit, with members and an approval."),
    )
    # Through its unit it is found again; the system alone registers one that has none.
    organisation = forms.ChoiceField(label=_("organisation"))
    parent = forms.ChoiceField(label=_("superior party organisation"), required=False)

    def __init__(self, scope: Scope, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.fields["organisation"].choices = units(scope)  # type: ignore[attr-defined]
        self.fields["parent"].choices = [("", "—"), *party_organisations(scope)]  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """Return what was asked, with ids."""
        return _with_ids(self.cleaned_data, "organisation", "parent")


def _with_ids(given: dict[str, Any], *names: str) -> dict[str, Any]:
    return given | {name: UUID(given[name]) if given[name] else None for name in names}
