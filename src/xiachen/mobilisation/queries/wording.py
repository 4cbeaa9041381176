"""Criteria in words, and what can be chosen from."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from xiachen.incidents import queries as incidents
from xiachen.mobilisation.models.call_ups import Criterion, CriterionKind
from xiachen.mobilisation.models.stays import ExcuseReason
from xiachen.people.models.members import Fitness, IdentityKind, PartyStanding, Skill
from xiachen.places.queries.listing import division_names
from xiachen.places.rules.codes import path_of
from xiachen.privacy.scope import Scope

Choices = list[tuple[str, str]]


def criterion_choices(scope: Scope, *, day: date) -> list[tuple[str, Choices]]:
    """Return what can be asked of people, in groups, with the words for it."""
    kinds = CriterionKind
    duties = Fitness.objects.order_by("duty").values_list("duty", flat=True).distinct()
    groups: list[tuple[CriterionKind, Iterable[tuple[object, object]]]] = [
        (
            kinds.PARTY,
            [
                (PartyStanding.FULL, _("full member")),
                (PartyStanding.PROBATIONARY, _("full or probationary member")),
            ],
        ),
        (kinds.IDENTITY, IdentityKind.choices),
        (kinds.SKILL, ((one.code, one) for one in Skill.objects.order_by("code"))),
        (kinds.FIT, ((duty, duty) for duty in duties[:50])),
        (kinds.HOME, place_choices(scope, day=day)),
        (kinds.NOT_EXCUSED, ExcuseReason.choices),
    ]
    found = [
        (str(kind.label), [(f"{kind.value}:{value}", str(words)) for value, words in options])
        for kind, options in groups
    ]
    return [(label, options) for label, options in found if options]


def place_choices(scope: Scope, *, day: date) -> Choices:
    """Return the divisions in which the incident works and that lie within the scope."""
    communities = incidents.communities_of(scope, day=day)
    codes = sorted({code for community in communities for code in path_of(community)})
    covered = [code for code in codes if scope.covers(code)]
    names = division_names(scope, covered)
    return [(str(code), names[code]) for code in covered if code in names]


def criterion_words(scope: Scope, criteria: Iterable[Criterion]) -> dict[int, str]:
    """Return what each criterion asks, in words."""
    rows = list(criteria)
    skills = {one.code: str(one) for one in Skill.objects.all()}
    homes = [int(one.value) for one in rows if one.kind == CriterionKind.HOME]
    places = division_names(scope, homes) if homes else {}
    found = {}
    for one in rows:
        known: dict[str, str] = {
            CriterionKind.PARTY: str(dict(PartyStanding.choices).get(one.value, one.value)),
            CriterionKind.IDENTITY: str(dict(IdentityKind.choices).get(one.value, one.value)),
            CriterionKind.SKILL: skills.get(one.value, one.value),
            CriterionKind.NOT_EXCUSED: str(dict(ExcuseReason.choices).get(one.value, one.value)),
        }
        value = known.get(one.kind, one.value)
        if one.kind == CriterionKind.HOME:
            value = places.get(int(one.value), one.value)
        found[one.pk] = f"{one.get_kind_display()} {value}"
    return found
