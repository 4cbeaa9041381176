"""What is asked when a bulletin is issued, a figure declared, or something asked of others."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from xiachen.base import clock
from xiachen.mobilisation.models.stays import ExcuseReason

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_SENSIBLE = (MinValueValidator(clock.FIRST_DAY), MaxValueValidator(clock.LAST_DAY))


class IssueForm(forms.Form):
    """A place, a day, up to when, and for a revision the reason."""

    division = forms.TypedChoiceField(label=_("Place"), coerce=int)
    day = forms.DateField(label=_("Day"), widget=_DAY, validators=_SENSIBLE)
    until = forms.TimeField(
        label=_("Counts what happened until"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_(
            "Left empty: as the former revision counted; of a first one to the end of the day, or "
            "now if the day still runs."
        ),
    )
    whole = forms.BooleanField(
        label=_("Change the period: count to the end of the day, or to now if it still runs"),
        required=False,
    )
    reason = forms.CharField(
        label=_("Reason for the revision"),
        required=False,
        max_length=200,
        help_text=_("Needed from revision 2 on; it is printed with the difference."),
    )

    def __init__(
        self, places: Sequence[tuple[int, str]], *args: object, former: str = "", **kwargs: object
    ) -> None:
        """Offer places; `former` says what time a revision that stands already spoke of."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["division"].choices = places  # type: ignore[attr-defined]
        if former:
            self.fields["until"].help_text = _(
                "The former revision spoke of %(period)s; this one speaks of the same time unless "
                "you change it."
            ) % {"period": former}

    def occurred_until(self, now: datetime) -> datetime | None:
        """Return the cut-off asked for, None where it was left open."""
        if self.cleaned_data["whole"]:
            over = clock.on_day(self.cleaned_data["day"] + timedelta(days=1), time())
            return min(over, now)
        until, former = self.cleaned_data["until"], self.initial.get("until")
        # A field of hours and minutes left as it was means the former cut-off to the second.
        if until and former and (until.hour, until.minute) == (former.hour, former.minute):
            return None
        return None if until is None else clock.on_day(self.cleaned_data["day"], until)


class DeclareForm(forms.Form):
    """A figure that others state: what, how many, who says so, as of when."""

    division = forms.TypedChoiceField(label=_("Place"), coerce=int)
    name = forms.CharField(
        label=_("Name of the figure"), max_length=60, help_text=_("Such as “confirmed cases”.")
    )
    value = forms.DecimalField(label=_("Number"), max_digits=20, decimal_places=4, min_value=0)
    unit = forms.CharField(
        label=_("Unit"), max_length=20, help_text=_("As it is printed: 人, 例, 户, 件 …")
    )
    source = forms.CharField(
        label=_("Who says so"), max_length=200, help_text=_("The authority that publishes it.")
    )
    document_number = forms.CharField(label=_("Document number"), max_length=60, required=False)
    as_of_day = forms.DateField(label=_("As of the day"), widget=_DAY, validators=_SENSIBLE)
    as_of_time = forms.TimeField(
        label=_("As of the time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    story = forms.BooleanField(label=_("It comes from the story of an exercise"), required=False)

    def __init__(self, places: Sequence[tuple[int, str]], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["division"].choices = places  # type: ignore[attr-defined]

    def stated(self) -> dict[str, object]:
        """Return what the operation asks for."""
        given = dict(self.cleaned_data)
        day: date = given.pop("as_of_day")
        return given | {"as_of": clock.on_day(day, given.pop("as_of_time"))}


class CorrectForm(forms.Form):
    """Another number for a declared figure, or none; and why."""

    value = forms.DecimalField(
        label=_("Right number"),
        max_digits=20,
        decimal_places=4,
        min_value=0,
        required=False,
        help_text=_("Left empty, the figure is taken back."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)


class SupervisionForm(forms.Form):
    """What is asked of whom, on what ground, until when."""

    asked = forms.ChoiceField(label=_("Of whom"))
    title = forms.CharField(label=_("What is asked"), max_length=120)
    details = forms.CharField(
        label=_("Details"), required=False, max_length=2000, widget=forms.Textarea({"rows": 4})
    )
    term_day = forms.DateField(label=_("To be answered by"), widget=_DAY, validators=_SENSIBLE)
    term_time = forms.TimeField(
        label=_("at"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    document = forms.ChoiceField(label=_("Ground"), required=False)

    def __init__(
        self,
        asked: Sequence[tuple[str, str]],
        documents: Sequence[tuple[str, str]],
        *args: object,
        **kwargs: object,
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["asked"].choices = asked  # type: ignore[attr-defined]
        none = ("", _("no document"))
        self.fields["document"].choices = [none, *documents]  # type: ignore[attr-defined]

    @property
    def term(self) -> datetime:
        """Return the moment until which an answer is expected."""
        return clock.on_day(self.cleaned_data["term_day"], self.cleaned_data["term_time"])


class AnswerForm(forms.Form):
    """What was done about something that is asked."""

    words = forms.CharField(
        label=_("What was done"), max_length=2000, widget=forms.Textarea({"rows": 4})
    )


class WhyForm(forms.Form):
    """Why an answer is not enough, or why nothing is asked any more."""

    words = forms.CharField(label=_("Why"), max_length=200)


class SaidForm(forms.Form):
    """What somebody who is missing says."""

    words = forms.CharField(
        label=_("What the person says"), max_length=500, widget=forms.Textarea({"rows": 3})
    )
    excuses = forms.BooleanField(
        label=_("It explains why they are not on site, or have no work recorded"), required=False
    )


class ExcuseForm(forms.Form):
    """Why somebody cannot come, and until when."""

    reason = forms.ChoiceField(label=_("reason"), choices=ExcuseReason.choices)
    from_day = forms.DateField(label=_("from"), widget=_DAY, validators=_SENSIBLE)
    to_day = forms.DateField(label=_("to"), widget=_DAY, validators=_SENSIBLE)

    def __init__(self, day: date, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"from_day": day, "to_day": day}, auto_id="excuse_%s")
