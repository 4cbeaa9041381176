"""What is asked on the report-in board; the rules themselves are in the operations."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xiachen.mobilisation.models import Channel, ExcuseReason


class ReportInForm(forms.Form):
    """Who reports in now, and through which channel."""

    members = forms.MultipleChoiceField(
        label=_("people"), error_messages={"required": _("Choose who has reported in.")}
    )
    channel = forms.ChoiceField(label=_("channel"), choices=Channel.choices)
    at_time = forms.TimeField(label=_("time"), required=False)

    def __init__(self, people: list[tuple[str, str]], data: Any = None) -> None:
        super().__init__(data)
        self.fields["members"].choices = people  # type: ignore[attr-defined]


class TakeBackForm(forms.Form):
    """Why a record is taken back."""

    reason = forms.CharField(
        label=_("reason"),
        max_length=200,
        help_text=_("A few words: pressed by mistake, another person of the same name …"),
    )


class ExcuseForm(forms.Form):
    """Who is excused, why, and for how long."""

    member = forms.ChoiceField(label=_("person"))
    reason = forms.ChoiceField(
        label=_("reason"),
        choices=ExcuseReason.choices,
        help_text=_("Seen only by those who excuse people."),
    )
    from_day = forms.DateField(
        label=_("from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    to_day = forms.DateField(
        label=_("to"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, people: list[tuple[str, str]], day: date, data: Any = None) -> None:
        super().__init__(data, initial={"from_day": day, "to_day": day})
        self.fields["member"].choices = people  # type: ignore[attr-defined]
