"""What is asked of whoever wants to see values whole."""

from django import forms
from django.utils.translation import gettext_lazy as _


class UnmaskingForm(forms.Form):
    """The reason, which the person who approves and the auditor read."""

    reason = forms.CharField(
        label=_("reason"),
        max_length=200,
        help_text=_("Why the values are needed; write no name, number or illness here."),
    )
