"""What is asked for with a sheet: the file, and where it is entered."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xiachen.papers.intake import Intake, Reception, Setting
from xiachen.papers.models.drafts import Draft
from xiachen.papers.rules.matching import Match
from xiachen.papers.rules.showing import shown_headings
from xiachen.privacy.scope import Scope

_ASKED = "ask-"
_COLUMN = "column-"
_SAME = "same-"
Choices = Sequence[tuple[str, Any]]


class SheetForm(forms.Form):
    """A file and what belongs beside it."""

    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        help_text=_(".xlsx, .xls, .ods or .csv, at most 20 MB"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xlsm,.xlsb,.xls,.ods,.csv,.tsv,.txt"}),
    )

    def __init__(
        self, scope: Scope, intake: Intake, reception: Reception, *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._asks = intake.asks
        if intake.in_community:
            self.fields["community"] = forms.ChoiceField(
                label=_("Community"), choices=_with_none(reception.communities(scope))
            )
        for ask in intake.asks:
            self.fields[_ASKED + ask.name] = forms.ChoiceField(
                label=str(ask.title), choices=_with_none(ask.choices(scope))
            )
        self.fields["sheet"] = forms.CharField(
            label=_("Which sheet of the file"),
            required=False,
            max_length=40,
            help_text=_("If empty, the one that fits best; hidden ones are never read"),
        )
        self.order_fields(["community", *(_ASKED + ask.name for ask in intake.asks), "file"])

    def setting(self) -> Setting:
        """Return where the sheet is entered, from a form that is valid."""
        community = self.cleaned_data.get("community")
        return Setting(
            community=int(community) if community else None,
            values={ask.name: self.cleaned_data[_ASKED + ask.name] for ask in self._asks},
        )


class ColumnsForm(forms.Form):
    """
    Which field each column is.

    Where no heading is known, it asks as well whether the first line is a row.
    """

    def __init__(
        self,
        intake: Intake,
        matches: Sequence[Match],
        same: Mapping[str, str],
        unknown: bool,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._count = len(matches)
        if unknown:
            self.fields["first"] = forms.ChoiceField(
                label=_("The first line of this sheet"),
                choices=[
                    ("", "———"),
                    ("row", _("is a row to be entered; the sheet has no headings")),
                    ("headings", _("has the headings; it is not entered")),
                ],
            )
        shown = shown_headings([match.heading for match in matches])
        choices = [("", _("not used")), *((one.name, one.title) for one in intake.fields)]
        for at, match in enumerate(matches):
            self.fields[f"{_COLUMN}{at}"] = forms.ChoiceField(
                label=shown[at], choices=choices, required=False, initial=match.field
            )

        taken = {match.field for match in matches}
        for one in intake.fields:
            if one.name not in taken and not one.personal:
                self.fields[f"{_SAME}{one.name}"] = forms.CharField(
                    label=str(one.title),
                    required=False,
                    max_length=200,
                    initial=same.get(one.name, ""),
                )

    def columns(self) -> list[forms.BoundField]:
        """Return the fields in which columns are chosen."""
        return [bound for bound in self if bound.name.startswith(_COLUMN)]

    def first(self) -> forms.BoundField | None:
        """Return the field that asks what the first line is; None where headings are known."""
        return self["first"] if "first" in self.fields else None

    def first_is_row(self) -> bool | None:
        """Return what was said of the first line, from a form that is valid; None if not asked."""
        said = self.cleaned_data.get("first")
        return None if said is None else said == "row"

    def the_same(self) -> list[forms.BoundField]:
        """Return the fields for what no column is proposed for."""
        return [bound for bound in self if bound.name.startswith(_SAME)]

    def shows_the_same(self) -> bool:
        """Tell whether something stands or is wrong in what every line has."""
        return any(bound.errors or bound.value() for bound in self.the_same())

    def same(self) -> dict[str, str]:
        """Return what every line has, from a form that is valid."""
        given = self.cleaned_data.items()
        return {name.removeprefix(_SAME): text for name, text in given if name.startswith(_SAME)}

    def mapping(self) -> list[str]:
        """Return the field's name for each column, from a form that is valid."""
        return [self.cleaned_data[f"{_COLUMN}{at}"] for at in range(self._count)]


class LineForm(forms.Form):
    """The cells of one line."""

    def __init__(
        self, intake: Intake, draft: Draft, cells: Sequence[str], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        titles = {field.name: field.title for field in intake.fields}
        for at, name in enumerate(draft.mapping):
            if name:
                self.fields[name] = forms.CharField(
                    label=str(titles[name]), required=False, max_length=2000, initial=cells[at]
                )


def _with_none(choices: Choices) -> Choices:
    """Choose for somebody who has one choice only; make everybody else choose."""
    return choices if len(choices) == 1 else [("", "———"), *choices]
