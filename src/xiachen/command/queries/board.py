"""The figures of a day as they stand now."""

from dataclasses import dataclass
from datetime import date

from xiachen.command.queries import house
from xiachen.command.rules.template import COVERAGES, COVERED, DAILY, figures_of, groups_of
from xiachen.command.rules.views import FigureLine, SectionView, views_of
from xiachen.incidents import queries as incidents
from xiachen.places.models import Community
from xiachen.privacy.scope import Can, Scope

# From here on communities are numbered that a deployment made; below, divisions of the country.
LOCALS = 99 * 10**10


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """
    The figures of a place on a day.

    :param coverages: the two ratios that must be whole (两个全覆盖)
    :param silent: communities that nothing was heard of on the day
    :param places: what else the scope could look at, by code and name
    """

    place: str
    division: int
    day: date
    sections: list[SectionView]
    coverages: list[FigureLine]
    silent: list[Community]
    places: list[tuple[int, str]]


def board(scope: Scope, *, division: int, day: date) -> Board:
    """Return the figures of a division or community on a day as they stand now."""
    inner = house.narrowed(scope, division)
    cutoff = house.day_so_far(scope, day)
    stated = house.with_names(
        inner,
        house.stated(inner, cutoff=cutoff, codes=figures_of(DAILY), groups=groups_of(DAILY)),
    )
    expected, heard = house.heard(inner, cutoff=cutoff)
    return Board(
        place=house.place_name(scope, division=division, day=day),
        division=division,
        day=day,
        sections=views_of(
            [one for one in DAILY if one is not COVERED], stated, house.by_code(scope)
        ),
        coverages=[
            FigureLine(figure=house.figure(code), stated=stated[code]) for code in COVERAGES
        ],
        silent=house.communities(inner, set(expected) - set(heard)),
        places=divisions(scope, day=day),
    )


def divisions(scope: Scope, *, day: date) -> list[tuple[int, str]]:
    """
    Return the places of the scope and the incident's communities in it, by code and name.

    The range of the communities that were made here is no place that has a name.
    """
    scope.require(Can.SEE_FIGURES)
    cutoff = house.day_so_far(scope, day)
    own = [low for low, high in scope.places if low < LOCALS or low == high]
    inside = incidents.communities_of(scope, incident=cutoff.incident, day=day)
    return [
        (code, house.place_name(scope, division=code, day=day))
        for code in dict.fromkeys((*own, *inside))
    ]
