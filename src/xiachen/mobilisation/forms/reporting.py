"""What is asked of duties, slips, moves and recalls; the rules are in the operations."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xiachen.mobilisation.forms.stays import Choices, Day
from xiachen.mobilisation.models.report_ins import Channel


class DutyForm(forms.Form):
    """Which units have to report in, on which document."""

    document = forms.ChoiceField(label=_("document"))
    organisations = forms.MultipleChoiceField(
        label=_("units that have to"), error_messages={"required": _("Choose the units.")}
    )
    below = forms.BooleanField(
        label=_("and the units below them that have a contact point"), required=False
    )
    from_day = forms.DateField(label=_("from"), widget=Day)

    def __init__(self, documents: Choices, units: Choices, day: date, data: Any = None) -> None:
        super().__init__(data, initial={"from_day": day, "below": True})
        self.fields["document"].choices = documents  # type: ignore[attr-defined]
        self.fields["organisations"].choices = units  # type: ignore[attr-defined]


class SlipForm(forms.Form):
    """Whose slip it is, who stamped it and when, with its photo."""

    member = forms.ChoiceField(label=_("person"))
    place = forms.CharField(
        label=_("community that stamped it"),
        max_length=120,
        help_text=_("As it stands on the stamp, with its city and street if it names them."),
    )
    day = forms.DateField(label=_("day of the stamp"), widget=Day)
    photo = forms.FileField(
        label=_("photo of the slip"),
        required=False,
        help_text=_(
            "It is drawn anew without the place where it was taken, and kept sealed; only those "
            "who answer for the person can open it."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": "image/*"}),
    )

    def __init__(
        self, people: Choices, day: date, data: Any = None, files: Any = None, member: str = ""
    ) -> None:
        super().__init__(data, files, initial={"day": day, "member": member})
        blank = [("", "—")] if len(people) > 1 else []
        self.fields["member"].choices = [*blank, *people]  # type: ignore[attr-defined]


class GroundForm(forms.Form):
    """On which ground: a document, or words."""

    document = forms.ChoiceField(label=_("document"), required=False)
    words = forms.CharField(
        label=_("or in words"),
        max_length=200,
        required=False,
        help_text=_("Such as: rotation, or the place needs fewer people now."),
    )

    def __init__(self, documents: Choices, *rest: Any, **named: Any) -> None:
        super().__init__(*rest, **named)
        self.fields["document"].choices = [("", "—"), *documents]  # type: ignore[attr-defined]


class MoveForm(GroundForm):
    """Who goes where, from which day, on which ground."""

    community = forms.TypedChoiceField(label=_("new community"), coerce=int)
    from_day = forms.DateField(label=_("first day there"), widget=Day)
    field_order = ("community", "from_day", "document", "words")

    def __init__(self, documents: Choices, places: Choices, day: date, data: Any = None) -> None:
        super().__init__(documents, data, initial={"from_day": day})
        blank = [("", "—")] if len(places) > 1 else []
        self.fields["community"].choices = [*blank, *places]  # type: ignore[attr-defined]


class RecallForm(GroundForm):
    """The last day of those recalled, on which ground."""

    last_day = forms.DateField(label=_("last day"), widget=Day)
    field_order = ("last_day", "document", "words")

    def __init__(self, documents: Choices, day: date, data: Any = None) -> None:
        super().__init__(documents, data, initial={"last_day": day})


class RollCallForm(forms.Form):
    """A roll-call pasted from a chat, and the channel through which its people report in."""

    text = forms.CharField(
        label=_("the roll-call"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("Paste it as it stands in the chat, with numbers, units and phones."),
    )
    channel = forms.ChoiceField(label=_("channel"), choices=Channel.choices)
