"""Who keeps the places to sign in at, who shows their codes, and what such a place may be."""

from math import isfinite

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Invalid, Refused
from xiachen.privacy.scope import Can, Scope

LONGEST_NAME = 60
# A position indoors is off by fifty metres and more; beyond some kilometres it proves nothing.
SMALLEST_RADIUS, LARGEST_RADIUS = 20, 5000


class PlaceTaken(Refused):
    """Two places of a community would have the same name."""

    code = "attendance.place-taken"
    message = _("“%(name)s” is a place to sign in at already. Give this one another name.")


def keeps_places(scope: Scope, community: int) -> bool:
    """Tell whether the scope registers and changes a community's places to sign in at."""
    return scope.covers(community) and (
        scope.allows(Can.MANAGE_PLACES) or scope.allows(Can.CORRECT)
    )


def shows_codes(scope: Scope, community: int) -> bool:
    """Tell whether the scope shows a community's codes: who leads or is responsible on site."""
    return scope.covers(community) and scope.allows(Can.CHECK_IN) and scope.allows(Can.SEE_PEOPLE)


def check_place(*, name: str, latitude: float | None, longitude: float | None, radius: int) -> str:
    """
    Return the name without blanks around it; refuse what no place can be.

    :raises Invalid: the name is empty or too long, or there is no such point or radius
    """
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME or "\x00" in name:
        raise Invalid(field="name", reason=_("a place’s name has 1 to 60 characters"))
    if (latitude is None) != (longitude is None):
        raise Invalid(field="longitude", reason=_("a point has a latitude and a longitude"))
    if latitude is not None and not (isfinite(latitude) and -90 <= latitude <= 90):
        raise Invalid(field="latitude", reason=_("latitudes lie from −90 to 90 degrees"))
    if longitude is not None and not (isfinite(longitude) and -180 <= longitude <= 180):
        raise Invalid(field="longitude", reason=_("longitudes lie from −180 to 180 degrees"))
    if not SMALLEST_RADIUS <= radius <= LARGEST_RADIUS:
        raise Invalid(field="radius", reason=_("a radius has 20 to 5,000 metres"))
    return name
