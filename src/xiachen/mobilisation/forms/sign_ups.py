"""What is asked of somebody who signs up."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiachen.mobilisation.rules.sign_ups import OutsideDays
from xiachen.privacy.doors import Day, explain


class WishesForm(forms.Form):
    """From when, for how long, and a few words."""

    from_day = forms.DateField(label=_("available from"), widget=Day, required=False)
    days = forms.IntegerField(
        label=_("for how many days"),
        min_value=1,
        max_value=400,
        required=False,
        help_text=_("Left empty: for all the days of the call."),
    )
    words = forms.CharField(
        label=_("in own words"),
        max_length=200,
        required=False,
        help_text=_("What you can do, and what should be known; nothing about your health."),
    )


class PhoneForm(forms.Form):
    """The number that a code goes to."""

    phone = forms.CharField(
        label=_("mobile number"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    code = forms.CharField(
        label=_("code from the text message"),
        max_length=10,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class PublicForm(PhoneForm, WishesForm):
    """
    Everything that somebody without an account says, for a call from one day to another.

    The days are looked at before a code goes out: nobody proves a number for what is then refused.
    """

    name = forms.CharField(label=pgettext_lazy("person", "name"), max_length=60)
    organisation = forms.ChoiceField(label=_("unit"), required=False)

    field_order = ("name", "organisation", "phone", "code", "from_day", "days", "words")

    def __init__(
        self, units: Sequence[tuple[str, str]], span: tuple[date, date], data: Any = None
    ) -> None:
        super().__init__(data)
        self.span = span
        if units:
            self.fields["organisation"].choices = [("", "—"), *units]  # type: ignore[attr-defined]
            self.fields["organisation"].required = True
        else:
            del self.fields["organisation"]

    def clean(self) -> None:
        """Hold the wished days within the call's."""
        first, last = self.span
        start = self.cleaned_data.get("from_day") or first
        days = self.cleaned_data.get("days") or 1
        if not first <= start <= last:
            explain(self, OutsideDays(field="from_day", **{"from": first, "to": last}))
        elif days > (last - start).days + 1:
            explain(self, OutsideDays(field="days", **{"from": first, "to": last}))


class RollCallForm(forms.Form):
    """A roll-call as it was copied from the chat."""

    text = forms.CharField(
        label=_("roll-call"), max_length=60_000, widget=forms.Textarea(attrs={"rows": 12})
    )
