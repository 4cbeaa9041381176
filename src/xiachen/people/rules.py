"""Rules about people: phones, identity numbers, sorting, branches and what roles need."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from django.utils.translation import gettext_lazy as _
from pypinyin import lazy_pinyin

from xiachen.base.errors import Refused
from xiachen.papers.cleaning import fold
from xiachen.places.rules.names import plain as without_marks
from xiachen.privacy.scope import ALLOWED, Can, Role

_SPACING = re.compile(r"[\s\-‐-―]+")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_COUNTRY = re.compile(r"(?:\+86|0086|86)(?=1[3-9][0-9]{9}$)")
_IDENTITY = re.compile(r"[1-9][0-9]{16}[0-9X]")
_OLD_IDENTITY = re.compile(r"[1-9][0-9]{14}")
# The dot in 买买提·吐尔逊 comes in many shapes, with blanks around it or without.
_NAME_DOT = re.compile(r"\s*[·•‧∙⋅・●･]\s*|(?<=[^\x00-\x7f])\s*[.．]\s*(?=[^\x00-\x7f])")

# GB 11643-1999: ISO 7064 mod 11-2.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"

# A temporary branch needs this many members who have passed their probation.
FULL_MEMBERS_NEEDED = 3

# Surnames whose reading differs from that of the same character elsewhere.
SURNAME_READINGS = {
    "万俟": "mo qi",
    "单于": "chan yu",
    "尉迟": "yu chi",
    "尉遲": "yu chi",
    "澹台": "tan tai",
    "澹臺": "tan tai",
    "长孙": "zhang sun",
    "長孫": "zhang sun",
    "令狐": "ling hu",
    "仇": "qiu",
    "任": "ren",
    "侯": "hou",
    "俞": "yu",
    "冼": "xian",
    "华": "hua",
    "華": "hua",
    "单": "shan",
    "單": "shan",
    "卜": "bu",
    "区": "ou",
    "區": "ou",
    "召": "shao",
    "句": "gou",
    "员": "yun",
    "盖": "ge",
    "宁": "ning",
    "宓": "mi",
    "尉": "wei",
    "应": "ying",
    "恽": "yun",
    "折": "she",
    "晁": "chao",
    "曾": "zeng",
    "朴": "piao",
    "查": "zha",
    "种": "chong",
    "秘": "bi",
    "纪": "ji",
    "缪": "miao",
    "繆": "miao",
    "翟": "zhai",
    "能": "nai",
    "葛": "ge",
    "覃": "qin",
    "解": "xie",
    "那": "na",
    "郇": "xun",
    "郗": "xi",
    "重": "chong",
    "都": "du",
    "阚": "kan",
    "隗": "wei",
    "黑": "he",
    "乐": "yue",
    "樂": "yue",
    "乜": "nie",
    "洗": "xian",
    "逄": "pang",
    "逯": "lu",
}
SORT_KEY_LENGTH = 120


class PhoneFault(StrEnum):
    """Why a text is no mobile number."""

    NOT_MOBILE = "not-mobile"


class IdentityFault(StrEnum):
    """Why a text is no identity number; the first that applies."""

    OLD = "old"
    SHAPE = "shape"
    BIRTH = "birth"
    CHECK = "check"


def plain(text: str) -> str:
    """Return a number as it is kept: half-width, without spaces and dashes, in capitals."""
    return _SPACING.sub("", unicodedata.normalize("NFKC", text)).upper()


class NameNeeded(Refused):
    """Nobody is named."""

    code = "people.name-needed"
    message = _("No name is given.")
    status = 422


def kept_name(text: str) -> str:
    """Return a name as it is kept: half-width letters, one kind of dot, no blanks between 汉字."""
    name = _NAME_DOT.sub("·", " ".join(fold(text).split()))
    together = name.replace(" ", "")
    return together if together.replace("·", "").isalpha() and not _has_latin(name) else name


def name_key(name: str) -> str:
    """Return what spellings of one name share: 张 三, 張三 and 张三; 买买提·吐尔逊 without dot."""
    return without_marks(kept_name(name))


def _has_latin(name: str) -> bool:
    return any(character < "\u2e80" and character.isalpha() for character in name)


def phone_number(text: str) -> str:
    """Return a mobile number as it is kept, without the country code."""
    return _COUNTRY.sub("", plain(text))


def phone_fault(phone: str) -> PhoneFault | None:
    """Tell what is wrong with a phone number in its kept form."""
    return None if _MOBILE.fullmatch(phone) else PhoneFault.NOT_MOBILE


def identity_fault(number: str) -> IdentityFault | None:
    """
    Tell what is wrong with an identity number in its kept form.

    Area codes are not looked up: abolished ones stay valid on cards.
    """
    if _OLD_IDENTITY.fullmatch(number):
        return IdentityFault.OLD
    if not _IDENTITY.fullmatch(number):
        return IdentityFault.SHAPE
    if not _is_day(number[6:14]):
        return IdentityFault.BIRTH
    return None if check_digit(number[:17]) == number[17] else IdentityFault.CHECK


def check_digit(first_seventeen: str) -> str:
    """Return the eighteenth place of an identity number (0 to 9, or X)."""
    total = sum(
        weight * int(digit) for weight, digit in zip(_WEIGHTS, first_seventeen, strict=True)
    )
    return _CHECK_DIGITS[total % 11]


def sort_key(name: str, *, surname_reading: str = "") -> str:
    """
    Return what names are sorted by: syllables in pinyin, then the name itself.

    :param surname_reading: how the person reads the surname, where it differs from the usual;
        several syllables are separated by blanks
    """
    name = unicodedata.normalize("NFKC", name).strip()
    surname, reading = _surname(name, surname_reading.strip().lower())
    syllables = " ".join([*reading.split(), *_syllables(name[len(surname) :])])
    return f"{syllables} {name}"[:SORT_KEY_LENGTH]


@lru_cache(maxsize=65536)
def _syllables(given: str) -> tuple[str, ...]:
    return tuple(syllable.lower() for syllable in lazy_pinyin(given))


def _surname(name: str, reading: str) -> tuple[str, str]:
    """Return the surname whose reading is known, with that reading; empty when none is."""
    if reading:
        return name[: len(reading.split())], reading
    found = next((name[:length] for length in (2, 1) if name[:length] in SURNAME_READINGS), "")
    return found, SURNAME_READINGS.get(found, "")


def full_members(standings: Iterable[str]) -> int:
    """Count those who are full members; probationary members do not count."""
    return sum(standing == "full" for standing in standings)


class Reach(StrEnum):
    """What a role must be given so that it reaches anything."""

    NOTHING = "nothing"
    MEMBER = "member"
    DIVISION = "division"
    COMMUNITY = "community"
    ORGANISATION = "organisation"
    TEAM = "team"


_REACH = {
    Role.ADMINISTRATOR: Reach.NOTHING,
    Role.AUDITOR: Reach.NOTHING,
    Role.PRIVACY_OFFICER: Reach.NOTHING,
    Role.MEMBER: Reach.MEMBER,
    Role.LIAISON: Reach.ORGANISATION,
    Role.TEAM_LEADER: Reach.TEAM,
    Role.SQUAD_LEADER: Reach.TEAM,
    Role.BRANCH_SECRETARY: Reach.MEMBER,
    Role.SECRETARY: Reach.COMMUNITY,
    Role.COMMUNITY_WORKER: Reach.COMMUNITY,
    Role.GRID_HEAD: Reach.COMMUNITY,
}


# Leaders of teams may be named the community where they lead before anybody has assigned them.
_MAY_ALSO_REACH = {
    Role.TEAM_LEADER: frozenset({Reach.DIVISION}),
    Role.SQUAD_LEADER: frozenset({Reach.DIVISION}),
    Role.BRANCH_SECRETARY: frozenset({Reach.DIVISION, Reach.TEAM}),
}


def reach_of(role: Role) -> Reach:
    """Return what a role must be given; the offices' roles are given a division."""
    return _REACH.get(role, Reach.DIVISION)


def may_also_reach(role: Role) -> frozenset[Reach]:
    """Return what a role may be given besides."""
    return _MAY_ALSO_REACH.get(role, frozenset())


def is_personal(role: Role) -> bool:
    """Tell whether a role sees or unmasks people's data."""
    return bool({Can.SEE_PEOPLE, Can.UNMASK} & ALLOWED[role])


def needs_second_person(role: Role) -> bool:
    """
    Tell whether giving a role takes two administrators.

    The administrator's own role does too: alone, one could give it to a second account of theirs.
    """
    return is_personal(role) or role is Role.ADMINISTRATOR


def may_stand_together(one: Role, other: Role) -> bool:
    """Tell whether one account may hold both: an administrator holds no personal scope."""
    if Role.ADMINISTRATOR not in (one, other):
        return True
    return not (is_personal(one) or is_personal(other))


def overlap(first: tuple[date, date | None], second: tuple[date, date | None]) -> bool:
    """Tell whether two periods share a day; both ends belong to them, no end is for ever."""
    (start, end), (other_start, other_end) = first, second
    return start <= (other_end or date.max) and other_start <= (end or date.max)


def day_before(day: date) -> date:
    """Return the last day of what is replaced from this day on."""
    return day - timedelta(days=1)


def _is_day(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True
