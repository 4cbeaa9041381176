"""Forms of attendance: signing in, correcting, answering."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiachen.attendance.models.injuries import Happened
from xiachen.attendance.models.signing import SignInPlace
from xiachen.attendance.operations.signing import PlaceEntry
from xiachen.attendance.rules import codes
from xiachen.attendance.rules.evidence import Method
from xiachen.attendance.rules.hours import DayNotOver, NoMinutes, check_day
from xiachen.attendance.rules.points import wgs84_of_gcj02
from xiachen.attendance.rules.signing import LARGEST_RADIUS, SMALLEST_RADIUS
from xiachen.base import clock
from xiachen.privacy.doors import Day


def _one_of(words: Any) -> dict[str, Any]:
    """Say which numbers can be, whichever way the one written cannot."""
    return dict.fromkeys(("min_value", "max_value", "invalid"), words)


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
        help_text=_("The person can read it. Write nothing about anybody's health."),
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


class HoursForm(forms.Form):
    """Time more or less than a day's sign-ins and sign-outs show, and why."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    day = forms.DateField(label=_("Day"), widget=Day)
    community = forms.TypedChoiceField(label=_("Community"), coerce=int)
    way = forms.ChoiceField(
        label=_("The day counts"),
        choices=(("more", _("more time")), ("less", _("less time"))),
        widget=forms.RadioSelect,
        initial="more",
    )
    hours = forms.IntegerField(
        label=_("Hours"),
        min_value=0,
        max_value=24,
        required=False,
        error_messages=_one_of(_("Write whole hours from 0 to 24.")),
    )
    minutes = forms.IntegerField(
        label=_("Minutes"),
        min_value=0,
        max_value=59,
        required=False,
        error_messages=_one_of(_("Write whole minutes from 0 to 59; more of them are hours.")),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("The person can read it. Write nothing about anybody's health."),
    )

    def __init__(self, places: list[tuple[int, str]], data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["community"].choices = places  # type: ignore[attr-defined]

    def clean_day(self) -> date:
        """Say at once, beside whatever else is wrong, that a day has not come."""
        day: date = self.cleaned_data["day"]
        try:
            check_day(day, clock.local_day(clock.now()))
        except DayNotOver as not_over:
            raise forms.ValidationError(str(not_over)) from None
        return day

    def clean(self) -> dict[str, Any]:
        """Ask for a length of time."""
        given = super().clean() or {}
        if not {"hours", "minutes"} & set(self.errors) and not self.signed_minutes():
            self.add_error("hours", str(NoMinutes()))
        return given

    def signed_minutes(self) -> int:
        """Return the minutes, negative where the day counts less."""
        given = self.cleaned_data
        length = 60 * (given["hours"] or 0) + (given["minutes"] or 0)
        return -length if given.get("way") == "less" else length


class FitForm(forms.Form):
    """From which day on somebody is fit for duty again."""

    from_day = forms.DateField(label=_("fit for duty again from"), widget=Day)


class InjuryForm(forms.Form):
    """What happened, and whether somebody is wanted in the person's place."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    happened = forms.ChoiceField(
        label=_("What happened"), choices=Happened.choices, widget=forms.RadioSelect
    )
    stand_in = forms.BooleanField(
        label=_("Somebody is wanted in the person's place"), required=False, initial=True
    )


class InjuryOfForm(InjuryForm):
    """An injury of one of the people on site."""

    member = forms.ChoiceField(label=_("Who was hurt"))
    field_order = ("member", "happened", "stand_in")

    def __init__(self, people: list[tuple[str, str]], data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["member"].choices = [("", _("choose")), *people]  # type: ignore[attr-defined]


class StandInForm(forms.Form):
    """Who stands in."""

    member = forms.ChoiceField(label=_("Who stands in"), widget=forms.RadioSelect)

    def __init__(self, people: list[tuple[str, str]], data: Any = None) -> None:
        super().__init__(data)
        self.fields["member"].choices = people  # type: ignore[attr-defined]


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


class PlaceForm(forms.Form):
    """A place to sign in at; its point is taken from the browser or typed."""

    name = forms.CharField(
        label=_("Name of the place"),
        max_length=60,
        help_text=_("As people call it, such as “North gate”."),
    )
    latitude = forms.FloatField(
        label=_("Latitude"),
        required=False,
        min_value=-90,
        max_value=90,
        error_messages=_one_of(_("A latitude is a number from −90 to 90, such as 30.5928.")),
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    longitude = forms.FloatField(
        label=_("Longitude"),
        required=False,
        min_value=-180,
        max_value=180,
        error_messages=_one_of(_("A longitude is a number from −180 to 180, such as 114.3055.")),
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        help_text=_("Without a point, nobody’s phone says whether it is near."),
    )
    system = forms.ChoiceField(
        label=_("Where the numbers come from"),
        choices=[
            ("wgs84", _("this browser, or GPS (WGS-84)")),
            ("gcj02", _("a Chinese map such as Amap or Tencent (GCJ-02)")),
        ],
        initial="wgs84",
    )
    radius = forms.IntegerField(
        label=_("Radius in metres"),
        min_value=SMALLEST_RADIUS,
        max_value=LARGEST_RADIUS,
        initial=150,
        error_messages=_one_of(_("A radius is a whole number of metres from 20 to 5,000.")),
        help_text=_("A phone within it says “near”. Indoors positions are off by 50 m and more."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    @staticmethod
    def of(place: SignInPlace) -> dict[str, object]:
        """Return what the form shows of a place."""
        names = ("name", "latitude", "longitude", "radius", "version")
        return {name: getattr(place, name) for name in names}

    def clean(self) -> dict[str, Any]:
        """Ask for both numbers of a point, or for neither."""
        given = super().clean() or {}
        if not self.errors and (given["latitude"] is None) != (given["longitude"] is None):
            missing = "latitude" if given["latitude"] is None else "longitude"
            self.add_error(missing, gettext("A point has a latitude and a longitude."))
        return given

    def entry(self) -> PlaceEntry:
        """Return the place as it is kept: with a point on the earth, not on a map."""
        given = self.cleaned_data
        point = (given["latitude"], given["longitude"])
        if point[0] is not None and given["system"] == "gcj02":
            point = wgs84_of_gcj02(*point)
        return PlaceEntry(
            name=given["name"], latitude=point[0], longitude=point[1], radius=given["radius"]
        )


class CodeForm(forms.Form):
    """A place and the code that is shown or hangs there."""

    place = forms.UUIDField(label=_("Place to sign in at"), widget=forms.Select())
    code = forms.CharField(
        label=_("Code shown on site"),
        max_length=40,
        help_text=_(
            "Eight digits from the leader’s phone, or the letters and digits of the poster."
        ),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    near = forms.CharField(max_length=7, required=False, widget=forms.HiddenInput())
    act = forms.ChoiceField(choices=[("in", ""), ("out", "")])

    def __init__(self, places: list[SignInPlace], data: Any = None) -> None:
        super().__init__(data)
        self.fields["place"].widget.choices = [
            ("", gettext("choose the place")),
            *((str(one.pk), one.name) for one in places),
        ]

    @property
    def method(self) -> str:
        """Return by what the code is: only those that change are all digits."""
        typed = codes.typed(self.cleaned_data["code"])
        changing = typed.isdigit() and len(typed) == codes.DIGITS
        return (Method.CODE if changing else Method.POSTER).value
