"""What is asked about teams and squads; the rules themselves are in the operations."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from xiachen.deployment import rules
from xiachen.deployment.models import Team, TeamMove, TeamPost
from xiachen.deployment.operations.strength import MOST
from xiachen.deployment.queries import teams as queries
from xiachen.deployment.queries.squads import SquadLine
from xiachen.deployment.queries.strength import Force
from xiachen.people.queries import branches as parties
from xiachen.people.queries.units import organisations_reached
from xiachen.places.models import Grid
from xiachen.privacy.scope import Scope

NONE = ("", "—")
_GONE = {
    "invalid_choice": _("The team has changed meanwhile. Look at its squads again."),
    "required": _("Choose the squad."),
}


class Day(forms.DateInput):
    """A day chosen from the browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class TeamForm(forms.Form):
    """A new team, perhaps within another."""

    type = forms.ChoiceField(label=_("type"))
    name = forms.CharField(label=_("name of the team"), max_length=80)
    formed_on = forms.DateField(label=_("formed on"), widget=Day)
    parent = forms.ChoiceField(label=_("within the team"), required=False)
    organisation = forms.ChoiceField(label=_("organisation"), required=False)
    branch = forms.ChoiceField(label=_("temporary branch"), required=False)

    def __init__(self, scope: Scope, day: date, data: Any = None, parent: str = "") -> None:
        super().__init__(data, initial={"formed_on": day, "parent": parent})
        english = (get_language() or "").startswith("en")
        types = queries.team_types(scope)
        teams = queries.teams(scope).order_by("name")
        units = organisations_reached(scope)
        self._offer("type", [(one.code, one.name_en if english else one.name) for one in types])
        self._offer("parent", [NONE, *((str(one.pk), one.name) for one in teams)])
        self._offer("organisation", [NONE, *((str(one.pk), one.name) for one in units)])
        self._offer("branch", _branches(scope, day))

    def _offer(self, field: str, choices: Sequence[tuple[str, str]]) -> None:
        self.fields[field].choices = choices  # type: ignore[attr-defined]

    def chosen(self, field: str) -> UUID | None:
        """Return the id chosen in a field, if any."""
        value = self.cleaned_data[field]
        return UUID(value) if value else None


class MembersForm(forms.Form):
    """Who joins the team, and with which post."""

    members = forms.MultipleChoiceField(
        label=_("people"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose who joins the team.")},
    )
    post = forms.ChoiceField(label=_("post"), choices=TeamPost.choices, initial=TeamPost.MEMBER)
    from_day = forms.DateField(label=_("from"), widget=Day)

    def __init__(self, candidates: Sequence[tuple[UUID, str]], day: date, data: Any = None) -> None:
        super().__init__(data, initial={"from_day": day}, auto_id="add_%s")
        self.fields["members"].choices = [  # type: ignore[attr-defined]
            (str(member), name) for member, name in candidates
        ]


class AssignmentForm(forms.Form):
    """Where the team works."""

    community = forms.ChoiceField(label=_("community"))
    from_day = forms.DateField(label=_("from"), widget=Day)

    def __init__(self, places: Sequence[tuple[int, str]], day: date, data: Any = None) -> None:
        super().__init__(data, initial={"from_day": day}, auto_id="assign_%s")
        self.fields["community"].choices = [  # type: ignore[attr-defined]
            (str(code), name) for code, name in places
        ]


class SquadsForm(forms.Form):
    """How a team is divided."""

    count = forms.IntegerField(label=_("number of squads"), min_value=1, max_value=200)
    smallest = forms.IntegerField(label=_("fewest people in a squad"), min_value=1, initial=2)
    largest = forms.IntegerField(label=_("most people in a squad"), min_value=1, initial=3)
    grids = forms.MultipleChoiceField(
        label=_("grids"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The first grid ticked goes to the first squad, and so on."),
    )

    def __init__(
        self,
        people: int,
        grids: Sequence[Grid],
        standing: Sequence[SquadLine],
        data: Any = None,
    ) -> None:
        count = len(standing) or max(1, -(-people // 3))
        taken = [str(line.squad.grid_id) for line in standing if line.squad.grid_id]
        super().__init__(data, initial={"count": count, "grids": taken})
        self.people = people
        self.fields["grids"].choices = [  # type: ignore[attr-defined]
            (str(grid.pk), str(grid)) for grid in grids
        ]

    def sizes(self) -> tuple[int, ...]:
        """
        Return the sizes that the squads would have.

        :raises Refused: these people do not make these squads
        """
        given = self.cleaned_data
        return rules.squad_sizes(
            self.people, given["count"], smallest=given["smallest"], largest=given["largest"]
        )


class MoveForm(forms.Form):
    """Into which squad somebody goes."""

    member = forms.ChoiceField(error_messages=_GONE)
    squad = forms.ChoiceField(error_messages=_GONE)

    def __init__(self, people: Iterable[UUID], squads: Iterable[UUID], data: Any) -> None:
        super().__init__(data)
        self.fields["member"].choices = [(str(one), "") for one in people]  # type: ignore[attr-defined]
        self.fields["squad"].choices = [(str(one), "") for one in squads]  # type: ignore[attr-defined]


class GridForm(forms.Form):
    """In which grid a squad works."""

    squad = forms.ChoiceField(error_messages=_GONE)
    grid = forms.ChoiceField(required=False, error_messages=_GONE)

    def __init__(self, squads: Iterable[UUID], grids: Iterable[UUID], data: Any) -> None:
        super().__init__(data)
        self.fields["squad"].choices = [(str(one), "") for one in squads]  # type: ignore[attr-defined]
        self.fields["grid"].choices = [NONE, *((str(one), "") for one in grids)]  # type: ignore[attr-defined]


class LastDayForm(forms.Form):
    """The day with which something ends; it belongs to it."""

    last_day = forms.DateField(label=_("last day"), widget=Day)

    def __init__(self, day: date, data: Any = None) -> None:
        super().__init__(data, auto_id="end-%s", initial={"last_day": day})


class BranchForm(forms.Form):
    """The temporary branch that stands in a team, or none."""

    branch = forms.ChoiceField(label=_("temporary branch"), required=False)

    def __init__(self, scope: Scope, team: Team, day: date, data: Any = None) -> None:
        super().__init__(data, auto_id="link-%s", initial={"branch": str(team.branch_id or "")})
        self.fields["branch"].choices = _branches(scope, day)  # type: ignore[attr-defined]


class TypeForm(forms.Form):
    """A type of team in both languages."""

    name = forms.CharField(label=_("name in Chinese"), max_length=40)
    name_en = forms.CharField(label=_("name in English"), max_length=40)
    code = forms.SlugField(
        label=_("code"),
        max_length=40,
        help_text=_("Small letters, digits and hyphens, such as night-watch; scenarios use it."),
    )


class BriefingForm(forms.Form):
    """What the community tells those who arrive."""

    done_so_far = forms.CharField(
        label=_("done so far"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    key_points = forms.CharField(
        label=_("key points"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("No names and no illnesses: this sheet is printed and passed on."),
    )
    difficulties = forms.CharField(
        label=_("difficulties"), required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class WithdrawalForm(forms.Form):
    """Who goes home, who was found unfit, and the community's thanks."""

    members = forms.MultipleChoiceField(
        label=_("who goes home"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose who goes home.")},
    )
    unfit = forms.MultipleChoiceField(
        label=_("not fit at the last health check"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Never why. Whoever is not ticked here was found fit."),
    )
    thanks = forms.CharField(
        label=_("the community's word of thanks"), widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, people: Sequence[tuple[UUID, str]], data: Any = None) -> None:
        super().__init__(data)
        choices = [(str(member), name) for member, name in people]
        self.fields["members"].choices = choices  # type: ignore[attr-defined]
        self.fields["unfit"].choices = choices  # type: ignore[attr-defined]


class StrengthForm(forms.Form):
    """How many people a community wants from a day on."""

    wanted = forms.IntegerField(
        label=_("people wanted"),
        min_value=0,
        max_value=MOST,
        help_text=_("All in all, those who are there already included."),
    )
    from_day = forms.DateField(label=_("from which day on"), widget=Day)
    words = forms.CharField(
        label=_("what for"),
        required=False,
        max_length=200,
        help_text=_("Such as: two gates round the clock. No names and no illnesses."),
    )

    def __init__(self, force: Force | None, day: date, data: Any = None) -> None:
        wanted = force.wanted if force and force.wanted is not None else None
        super().__init__(data, initial={"wanted": wanted, "from_day": day})


class EnoughForm(forms.Form):
    """From which day on those who are there suffice."""

    from_day = forms.DateField(label=_("from which day on"), widget=Day)
    words = forms.CharField(label=_("a word of thanks"), required=False, max_length=200)

    def __init__(self, day: date, data: Any = None) -> None:
        super().__init__(data, auto_id="enough-%s", initial={"from_day": day})


class AskMoveForm(forms.Form):
    """Which team, or how many of it, is asked to go where and from when on."""

    team = forms.ChoiceField(label=_("team and where it works"))
    people = forms.IntegerField(
        label=_("how many people"),
        required=False,
        min_value=1,
        max_value=10_000,
        help_text=_("Empty: the whole team with the teams within it."),
    )
    receiving = forms.ChoiceField(label=_("to the community"))
    from_day = forms.DateField(label=_("from which day on"), widget=Day)
    reason = forms.CharField(
        label=_("reason"),
        max_length=200,
        help_text=_("The community reads it before it answers. No names and no illnesses."),
    )

    def __init__(
        self,
        teams: Sequence[tuple[str, str]],
        places: Sequence[tuple[str, str]],
        day: date,
        data: Any,
        proposed: Mapping[str, str],
    ) -> None:
        giving = proposed.get("giving", "")
        offered = [one for one in teams if not giving or one[0].endswith(f"|{giving}")]
        names = ("receiving", "people")
        initial = {name: proposed[name] for name in names if name in proposed}
        super().__init__(data, initial={"from_day": day, **initial})
        self.fields["team"].choices = offered  # type: ignore[attr-defined]
        self.fields["receiving"].choices = places  # type: ignore[attr-defined]

    def asked(self) -> dict[str, Any]:
        """Return what the operation takes."""
        team, _, giving = self.cleaned_data["team"].partition("|")
        names = ("people", "from_day", "reason")
        return {
            "team": UUID(team),
            "giving": int(giving),
            "receiving": int(self.cleaned_data["receiving"]),
            **{name: self.cleaned_data[name] for name in names},
        }


class AnswerMoveForm(forms.Form):
    """The community's answer; who goes, where some of a team are asked for."""

    members = forms.MultipleChoiceField(
        label=_("who goes"), required=False, widget=forms.CheckboxSelectMultiple
    )
    first_day = forms.DateField(
        label=_("their first day there"),
        required=False,
        widget=Day,
        help_text=_("Not before the day that was asked for."),
    )
    words = forms.CharField(
        label=_("the community's answer"),
        required=False,
        max_length=200,
        help_text=_("Needed where you decline."),
    )

    def __init__(
        self, people: Sequence[tuple[UUID, str]], move: TeamMove, day: date, data: Any = None
    ) -> None:
        super().__init__(data, initial={"first_day": max(move.from_day, day)})
        self.fields["members"].choices = [(str(one), name) for one, name in people]  # type: ignore[attr-defined]
        if move.people is None:
            self.fields["members"].widget = forms.MultipleHiddenInput()


def _branches(scope: Scope, day: date) -> list[tuple[str, str]]:
    standing = parties.branches(scope, incident=scope.incident, day=day) if scope.incident else ()
    return [NONE, *((str(one.pk), one.name) for one in standing)]
