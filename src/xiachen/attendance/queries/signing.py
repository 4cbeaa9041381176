"""Places to sign in at, and the codes that are shown there."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from xiachen.attendance.models.signing import SignInPlace
from xiachen.attendance.rules import codes
from xiachen.attendance.rules.signing import shows_codes
from xiachen.base.errors import NotFound
from xiachen.incidents.queries import communities_of
from xiachen.privacy.scope import Can, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCode:
    """
    What makes a place's codes of one day; a leader's phone is given it and shows them unaided.

    :param step: seconds for which each code is shown
    """

    place: UUID
    community: int
    day: date
    secret: bytes
    step: int = codes.STEP
    digits: int = codes.DIGITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The code that a place shows at a moment, and until when."""

    place: SignInPlace
    code: str
    until: datetime


def places_of(scope: Scope, *, communities: Collection[int]) -> list[SignInPlace]:
    """Return the open places of those of some communities that the scope covers, by name."""
    if not scope.allows(Can.CHECK_IN) and not scope.allows(Can.SEE_PEOPLE):
        return []
    rows = places(scope).filter(community__in=communities, closed_at=None)
    return list(rows.order_by("community", "name", "pk"))


def places(scope: Scope) -> QuerySet[SignInPlace]:
    """Return the places that the scope covers, closed ones too."""
    return SignInPlace.objects.filter(scope.within(), incident=scope.incident)


def place_of(scope: Scope, *, community: int, place: UUID) -> SignInPlace:
    """
    Return one place.

    :raises NotFound: the community has none of that id, or it is not within the scope
    """
    found = places(scope).filter(community_id=community, pk=place).first()
    if found is None:
        raise NotFound(field="place")
    return found


def open_place(scope: Scope, *, community: int, place: UUID) -> SignInPlace:
    """
    Return one place at which people sign in now.

    :raises NotFound: there is none of that id within the scope, or it was closed
    """
    found = place_of(scope, community=community, place=place)
    if found.closed_at is not None:
        raise NotFound(field="place")
    return found


def places_nearby(scope: Scope, *, day: date) -> list[SignInPlace]:
    """Return the open places of the communities where somebody on site works on a day."""
    return places_of(scope, communities=communities_of(scope, day=day))


def place_in_operation(scope: Scope, *, place: UUID) -> SignInPlace | None:
    """
    Return a place of the operation, wherever it is; None: there is none of that id.

    Whoever signs in for oneself may do so in every community of the operation.
    """
    scope.require(Can.CHECK_IN)
    return SignInPlace.objects.filter(incident=scope.incident, pk=place).first()


def codes_of(scope: Scope, *, places: Collection[SignInPlace], day: date) -> list[DayCode]:
    """Return what makes a day's codes, of those places whose codes the scope shows."""
    return [
        DayCode(
            place=one.pk,
            community=one.community_id,
            day=day,
            secret=codes.secret_of_day(one.opened(), day),
        )
        for one in places
        if one.closed_at is None and shows_codes(scope, one.community_id)
    ]


def code_now(scope: Scope, *, place: SignInPlace, day: date, at: datetime) -> Shown:
    """
    Return the code that a place shows now.

    :param day: the local day of `at`
    :raises NotFound: the place is closed, or the scope does not show its codes
    """
    found = codes_of(scope, places=[place], day=day)
    if not found:
        raise NotFound(field="place")
    begun = at.timestamp() // codes.STEP * codes.STEP
    until = datetime.fromtimestamp(begun, at.tzinfo) + timedelta(seconds=codes.STEP)
    return Shown(place=place, code=codes.code_at(found[0].secret, at), until=until)


def poster_of(scope: Scope, *, place: SignInPlace) -> str:
    """
    Return the code of the poster that hangs at a place.

    :raises NotFound: the place is closed, or the scope does not show its codes
    """
    if place.closed_at is not None or not shows_codes(scope, place.community_id):
        raise NotFound(field="place")
    return codes.poster_code(place.opened(), place.poster)
