"""What is asked when people are called up; the rules themselves are in the operations."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xiachen.base.clock import local_zone
from xiachen.mobilisation.models.call_ups import CallUp
from xiachen.mobilisation.models.sign_ups import Reason
from xiachen.mobilisation.operations.call_ups import CriterionEntry
from xiachen.privacy.doors import Day

Choices = Sequence[tuple[Any, Any]]
CRITERIA = 6
LEADER_RANKS = ("厅级", "处级", "科级")


class Moment(forms.DateTimeInput):
    """A moment chosen from the browser's own calendar and clock."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class CallUpForm(forms.Form):
    """How many people are wanted, for when, and by what criteria."""

    document = forms.ChoiceField(
        label=_("document"), help_text=_("The call that was issued; register it first.")
    )
    division = forms.TypedChoiceField(label=_("for which place"), coerce=int)
    asks = forms.CharField(
        label=_("what is asked"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What the people will do; it stands on the sign-up page."),
    )
    headcount = forms.IntegerField(label=_("people wanted"), min_value=1, max_value=1_000_000)
    leader_rank = forms.CharField(
        label=_("rank of the leader"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"list": "leader-ranks"}),
    )
    from_day = forms.DateField(label=_("first day"), widget=Day)
    to_day = forms.DateField(label=_("last day"), widget=Day)
    opens_at = forms.DateTimeField(label=_("sign-up opens"), widget=Moment)
    closes_at = forms.DateTimeField(label=_("sign-up closes"), widget=Moment)
    answer_hours = forms.IntegerField(
        label=_("hours to answer an offer"), min_value=1, max_value=336, initial=24
    )
    public = forms.BooleanField(
        label=_("open the public sign-up page"),
        required=False,
        help_text=_("Whoever has the link can sign up with a phone number; the unit confirms."),
    )

    def __init__(
        self,
        offered: Mapping[str, Choices],
        criteria: Choices,
        data: Any = None,
        initial: dict[str, object] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        for name, choices in offered.items():
            blank = [("", "—")] if len(choices) > 1 else []
            self.fields[name].choices = [*blank, *choices]  # type: ignore[attr-defined]
        for number in range(CRITERIA):
            self.fields[f"criterion_{number}"] = forms.ChoiceField(
                label=_("criterion"), choices=[("", "—"), *criteria], required=False
            )
            self.fields[f"weight_{number}"] = forms.IntegerField(
                label=_("counts"), min_value=1, max_value=100, required=False
            )

    def without_ground(self) -> "CallUpForm":
        """Leave out what stands once people were called: document, place and days."""
        for name in ("document", "division", "from_day", "to_day"):
            del self.fields[name]
        return self

    @property
    def head(self) -> list[Any]:
        """The fields above the criteria."""
        return [field for field in self if "_" not in field.name or field.name in self.base_fields]

    @property
    def criteria(self) -> list[tuple[Any, Any]]:
        """Each criterion with its weight."""
        return [(self[f"criterion_{n}"], self[f"weight_{n}"]) for n in range(CRITERIA)]

    def entries(self) -> list[CriterionEntry]:
        """Return the criteria that were chosen."""
        found = []
        for number in range(CRITERIA):
            chosen = self.cleaned_data[f"criterion_{number}"]
            if chosen:
                kind, _colon, value = chosen.partition(":")
                weight = self.cleaned_data[f"weight_{number}"]
                found.append(CriterionEntry(kind=kind, value=value, weight=weight))
        return found

    def given(self) -> dict[str, Any]:
        """Return the rest, as the operations take it."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if not name.startswith(("criterion_", "weight_"))
        }


class QuotasForm(forms.Form):
    """The units asked, one a line, as offices write them beside each other."""

    quotas = forms.CharField(
        label=_("units, one a line"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_(
            "The unit's name, then how many at least and at most: “City Bureau 2 5”. One number "
            "is “at most”; without numbers there is no limit. Without any unit everybody is asked."
        ),
    )


class DecisionForm(forms.Form):
    """Why people are refused; asked only for that."""

    reason = forms.ChoiceField(label=_("reason"), choices=Reason.choices, required=False)
    words = forms.CharField(label=_("words"), max_length=200, required=False)
    first = forms.IntegerField(min_value=1, max_value=100_000, required=False)


def initial_of(call: CallUp) -> dict[str, object]:
    """Return what a call says, as the form shows it."""
    given: dict[str, object] = {
        name: getattr(call, name)
        for name in ("asks", "headcount", "leader_rank", "answer_hours", "public")
    }
    given["opens_at"] = _local(call.opens_at)
    given["closes_at"] = _local(call.closes_at)
    for number, one in enumerate(call.criteria.order_by("pk")[:CRITERIA]):
        given[f"criterion_{number}"] = f"{one.kind}:{one.value}"
        given[f"weight_{number}"] = one.weight
    return given


def start_of(day: date) -> dict[str, object]:
    """Return the days that a new call begins with."""
    return {"from_day": day, "to_day": day, "answer_hours": 24}


def _local(moment: datetime) -> datetime:
    return moment.astimezone(local_zone())
