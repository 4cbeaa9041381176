"""What is asked about an incident; the rules themselves are in the operations."""

import json
from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from xiachen.incidents.models import IncidentKind
from xiachen.privacy.doors import Day


class LastDayForm(forms.Form):
    """The day on which something ends; the day belongs to it."""

    last_day = forms.DateField(label=_("last day"), widget=Day)


class IncidentForm(forms.Form):
    """A new incident."""

    name = forms.CharField(label=_("name"), max_length=80)
    kind = forms.ChoiceField(label=_("kind"), choices=IncidentKind.choices)
    began_on = forms.DateField(label=_("began on"), widget=Day)


class CommunitiesForm(forms.Form):
    """Communities to include from a day on."""

    communities = forms.CharField(
        label=_("communities"),
        widget=forms.Textarea(attrs={"rows": 4, "inputmode": "numeric"}),
        help_text=_("Their numbers, 12 digits each, one on a line or separated by commas."),
    )
    from_day = forms.DateField(label=_("from"), widget=Day)

    def __init__(self, day: date, data: object = None) -> None:
        super().__init__(data, initial={"from_day": day}, auto_id="include_%s")  # type: ignore[arg-type]

    def clean_communities(self) -> list[int]:
        """Read the numbers; name the first text that is none."""
        words = self.cleaned_data["communities"].replace("，", ",").replace(",", " ").split()
        for word in words:
            if not (word.isascii() and word.isdigit() and len(word) == 12):
                raise forms.ValidationError(
                    _("“%(word)s” is no number of 12 digits."), params={"word": word[:20]}
                )
        return [int(word) for word in words]


class ParameterForm(forms.Form):
    """A parameter's value from a day on."""

    name = forms.CharField(
        label=_("parameter"), max_length=60, help_text=_("Such as attendance.deadline.")
    )
    value = forms.CharField(
        label=_("value"),
        help_text=_("Text such as 08:30, a number, true or false, or a list in square brackets."),
    )
    from_day = forms.DateField(label=_("from"), widget=Day)
    community = forms.IntegerField(
        label=_("community"),
        required=False,
        help_text=_("A community's number; empty means every community."),
    )
    source = forms.CharField(label=_("source"), max_length=200, required=False)

    def __init__(self, day: date, data: object = None) -> None:
        super().__init__(data, initial={"from_day": day}, auto_id="set_%s")  # type: ignore[arg-type]

    def clean_value(self) -> object:
        """Read numbers, truth values and lists; everything else is text."""
        text = self.cleaned_data["value"].strip()
        try:
            return json.loads(text)
        except ValueError:
            return text
