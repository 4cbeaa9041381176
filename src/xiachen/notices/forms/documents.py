"""What is asked about a document; the rules themselves are in the operations."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from xiachen.notices.models.documents import DocumentKind
from xiachen.notices.queries import documents as queries
from xiachen.people.queries.units import organisations_reached
from xiachen.privacy.doors import Day
from xiachen.privacy.scope import Scope


class DocumentForm(forms.Form):
    """A document with its issuers."""

    kind = forms.ChoiceField(label=_("kind"), choices=DocumentKind.choices)
    number = forms.CharField(label=_("number"), max_length=60)
    title = forms.CharField(label=_("title"), max_length=200)
    issuers = forms.MultipleChoiceField(
        label=_("issuers"),
        help_text=_("Every unit that signed it."),
        widget=forms.CheckboxSelectMultiple,
    )
    issued_on = forms.DateField(label=_("issued on"), widget=Day)
    parent = forms.ChoiceField(
        label=_("carries out"),
        required=False,
        help_text=_("The document that this one follows."),
    )

    def __init__(self, scope: Scope, day: date, data: object = None) -> None:
        super().__init__(data, initial={"issued_on": day})  # type: ignore[arg-type]
        self.fields["issuers"].choices = [  # type: ignore[attr-defined]
            (str(one.pk), one.name) for one in organisations_reached(scope)
        ]
        above = queries.documents(scope, incident=scope.incident) if scope.incident else ()
        self.fields["parent"].choices = [  # type: ignore[attr-defined]
            ("", "—"),
            *((str(one.pk), f"{one.number} {one.title}") for one in above),
        ]
