"""What is asked about a person; the rules themselves are in the operations."""

from datetime import date
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiachen.base.ids import uuid7
from xiachen.people.forms.days import Choices
from xiachen.people.forms.units import party_organisations, units
from xiachen.people.models.members import IdentityKind, PartyStanding
from xiachen.people.operations.members import MemberEntry
from xiachen.people.queries.members import skills
from xiachen.privacy.doors import Day
from xiachen.privacy.scope import Scope


def skill_choices(scope: Scope) -> Choices:
    """Return the skills to choose from, in the reader's language."""
    return [(one.code, str(one)) for one in skills(scope)]


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
    party_organisation = forms.ChoiceField(
        label=_("party organisation"),
        required=False,
        help_text=_("Where the regular membership is; no temporary branch."),
    )
    identities = forms.MultipleChoiceField(
        label=_("kinds of person"),
        choices=IdentityKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    skills = forms.MultipleChoiceField(
        label=_("skills"), required=False, widget=forms.CheckboxSelectMultiple
    )
    phone = phone_field(required=False)
    identity_number = identity_field()

    def __init__(self, scope: Scope, data: object = None) -> None:
        # The id is made with the page, so that a form sent twice enters one person.
        super().__init__(data, initial={"id": uuid7()})  # type: ignore[arg-type]
        known = skill_choices(scope)
        self._offer("organisation", [("", "—"), *units(scope)])
        self._offer("party_organisation", [("", "—"), *party_organisations(scope)])
        self._offer("skills", known)
        if not known:
            del self.fields["skills"]

    def _offer(self, field: str, choices: Choices) -> None:
        self.fields[field].choices = choices  # type: ignore[attr-defined]

    def entry(self) -> MemberEntry:
        """Return what was asked as an entry of a list."""
        given = dict(self.cleaned_data)
        for name in ("organisation", "party_organisation"):
            given[name] = UUID(given[name]) if given[name] else None
        return MemberEntry(**given)


class PhoneForm(forms.Form):
    """A corrected phone number."""

    phone = phone_field(required=True)


class FitnessForm(forms.Form):
    """Until when somebody is fit for a kind of duty; never why, or why not."""

    duty = forms.CharField(
        label=_("duty"),
        max_length=40,
        help_text=_("Such as night duty or carrying. Never an illness or a reason."),
    )
    fit_until = forms.DateField(label=_("fit until"), widget=Day)

    def __init__(self, day: date, data: object = None) -> None:
        super().__init__(data, initial={"fit_until": day})  # type: ignore[arg-type]


class SkillsForm(forms.Form):
    """What somebody can do."""

    skills = forms.MultipleChoiceField(
        label=_("what this person can do"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, scope: Scope, held: list[str], data: object = None) -> None:
        super().__init__(data, initial={"skills": held})  # type: ignore[arg-type]
        self.fields["skills"].choices = skill_choices(scope)  # type: ignore[attr-defined]


class SkillForm(forms.Form):
    """A skill by which people can be found."""

    name = forms.CharField(label=_("name"), max_length=40)
    name_en = forms.CharField(label=_("name in English"), max_length=40)
    code = forms.SlugField(
        label=_("code"), max_length=40, help_text=_("Small letters and dashes, such as driving.")
    )
