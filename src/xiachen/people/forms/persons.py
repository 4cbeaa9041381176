"""What is asked about people and units; the rules themselves are in the operations."""

from datetime import date
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiachen.base.ids import uuid7
from xiachen.people.models.members import IdentityKind, PartyStanding
from xiachen.people.models.units import OrganisationLevel
from xiachen.people.operations.members import MemberEntry
from xiachen.people.queries.members import members_reached
from xiachen.people.queries.units import organisations_reached, party_organisations_reached
from xiachen.privacy.scope import Scope

Choices = list[tuple[str, str]]


def units(scope: Scope) -> Choices:
    """Return the units of the scope to choose from."""
    return [(str(unit.pk), unit.name) for unit in organisations_reached(scope)]


class Day(forms.DateInput):
    """A day chosen from the browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def phone_field(*, required: bool) -> forms.CharField:
    """Return the field for a mobile number."""
    return forms.CharField(
        label=_("phone"),
        required=required,
        help_text=_("A mobile number of 11 digits; it is kept sealed and shown masked."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )


def identity_field() -> forms.CharField:
    """Return the field for an identity number."""
    return forms.CharField(
        label=_("identity number"),
        required=False,
        help_text=_("18 places from the card; it is kept sealed and shown masked."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class LastDayForm(forms.Form):
    """The day on which something ends; the day belongs to it."""

    last_day = forms.DateField(label=_("last day"), widget=Day)

    def __init__(self, day: date, data: object = None) -> None:
        super().__init__(data, initial={"last_day": day})  # type: ignore[arg-type]


class MemberForm(forms.Form):
    """One person; lists of people come in through a sheet."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(label=pgettext_lazy("person", "name"), max_length=60)
    organisation = forms.ChoiceField(label=_("organisation"), required=False)
    home_community = forms.IntegerField(
        label=_("home community"),
        required=False,
        help_text=_("The community's number, 12 digits, where the person lives."),
    )
    party_standing = forms.ChoiceField(label=_("party standing"), choices=PartyStanding.choices)
    identities = forms.MultipleChoiceField(
        label=_("kinds of person"),
        choices=IdentityKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    phone = phone_field(required=False)
    identity_number = identity_field()

    def __init__(self, scope: Scope, data: object = None) -> None:
        # The id is made with the page, so that a form sent twice enters one person.
        super().__init__(data, initial={"id": uuid7()})  # type: ignore[arg-type]
        self.fields["organisation"].choices = [("", "—"), *units(scope)]  # type: ignore[attr-defined]

    def entry(self) -> MemberEntry:
        """Return what was asked as an entry of a list."""
        given = self.cleaned_data
        return MemberEntry(
            **given
            | {"organisation": UUID(given["organisation"]) if given["organisation"] else None}
        )


class PhoneForm(forms.Form):
    """A corrected phone number."""

    phone = phone_field(required=True)


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


class BranchForm(forms.Form):
    """A temporary branch: approval, members, secretary and deputies."""

    name = forms.CharField(label=_("name"), max_length=80)
    approved_by = forms.ChoiceField(label=_("approved by"))
    approved_on = forms.DateField(label=_("approved on"), widget=Day)
    members = forms.MultipleChoiceField(
        label=_("members"),
        help_text=_("At least three full members; probationary members do not count."),
        widget=forms.CheckboxSelectMultiple,
    )
    secretary = forms.ChoiceField(label=_("secretary"))
    deputies = forms.MultipleChoiceField(
        label=_("deputy secretaries"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, scope: Scope, unit: UUID, day: date, data: object = None) -> None:
        super().__init__(data, initial={"approved_on": day})  # type: ignore[arg-type]
        superiors = party_organisations_reached(scope).filter(kind="committee")
        people = members_reached(scope).filter(organisation_id=unit)
        people = people.exclude(party_standing=PartyStanding.NONE)
        choices = [
            (str(one.pk), f"{one.name} · {one.get_party_standing_display()}") for one in people
        ]
        self.fields["approved_by"].choices = [  # type: ignore[attr-defined]
            (str(one.pk), one.name) for one in superiors
        ]
        for name in ("members", "secretary", "deputies"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]
