"""
Several values in one cell: two people, their numbers beside them, kinds of a person in a row.

Offices write 张三、李四 in one cell and 138…/139… in the next; what stands first belongs together.
"""

import re
import unicodedata

from xiachen.papers.cleaning import fold
from xiachen.privacy.masking import COMPOUND_SURNAMES

_BREAKS = re.compile(r"[、，,;；/\\|\n\r\t]+")
_BETWEEN_NUMBERS = re.compile(r"[、，,;；:/\\|\n\r\t和及与或]+")
_REMARK = re.compile(r"[(（【\[〔][^)）】\]〕]*[)）】\]〕]?")
_COUNTED = re.compile(r"^\d{1,2}[.)．）]?\s*(?=\D|$)|(?<=\s)\d{1,2}[.)]?$")
_NUMBER_BEHIND = re.compile(r"[\s:：]*(?<![0-9])(1[3-9][0-9][\s-]?[0-9]{4}[\s-]?[0-9]{4})$")
_SHORTEST_NUMBER = 7
# What offices write into a cell that they leave open.
NOTHING = frozenset(
    {
        "",
        "-",
        "--",
        "---",
        "—",
        "——",
        "/",
        "\\",
        "无",
        "暂无",
        "没有",
        "无号码",
        "不详",
        "未知",
        "空",
    }
)


def items_in(cell: str) -> list[str]:
    """Return the values of a cell, parted by commas, slashes, semicolons or line breaks."""
    items = [" ".join(part.split()) for part in _BREAKS.split(fold(cell))]
    return [item for item in items if item not in NOTHING]


def people_in(cell: str) -> list[tuple[str, str]]:
    """
    Return the people of a cell with the mobile number behind the name, empty where there is none.

    Remarks in brackets and counts go: 1.张三（户主）、2.李四. Blanks part whole Chinese names
    (张三 李四), but belong to one name where a part has one character (张 三) or is a surname.
    """
    found = []
    for part in _BREAKS.split(_REMARK.sub(" ", fold(cell))):
        name, number = _without_number(_COUNTED.sub("", part.strip()).strip())
        names = _parted(name) if name not in NOTHING else []
        found += [(one, number if one == names[-1] else "") for one in names]
    return found


def numbers_in(cell: str) -> list[str]:
    """Return the numbers of a cell in their order; a place left open (无, -) is an empty text."""
    if fold(cell).strip() in NOTHING:
        return []
    found: list[str] = []
    for part in _BETWEEN_NUMBERS.split(_REMARK.sub(" ", fold(cell))):
        pieces = part.split()
        if len(pieces) > 1 and all(len(one) >= _SHORTEST_NUMBER for one in pieces):
            found += pieces
        elif pieces:
            found.append("".join(pieces))
    return ["" if one in NOTHING else one for one in found]


def _without_number(part: str) -> tuple[str, str]:
    behind = _NUMBER_BEHIND.search(part)
    return (part[: behind.start()].strip(), behind[1]) if behind else (part, "")


def _parted(name: str) -> list[str]:
    words = name.split()
    are_names = all(len(word) > 1 and _is_han(word) for word in words)
    if are_names and not COMPOUND_SURNAMES.intersection(words):
        return words
    return [name]


def _is_han(word: str) -> bool:
    return all(unicodedata.name(character, "").startswith("CJK") for character in word)
