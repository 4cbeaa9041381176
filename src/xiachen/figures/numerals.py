"""Chinese numerals: read them as people write them (两批, 1万余名, 2千3), and print them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

FULL_WIDTH_DIGITS = {ord("０") + n: ord("0") + n for n in range(10)}
_FOLDED = FULL_WIDTH_DIGITS | {ord("．"): ".", ord("％"): "%", ord("＋"): "+"}

_DIGITS = {
    digit: value
    for value, alike in enumerate(
        (
            "零〇",
            "一壹",
            "二两贰貳",
            "三叁參",
            "四肆",
            "五伍",
            "六陆陸",
            "七柒",
            "八捌",
            "九玖",
        )
    )
    for digit in alike
}
_SMALL_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_BIG_UNITS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_UNITS = _SMALL_UNITS | _BIG_UNITS

LIMIT = 10**16
"""Values from here on are refused: nobody counts so far in an emergency."""

_DIGIT = "".join(_DIGITS)
_TOKEN = re.compile(
    rf"(?P<arabic>\d{{1,3}}(?:[,，]\d{{3}})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?)"
    rf"|(?P<han>[{_DIGIT}]+)|(?P<unit>(?!千[克米瓦])[{''.join(_UNITS)}])",
    re.ASCII,
)
_MARK = re.compile(r"[余餘多几+]")
_MEASURE_THEN_MARK = re.compile(
    r"(个)[多余](月|小时|星期|世纪|季度)|(年|天|周|小时|吨|斤|公斤|米|公里|级)[多余]()$"
)
_AT_LEAST = re.compile(r"(?:及|含)?以上$")
_GOES_ON = re.compile(rf"(?:[-–—―~～至到/:：.,，、]\s*)?(?!千[克米瓦])[\d{_DIGIT}十百千]", re.ASCII)
_AND_A_HALF = re.compile(r"半$|个半(?:小时|月|天|年|钟头)")
_JIAO_AND_FEN = re.compile(
    rf"[元圆]零?(?:([\d{_DIGIT}])角)?(?:零?([\d{_DIGIT}])分)?[整正]?$", re.ASCII
)


class NotANumeral(ValueError):
    """The text does not begin with one number that can be read in one way."""


class CannotSpell(ValueError):
    """The number is negative, too large, or finer than a fen."""


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number read from text: its value, whether it is a floor (余, 多, 以上), and the rest."""

    value: Decimal
    is_floor: bool
    rest: str


def parse(text: str) -> Numeral:
    """
    Read the number at the beginning of `text`; `rest` is the unit or whatever follows.

    Digits of any width, numerals, capitals and mixtures are read. 半, ranges (2-3人), guesses
    (三四个), times, and a second number behind the first are refused, never half read.

    :raises NotANumeral: there is no number, or it can be read in more than one way
    """
    folded = text.strip().translate(_FOLDED)
    if folded == "无":
        return Numeral(Decimal(0), False, "")
    tokens, end = _tokens(folded)
    value, is_floor, end = _with_mark(_value_of(tokens, text), folded, end)
    rest, rest_is_floor = _without_mark(folded[end:].lstrip())
    if _GOES_ON.match(rest) or _AND_A_HALF.search(rest):
        raise NotANumeral(text)
    if (not is_floor and _is_bare(tokens)) or value >= LIMIT:
        raise NotANumeral(text)
    value, rest = _with_jiao_and_fen(value, rest)
    return Numeral(value, is_floor or rest_is_floor, rest)


def _tokens(text: str) -> tuple[list[str], int]:
    """Return the pieces of the leading number and where it ends."""
    tokens: list[str] = []
    end = 0
    while found := _TOKEN.match(text, end):
        tokens.append(found[0])
        end = found.end()
    return tokens, end


def _is_bare(tokens: list[str]) -> bool:
    """Whether the number opens with 百, 千, 万 or 亿 alone: a number only in 百余, not in 千户."""
    return tokens[0] in _UNITS and _UNITS[tokens[0]] > 10


def _with_mark(value: Decimal, text: str, end: int) -> tuple[Decimal, bool, int]:
    """Read 余, 多, 几 behind a number, with the 万 that may follow them (200多万)."""
    if not _MARK.match(text, end):
        return value, False, end
    end += 1
    while end < len(text) and text[end] in _UNITS:
        value *= _UNITS[text[end]]
        end += 1
    return value, True, end


def _without_mark(rest: str) -> tuple[str, bool]:
    """Take the floor's word out of the unit: 小时以上, 个多月, 吨多."""
    if found := _AT_LEAST.search(rest):
        return rest[: found.start()], True
    if found := _MEASURE_THEN_MARK.match(rest):
        return "".join(part or "" for part in found.groups()) + rest[found.end() :], True
    return rest, False


def _with_jiao_and_fen(value: Decimal, rest: str) -> tuple[Decimal, str]:
    found = _JIAO_AND_FEN.match(rest)
    if not found:
        return value, rest
    jiao, fen = (_digit(digit) if digit else 0 for digit in found.groups())
    return value + Decimal(jiao * 10 + fen) / 100, "元"


def _digit(char: str) -> int:
    return _DIGITS[char] if char in _DIGITS else int(char)


def _value_of(tokens: list[str], text: str) -> Decimal:
    if not tokens or sum(map(len, tokens)) > 32:
        raise NotANumeral(text)
    if len(tokens) == 1 and tokens[0] not in _UNITS:
        return _alone(tokens[0], text)
    reading = _Reading(text)
    for token in tokens:
        reading.take(token)
    return reading.end()


def _alone(token: str, text: str) -> Decimal:
    """Read a number without 十, 百, 千; 二〇二〇 goes by position, 三四 is a guess and refused."""
    if token[0] not in _DIGITS:
        return Decimal(token.replace(",", "").replace("，", ""))
    if len(token) in (2, 3) and not set(token) & set("零〇"):
        raise NotANumeral(text)
    return Decimal("".join(str(_DIGITS[digit]) for digit in token))


@dataclass(slots=True)
class _Reading:
    """The sum so far: `big` from 亿 upward, `middle` the 万, `small` below; `last` unit taken."""

    text: str
    big: Decimal = field(default=Decimal(0))
    middle: Decimal = field(default=Decimal(0))
    small: Decimal = field(default=Decimal(0))
    pending: str = ""
    after_zero: bool = False
    last: int = 0
    last_small: int = 10**4

    def take(self, token: str) -> None:
        if token in _SMALL_UNITS:
            self._take_small(_SMALL_UNITS[token])
        elif token in _BIG_UNITS:
            self._take_big(_BIG_UNITS[token])
        else:
            self._take_number(token)

    def end(self) -> Decimal:
        if self.pending:
            self.small += self._trailing()
        return self.big + self.middle + self.small

    def _take_number(self, token: str) -> None:
        if self.pending:
            self._refuse()
        if token[0] in _DIGITS:
            stripped = token.lstrip("零〇")
            self.after_zero = self.after_zero or stripped != token
            if len(stripped) > 1:
                self._refuse()
            token = stripped
        self.pending = token

    def _take_small(self, size: int) -> None:
        if size >= self.last_small:
            self._refuse()
        self.small += (self._number() if self.pending else Decimal(1)) * size
        self.pending, self.after_zero = "", False
        self.last = self.last_small = size

    def _take_big(self, size: int) -> None:
        if self.pending:
            self.small += self._units_before(size)
        if size == 10**8:
            self.big = (self.big + self.middle + self.small or 1) * Decimal(size)
            self.middle = Decimal(0)
        elif self.middle:
            self._refuse()
        else:
            self.middle = (self.small or 1) * Decimal(size)
        self.small, self.pending, self.after_zero = Decimal(0), "", False
        self.last, self.last_small = size, 10**4

    def _units_before(self, size: int) -> Decimal:
        """The digit right before 万 or 亿; behind 百 or 千 it needs a 零 to be plain (两千三万)."""
        number = self._number()
        if self.last_small in (100, 1000) and not self.after_zero and number < 10:
            self._refuse()
        return number

    def _trailing(self) -> Decimal:
        """The last digits: 一百零五 is 105, but 2千3 and 一百二 mean 2300 and 120."""
        number = self._number()
        shortened = self.last > 10 and not self.after_zero and len(self.pending) == 1
        if number >= max(self.last, 10):
            self._refuse()
        return number * self.last / 10 if shortened else number

    def _number(self) -> Decimal:
        if self.pending in _DIGITS:
            return Decimal(_DIGITS[self.pending])
        return Decimal(self.pending.replace(",", "").replace("，", ""))

    def _refuse(self) -> None:
        raise NotANumeral(self.text)


_PLAIN = ("零一二三四五六七八九", ("", "十", "百", "千"))
_CAPITAL = ("零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟"))


def in_chinese(number: int) -> str:
    """
    Print a whole number in Chinese numerals: 0 is 零, 12 is 十二, 2 is 二.

    :raises CannotSpell: negative, or ≥ 10^16
    """
    spelled = _spelled(number, _PLAIN)
    return spelled[1:] if spelled.startswith("一十") else spelled


def counting(number: int) -> str:
    """Print a whole number as it stands before a measure word: 2 is 两 there (两批, 四个)."""
    return "两" if number == 2 else in_chinese(number)


def in_capitals(yuan: Decimal | int) -> str:
    """
    Print an amount in yuan as vouchers want it: 壹佰元整, 壹仟元伍角, 壹佰元零伍分.

    :raises CannotSpell: negative, finer than a fen, or ≥ 10^16
    """
    fen = yuan * 100
    if fen != int(fen):
        raise CannotSpell(f"{yuan} is finer than a fen")
    whole, rest = divmod(int(fen), 100)
    head = f"{_spelled(whole, _CAPITAL)}元" if whole or not rest else ""
    return head + _jiao_and_fen(*divmod(rest, 10), after_yuan=bool(head))


def _jiao_and_fen(jiao: int, fen: int, *, after_yuan: bool) -> str:
    digits, _ = _CAPITAL
    if not jiao and not fen:
        return "整"
    gap = "零" if after_yuan and not jiao else ""
    return gap + (f"{digits[jiao]}角" if jiao else "") + (f"{digits[fen]}分" if fen else "")


def _spelled(number: int, script: tuple[str, tuple[str, ...]]) -> str:
    if not 0 <= number < LIMIT:
        raise CannotSpell(f"{number} cannot be spelled")
    return "".join(_parts(number, script)) or script[0][0]


def _parts(number: int, script: tuple[str, tuple[str, ...]]) -> Iterator[str]:
    """Yield the pieces of a number; 零 stands where the lower part does not fill its places."""
    for size, name in ((10**8, "亿"), (10**4, "万")):
        upper, lower = divmod(number, size)
        if upper:
            yield from _parts(upper, script)
            yield name
            if 0 < lower < size // 10:
                yield script[0][0]
            number = lower
    yield from _parts_below_ten_thousand(number, script)


def _parts_below_ten_thousand(number: int, script: tuple[str, tuple[str, ...]]) -> Iterator[str]:
    digits, names = script
    started = gap = False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            yield (digits[0] if gap else "") + digits[digit] + names[place]
        gap = started and not digit
        started = started or bool(digit)
