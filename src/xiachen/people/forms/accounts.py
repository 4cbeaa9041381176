"""What is asked about accounts and grants; the rules themselves are in the operations."""

from datetime import date

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from xiachen.people.forms.units import units
from xiachen.privacy.doors import Day
from xiachen.privacy.scope import ROLE_NAMES, Role, Scope


class AccountForm(forms.Form):
    """A new account."""

    username = forms.CharField(
        label=_("sign-in name"), max_length=40, help_text=_("2 to 40 letters, digits or . @ + - _")
    )
    password = forms.CharField(
        label=_("first password"),
        help_text=_("At least 10 characters that are hard to guess; the person changes it."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    member = forms.UUIDField(
        label=_("person's id"),
        required=False,
        help_text=_("From the address of the person's page; needed for roles of one person."),
    )
    email = forms.EmailField(label=_("mail"), required=False)
    language = forms.ChoiceField(label=_("language"), choices=settings.LANGUAGES)


class GrantForm(forms.Form):
    """A role, and the one thing that it reaches."""

    role = forms.ChoiceField(
        label=_("role"),
        choices=[(one.value, ROLE_NAMES[one]) for one in Role if one is not Role.SYSTEM],
    )
    division = forms.IntegerField(
        label=_("division"),
        required=False,
        help_text=_("For offices and communities: a code of 12 digits; 0 is the whole country."),
    )
    organisation = forms.ChoiceField(
        label=_("organisation"), required=False, help_text=_("For a report-in liaison.")
    )
    team = forms.UUIDField(
        label=_("team"), required=False, help_text=_("For a leader: from the team's page.")
    )
    from_day = forms.DateField(label=_("from"), widget=Day)
    to_day = forms.DateField(label=_("to"), required=False, widget=Day)

    def __init__(self, scope: Scope, day: date, data: object = None) -> None:
        super().__init__(data, initial={"from_day": day})  # type: ignore[arg-type]
        self.fields["organisation"].choices = [("", "—"), *units(scope)]  # type: ignore[attr-defined]
