"""A cell's text in the one form that its kind of content has."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from xiachen.figures import numerals
from xiachen.papers.intake import Content

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_PARTED_NAME = re.compile(rf"([{_HAN}])\s+([{_HAN}])")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")
_ONE_NUMBER = re.compile(r"\+?[\d\s()-]+(?:\.0)?")
_PARTS = re.compile(
    r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*[日号]?(?:[\sT]+\d{1,2}[:时].*)?"
)
_PRESSED = re.compile(r"(\d{4})(\d{2})(\d{2})")
_IN_CHINESE = re.compile(
    r"([〇零一二三四五六七八九○]{4})年([一二三四五六七八九十]+)月([一二三四五六七八九十]+)[日号]"
)
_ZERO_DAY = date(1899, 12, 30)
# Serials of the years 1930 to 2078; other numbers of five digits are none of a day.
_SERIALS = range(11_000, 65_500)
_AGREED = "1 是 有 对 真 √ ✓ ✔ ☑ v y yes true ○ ● 到 已"
_DENIED = "0 否 无 没有 不 不是 假 × ✗ ✘ x n no false - — / 未"
_YES, _NO = frozenset(_AGREED.split()), frozenset(_DENIED.split())
_UNITS = re.compile(r"\s*[人户名个栋层间套位元天日次年岁]$")


class Misread(ValueError):
    """A cell does not hold what its column is for; `words` say so without the value."""

    def __init__(self, words: str | Promise) -> None:
        super().__init__()
        self.words = words


_LOST = _("The number has lost its last digits. Enter it again, in a column kept as text.")


def understood(content: Content, text: str, *, lost: bool = False) -> str:
    """
    Return the text in the form of its kind of content; empty stays empty.

    :param lost: the cell was a number too long for a spreadsheet to keep
    :raises Misread: it cannot be of that kind
    """
    if lost:
        raise Misread(_LOST)
    return _FORMS[content](text.strip()) if text.strip() else ""


def _text(text: str) -> str:
    """Close up a name of two characters that was stretched to the width of three: 张　三."""
    parted = _PARTED_NAME.fullmatch(text)
    return parted[1] + parted[2] if parted else text


def _number(text: str) -> str:
    plain = _UNITS.sub("", text.replace(",", ""))
    try:
        value = numerals.parse(plain).value
    except numerals.NotANumeral:
        raise Misread(_("This is not a number.")) from None
    return str(int(value)) if value == int(value) else str(value.normalize())


def _day(text: str) -> str:
    if found := _PARTS.fullmatch(text) or _PRESSED.fullmatch(text):
        return _of(int(found[1]), int(found[2]), int(found[3]))
    if text.isascii() and text.isdigit() and int(text) in _SERIALS:
        return str(_ZERO_DAY + timedelta(days=int(text)))
    if found := _IN_CHINESE.fullmatch(text):
        year = "".join(str("〇一二三四五六七八九".index(one)) for one in _zeros(found[1]))
        month, day = (int(numerals.parse(part).value) for part in (found[2], found[3]))
        return _of(int(year), month, day)
    raise Misread(_("This day is not understood. Write it as 2020-03-01."))


def _zeros(text: str) -> str:
    return text.replace("零", "〇").replace("○", "〇")


def _of(year: int, month: int, day: int) -> str:
    try:
        return str(date(year, month, day))
    except ValueError:
        raise Misread(_("The calendar has no such day.")) from None


def _phone(text: str) -> str:
    """Close one number up; several in one cell are left to the intake."""
    if _SCIENTIFIC.fullmatch(text):
        raise Misread(_LOST)
    return re.sub(r"[\s()-]|\.0$", "", text) if _ONE_NUMBER.fullmatch(text) else text


def _identity(text: str) -> str:
    if _SCIENTIFIC.fullmatch(text):
        raise Misread(_LOST)
    return re.sub(r"\s", "", text).upper() if re.fullmatch(r"[\dxX\s]+", text) else text.upper()


def _flag(text: str) -> str:
    said = text.casefold()
    if said in _YES:
        return "1"
    if said in _NO:
        return ""
    raise Misread(_("Write 是 or 否, or leave it empty."))


_FORMS: Mapping[Content, Callable[[str], str]] = {
    Content.TEXT: _text,
    Content.NUMBER: _number,
    Content.DAY: _day,
    Content.PHONE: _phone,
    Content.IDENTITY: _identity,
    Content.FLAG: _flag,
}
