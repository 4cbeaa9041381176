"""Communities that a deployment makes itself, and the names by which people know a community."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import NotFound, Refused
from xiachen.places.models import Alias, Community, Division
from xiachen.places.operations.editing import add
from xiachen.places.rules.codes import NotADivisionCode, local_numbers
from xiachen.places.rules.names import committee_of, normalise_community_name
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope


class StreetIsFull(Refused):
    """A street has made all the communities it can number."""

    code = "places.street-is-full"
    message = _(
        "%(street)s has made nine communities of its own already, and there are no more numbers. "
        "Make it in a neighbouring street, or load a newer list of divisions."
    )


class CommunityMade(Refused):
    """The street has made a community of this name before."""

    code = "places.community-made"
    message = _("This street has a community called %(name)s already. Open it instead.")


class NameNeeded(Refused):
    """Nothing is left of a name without what a committee is called."""

    code = "places.name-needed"
    message = _("Write the name of the community; “residents' committee” alone is not enough.")
    status = 422


@transaction.atomic
def add_alias(scope: Scope, *, community: int, name: str) -> Alias:
    """Add a name under which people know a community; it decides what the list leaves open."""
    scope.require(Can.MANAGE_PLACES, community=community)
    if not Community.objects.filter(pk=community).exists():
        raise NotFound()
    search_name = _search_name(name)
    held = Alias.objects.filter(community_id=community, search_name=search_name).first()
    if held is not None:
        return held
    alias = add(scope, Alias(community_id=community, name=name, search_name=search_name))
    audit.record(scope, "places.add-alias", community=community)
    return alias


@transaction.atomic
def remove_alias(scope: Scope, *, community: int, name: str) -> None:
    """Take an alias away."""
    scope.require(Can.MANAGE_PLACES, community=community)
    held = Alias.objects.filter(community_id=community, search_name=_search_name(name))
    if not held.delete()[0]:
        raise NotFound()
    audit.record(scope, "places.remove-alias", community=community)


@transaction.atomic
def make_community(scope: Scope, *, name: str, street: int) -> Community:
    """
    Make a community that no list has, such as a quarantine hotel; its number begins with 99.

    :param street: 12-digit code of the street or town in which it lies
    :raises StreetIsFull: a street can make nine
    """
    scope.require(Can.MANAGE_PLACES, community=street)
    search_name = _search_name(name)
    division = Division.objects.select_for_update().filter(code=street, level=4).last()
    if division is None:
        raise NotFound(field="street")
    try:
        numbers = local_numbers(street)
    except NotADivisionCode as fault:
        raise NotFound(field="street") from fault
    made = Community.objects.filter(pk__in=numbers)
    if any(one.name == name.strip() for one in made):
        raise CommunityMade(field="name", name=name.strip())
    free = sorted(set(numbers) - {one.pk for one in made})
    if not free:
        raise StreetIsFull(field="street", street=division.name)
    community = add(scope, Community(pk=free[0], name=name, search_name=search_name, local=True))
    audit.record(scope, "places.make-community", community=community.pk)
    return community


def _search_name(name: str) -> str:
    search_name = normalise_community_name(name)
    if not search_name or committee_of(search_name):
        raise NameNeeded(field="name")
    return search_name
