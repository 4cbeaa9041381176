"""What is asked when somebody is appointed; the rules themselves are in the operations."""

from datetime import date
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiachen.people.forms.days import Choices
from xiachen.people.models.members import Member
from xiachen.people.queries.appointments import HeadChoices
from xiachen.privacy.doors import Day


class HeadForm(forms.Form):
    """A grid or a building, its head and a substitute."""

    grid = forms.ChoiceField(label=_("grid"))
    building = forms.ChoiceField(label=_("building"))
    member = forms.ChoiceField(label=pgettext_lazy("appointment", "head"))
    substitute = forms.ChoiceField(
        label=_("substitute"),
        required=False,
        help_text=_("Who is called when the head cannot be reached."),
    )
    from_day = forms.DateField(label=_("from"), widget=Day)
    to_day = forms.DateField(
        label=_("to"), required=False, widget=Day, help_text=_("Empty: until it is ended.")
    )

    def __init__(self, place: str, offered: HeadChoices, day: date, data: object = None) -> None:
        # Two of these stand on one page: their fields need ids of their own.
        super().__init__(data, auto_id=f"{place}-%s", initial={"from_day": day})  # type: ignore[arg-type]
        self.place = place
        places = {
            "grid": [(str(one.pk), one.name) for one in offered.grids],
            "building": [
                (str(one.pk), f"{one.compound.name} {one.number}") for one in offered.buildings
            ],
        }
        del self.fields["building" if place == "grid" else "grid"]
        people = [(str(one.pk), _person(one)) for one in offered.people]
        self._offer(place, places[place])
        self._offer("member", people)
        self._offer("substitute", [("", "—"), *people])

    def _offer(self, field: str, choices: Choices) -> None:
        self.fields[field].choices = choices  # type: ignore[attr-defined]

    def appointment(self) -> dict[str, object]:
        """Return what was asked, with ids."""
        ids = {"grid", "building", "member", "substitute"}
        return {
            name: (UUID(value) if value else None) if name in ids else value
            for name, value in self.cleaned_data.items()
        }


def _person(one: Member) -> str:
    return f"{one.name} · {one.organisation}" if one.organisation else one.name
