"""Who may be one person under two records: namesakes of one unit whom nothing tells apart."""

from collections.abc import Sequence
from uuid import UUID

from xiachen.mobilisation.models.sign_ups import SignUp, Source
from xiachen.mobilisation.queries.call_ups import units_above
from xiachen.people.models.members import Member
from xiachen.people.queries.members import members_reached
from xiachen.privacy.scope import Scope


def namesakes(scope: Scope, *, rows: Sequence[SignUp]) -> dict[UUID, list[Member]]:
    """
    Return, by sign-up, whom the person who signed up alone may be; only where there is somebody.

    Namesakes of the unit in which the person counts, or of one below it; whoever has another phone
    or another identity number is another person.
    """
    alone = [row for row in rows if row.source == Source.PERSON and row.organisation_id]
    if not alone:
        return {}
    people = Member.objects.in_bulk([row.member_id for row in alone])
    alike = members_reached(scope).filter(name__in={one.name for one in people.values()})
    others = list(
        alike.exclude(organisation=None)
        .select_related("organisation", "home_community")
        .prefetch_related("identities")
        .order_by("organisation__name", "pk")
    )
    above = units_above(scope, units=[one.organisation_id for one in others])
    found: dict[UUID, list[Member]] = {}
    for row in alone:
        person = people[row.member_id]
        for other in others:
            unit = other.organisation_id
            if unit and row.organisation_id in above[unit] and _may_be(person, other):
                found.setdefault(row.pk, []).append(other)
    return found


def _may_be(one: Member, other: Member) -> bool:
    told_apart = (one.phone_index and other.phone_index) or (
        one.identity_index and other.identity_index
    )
    return one.pk != other.pk and one.name == other.name and not told_apart
