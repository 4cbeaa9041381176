"""Forms of tasks and of work: issuing, finishing, sending back, recording, correcting."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiachen.attendance.rules.records import MOST_SERVED, MOST_TIMES
from xiachen.needs.models import TaskKind
from xiachen.needs.rules import LONGEST_NOTE, LONGEST_TITLE, MOST_PEOPLE
from xiachen.places.models import Community, Grid


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
        label=pgettext_lazy("of work", "Note"),
        max_length=LONGEST_NOTE,
        required=False,
        help_text=_("What the next ones should know; without names of residents."),
    )


class SendBackForm(forms.Form):
    """What is still missing."""

    reason = forms.CharField(label=_("What is still missing"), max_length=LONGEST_NOTE)


class WorkForm(forms.Form):
    """Work that no task asked for: of what kind, and for how many."""

    community = forms.TypedChoiceField(label=_("Community"), coerce=int)
    kind = forms.ChoiceField(label=_("Kind"))
    persons_served = forms.IntegerField(
        label=_("Persons served"), min_value=0, max_value=MOST_SERVED, initial=0, required=False
    )

    def __init__(self, places: list[Community], kinds: list[TaskKind], *args: Any) -> None:
        super().__init__(*args)
        self.fields["community"].choices = [  # type: ignore[attr-defined]
            (one.pk, one.name) for one in places
        ]
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (one.code, str(one)) for one in kinds if not one.need
        ]


class WorkCorrectionForm(forms.Form):
    """The right amounts of recorded work, or that there was none."""

    times = forms.IntegerField(label=_("Person-times"), min_value=1, max_value=MOST_TIMES)
    persons_served = forms.IntegerField(
        label=_("Persons served"), min_value=0, max_value=MOST_SERVED
    )
    void = forms.BooleanField(label=_("There was no such work"), required=False)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_NOTE,
        help_text=_("It is kept with the correction; without names of residents."),
    )

    @property
    def amounts(self) -> tuple[int, int] | None:
        """Return the right person-times and persons served; None: there was no such work."""
        given = self.cleaned_data
        return None if given["void"] else (given["times"], given["persons_served"])
