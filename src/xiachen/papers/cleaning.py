"""
Text as it should have been: one width of letters, no invisible marks, damage repaired.

Pages sent through a careless converter carry traditional characters with their reading in ASCII
brackets: 社區(qū)機(jī)關(guān). `clean` gives 社区机关 back. What it cannot know:

- A reading that an author wrote on purpose, 莘(shēn)庄, goes too. Brackets with Chinese, capitals,
  digits, or letters that are no reading of the character before them stay: 党员(在职), 小区(a).
- A reading in full-width brackets stays; no converter writes those.
- 著 in a text that is mostly simplified stays 著, because 著名 and 显著 are right so.
- A name in traditional characters becomes simplified. For names as documents spell them, `fold`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from xiachen.figures.numerals import FULL_WIDTH_DIGITS

if TYPE_CHECKING:
    from opencc import OpenCC

# OpenCC and pypinyin are imported where they are used: a child in the cage folds, and has neither
# time nor memory to spare for their dictionaries.

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_SIMPLIFIED_NAMES = frozenset("昇氾噁剋")
"""Outside GB 2312 and changed by OpenCC, yet standard in names and terms since 2013."""

_KEPT_WIDE = frozenset("！，：；？（）～")
_WIDE = {
    code: unicodedata.normalize("NFKC", chr(code))
    for block in (
        (0x2F00, 0x2FE0),
        (0xFB00, 0xFB07),
        (0xFF01, 0xFFA0),
        (0xFFE0, 0xFFE2),
        (0xFFE5, 0xFFE7),
    )
    for code in range(*block)
    if chr(code) not in _KEPT_WIDE
}
_RADICALS = str.maketrans(
    "⺠⻄⻅⻆⻉⻋⻓⻔⻘⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰",
    "民西见角贝车长门青页风飞食马骨鬼鱼鸟麦黄齐齿龙",
)
_SPACES = dict.fromkeys(map(ord, "\u00a0\u2002\u2003\u2005\u2009\u200a\u202f\u3000"), " ")
_FOLDED = _WIDE | _RADICALS | _SPACES

_VOWELS = "aāáǎàɑeēéěèêiīíǐìoōóǒòuūúǔùüǖǘǚǜ"
_READINGS = re.compile(rf"(?<=[{_HAN}])(?:\([bcdfghjklmnpqrstvwxyzɡ{_VOWELS}]{{1,6}}\))+")
_TONE_MARKS = re.compile("[\u0300\u0301\u0304\u030c]")
_SYLLABLE = re.compile(
    "(?:[bpmfdtnlgkhjqxrzcsyw]|[zcs]h)?"
    "(?:i?(?:ang?|ao?)|u(?:ang?|ai?)|ai|o|ou|i?ong|ei?|eng?|er|i|ie|iu|ing?|u|uo|ui|un"
    "|ü|üe|ue|v|ve|ê|üan|ün)"
)


def clean(text: str) -> str:
    """Return the text folded, freed of bracketed readings and in simplified characters."""
    text = fold(text)
    # A bracket may turn out to be a reading only once the character before it is simplified.
    while (repaired := _repaired(text)) != text:
        text = repaired
    return text


def fold(text: str) -> str:
    """
    Return the text with Latin letters, digits and signs half-width and no invisible characters.

    Chinese punctuation stays full-width; ①, ㎡ and № stay what they are.
    """
    visible = "".join(char for char in text if not _is_invisible(char))
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", visible).translate(_FOLDED))


def fold_digits(text: str) -> str:
    """Return the text with full-width digits made half-width, all else untouched."""
    return text.translate(FULL_WIDTH_DIGITS)


def _is_invisible(char: str) -> bool:
    """Zero-width and control characters, half surrogates and variation selectors."""
    if char in "\t\n\r" or (char.isascii() and char.isprintable()):
        return False
    is_selector = "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"
    return is_selector or unicodedata.category(char) in ("Cf", "Cc", "Cs")


def _repaired(text: str) -> str:
    freed = _READINGS.sub(_without_readings, text)
    return _in_simplified(freed, is_damaged=freed != text)


def _without_readings(found: re.Match[str]) -> str:
    """Keep those brackets of the run that are no reading of the character before it."""
    before = found.string[found.start() - 1]
    brackets = re.findall(r"\(([^)]*)\)", found[0])
    kept = [inner for inner in brackets if not _is_reading(inner, before)]
    return "".join(f"({inner})" for inner in kept)


def _is_reading(inner: str, character: str) -> bool:
    """Whether it is a syllable with a tone mark, or a toneless reading of the character."""
    latin = inner.replace("ɡ", "g").replace("ɑ", "a")
    toneless = unicodedata.normalize(
        "NFC", _TONE_MARKS.sub("", unicodedata.normalize("NFD", latin))
    )
    if toneless != latin:
        return _SYLLABLE.fullmatch(toneless) is not None
    return toneless.replace("ü", "v") in _readings_of(character)


@lru_cache(maxsize=4096)
def _readings_of(character: str) -> frozenset[str]:
    from pypinyin import Style, pinyin

    return frozenset(pinyin(character, style=Style.NORMAL, heteronym=True)[0])


def _in_simplified(text: str, *, is_damaged: bool) -> str:
    """Convert a traditional text as a whole, stray traditional characters one by one."""
    while traditional := [char for char in text if _is_traditional(char)]:
        simplified = sum(map(_is_simplified_only, text))
        if is_damaged or len(traditional) >= simplified:
            text = _to_simplified().convert(text)
        else:
            text = "".join(_simplified(char) if _is_traditional(char) else char for char in text)
    return text


@lru_cache(maxsize=8192)
def _is_traditional(char: str) -> bool:
    """Whether no simplified text has the character: tw2s changes it and GB 2312 lacks it."""
    if char < "\u3400" or char in _SIMPLIFIED_NAMES or _simplified(char) == char:
        return False
    return not _in_gb2312(char)


@lru_cache(maxsize=8192)
def _is_simplified_only(char: str) -> bool:
    """Whether no traditional text has the character: 门 and 区, but not 后 or 里."""
    if char < "\u3400":
        return False
    return _to_traditional().convert(char) != char and not _in_big5(char)


def _simplified(char: str) -> str:
    return str(_to_simplified().convert(char))


def _in_gb2312(char: str) -> bool:
    return _encodes(char, "gb2312")


def _in_big5(char: str) -> bool:
    return _encodes(char, "big5")


def _encodes(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@cache
def _to_simplified() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("tw2s")


@cache
def _to_traditional() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("s2t")
