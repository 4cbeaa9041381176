"""
Numbers as a bulletin prints them: 11人, 4.4万多人, 234万余件, 无, 100%（11/11）, 截至3月7日.

The words here are the grammar of numbers in both languages, not the text of a screen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import ROUND_FLOOR, Decimal, localcontext
from typing import Literal

from xiachen.base.clock import local_zone
from xiachen.figures.numerals import counting, in_chinese
from xiachen.figures.units import Kind, Quantity

Language = Literal["zh-hans", "en"]
FloorWord = Literal["余", "多", "以上"]

# The no-break form of a thin space: a number never parts from its unit at the end of a line.
THIN_SPACE = "\u202f"
NO_SHARE = "—"

_SCALES: dict[Language, tuple[tuple[int, str], ...]] = {
    "zh-hans": ((10**8, "亿"), (10**4, "万")),
    "en": ((10**9, " billion"), (10**6, " million")),
}
_ENGLISH_FLOORS: dict[FloorWord, str] = {"余": "more than", "多": "over", "以上": "at least"}
_ENGLISH_COUNTS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_NONE: dict[Language, str] = {"zh-hans": "无", "en": "none"}
_ALL: dict[Language, str] = {"zh-hans": "全部", "en": "all"}


class CannotPrint(ValueError):
    """The value cannot be printed in that style without saying something else than it is."""


@dataclass(frozen=True, slots=True)
class Floor:
    """
    Show only whole steps of the true value, with the word that says there is more.

    `step` is a power of ten in the unit itself: 10000 prints 2,343,211 pieces as 234万余件.
    余 and 多 stay when nothing is left over, unless `plain_when_exact`.

    :raises CannotPrint: `step` is no power of ten
    """

    step: Decimal | int
    word: FloorWord = "余"
    plain_when_exact: bool = False

    def __post_init__(self) -> None:
        step = Decimal(self.step)
        if not step.is_finite() or step <= 0 or step != Decimal(1).scaleb(step.adjusted()):
            raise CannotPrint(f"{self.step} is not a power of ten")

    def of(self, value: Decimal | int) -> Decimal:
        """The largest whole number of steps that is not above `value`."""
        with localcontext(prec=60):
            return (value / Decimal(self.step)).to_integral_value(ROUND_FLOOR) * Decimal(self.step)


@dataclass(frozen=True, slots=True)
class Style:
    """
    How a quantity is printed.

    :param scaled: in 万 and 亿, or millions, where that loses nothing
    :param floor: whole steps only, with 余, 多 or 以上
    :param numerals: 四个小组, "four groups"
    :param none: zero is 无, "none"
    :param noun: the noun behind a measure word; without it 205个工作队（组） is 205个
    :param unit: the unit at all
    :param grouped: digits in threes; None is the habit of the language (English only)
    :param fen: money always with two decimals, as ledgers want it
    """

    scaled: bool = False
    floor: Floor | None = None
    numerals: bool = False
    none: bool = False
    noun: bool = True
    unit: bool = True
    grouped: bool | None = None
    fen: bool = False


EXACT = Style()
SCALED = Style(scaled=True)
NUMERALS = Style(numerals=True)
LEDGER = Style(fen=True, grouped=True)


def language_of(code: str) -> Language:
    """Return the language to print numbers in, for any language code such as zh-CN or en-gb."""
    return "zh-hans" if code.lower().startswith("zh") else "en"


def display(quantity: Quantity, language: Language, style: Style = EXACT) -> str:
    """
    Print a quantity; never a number above its value.

    :raises CannotPrint: money finer than a fen, a floor of a negative value, or a floor in steps
        of one or less of things that are counted (8人多)
    """
    if style.none and quantity.value == 0:
        return _NONE[language]
    if style.floor:
        return _floored(quantity, style.floor, language, style)
    return _phrase(quantity, language, style, _number(quantity, language, style))


def _floored(quantity: Quantity, floor: Floor, language: Language, style: Style) -> str:
    _refuse_odd_floor(quantity, floor)
    shown = Quantity(floor.of(quantity.value), quantity.unit)
    plain = replace(style, floor=None)
    if shown.value == 0 or (floor.plain_when_exact and shown == quantity):
        return display(quantity, language, replace(plain, scaled=True))
    if language == "en":
        number = _number(shown, "en", replace(plain, scaled=True))
        return _phrase(shown, "en", plain, f"{_ENGLISH_FLOORS[floor.word]} {number}")
    return _chinese_floor(shown, floor, plain)


def _refuse_odd_floor(quantity: Quantity, floor: Floor) -> None:
    if quantity.value < 0:
        raise CannotPrint(f"{quantity.value} has no floor")
    if floor.step <= 1 and floor.word != "以上" and not quantity.unit.measured:
        raise CannotPrint(f"{quantity.unit.name_zh} are counted in whole ones")


def _chinese_floor(shown: Quantity, floor: Floor, style: Style) -> str:
    """Put the word where the step is: 200多万元, 234万余件, 80多人, 1个多月, 12小时以上."""
    if floor.word == "以上":
        number = _number(shown, "zh-hans", replace(style, scaled=True))
        return f"{_phrase(shown, 'zh-hans', style, number)}以上"
    if floor.step <= 1:
        number = _number(shown, "zh-hans", style)
        return _phrase(shown, "zh-hans", style, number, behind_measure=floor.word)
    mantissa, size, scale = _split(shown.value, "zh-hans")
    number = _digits(mantissa, "zh-hans", style)
    before_scale = size > 1 and floor.step > size
    marked = f"{number}{floor.word}{scale}" if before_scale else f"{number}{scale}{floor.word}"
    return _phrase(shown, "zh-hans", style, marked)


def _phrase(
    quantity: Quantity, language: Language, style: Style, number: str, behind_measure: str = ""
) -> str:
    unit = quantity.unit
    if not style.unit:
        return number + behind_measure
    if language == "en":
        return _english_phrase(quantity, number)
    noun = unit.noun_zh if style.noun else ""
    per = f"每{unit.per_zh}" if unit.per_zh else ""
    return f"{per}{number}{_gap(unit.zh)}{unit.zh}{behind_measure}{noun}"


def _english_phrase(quantity: Quantity, number: str) -> str:
    unit = quantity.unit
    word = unit.one if quantity.value == 1 else unit.many
    gap = _gap(word) if unit.symbol else " "
    return f"{number}{gap}{word}" + (f" a {unit.per_en}" if unit.per_en else "")


def _gap(unit: str) -> str:
    """A thin space before Latin letters and degrees, none before Chinese and the per cent sign."""
    first = unit[:1]
    is_latin = first.isascii() and first.isalpha()
    return THIN_SPACE if is_latin or first == "°" else ""


def _number(quantity: Quantity, language: Language, style: Style) -> str:
    value = Decimal(quantity.value)
    mantissa, size, scale = _split(value, language) if style.scaled else (value, 1, "")
    is_whole = mantissa == int(mantissa)
    if quantity.unit.kind is Kind.MONEY and size == 1 and not (style.numerals and is_whole):
        return _money(value, language, style)
    return _digits(mantissa, language, style) + scale


def _split(value: Decimal | int, language: Language) -> tuple[Decimal, int, str]:
    """Return mantissa, size and word of the largest scale that needs at most two decimals."""
    for size, word in _SCALES[language]:
        mantissa = Decimal(value).scaleb(1 - len(str(size)))
        if abs(mantissa) >= 1 and mantissa == round(mantissa, 2):
            return mantissa, size, word
    return Decimal(value), 1, ""


def _digits(value: Decimal, language: Language, style: Style) -> str:
    if style.numerals and value >= 0 and value == int(value):
        spelled = _spelled(int(value), language, before_measure=style.unit)
        if spelled:
            return spelled
    grouped = language == "en" if style.grouped is None else style.grouped
    text = f"{value:,f}" if grouped else f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _spelled(number: int, language: Language, *, before_measure: bool) -> str:
    """Return a small number in words, and nothing for one that only digits make readable."""
    if language == "zh-hans":
        words = counting if before_measure else in_chinese
        return words(number) if number < 10_000 else ""
    return _ENGLISH_COUNTS[number] if number < len(_ENGLISH_COUNTS) else ""


def _money(yuan: Decimal, language: Language, style: Style) -> str:
    """Print yuan whole or with both decimals, never with one."""
    if yuan != round(yuan, 2):
        raise CannotPrint(f"{yuan} yuan is finer than a fen")
    places = 2 if style.fen or yuan != int(yuan) else 0
    grouped = language == "en" if style.grouped is None else style.grouped
    return f"{yuan:,.{places}f}" if grouped else f"{yuan:.{places}f}"


def span(low: Quantity, high: Quantity, language: Language, style: Style = EXACT) -> str:
    """
    Print a range, such as 2-3人 or "2–3 people"; equal ends print once.

    :raises UnlikeUnits: the ends count unlike things
    """
    if low >= high:
        return display(high, language, style)
    dash = "-" if language == "zh-hans" else "–"
    first = display(low, language, replace(style, unit=False))
    return first + dash + display(high, language, style)


def percent(part: int, whole: int, places: int = 0) -> str:
    """
    Print a share, rounded down so that 100% means all; few are <1%, and of nothing it is —.

    :raises CannotPrint: a negative count
    """
    if part < 0 or whole < 0:
        raise CannotPrint(f"{part} of {whole} is no share")
    if whole == 0:
        return NO_SHARE
    scaled = part * 100 * 10**places // whole
    mark = "<" if part and not scaled else ""
    return f"{mark}{Decimal(scaled or bool(mark)).scaleb(-places):.{places}f}%"


def ratio(part: int, whole: int) -> str:
    """Print numerator and denominator, such as 11/11."""
    return f"{part}/{whole}"


def share(part: int, whole: int, language: Language, places: int = 0) -> str:
    """Print a share with what it is of, such as 100%（11/11）."""
    both = percent(part, whole, places), ratio(part, whole)
    return "{}（{}）".format(*both) if language == "zh-hans" else "{} ({})".format(*both)


def share_in_words(part: int, whole: int, language: Language) -> str:
    """Print 全部 when all are done and 无 when none is, else the percentage."""
    if part == whole > 0:
        return _ALL[language]
    return percent(part, whole) if part else _NONE[language]


def clock(moment: time) -> str:
    """Print a time of day to the minute, such as 8:30, the same in both languages."""
    return f"{moment.hour}:{moment.minute:02}"


def clock_at(moment: datetime) -> str:
    """Print the time of day of a moment where the installation stands; see `clock`."""
    return clock(moment.astimezone(local_zone()).time())


_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def day(moment: date, language: Language, *, year: bool = False) -> str:
    """Print a date, such as 2月29日 or "29 February", with its year on request."""
    if language == "zh-hans":
        return (f"{moment.year}年" if year else "") + f"{moment.month}月{moment.day}日"
    return f"{moment.day} {_MONTHS[moment.month - 1]}" + (f" {moment.year}" if year else "")


def whole_day(moment: date, language: Language, *, year: bool = False) -> str:
    """Print a full day as the period of a bulletin: 3月1日0—24时."""
    printed = day(moment, language, year=year)
    return f"{printed}0—24时" if language == "zh-hans" else f"{printed}, 0:00–24:00"


def as_of(moment: date | None, language: Language, *, year: bool = False) -> str:
    """
    Print the cut-off: 截至3月7日, 截至3月1日18时, or 截至目前 without one.

    A datetime must already be in local time; midnight prints as 24时 of the day that ended.
    """
    if moment is None:
        return "截至目前" if language == "zh-hans" else "to date"
    if not isinstance(moment, datetime):
        printed = day(moment, language, year=year)
        return f"截至{printed}" if language == "zh-hans" else f"as of {printed}"
    ended = moment.date() - timedelta(days=1) if _is_midnight(moment) else moment.date()
    hour = 24 if _is_midnight(moment) else moment.hour
    printed = day(ended, language, year=year)
    if language == "en":
        return f"as of {hour}:{moment.minute:02} on {printed}"
    minutes = f"{moment.minute}分" if moment.minute else ""
    return f"截至{printed}{hour}时{minutes}"


def _is_midnight(moment: datetime) -> bool:
    return moment.hour == moment.minute == 0
