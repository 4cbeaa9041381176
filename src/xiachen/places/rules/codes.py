"""
Division codes: the digits are the path.

A code has 12 digits: province 2, prefecture 2, county 2, township 3, community 3; the levels a
division does not have are zeros. Every division is therefore a range of numbers. A grid adds three
digits to its community's code. Numbers from 99 on belong to communities that a deployment made:
99, the nine digits of their street, and a digit from 1 to 9.
"""

from enum import IntEnum


class Level(IntEnum):
    """The five levels of the division tree, from the top."""

    PROVINCE = 1
    PREFECTURE = 2
    COUNTY = 3
    TOWNSHIP = 4
    COMMUNITY = 5


DIGITS = 12
WRITTEN_LENGTHS = {2: Level.PROVINCE, 4: Level.PREFECTURE, 6: Level.COUNTY, 9: Level.TOWNSHIP}
GRIDS_PER_COMMUNITY = 999
LOCALS_PER_STREET = 9

_SPAN = {
    Level.PROVINCE: 10**10,
    Level.PREFECTURE: 10**8,
    Level.COUNTY: 10**6,
    Level.TOWNSHIP: 10**3,
    Level.COMMUNITY: 1,
}
_LOWEST = 11 * 10**10
_LOWEST_LOCAL = 99 * 10**10
_HIGHEST = 10**12 - 1
_FIRST_UNUSED = 90 * 10**10


class NotADivisionCode(ValueError):
    """A number or text that cannot be the code of a division."""


class NotAGridCode(ValueError):
    """A number that cannot be the code of a grid."""


def code_from(text: str) -> int:
    """
    Read a code as lists write it: 2, 4, 6, 9 or 12 digits.

    :return: the 12-digit code
    :raises NotADivisionCode: other characters, another length, or no such province
    """
    if not (text.isascii() and text.isdigit()):
        raise NotADivisionCode(text)
    if len(text) not in WRITTEN_LENGTHS and len(text) != DIGITS:
        raise NotADivisionCode(text)
    return _checked(int(text.ljust(DIGITS, "0")))


def level_of(code: int) -> Level:
    """Return the level of a 12-digit code."""
    if _checked(code) % 1000:
        return Level.COMMUNITY
    if code % 10**6:
        return Level.TOWNSHIP
    if code % 10**8:
        return Level.COUNTY
    return Level.PREFECTURE if code % 10**10 else Level.PROVINCE


def parent_of(code: int) -> int | None:
    """
    Return the code of the division above, None for a province.

    The four prefectures without counties are the direct parents of their townships.
    """
    above = [ancestor for ancestor in _roundings(code) if ancestor != code]
    return above[-1] if above else None


def ancestors_of(code: int) -> tuple[int, ...]:
    """Return the codes of all divisions above, province first."""
    return tuple(dict.fromkeys(rounding for rounding in _roundings(code) if rounding != code))


def range_of(code: int) -> tuple[int, int]:
    """Return the lowest and the highest code of a division and everything below it."""
    return code, code + _SPAN[level_of(code)] - 1


def ranges_of(code: int) -> tuple[tuple[int, int], ...]:
    """Return the ranges of a division: what is listed below it, and what was made there."""
    low, high = range_of(code)
    if is_local(code) or level_of(code) is Level.COMMUNITY:
        return ((low, high),)
    return (low, high), (_LOWEST_LOCAL + low // 100, _LOWEST_LOCAL + high // 100)


def is_listed(code: int) -> bool:
    """Tell whether an official list may hold a code; provinces end before 90."""
    return _LOWEST <= code < _FIRST_UNUSED


def local_numbers(street: int) -> range:
    """Return the numbers that communities made in a street can have, nine of them."""
    if not is_listed(street) or level_of(street) is not Level.TOWNSHIP:
        raise NotADivisionCode(street)
    first = _LOWEST_LOCAL + street // 1000 * 10 + 1
    return range(first, first + LOCALS_PER_STREET)


def path_of(community: int) -> tuple[int, ...]:
    """Return the codes of the divisions above a community, province first; made here or listed."""
    if not is_local(community):
        return ancestors_of(community)
    street = (community - _LOWEST_LOCAL) // 10 * 1000
    return (*ancestors_of(street), street)


def is_local(code: int) -> bool:
    """Tell whether a code belongs to a community that the deployment made itself."""
    return _LOWEST_LOCAL <= code <= _HIGHEST


def grid_code(community: int, number: int) -> int:
    """
    Return the 15-digit code of a community's grid.

    :param number: 1 to 999, counted from the north-west
    """
    if not 1 <= number <= GRIDS_PER_COMMUNITY:
        raise NotAGridCode(number)
    if level_of(community) is not Level.COMMUNITY:
        raise NotADivisionCode(community)
    return community * 1000 + number


def community_of_grid(grid: int) -> int:
    """Return the 12-digit code of the community that a 15-digit grid code names."""
    community, number = divmod(grid, 1000)
    if number == 0 or level_of(community) is not Level.COMMUNITY:
        raise NotAGridCode(grid)
    return community


def _roundings(code: int) -> list[int]:
    _checked(code)
    return [code // _SPAN[level] * _SPAN[level] for level in Level]


def _checked(code: int) -> int:
    if not _LOWEST <= code <= _HIGHEST:
        raise NotADivisionCode(code)
    return code
