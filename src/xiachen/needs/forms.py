"""Forms of tasks: issuing one, finishing one's part, sending one back."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xiachen.needs.models import TaskKind
from xiachen.needs.rules import LONGEST_NOTE, LONGEST_TITLE, MOST_PEOPLE
from xiachen.places.models import Grid


class IssueForm(forms.Form):
    """What is to be done, where, and by how many."""

    kind = forms.ChoiceField(label=_("Kind"))
    title = forms.CharField(
        label=_("What is to be done"),
        max_length=LONGEST_TITLE,
        help_text=_("In a few words, without names of residents."),
    )
    grid = forms.ChoiceField(label=_("Grid"), required=False)
    people_wanted = forms.IntegerField(
        label=_("People wanted"), min_value=1, max_value=MOST_PEOPLE, initial=1
    )

    def __init__(self, kinds: list[TaskKind], grids: list[Grid], *args: Any) -> None:
        super().__init__(*args)
        groups = [
            (label, [(one.code, str(one)) for one in kinds if one.need is need])
            for label, need in ((_("Needs"), True), (_("Work"), False))
        ]
        self.fields["kind"].choices = groups  # type: ignore[attr-defined]
        self.fields["grid"].choices = [  # type: ignore[attr-defined]
            ("", _("the whole community")),
            *((str(grid.pk), grid.name) for grid in grids),
        ]


class FinishForm(forms.Form):
    """What finished work counts for."""

    persons_served = forms.IntegerField(
        label=_("Persons served"), min_value=0, max_value=100_000, initial=0, required=False
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=LONGEST_NOTE,
        required=False,
        help_text=_("What the next ones should know; without names of residents."),
    )


class SendBackForm(forms.Form):
    """What is still missing."""

    reason = forms.CharField(label=_("What is still missing"), max_length=LONGEST_NOTE)
