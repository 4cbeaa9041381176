"""The figures of the whole house, and what they say of a place on a day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from functools import cache, partial

from django.utils.translation import gettext as _

from xiachen.attendance.figures import days, hours
from xiachen.base import clock
from xiachen.base.errors import Forbidden, Invalid, NotFound
from xiachen.command.queries import counted
from xiachen.command.rules.template import HEARD_BY, MOST_GROUPS
from xiachen.command.rules.wording import Groups, Stated
from xiachen.deployment import figures as deployment
from xiachen.figures.figure import Breakdown, Cutoff, Figure
from xiachen.incidents import queries as incidents
from xiachen.mobilisation.figures import call_ups, completion, forces
from xiachen.mobilisation.figures import stays as mobilisation
from xiachen.mobilisation.queries.stays import enrolled_in
from xiachen.needs import figures as needs
from xiachen.notices import figures as notices
from xiachen.people import figures as people
from xiachen.places.models import Community, Division
from xiachen.places.rules.codes import NotADivisionCode, path_of, ranges_of
from xiachen.privacy.scope import EVERYWHERE, Can, Scope

COUNTRY = 0


@cache
def _house() -> Mapping[str, Figure]:
    areas = (
        people,
        notices,
        call_ups,
        mobilisation,
        completion,
        forces,
        deployment,
        days,
        hours,
        needs,
        counted,
    )
    return {one.code: one for area in areas for one in area.FIGURES}


def figures_of_the_house() -> tuple[Figure, ...]:
    """Return the figures that all areas declare."""
    return tuple(_house().values())


def figure(code: str) -> Figure:
    """
    Return the figure of that code.

    :raises NotFound: no area declares it
    """
    if code not in _house():
        raise NotFound()
    return _house()[code]


def by_code(scope: Scope) -> Mapping[str, Figure]:
    """Return the figures that the scope's role may read, by code."""
    scope.require(Can.SEE_FIGURES)
    return _house()


def narrowed(scope: Scope, division: int) -> Scope:
    """
    Return the scope that reads the figures of a division, and nothing else of what it reaches.

    Records are read by place alone, lest a person's records elsewhere count here; people are
    those of the place and those enrolled in it.

    :raises Forbidden: the division does not lie wholly within the scope's places
    :raises Invalid: there is no such code
    """
    scope.require(Can.SEE_FIGURES)
    try:
        places = EVERYWHERE if division == COUNTRY else ranges_of(division)
    except NotADivisionCode:
        raise Invalid(field="division", reason=_("it is not the code of a place")) from None
    if not all(_lies_within(scope, low, high) for low, high in places):
        raise Forbidden()
    return replace(
        scope,
        places=places,
        organisations=frozenset(),
        teams=frozenset(),
        members=frozenset(),
        fellows=partial(enrolled_in, places, incident=scope.incident) if scope.incident else None,
        member=None,
    )


def _lies_within(scope: Scope, low: int, high: int) -> bool:
    return any(first <= low and high <= last for first, last in scope.places)


def day_so_far(scope: Scope, day: date) -> Cutoff:
    """Return the cut-off that reads a whole day of the scope's incident as it stands now."""
    if scope.incident is None:
        raise NotFound()
    if not clock.FIRST_DAY <= day <= clock.LAST_DAY:
        raise Invalid(field="day", reason=_("no operation lies on this day; check the year"))
    over = clock.on_day(day + timedelta(days=1), time())
    return Cutoff(incident=scope.incident, day=day, occurred_until=over)


def stated(
    scope: Scope,
    *,
    cutoff: Cutoff,
    codes: Iterable[str],
    groups: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Stated]:
    """
    Return what figures say as of a cut-off, within the scope's places.

    :param groups: breakdowns to be read with a figure, by its code
    """
    values: dict[str, Decimal | int] = {}

    def value(code: str) -> Decimal | int:
        if code not in values:
            values[code] = figure(code).value(scope, cutoff)
        return values[code]

    found = {}
    for code in codes:
        one = figure(code)
        found[code] = Stated(
            value=value(code),
            unit=one.unit,
            of=value(one.of) if one.of else None,
            beside=one.beside(scope, cutoff) if one.beside else "",
            groups={
                way: counted
                for way in (groups or {}).get(code, ())
                if len(counted := counted_groups(scope, cutoff=cutoff, code=code, way=way))
                <= MOST_GROUPS
            },
        )
    return found


def counted_groups(scope: Scope, *, cutoff: Cutoff, code: str, way: str) -> list[tuple[str, int]]:
    """
    Return what each group of a breakdown counts, with its key, the largest first.

    Of a breakdown by place every street or community of the operation stands there, also with
    nothing (零也列出).
    """
    found = figure(code).breakdown(way)
    if found is None:
        raise NotFound()
    counted = dict.fromkeys(_every_place(scope, cutoff, way), 0) | dict(found.counts(scope, cutoff))
    return sorted(counted.items(), key=lambda one: (-one[1], one[0]))


def with_names(scope: Scope, statements: Mapping[str, Stated]) -> dict[str, Stated]:
    """Return statements whose groups stand by their names in the language of the page."""
    return {
        code: replace(one, groups=_named(scope, code, one.groups)) if one.groups else one
        for code, one in statements.items()
    }


def names_of_groups(
    scope: Scope, *, way: Breakdown, counted: Sequence[tuple[str, int]]
) -> list[tuple[str, int]]:
    """Return groups by their names instead of their keys."""
    names = way.names(scope, [key for key, _value in counted])
    return [(names.get(key, key), value) for key, value in counted]


def _named(scope: Scope, code: str, groups: Groups) -> Groups:
    return {
        way: names_of_groups(scope, way=breakdown, counted=pairs)
        for way, pairs in groups.items()
        if (breakdown := figure(code).breakdown(way))
    }


def _every_place(scope: Scope, cutoff: Cutoff, way: str) -> list[str]:
    if way not in ("street", "community"):
        return []
    listed = incidents.communities_of(scope, incident=cutoff.incident, day=cutoff.day)
    if way == "community":
        return [str(one) for one in listed]
    return list(dict.fromkeys(str(path_of(one)[-1]) for one in listed))


def heard(scope: Scope, *, cutoff: Cutoff) -> tuple[list[int], list[int]]:
    """Return the communities that records are expected from, and those they came from."""
    expected = incidents.communities_of(scope, incident=cutoff.incident, day=cutoff.day)
    came: set[int] = set()
    for code in HEARD_BY:
        rows = figure(code).rows(scope, cutoff).order_by()
        came |= set(rows.values_list("community_id", flat=True).distinct())
    return sorted(expected), sorted(came & set(expected))


def place_name(scope: Scope, *, division: int, day: date) -> str:
    """Return the name of a division or community as it was called on a day."""
    if division == COUNTRY:
        return _("The whole country")
    community = Community.objects.filter(pk=division).first()
    if community is not None:
        return community.name
    named = Division.objects.filter(code=division).order_by("-valid_from")
    current = named.filter(valid_from__lte=day).first() or named.first()
    return current.name if current else str(division)


def communities(scope: Scope, ids: Iterable[int]) -> list[Community]:
    """Return communities by number, as far as the scope covers them."""
    rows = Community.objects.filter(scope.within("pk"), pk__in=set(ids))
    return list(rows.order_by("pk"))
