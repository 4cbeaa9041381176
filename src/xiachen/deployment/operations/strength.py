"""A community says how many people it wants, or that it has enough."""

from datetime import date, datetime

from django.db import transaction

from xiachen.base.errors import Invalid
from xiachen.base.ids import uuid7
from xiachen.base.owned.appending import append, superseding
from xiachen.deployment import rules
from xiachen.deployment.models import Strength
from xiachen.deployment.queries.strength import strength
from xiachen.incidents.models import Incident
from xiachen.mobilisation.queries import stays as mobilisation
from xiachen.mobilisation.rules.stays import OutsideIncident
from xiachen.places.models import Community
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope

# More people than any community has ever been sent; a slip of the finger.
MOST = 10_000


@transaction.atomic
def say_strength(
    scope: Scope, *, community: int, wanted: int, from_day: date, words: str = "", at: datetime
) -> Strength:
    """
    Say how many people a community wants from a day on, all in all and not in addition.

    It holds until something is said for a later day; for the same day it replaces what was said.

    :raises OutsideIncident: the operation does not work there
    """
    incident = _incident(scope, community, from_day)
    if not 0 <= wanted <= MOST:
        raise Invalid(field="wanted", reason=f"0–{MOST}")
    said = _say(scope, incident, community, wanted, from_day, _kept(words), False, at)
    audit.record(scope, "deployment.say-strength", community=community, targets=(said.pk,))
    return said


@transaction.atomic
def say_enough(
    scope: Scope, *, community: int, from_day: date, words: str = "", at: datetime
) -> Strength:
    """
    Say “enough, thank you”: those who belong there on a day suffice from then on.

    What was said for later days does not hold any more.

    :raises OutsideIncident: the operation does not work there
    """
    incident = _incident(scope, community, from_day)
    (force,) = strength(scope, day=from_day, communities=[community]) or (None,)
    there = force.belonging if force else 0
    said = _say(scope, incident, community, there, from_day, _kept(words), True, at)
    later = Strength.objects.standing().filter(community=community, incident=incident)
    void = [
        superseding(one, by=scope.account, at=at, void=True, occurred_at=at)
        for one in later.filter(from_day__gt=from_day)
    ]
    append(void)
    audit.record(
        scope,
        "deployment.say-enough",
        community=community,
        targets=(said.pk, *(one.pk for one in void)),
    )
    return said


def _kept(words: str) -> str:
    return words.strip()[: rules.LONGEST_WORDS]


def _incident(scope: Scope, community: int, day: date) -> Incident:
    """Return the incident, if the scope speaks there; of two who speak at once the second waits."""
    scope.require(Can.SAY_STRENGTH, community=community)
    incident = mobilisation.working_incident(scope)
    if not mobilisation.included(scope, community=community, day=day):
        raise OutsideIncident(field="community")
    list(Community.objects.select_for_update(no_key=True).filter(pk=community).values_list("pk"))
    return incident


def _say(
    scope: Scope,
    incident: Incident,
    community: int,
    wanted: int,
    from_day: date,
    words: str,
    enough: bool,
    at: datetime,
) -> Strength:
    said = Strength.objects.filter(community=community, incident=incident, from_day=from_day)
    former = said.filter(reversed_by=None).first()
    if former is None:
        fact = Strength(
            id=uuid7(),
            community_id=community,
            incident=incident,
            from_day=from_day,
            occurred_at=at,
            received_at=at,
            recorded_by=scope.account,
            wanted=wanted,
            words=words,
            enough=enough,
        )
    elif (former.wanted, former.words, former.enough, former.void) == (
        wanted,
        words,
        enough,
        False,
    ):
        return former
    else:
        fact = superseding(
            former,
            by=scope.account,
            at=at,
            occurred_at=at,
            wanted=wanted,
            words=words,
            enough=enough,
        )
    append([fact])
    return fact
