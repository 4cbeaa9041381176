"""Forms of attendance: signing in, correcting, answering."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiachen.base import clock


class _PeopleAtATime(forms.Form):
    """Some people of a list, and when it was, if not now."""

    ids = "id_%s"
    members = forms.TypedMultipleChoiceField(label=_("People"), required=False)

    def __init__(self, people: list[tuple[str, str]], day: date, data: Any = None) -> None:
        super().__init__(data, auto_id=self.ids)
        self.fields["members"].choices = people  # type: ignore[attr-defined]
        self.day = day

    def clean(self) -> dict[str, Any]:
        """Ask for people, and for the time where the day is over."""
        given = super().clean() or {}
        if not self.errors and not given.get("members"):
            raise forms.ValidationError(self.words_for_nobody())
        if not self.errors and not given.get("time") and self.day != clock.local_day(clock.now()):
            self.add_error("time", self.words_for_no_time())
        return given

    def words_for_nobody(self) -> str:
        """Say that people must be chosen."""
        return gettext("Choose who signs in; nobody has been chosen yet.")

    def words_for_no_time(self) -> str:
        """Say that a day that is over needs the time."""
        return gettext("This is not today: give the time at which the people signed in.")

    def occurred_at(self, now: datetime) -> datetime:
        """Return the moment at which it happened."""
        time = self.cleaned_data["time"]
        return clock.on_day(self.day, time) if time else now


class SignInForm(_PeopleAtATime):
    """Whom to sign in, and when if not now."""

    time = forms.TimeField(
        label=_("Time of the sign-in"),
        required=False,
        help_text=_("Leave empty for now."),
        widget=forms.TimeInput(attrs={"type": "time"}),
    )


class SignOutForm(_PeopleAtATime):
    """Whom to sign out, and when if not now."""

    ids = "leaving_%s"  # it stands beside the form that signs in

    time = forms.TimeField(
        label=_("Time of the sign-out"),
        required=False,
        help_text=_("Leave empty for now."),
        widget=forms.TimeInput(attrs={"type": "time"}),
    )
    next_day = forms.BooleanField(
        label=_("after midnight"),
        required=False,
    )

    def words_for_nobody(self) -> str:
        """Say that people must be chosen."""
        return gettext("Choose who signs out; nobody has been chosen yet.")

    def words_for_no_time(self) -> str:
        """Say that a day that is over needs the time."""
        return gettext("This is not today: give the time at which the people left.")

    def occurred_at(self, now: datetime) -> datetime:
        """Return when the people left; after midnight on the day that followed."""
        moment = super().occurred_at(now)
        return moment + timedelta(days=1) if self.cleaned_data["next_day"] else moment


class CorrectionForm(forms.Form):
    """The right time of a sign-in, or that there was none."""

    time = forms.TimeField(
        label=_("Right time"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
    )
    void = forms.BooleanField(label=_("The person did not sign in"), required=False)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("It is kept with the correction. Write nothing about anybody's health."),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two: a time, or that there was none."""
        given = super().clean() or {}
        if bool(given.get("time")) == bool(given.get("void")):
            self.add_error("time", self.words_for_neither())
        return given

    def words_for_neither(self) -> str:
        """Say that one of the two is needed."""
        return gettext("Give the right time, or say that there was no sign-in.")


class LeavingCorrectionForm(CorrectionForm):
    """The right time of a sign-out, or that there was none."""

    next_day = forms.BooleanField(label=_("after midnight"), required=False)
    void = forms.BooleanField(label=_("The person did not sign out"), required=False)
    field_order = ("time", "next_day", "void", "reason")

    def words_for_neither(self) -> str:
        """Say that one of the two is needed."""
        return gettext("Give the right time, or say that there was no sign-out.")

    def left_at(self, day: date) -> datetime | None:
        """Return when the person left; None: there was no sign-out."""
        time = self.cleaned_data["time"]
        if not time:
            return None
        return clock.on_day(day, time) + timedelta(days=bool(self.cleaned_data["next_day"]))


class AnswerForm(forms.Form):
    """What the person or the liaison says."""

    words = forms.CharField(
        label=_("Answer"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("In the words of the person or the liaison. Write nothing about health."),
    )
    excuses = forms.BooleanField(
        label=_("The reason excuses; the line no longer counts"), required=False
    )

    def __init__(self, *args: Any, may_excuse: bool) -> None:
        super().__init__(*args)
        if not may_excuse:
            del self.fields["excuses"]
