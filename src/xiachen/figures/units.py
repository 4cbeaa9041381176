"""What a figure counts: units of measure, and quantities that refuse to be added to unlike ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache


class UnlikeUnits(ValueError):
    """Two quantities of unlike units were added, subtracted or compared."""

    def __init__(self, left: Unit, right: Unit) -> None:
        super().__init__(f"{left.code} and {right.code} are unlike units")
        self.left = left
        self.right = right


class UnknownUnit(ValueError):
    """No unit of that code or Chinese name is known."""


class NotAQuantity(ValueError):
    """The value is not an exact, finite number."""


class Kind(StrEnum):
    """What sort of thing a unit measures; the last five are measured, the others counted."""

    PEOPLE = "people"
    TIMES = "times"
    DWELLINGS = "dwellings"
    THINGS = "things"
    GOODS = "goods"
    SHARE = "share"
    MONEY = "money"
    DURATION = "duration"
    MASS = "mass"
    LENGTH = "length"
    TEMPERATURE = "temperature"


_MEASURED = {Kind.MONEY, Kind.DURATION, Kind.MASS, Kind.LENGTH, Kind.TEMPERATURE}


@dataclass(frozen=True, slots=True)
class Unit:
    """
    A unit of measure.

    `zh` is the measure word (个), `noun_zh` what follows it (小组); `per_zh` and `per_en` turn a
    count into a rate (每天两次). Units with the same `counts` may be added: 人 and 名 are people.
    """

    code: str
    zh: str
    one: str
    many: str
    kind: Kind
    noun_zh: str = ""
    counts: str = ""
    per_zh: str = ""
    per_en: str = ""
    symbol: bool = False

    @property
    def counted(self) -> str:
        """The key of what is counted; quantities add only where it is the same."""
        return self.counts or self.code

    @property
    def measured(self) -> bool:
        """Whether fractions make sense (1个多月), as against things counted one by one."""
        return self.kind in _MEASURED

    @property
    def name_zh(self) -> str:
        """The unit as it stands behind a Chinese number."""
        return self.zh + self.noun_zh

    def is_like(self, other: Unit) -> bool:
        """Whether quantities of the two units may be added and compared."""
        return self.counted == other.counted


@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """
    An exact value with its unit.

    :raises NotAQuantity: the value is a float, a truth value, infinite or not a number
    """

    value: Decimal | int
    unit: Unit

    def __post_init__(self) -> None:
        if isinstance(self.value, bool) or not isinstance(self.value, Decimal | int):
            raise NotAQuantity(f"{self.value!r} is not a whole number or a Decimal")
        if isinstance(self.value, Decimal) and not self.value.is_finite():
            raise NotAQuantity(f"{self.value!r} is not finite")

    def __add__(self, other: Quantity) -> Quantity:
        return Quantity(self.value + self._like(other), self.unit)

    def __sub__(self, other: Quantity) -> Quantity:
        return Quantity(self.value - self._like(other), self.unit)

    def __lt__(self, other: Quantity) -> bool:
        return self.value < self._like(other)

    def __le__(self, other: Quantity) -> bool:
        return self.value <= self._like(other)

    def __gt__(self, other: Quantity) -> bool:
        return self.value > self._like(other)

    def __ge__(self, other: Quantity) -> bool:
        return self.value >= self._like(other)

    def __eq__(self, other: object) -> bool:
        """Equal values of like units; unlike ones are unequal rather than refused, so sets work."""
        if not isinstance(other, Quantity):
            return NotImplemented
        return self.unit.is_like(other.unit) and self.value == other.value

    def __hash__(self) -> int:
        return hash((self.unit.counted, self.value))

    def _like(self, other: Quantity) -> Decimal | int:
        if not self.unit.is_like(other.unit):
            raise UnlikeUnits(self.unit, other.unit)
        return other.value


def total(unit: Unit, quantities: Iterable[Quantity]) -> Quantity:
    """
    Return the sum of the quantities in `unit`; of none it is zero.

    :raises UnlikeUnits: one of them counts something else
    """
    return sum(quantities, start=Quantity(0, unit))


PERSON = Unit("person", "人", "person", "people", Kind.PEOPLE)
HEAD = Unit("head", "名", "person", "people", Kind.PEOPLE, counts="person")
PERSON_TIME = Unit("person_time", "人次", "person-time", "person-times", Kind.TIMES)
TIME = Unit("time", "次", "time", "times", Kind.TIMES)
TIME_A_DAY = Unit("time_a_day", "次", "time", "times", Kind.TIMES, per_zh="天", per_en="day")
HOUSEHOLD = Unit("household", "户", "household", "households", Kind.DWELLINGS)
FAMILY = Unit("family", "家", "family", "families", Kind.DWELLINGS)
CASE = Unit("case", "例", "case", "cases", Kind.PEOPLE)

PIECE = Unit("piece", "件", "piece", "pieces", Kind.GOODS)
BOX = Unit("box", "箱", "box", "boxes", Kind.GOODS)
SET = Unit("set", "套", "set", "sets", Kind.GOODS)
PAIR = Unit("pair", "双", "pair", "pairs", Kind.GOODS)
BAG = Unit("bag", "袋", "bag", "bags", Kind.GOODS)
BOTTLE = Unit("bottle", "瓶", "bottle", "bottles", Kind.GOODS)
SHEET = Unit("sheet", "张", "sheet", "sheets", Kind.GOODS)
COPY = Unit("copy", "份", "copy", "copies", Kind.GOODS)
MACHINE = Unit("machine", "台", "machine", "machines", Kind.GOODS)
VEHICLE = Unit("vehicle", "辆", "vehicle", "vehicles", Kind.GOODS)

TONNE = Unit("tonne", "吨", "tonne", "tonnes", Kind.MASS)
JIN = Unit("jin", "斤", "jin", "jin", Kind.MASS)
JIN_A_BAG = Unit("jin_a_bag", "斤", "jin", "jin", Kind.MASS, per_zh="袋", per_en="bag")
KILOGRAM = Unit("kilogram", "公斤", "kg", "kg", Kind.MASS, symbol=True)
METRE = Unit("metre", "米", "m", "m", Kind.LENGTH, symbol=True)
KILOMETRE = Unit("kilometre", "公里", "km", "km", Kind.LENGTH, symbol=True)
CELSIUS = Unit("celsius", "℃", "°C", "°C", Kind.TEMPERATURE, symbol=True)
YUAN = Unit("yuan", "元", "yuan", "yuan", Kind.MONEY)
PERCENT = Unit("percent", "%", "%", "%", Kind.SHARE, symbol=True)

MINUTE = Unit("minute", "分钟", "minute", "minutes", Kind.DURATION)
HOUR = Unit("hour", "小时", "hour", "hours", Kind.DURATION)
DAY = Unit("day", "天", "day", "days", Kind.DURATION)
MONTH = Unit("month", "个", "month", "months", Kind.DURATION, noun_zh="月")
YEAR = Unit("year", "年", "year", "years", Kind.DURATION)

SHIFT = Unit("shift", "班", "shift", "shifts", Kind.THINGS)
SHIFT_ROTATION = Unit(
    "shift_rotation", "班", "shift", "shifts", Kind.THINGS, noun_zh="倒", per_en="day"
)
SQUAD = Unit("squad", "支", "squad", "squads", Kind.THINGS)
TEAM = Unit("team", "支", "team", "teams", Kind.THINGS, noun_zh="队伍")
BATCH = Unit("batch", "批", "batch", "batches", Kind.THINGS)
MATTER = Unit("matter", "项", "item", "items", Kind.THINGS)
LINE = Unit("line", "条", "line", "lines", Kind.THINGS)
BUS_ROUTE = Unit("bus_route", "条", "bus route", "bus routes", Kind.THINGS, noun_zh="公交线路")
DEPARTMENT = Unit("department", "部门", "department", "departments", Kind.THINGS)
LEVEL = Unit("level", "级", "level", "levels", Kind.THINGS)
ACCEPTANCE_LEVEL = Unit(
    "acceptance_level",
    "级",
    "level of acceptance",
    "levels of acceptance",
    Kind.THINGS,
    noun_zh="验收",
)


def _counted_noun(code: str, noun_zh: str, one: str, many: str) -> Unit:
    return Unit(code, "个", one, many, Kind.THINGS, noun_zh=noun_zh)


ITEM = _counted_noun("item", "", "item", "items")
GROUP = _counted_noun("group", "小组", "group", "groups")
WORK_TEAM = _counted_noun("work_team", "工作队（组）", "work team", "work teams")
TITLED_POST = _counted_noun("titled_post", "岗", "post", "posts")
STREET = _counted_noun("street", "街（镇）", "street", "streets")
COMMUNITY = _counted_noun("community", "社区", "community", "communities")
GRID = _counted_noun("grid", "网格", "grid", "grids")
CHECKPOINT = _counted_noun("checkpoint", "卡口", "checkpoint", "checkpoints")
COMPOUND = _counted_noun("compound", "小区", "compound", "compounds")
COURTYARD = _counted_noun("courtyard", "家属院", "residential courtyard", "residential courtyards")
ORGANISATION = _counted_noun("organisation", "单位", "organisation", "organisations")
PROVINCIAL_DEPARTMENT = _counted_noun(
    "provincial_department",
    "省直部门（单位）",
    "provincial department",
    "provincial departments",
)
PARTY_ORGANISATION = _counted_noun(
    "party_organisation", "党组织", "party organisation", "party organisations"
)
TEMPORARY_BRANCH = _counted_noun(
    "temporary_branch",
    "临时党支部",
    "temporary party branch",
    "temporary party branches",
)
VOLUNTEER = Unit(
    "volunteer",
    "个",
    "volunteer",
    "volunteers",
    Kind.PEOPLE,
    noun_zh="志愿者",
    counts="person",
)

UNITS: tuple[Unit, ...] = tuple(value for value in vars().values() if isinstance(value, Unit))


@cache
def unit(code: str) -> Unit:
    """
    Return the unit of that code.

    :raises UnknownUnit: there is none
    """
    for candidate in UNITS:
        if candidate.code == code:
            return candidate
    raise UnknownUnit(code)


@cache
def unit_named(text: str) -> Unit:
    """
    Return the unit that stands in Chinese text, such as 人次, 个小组 or 小组.

    :raises UnknownUnit: no unit, or more than a measure word can tell, is named so
    """
    name = text.strip().replace("(", "（").replace(")", "）")
    plain = (candidate for candidate in UNITS if not candidate.per_zh)
    for candidate in plain:
        if name and name in (candidate.name_zh, candidate.noun_zh):
            return candidate
    raise UnknownUnit(text)
