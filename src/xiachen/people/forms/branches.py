"""What is asked about temporary branches; the rules themselves are in the operations."""

from collections.abc import Sequence
from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from xiachen.people.forms.days import Choices
from xiachen.people.models.branches import BranchPostKind
from xiachen.people.models.members import Member
from xiachen.people.queries.branches import BranchRow
from xiachen.people.queries.units import party_organisations_reached
from xiachen.privacy.doors import Day
from xiachen.privacy.scope import Scope


class BranchForm(forms.Form):
    """A temporary branch: approval, members, secretary and deputies."""

    name = forms.CharField(label=_("name"), max_length=80)
    approved_by = forms.ChoiceField(label=_("approved by"))
    approved_on = forms.DateField(label=_("approved on"), widget=Day)
    members = forms.MultipleChoiceField(
        label=_("members"),
        help_text=_("At least three full members; probationary members do not count."),
        widget=forms.CheckboxSelectMultiple,
    )
    secretary = forms.ChoiceField(label=_("secretary"))
    deputies = forms.MultipleChoiceField(
        label=_("deputy secretaries"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, scope: Scope, offered: Sequence[Member], day: date, data: object = None
    ) -> None:
        super().__init__(data, initial={"approved_on": day})  # type: ignore[arg-type]
        superiors = party_organisations_reached(scope).filter(kind="committee")
        self.fields["approved_by"].choices = [  # type: ignore[attr-defined]
            (str(one.pk), one.name) for one in superiors
        ]
        for name in ("members", "secretary", "deputies"):
            self.fields[name].choices = _people(offered)  # type: ignore[attr-defined]


class JoinBranchForm(forms.Form):
    """People who join a branch that stands."""

    members = forms.MultipleChoiceField(label=_("members"), widget=forms.CheckboxSelectMultiple)
    from_day = forms.DateField(label=_("from"), widget=Day)

    def __init__(self, offered: Sequence[Member], day: date, data: object = None) -> None:
        super().__init__(data, auto_id="join-%s", initial={"from_day": day})  # type: ignore[arg-type]
        self.fields["members"].choices = _people(offered)  # type: ignore[attr-defined]


class BranchPostForm(forms.Form):
    """Somebody of the branch and the post to which the superior appoints them."""

    member = forms.ChoiceField(label=_("member"))
    post = forms.ChoiceField(label=_("post"), choices=BranchPostKind.choices)
    from_day = forms.DateField(label=_("from"), widget=Day)

    def __init__(self, rows: Sequence[BranchRow], day: date, data: object = None) -> None:
        super().__init__(data, auto_id="post-%s", initial={"from_day": day})  # type: ignore[arg-type]
        free = [(str(row.member), row.name) for row in rows if not row.post]
        self.fields["member"].choices = free  # type: ignore[attr-defined]


def _people(offered: Sequence[Member]) -> Choices:
    return [(str(one.pk), f"{one.name} · {one.get_party_standing_display()}") for one in offered]
