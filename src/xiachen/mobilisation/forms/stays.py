"""What is asked on the report-in board; the rules themselves are in the operations."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xiachen.mobilisation.models.report_ins import Channel
from xiachen.mobilisation.models.stays import ExcuseReason

Choices = Sequence[tuple[str, str]]


class Day(forms.DateInput):
    """A day chosen from the browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


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
    from_day = forms.DateField(label=_("from"), widget=Day)
    to_day = forms.DateField(label=_("to"), widget=Day)

    def __init__(self, people: list[tuple[str, str]], day: date, data: Any = None) -> None:
        super().__init__(data, initial={"from_day": day, "to_day": day})
        self.fields["member"].choices = people  # type: ignore[attr-defined]


class DispatchForm(forms.Form):
    """Who sends whom where, on which document; the people are chosen from the unit's list."""

    document = forms.ChoiceField(
        label=_("document"), help_text=_("The ground on which people are sent.")
    )
    organisation = forms.ChoiceField(label=_("sending unit"))
    call_up = forms.ChoiceField(label=_("only those selected in the call"), required=False)
    community = forms.TypedChoiceField(label=_("community"), coerce=int)
    sent_on = forms.DateField(label=_("first day"), widget=Day)
    batch = forms.IntegerField(
        label=_("batch"),
        min_value=1,
        max_value=999,
        required=False,
        help_text=_("Left empty, it is the unit's next batch to this community."),
    )

    def __init__(
        self, offered: Mapping[str, Choices], day: date, data: Any = None, kept: Any = None
    ) -> None:
        # What was chosen stays in the form while people are looked for.
        initial = {"sent_on": day} | {name: kept[name] for name in kept or () if kept[name]}
        super().__init__(data, initial=initial)
        for name, choices in offered.items():
            # Nothing is chosen by mistake where there is a choice.
            blank = [("", "—")] if len(choices) > 1 or name == "call_up" else []
            self.fields[name].choices = [*blank, *choices]  # type: ignore[attr-defined]
        if not offered.get("call_up"):
            del self.fields["call_up"]

    def first_day(self, day: date) -> date:
        """Return the first day asked for, or the day looked at."""
        try:
            return date.fromisoformat(str(self["sent_on"].value()))
        except ValueError:
            return day

    def kept(self, field: str) -> str:
        """Return what was chosen so far, if it is on offer."""
        if field not in self.fields:
            return ""
        value = str(self[field].value() or "")
        choices = dict(self.fields[field].choices)  # type: ignore[attr-defined]
        return value if value in choices else ""


class ReleaseForm(forms.Form):
    """The last day of a stay."""

    last_day = forms.DateField(
        label=_("last day"),
        widget=Day,
        help_text=_("From the next day on the person is not expected there."),
    )

    def __init__(self, day: date, data: Any = None) -> None:
        super().__init__(data, initial={"last_day": day})
