"""Days as forms ask for them."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from xiachen.privacy.doors import Day

Choices = list[tuple[str, str]]


class LastDayForm(forms.Form):
    """The day on which something ends; the day belongs to it."""

    last_day = forms.DateField(label=_("last day"), widget=Day)

    def __init__(self, day: date, data: object = None) -> None:
        super().__init__(data, initial={"last_day": day})  # type: ignore[arg-type]
