"""
What a person may see of somebody's data without a reason and a second person.

Every mask takes any text, gives the same when it is applied again, and lets through only:

    name       the surname (欧阳**), of other names the first letter (迪**, J**)
    identity   of 18 places the first four and the last four (4201**********1234)
    phone      of a mobile number the first three and the last four (138****8000)
    address    province, city, district and street
    door       the building
    birth      a band of ages
    the rest   nothing

The stars do not count what they hide, beyond the one or two places of a given name.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import pairwise

STAR = "*"
HIDDEN = "****"

# Simplified, then the traditional forms that differ.
_SURNAMES = """
欧阳 司马 上官 诸葛 皇甫 尉迟 公孙 慕容 令狐 长孙 宇文 司徒 司空 夏侯 东方 南宫 西门 独孤 端木
轩辕 百里 东郭 南郭 呼延 钟离 闻人 澹台 公冶 宗政 濮阳 淳于 单于 太叔 申屠 公羊 赫连 万俟 第五
闾丘 拓跋 夹谷 宰父 谷梁 乐正 左丘 梁丘 公西 巫马 段干 漆雕 壤驷 公良 亓官 司寇 子车 颛孙 东门
羊舌 鲜于 叱干
歐陽 司馬 諸葛 尉遲 公孫 長孫 東方 南宮 西門 獨孤 軒轅 東郭 鍾離 鐘離 聞人 澹臺 濮陽 單于 淳於
閭丘 夾谷 穀梁 樂正 巫馬 壤駟 子車 顓孫 東門 鮮于 萬俟
"""
COMPOUND_SURNAMES = frozenset(_SURNAMES.split())

# Two given characters are as many as the stars tell.
GIVEN_NAME_STARS = 2

IDENTITY = re.compile(r"([0-9]{4})[0-9*]{10}([0-9]{3}[0-9Xx])")
MOBILE = re.compile(r"(?:\+?86|0086)?(1[0-9]{2})[0-9*]{4}([0-9]{4})")
SPACING = re.compile(r"[\s\-‐-―]+")

_HAN = r"[一-鿿]"
# After its first character the name of a city or district holds none of the words for smaller
# places; otherwise 洪山区民主路市场 would pass as one.
_PLACE = rf"{_HAN}(?:(?![省市区县旗路街巷弄号栋幢座]){_HAN})"
STREET_AND_ABOVE = re.compile(
    rf"(?:{_PLACE}{{1,7}}?(?:省|自治区|特别行政区))?"
    rf"(?:{_PLACE}{{1,7}}?(?:市|自治州|地区|盟))?"
    rf"(?:{_PLACE}{{0,7}}?(?:(?<![小社园])区|县|旗|市))?"
    rf"(?:(?:(?![号栋幢座]){_HAN}){{1,6}}?(?:街道|镇|乡))?"
)
BUILDING = re.compile(r"(?:[0-9]{1,4}|[A-Za-z]|[一二三四五六七八九十百]{1,4})(?:栋|幢|座|号楼)")

# Under 14 the law asks for more care, at 18 a person is of age; from 60 on in tens, open at 80.
AGES = (0, 14, 18, 30, 40, 50, 60, 70, 80)
BANDS = (*(f"{start}–{end - 1}" for start, end in pairwise(AGES)), f"{AGES[-1]}+")


def mask_name(name: str) -> str:
    """Return the surname and one or two stars; of a name of one character, a star."""
    name = name.strip()
    if len(name) < 2:
        return STAR * len(name)
    if not unicodedata.category(name[0]).startswith("L"):
        return STAR * GIVEN_NAME_STARS
    shown = 2 if len(name) > 2 and name[:2] in COMPOUND_SURNAMES else 1
    return name[:shown] + STAR * min(len(name) - shown, GIVEN_NAME_STARS)


def mask_identity(number: str) -> str:
    """Return an identity number's first and last four places; of any other number nothing."""
    text = _plain(number)
    found = IDENTITY.fullmatch(text)
    return f"{found[1]}{STAR * 10}{found[2].upper()}" if found else _hide(text)


def mask_phone(number: str) -> str:
    """Return a mobile number's first three and last four places; of any other number nothing."""
    text = _plain(number)
    found = MOBILE.fullmatch(text)
    return f"{found[1]}{HIDDEN}{found[2]}" if found else _hide(text)


def mask_address(address: str) -> str:
    """Return province, city, district and street, as far as an address begins with them."""
    text = unicodedata.normalize("NFKC", address).strip()
    found = STREET_AND_ABOVE.match(text)
    shown = found[0] if found else ""
    return shown + _hide(text[len(shown) :])


def mask_door(door: str) -> str:
    """Return the building of a door (3栋****), nothing where none is named."""
    text = _plain(door)
    found = BUILDING.match(text)
    shown = found[0] if found else ""
    return shown + _hide(text[len(shown) :])


def age_band(birth: date, on: date) -> str:
    """Return the band of ages (18–29, 80+) of a person on a day; empty before birth."""
    age = on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))
    reached = sum(age >= start for start in AGES)
    return BANDS[reached - 1] if reached else ""


def mask_birth(birth: str, on: date) -> str:
    """Return the band of ages of a date of birth (ISO 8601); of any other text nothing."""
    if birth in BANDS:
        return birth
    try:
        return age_band(date.fromisoformat(birth), on)
    except ValueError:
        return _hide(birth)


_MASKS: Mapping[str, Callable[[str], str]] = {
    "name": mask_name,
    "identity": mask_identity,
    "phone": mask_phone,
    "address": mask_address,
    "door": mask_door,
}


class Masked(Mapping[str, str]):
    """
    A person's values as they may be shown; it holds nothing of what it hides.

    The keys `name`, `identity`, `phone`, `address`, `door` and `birth` are masked by their kind,
    all others are hidden entirely: a key nobody has thought of shows nothing.

    :param on: the day for which ages are told
    """

    __slots__ = ("_shown",)

    def __init__(self, values: Mapping[str, str], *, on: date) -> None:
        self._shown = {
            key: mask_birth(value, on) if key == "birth" else _MASKS.get(key, _hide)(value)
            for key, value in values.items()
        }

    def __getitem__(self, key: str) -> str:
        return self._shown[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._shown)

    def __len__(self) -> int:
        return len(self._shown)

    def __repr__(self) -> str:
        return f"Masked({self._shown!r})"


def _hide(text: str) -> str:
    return HIDDEN if text.strip() else ""


def _plain(text: str) -> str:
    """Full-width forms made plain, spacing and dashes taken out."""
    return SPACING.sub("", unicodedata.normalize("NFKC", text))
