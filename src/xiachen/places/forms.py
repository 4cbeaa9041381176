"""What is asked about places; the rules themselves are in the operations and the database."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiachen.places.models import CompoundKind, PremisesKind, WorkSiteKind
from xiachen.places.queries.premises import compounds_of, grids_of
from xiachen.places.rules.codes import Level, NotADivisionCode, code_from, level_of
from xiachen.privacy.scope import Scope

MOST_DOORS = 2000
_BETWEEN_NAMES = re.compile(r"[\n,，、;；]+")


class Names(forms.CharField):
    """Several names in one field, one on each line or with commas between."""

    widget = forms.Textarea(attrs={"rows": 4})

    def clean(self, value: object) -> list[str]:
        """Return the names in their order."""
        parts = _BETWEEN_NAMES.split(super().clean(value))
        return [name.strip() for name in parts if name.strip()]


class Code(forms.CharField):
    """The code of a division, short or with its zeros."""

    def clean(self, value: object) -> int:
        """Return the 12-digit code."""
        try:
            return code_from(super().clean(value).strip())
        except NotADivisionCode:
            raise forms.ValidationError(
                _("This is no code of a division; write 6, 9 or 12 digits.")
            ) from None


class EditForm(forms.Form):
    """A form for something registered; it remembers the version that was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def now_shows(self, version: int) -> None:
        """Let the next save write over a version that has just been shown beside one's own."""
        self.data = {**self.data.dict(), "version": version}  # type: ignore[attr-defined]


class GridForm(EditForm):
    """A grid; its number cannot change."""

    number = forms.IntegerField(
        label=pgettext_lazy("grid", "number"),
        min_value=1,
        max_value=999,
        help_text=_("Counted from the north-west; the grid's code ends with it."),
    )
    name = forms.CharField(label=_("name"), max_length=60)
    households_expected = forms.IntegerField(
        label=_("households expected"),
        min_value=0,
        max_value=100_000,
        initial=0,
        help_text=_("A usual grid has 300 to 500 households."),
    )


class CompoundForm(EditForm):
    """A compound."""

    name = forms.CharField(label=_("name"), max_length=60)
    kind = forms.ChoiceField(label=_("kind"), choices=CompoundKind.choices)
    unmanaged = forms.BooleanField(
        label=_("unmanaged"),
        required=False,
        help_text=_("It has no owner, no property management and no guard."),
    )
    closed = forms.BooleanField(
        label=_("closed"), required=False, help_text=_("People enter only through guarded gates.")
    )


class NewCompoundForm(CompoundForm):
    """A compound with the names of its gates."""

    gates = Names(
        label=_("gates"), required=False, help_text=_("One name on each line, such as East gate.")
    )


class GateForm(EditForm):
    """A gate."""

    name = forms.CharField(label=_("name"), max_length=40)
    is_open = forms.BooleanField(label=pgettext_lazy("gate", "open"), required=False, initial=True)


class BuildingForm(EditForm):
    """A building of one of the community's compounds."""

    compound = forms.TypedChoiceField(label=_("compound"))
    number = forms.CharField(label=pgettext_lazy("building", "number"), max_length=20)
    grid = forms.TypedChoiceField(label=_("grid"), required=False, empty_value=None)
    floors = forms.IntegerField(label=_("floors"), required=False, min_value=1, max_value=200)
    units = forms.IntegerField(
        label=_("units"),
        min_value=1,
        max_value=99,
        initial=1,
        help_text=_("How many entrances the building has."),
    )

    def __init__(self, scope: Scope, community: int, *given: object, **more: object) -> None:
        super().__init__(*given, **more)  # type: ignore[arg-type]
        compounds = compounds_of(scope, community)
        grids = grids_of(scope, community)
        self.fields["compound"].choices = [(str(one.pk), one.name) for one in compounds]  # type: ignore[attr-defined]
        self.fields["grid"].choices = [  # type: ignore[attr-defined]
            ("", _("no grid yet")),
            *((str(one.pk), one.name) for one in grids),
        ]


class DoorsForm(forms.Form):
    """Doors of one unit of a building, registered together."""

    unit = forms.CharField(label=_("entrance"), max_length=10, required=False)
    doors = Names(
        label=_("doors"),
        help_text=_("One door on each line, or with commas between: 101, 102, 201."),
    )
    kind = forms.ChoiceField(label=_("kind"), choices=PremisesKind.choices)

    def clean_doors(self) -> list[str]:
        """Refuse more doors than a building has."""
        doors: list[str] = self.cleaned_data["doors"]
        if len(doors) > MOST_DOORS:
            raise forms.ValidationError(
                _("At most %(most)s doors at once; register the rest in a second step.")
                % {"most": MOST_DOORS}
            )
        return doors


class HouseholdForm(EditForm):
    """The premises behind a door."""

    unit = forms.CharField(label=_("entrance"), max_length=10, required=False)
    door = forms.CharField(label=_("door"), max_length=30)
    kind = forms.ChoiceField(label=_("kind"), choices=PremisesKind.choices)
    vacant = forms.BooleanField(label=_("vacant"), required=False)


class AliasForm(forms.Form):
    """Another name of a community."""

    name = forms.CharField(
        label=_("another name"),
        max_length=80,
        help_text=_("A name people use; from now on it leads here."),
    )


class WorkSiteForm(forms.Form):
    """A place of work outside communities."""

    name = forms.CharField(label=_("name"), max_length=80)
    kind = forms.ChoiceField(label=_("kind"), choices=WorkSiteKind.choices)
    division = Code(
        label=_("street or district"),
        help_text=_("Its code: 6 digits for a district, 9 for a street."),
    )


class CommunityForm(forms.Form):
    """A community that no list has."""

    name = forms.CharField(label=_("name"), max_length=80)
    street = Code(label=_("street"), help_text=_("The street's code, 9 digits."))

    def clean_street(self) -> int:
        """Refuse the code of anything but a street or town."""
        street: int = self.cleaned_data["street"]
        if level_of(street) is not Level.TOWNSHIP:
            raise forms.ValidationError(_("This is not the code of a street or town."))
        return street
