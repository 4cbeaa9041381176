"""What is asked of whoever settles a record of a phone, or strikes a phone off."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiachen.attendance.queries.boards import communities_shown
from xiachen.base import clock
from xiachen.base.errors import Refused
from xiachen.mobilisation.queries.stays import expected_on
from xiachen.needs.queries.tasks import kinds, narrowed_tasks
from xiachen.people.queries.members import shown_names
from xiachen.places.queries.communities import resolve
from xiachen.privacy.scope import Scope
from xiachen.sync.kinds import KINDS
from xiachen.sync.queries.records import RecordView
from xiachen.sync.rules.events import LARGEST_COUNT, LONGEST_TEXT
from xiachen.sync.rules.settling import LONGEST_REASON
from xiachen.sync.rules.wording import PART_WORDS, VALUE_WORDS, kind_words

MOST_CHOICES = 300

# What of each kind can be mended; whatever else it says is sent on as it was.
_PARTS: Mapping[str, tuple[str, ...]] = {
    "attendance.check-in": ("member",),
    "attendance.check-out": ("member",),
    "attendance.work": ("member", "work", "times", "persons_served", "note"),
    "attendance.health": ("member", "well"),
    "attendance.injury": ("member", "happened", "stand_in"),
    "needs.claim": ("task",),
    "needs.release": ("task",),
    "needs.finish": ("task", "times", "persons_served", "note"),
    "notices.read": (),
}
# Somebody signed in here on the word of whoever mends: no code and no poster speaks for it.
_BY_WORD: Mapping[str, Mapping[str, str]] = {
    "attendance.check-in": {"method": "list"},
    "attendance.check-out": {"method": "list"},
}
_PLACELESS = frozenset({"notices.read"})


def kind_choices() -> list[tuple[str, str]]:
    """Return the kinds as which a record can be taken in."""
    return [(kind, str(kind_words(kind))) for kind in KINDS if kind in _PARTS]


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=_("reason"),
        max_length=LONGEST_REASON,
        help_text=_("In a few words, without names: it is kept."),
    )


class MendForm(forms.Form):
    """A record's own parts, to be put right."""

    occurred = forms.DateTimeField(
        label=_("occurred"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M:%S"),
    )

    def __init__(self, scope: Scope, view: RecordView, kind: str, data: Any = None) -> None:
        row = view.line.row
        self.scope, self.kind = scope, kind
        self._body = dict(view.content.body) if view.content else {}
        happened = view.occurred_at or row.received_at
        said = {name: self._body.get(name) for name in _PARTS[kind]}
        said["member"] = said.get("member") or str(row.device.member)
        super().__init__(
            data,
            initial={
                **said,
                "occurred": timezone.localtime(happened),
                "community": row.about,
                "times": said.get("times") or 1,
                "persons_served": said.get("persons_served") or 0,
            },
        )
        if kind not in _PLACELESS:
            self.fields["community"] = self._communities(happened, row.about)
        for name in _PARTS[kind]:
            self.fields[name] = self._field(name, view, happened)
        self.fields["reason"] = forms.CharField(
            label=_("what you know it from"),
            max_length=LONGEST_REASON,
            help_text=_("In a few words, without names: it is kept."),
        )

    def community(self) -> int | None:
        """Return where it happened; None for what happens nowhere."""
        given = self.cleaned_data.get("community")
        return int(given) if given else None

    def occurred_at(self) -> datetime:
        """Return when it happened."""
        moment: datetime = self.cleaned_data["occurred"]
        return moment

    def body(self) -> dict[str, Any]:
        """Return the mended body of the record."""
        given = {name: self.cleaned_data[name] for name in _PARTS[self.kind]}
        if self.kind in _BY_WORD:
            return {**given, **_BY_WORD[self.kind]}
        return {**self._body, **given}

    def clean_community(self) -> str:
        """Return the number of a community that was written."""
        given = str(self.cleaned_data["community"])
        if isinstance(self.fields["community"], forms.ChoiceField):
            return given
        try:
            return str(resolve(self.scope, given).pk)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def _communities(self, happened: datetime, said: int | None) -> forms.Field:
        shown = communities_shown(self.scope, day=clock.local_day(happened))
        if len(shown) > MOST_CHOICES:
            return forms.CharField(
                label=_("community"),
                help_text=_("The name with its street, or the 12-digit code."),
            )
        blank = [] if said in {one.pk for one in shown} else [("", "—")]
        return forms.ChoiceField(
            label=_("community"), choices=[*blank, *((one.pk, str(one)) for one in shown)]
        )

    def _field(self, name: str, view: RecordView, happened: datetime) -> forms.Field:
        label = str(PART_WORDS[name])
        if name == "member":
            return forms.ChoiceField(label=label, choices=self._people(view, happened))
        if name == "task":
            rows = narrowed_tasks(self.scope, community=view.line.row.about)[:MOST_CHOICES]
            return forms.ChoiceField(
                label=label, choices=[("", "—"), *((str(one.pk), one.title) for one in rows)]
            )
        if name == "work":
            known = [one for one in kinds(self.scope) if not one.need]
            choices = [("", "—"), *((one.code, str(one)) for one in known)]
            return forms.ChoiceField(label=label, choices=choices)
        if name in VALUE_WORDS:
            return forms.ChoiceField(label=label, choices=list(VALUE_WORDS[name].items()))
        if name in {"times", "persons_served"}:
            least = 1 if name == "times" else 0
            return forms.IntegerField(label=label, min_value=least, max_value=LARGEST_COUNT)
        if name in {"well", "stand_in"}:
            return forms.TypedChoiceField(
                label=label,
                coerce=lambda given: given == "True",
                choices=[("True", pgettext_lazy("answer", "yes")), ("False", _("no"))],
            )
        return forms.CharField(
            label=label,
            required=False,
            max_length=LONGEST_TEXT,
            widget=forms.Textarea(attrs={"rows": 4}),
        )

    def _people(self, view: RecordView, happened: datetime) -> list[tuple[str, str]]:
        """Return who it may be about: whom it names, whose phone it was, who was expected there."""
        row = view.line.row
        likely = [*view.named, row.device.member]
        if row.about is not None and self.scope.incident is not None:
            there = expected_on(self.scope, day=clock.local_day(happened), community=row.about)
            likely += list(there.values_list("member_id", flat=True)[:MOST_CHOICES])
        names = shown_names(self.scope, likely)
        order = dict.fromkeys(one for one in likely if one in names)
        return [(str(one), names[one]) for one in order]
