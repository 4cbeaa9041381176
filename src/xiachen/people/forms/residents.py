"""What is asked about a resident; the rules themselves are in the operations."""

from uuid import UUID

from django import forms
from django.utils.translation import pgettext_lazy

from xiachen.base.ids import uuid7
from xiachen.people.forms.persons import identity_field, phone_field
from xiachen.people.operations.residents import ResidentEntry


class ResidentForm(forms.Form):
    """Somebody who lives behind a door."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(
        label=pgettext_lazy("person", "name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    phone = phone_field(required=False)
    identity_number = identity_field()

    def __init__(self, data: object = None) -> None:
        # The id is made with the page, so that a form sent twice registers one person.
        super().__init__(data, initial={"id": uuid7()})  # type: ignore[arg-type]

    def entry(self, household: UUID) -> ResidentEntry:
        """Return what was asked as an entry of a list."""
        return ResidentEntry(household=household, **self.cleaned_data)
