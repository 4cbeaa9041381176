"""What is asked of a notice, and of somebody who confirms one; the rules are in the operations."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiachen.notices.operations.notices import To
from xiachen.notices.queries import documents
from xiachen.notices.queries import notices as queries
from xiachen.notices.rules import notices as rules
from xiachen.people.queries.units import organisations_reached
from xiachen.privacy.scope import Scope

_MANY = ("roles", "organisations", "communities")


class Moment(forms.DateTimeInput):
    """A day and time chosen from the browser's own calendar."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class NoticeForm(forms.Form):
    """A notice and whom it goes to; people named one by one are chosen beside it."""

    title = forms.CharField(label=_("title"), max_length=rules.LONGEST_TITLE)
    body = forms.CharField(
        label=_("text"),
        max_length=rules.LONGEST_BODY,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "Whoever holds the link can read it: no names, numbers, addresses or illnesses of "
            "people."
        ),
    )
    document = forms.ChoiceField(label=_("document"), required=False)
    until = forms.DateTimeField(
        label=_("until"),
        required=False,
        widget=Moment,
        help_text=_("Until then it stands among what waits for the readers."),
    )
    needs_receipt = forms.BooleanField(label=_("asks to be confirmed"), required=False)
    roles = forms.MultipleChoiceField(
        label=_("roles"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Whoever holds such a role within your responsibility."),
    )
    organisations = forms.MultipleChoiceField(
        label=pgettext_lazy("organisation", "units"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Their people, and those of the units below them."),
    )
    communities = forms.MultipleChoiceField(
        label=_("communities"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Whoever holds a role there."),
    )

    def __init__(
        self, scope: Scope, at: datetime, data: QueryDict | None = None, kept: Any = None
    ) -> None:
        # What was written stays in the form while people are looked for.
        initial: dict[str, Any] = {"needs_receipt": True}
        if kept:
            initial = {name: kept.get(name, "") for name in self.base_fields}
            initial |= {name: kept.getlist(name) for name in _MANY}
        super().__init__(data, initial=initial)
        above = documents.documents(scope, incident=scope.incident) if scope.incident else ()
        self._offer(
            document=[("", "—"), *((str(one.pk), f"{one.number} {one.title}") for one in above)],
            roles=queries.roles_reached(scope, at=at),
            organisations=[(str(one.pk), one.name) for one in organisations_reached(scope)],
            communities=queries.communities_reached(scope, at=at),
        )

    def _offer(self, **choices: list[tuple[str, str]]) -> None:
        for name, offered in choices.items():
            if offered:
                self.fields[name].choices = offered  # type: ignore[attr-defined]
            else:
                del self.fields[name]

    def to(self, members: list[UUID]) -> To:
        """Return whom the notice goes to, with the people chosen beside the form."""
        given = self.cleaned_data
        return To(
            roles=given.get("roles", ()),
            organisations=[UUID(one) for one in given.get("organisations", ())],
            communities=[int(one) for one in given.get("communities", ())],
            members=members,
        )


class ReadingForm(forms.Form):
    """Who confirms a notice behind the link for the group."""

    name = forms.CharField(label=pgettext_lazy("person", "name"), max_length=60)
    digits = forms.RegexField(
        r"^[0-9]{4}$",
        label=_("last four digits of your mobile number"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
