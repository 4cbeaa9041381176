"""
Names of divisions: one search name per community, and the short forms people use for the rest.

The same committee is printed as 滨湖社区, 滨湖社区居委会, 滨湖社区居民委员会 …; all have the search
name 滨湖. A village keeps its 村, since 和平村 and 和平社区 often stand in the same town.
"""

import re
import unicodedata
from enum import StrEnum
from functools import cache, lru_cache

from opencc import OpenCC

from xiachen.papers.cleaning import clean


class Committee(StrEnum):
    """The two kinds of committee that the lowest level consists of."""

    COMMUNITY = "community"
    VILLAGE = "village"


# What lists and letters hang on a community's name, longest first; misprints of the lists included.
_COMMUNITY_ENDING = re.compile(
    r"(?:社区)?(?:居民居委会|居民委员会|居民委会|居民委员|居委员会|居委会会|居委会)$"
    r"|社区委员会$|社区$"
)
_VILLAGE_ENDING = re.compile(r"村?村(?:民)?(?:委员会|委会)$")
_BRACKETS = re.compile(r"[(\[【〔{]([^()\[\]【】〔〕{}]*)[)\]】〕}]")
_REMARK_BEHIND = re.compile(_BRACKETS.pattern + "$")
# Remarks in brackets that say only what kind of place it is.
_KIND_REMARKS = frozenset(
    {"", "社区", "居委会", "村委会", "农村社区", "特殊社区", "特殊村委会", "省级", "筹", "筹备组"}
)
_KEPT_PUNCTUATION = "?"  # the lists print it where a rare character was lost

LONGEST_STREET_FORM = 10
_STREET_FORMS = ("街道", "街", "", "街道办事处", "街道办", "街办")
_PLAIN_ENDINGS = ("地区", "林区", "省", "市", "区", "县", "旗", "盟", "镇", "乡")
_SELF_GOVERNED = re.compile(r"自治([区州县旗])$")
_PEOPLES = re.compile(
    "(?:壮|回|维吾尔|土家|苗|藏|羌|彝|白|傣|景颇|傈僳|哈尼|布依|侗|朝鲜|蒙古|哈萨克|柯尔克孜|满|瑶"
    "|黎|畲|仫佬|毛南|仡佬|水|佤|拉祜|布朗|纳西|普米|怒|独龙|土|撒拉|保安|东乡|裕固|锡伯|达斡尔"
    "|鄂温克|鄂伦春|塔吉克|各)族"
)
# Rows of the lists that only hold a level open; nobody says them.
PLACEHOLDERS = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})


def plain(text: str) -> str:
    """
    Return text for comparing: simplified, half width, lower case, without blanks and marks.

    Character by character, so that a name reads the same alone and behind a path.
    """
    if all(map(_is_plain, text)):
        return text
    text = clean(unicodedata.normalize("NFKC", text)).lower()
    return "".join(_folded(character) for character in text if not _is_mark(character))


@lru_cache(maxsize=65536)
def normalise_community_name(text: str) -> str:
    """
    Return the search name of a community: cleaned, without what the committee is called.

    A remark in brackets at the end stays, so that 翠湖社区（滨河） is not taken for 翠湖社区.
    """
    if all(map(_is_plain, text)):
        return _without_ending(text)
    name, remark = _parted(text)
    return _without_ending(name) + remark


def committee_of(text: str) -> Committee | None:
    """Tell what kind of committee a name says it is, None when it does not say."""
    name, _ = _parted(text)
    if _VILLAGE_ENDING.search(name):
        return Committee.VILLAGE
    return Committee.COMMUNITY if _COMMUNITY_ENDING.search(name) else None


@lru_cache(maxsize=65536)
def short_forms(name: str) -> frozenset[str]:
    """Return the forms in which people write a division above the community: 武昌区, 武昌."""
    without_remarks = _BRACKETS.sub("", unicodedata.normalize("NFKC", name))
    return _forms(plain(name)) | _forms(plain(without_remarks))


def street_names(part: str) -> frozenset[str]:
    """Return the listed names, plain, of a street or town that people may have written so."""
    endings = ("", "道") if part.endswith("街") else ("", "街道", "街道办事处", "镇", "乡")
    return frozenset(part + ending for ending in endings)


def _forms(full: str) -> frozenset[str]:
    forms = {full}
    if full.endswith("街道"):
        forms |= {full[:-2] + ending for ending in _STREET_FORMS}
    elif ending := _SELF_GOVERNED.search(full):
        bare = _PEOPLES.sub("", full[: ending.start()]) or full
        forms |= {bare, bare + ending.group(1)}
    else:
        forms |= {_without_plain_ending(full)}
    return frozenset(form for form in forms if len(form) > 1)


def _parted(text: str) -> tuple[str, str]:
    """Return a name and the remark in brackets behind it, both plain."""
    text = clean(unicodedata.normalize("NFKC", text)).strip()
    text = _BRACKETS.sub(lambda found: "" if plain(found[1]) in _KIND_REMARKS else found[0], text)
    if remark := _REMARK_BEHIND.search(text):
        return plain(text[: remark.start()]), plain(remark[1])
    return plain(text), ""


def _without_ending(name: str) -> str:
    village = _VILLAGE_ENDING.sub("村", name)
    if village != name:
        return village
    return _COMMUNITY_ENDING.sub("", name) or name


def _without_plain_ending(name: str) -> str:
    ending = next((ending for ending in _PLAIN_ENDINGS if name.endswith(ending)), "")
    return name.removesuffix(ending)


@lru_cache(maxsize=32768)
def _folded(character: str) -> str:
    # Cleaning reads 乾 and 著 by the words around them; a search name must not depend on those.
    return str(_simplifier().convert(character))


@lru_cache(maxsize=32768)
def _is_plain(character: str) -> bool:
    """Tell whether nothing changes the character, whatever stands beside it: most characters."""
    return (
        "\u4e00" <= character <= "\u9fff"
        and _folded(character) == character
        and clean(character) == character
    )


@cache
def _simplifier() -> OpenCC:
    return OpenCC("tw2s")


@lru_cache(maxsize=32768)
def _is_mark(character: str) -> bool:
    if character in _KEPT_PUNCTUATION:
        return False
    return character.isspace() or unicodedata.category(character)[0] in "PZ" or character == ">"
