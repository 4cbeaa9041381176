"""
Doors as offices write them: a cell for each part, or one address (枫林一期3栋2单元501室).

`key` functions give what two spellings of one place share: 3栋, 三栋, 3号楼 and 03; 501 and 501室.
Nothing is chosen by likeness; what cannot be read in one way is not read.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xiachen.figures import numerals
from xiachen.papers.cleaning import clean
from xiachen.places.rules.names import normalise_community_name, plain

_NUMERAL = "[〇零一二三四五六七八九十百两]{1,4}"
_NUMBER = rf"(?:[0-9]{{1,4}}[A-Za-z]?|[A-Za-z][0-9]{{0,3}}|{_NUMERAL}|[甲乙丙丁戊己东西南北中])"
_BUILDING_MARK = "(?:号楼|号栋|[栋幢座]|#楼|#)"
_BUILDING = rf"(?P<building>{_NUMBER}(?:-{_NUMBER})?{_BUILDING_MARK})"
_UNIT = rf"(?:(?P<unit>{_NUMBER})(?:单元|门洞|门|梯))?"
_FLOOR = rf"(?:(?:[0-9]{{1,2}}|{_NUMERAL})[楼层])?"
_DOOR = r"(?P<door>(?:[0-9A-Za-z]+-)*[0-9A-Za-z]+)?(?:室|号房|号|房|户)?"
_BEHIND = rf"-?{_UNIT}-?{_FLOOR}-?{_DOOR}"
_BEFORE = "(?P<before>.*?)"

_WITH_MARKS = re.compile(_BEFORE + _BUILDING + _BEHIND)
_OF_STREET = re.compile(
    r"(?P<before>.*(?:路|街|道|巷|弄|里|村|湾|组|胡同))(?P<building>[0-9]+(?:-[0-9]+)?号)" + _BEHIND
)
_WITH_DASHES = re.compile(
    rf"(?P<before>.*?[^0-9A-Za-z-])?(?P<building>{_NUMBER})-(?:(?P<unit>{_NUMBER})-)?"
    r"(?P<door>[0-9A-Za-z]+)(?:室|号房|号|房|户)?"
)
_DASHES = re.compile("[－—–―‐~～_]+")
_BEHIND_BUILDING = re.compile(rf"(?:{_BUILDING_MARK}|楼|号)$")
_BEHIND_UNIT = re.compile("(?:单元|门洞|门|梯)$")
_BEHIND_DOOR = re.compile("(?:室|号房|房间|房|户|号)$")
_BEHIND_COMPOUND = re.compile("(?:居民小区|住宅小区|小区)$")
_COMMITTEES = ("社区居民委员会", "社区居委会", "社区", "居委会", "村委会")
_STREET_NUMBER = re.compile(r"^.*(?:路|街|道|巷)[0-9]+(?:-[0-9]+)?号(?:院|大院)?(?=.)")
_GRID = re.compile(rf"(?:第)?0*([0-9]{{1,3}}|{_NUMERAL})(?:号)?(?:网格|片区|格)?")


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address; a part that it does not name is an empty text."""

    compound: str = ""
    building: str = ""
    unit: str = ""
    door: str = ""


def parse_address(text: str) -> Address | None:
    """
    Return the parts of an address as written; None where it cannot be read in one way.

    What stands before the building is the compound, still with the divisions before it.
    """
    line = _together(text)
    found = _WITH_MARKS.fullmatch(line) or _OF_STREET.fullmatch(line)
    found = found or _WITH_DASHES.fullmatch(line)
    if found is None:
        return None
    parts = found.groupdict(default="")
    unit, door = parts["unit"], parts["door"]
    if not unit and "-" in door:
        unit, _, door = door.rpartition("-")
    return Address(parts["before"].strip("-,，"), parts["building"], unit, door)


def without_divisions(text: str, above: Sequence[str], community: str) -> str:
    """
    Return a compound's name without the divisions and the number of a street before it.

    :param above: the names of the divisions above the community, from the top
    """
    rest = _together(text)
    for name in above:
        rest = rest.removeprefix(name)
    called = normalise_community_name(community)
    for ending in _COMMITTEES:
        rest = rest.removeprefix(called + ending)
    return _STREET_NUMBER.sub("", rest) or rest


def compound_key(text: str) -> str:
    """Return what spellings of a compound's name share: 枫林1期, 枫林一期小区 and 枫林 一期."""
    name = plain(text)
    name = _BEHIND_COMPOUND.sub("", name) or name
    return re.sub(f"{_NUMERAL}(?=期|区|村|组|栋|$)", lambda found: _digits(found[0]), name)


def building_key(text: str) -> str:
    """Return what spellings of a building's number share."""
    number = _together(text).upper().removeprefix("第")
    return "-".join(
        _digits(part) for part in (_BEHIND_BUILDING.sub("", number) or number).split("-")
    )


def unit_key(text: str) -> str:
    """Return what spellings of an entrance share: 2单元, 二单元 and 2."""
    unit = _together(text).upper().removeprefix("第")
    return _digits(_BEHIND_UNIT.sub("", unit))


def door_key(text: str) -> str:
    """Return what spellings of a door share: 501, 501室 and 501号."""
    door = _together(text).upper()
    return _BEHIND_DOOR.sub("", door) or door


def grid_number(text: str) -> int | None:
    """Return the number that a grid tells (第3网格, 网格三, 03), None where it tells none."""
    name = _together(text).removeprefix("网格")
    found = _GRID.fullmatch(name)
    return int(_digits(found[1])) if found and _digits(found[1]).isdigit() else None


def may_be_meant(written: str, known: Iterable[str]) -> list[str]:
    """
    Return those known compounds whose names are so like the written one that a person must say.

    Names that differ in their digits are different compounds: 枫林一期 and 枫林二期.
    """
    wanted = compound_key(written)
    return [name for name in known if _are_alike(wanted, compound_key(name))]


def _are_alike(one: str, other: str) -> bool:
    if one == other or _numbers(one) != _numbers(other):
        return False
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) >= 2 and shorter in longer:
        return True
    same = sum(a == b for a, b in zip(one, other, strict=False))
    return len(one) == len(other) >= 4 and same == len(one) - 1 and one[0] == other[0]


def _numbers(key: str) -> list[str]:
    return re.findall("[0-9]+|[a-z]+", key)


def _together(text: str) -> str:
    return _DASHES.sub("-", "".join(clean(text).split()))


def _digits(part: str) -> str:
    if re.fullmatch(_NUMERAL, part):
        try:
            number = numerals.parse(part)
        except numerals.NotANumeral:
            return part
        return str(int(number.value)) if not number.rest else part
    return part.lstrip("0") or part
