"""
A roll-call pasted from a chat (接龙), understood line by line.

    #接龙
    3月1日到岗
    例 姓名 单位 电话
    1. 张三 13800000000 已到
    2、李四（城建局）
    3. 王五、赵六 已到岗🌸

Offices do not keep to a form: numbers are written in ten ways, several people stand in one line,
one answers for another. What is certain is told as name, phone and rest; what is not is marked
with why, so that a person is asked. Whom a name means is for the area to say whose people they are.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from xiachen.papers.cleaning import fold
from xiachen.privacy.masking import COMPOUND_SURNAMES


class Doubt(StrEnum):
    """Why a line has to be looked at by a person."""

    NO_NAME = "no-name"
    UNSURE = "unsure"
    SEVERAL = "several"
    OTHERS = "others"
    STANDS_IN = "stands-in"
    PHONE = "phone"
    TWICE = "twice"
    UNNUMBERED = "unnumbered"


DOUBTS = {
    Doubt.NO_NAME: _("No name stands in this line."),
    Doubt.UNSURE: _("It is not certain which words are the name."),
    Doubt.SEVERAL: _("Several people stand in this line; say which number is whose."),
    Doubt.OTHERS: _("The line speaks of more people than it names."),
    Doubt.STANDS_IN: _("One person answers for another; say who is meant."),
    Doubt.PHONE: _("The phone number has too many or too few digits."),
    Doubt.TWICE: _("The same name stands further up."),
    Doubt.UNNUMBERED: _("The line has no number; perhaps it is a heading."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RollCallLine:
    """
    One person of a roll-call.

    :param line: the number of the line in the pasted text, from 1
    :param number: what the person wrote as their number; None without one
    :param phone: eleven digits; empty without a number, or where it is unclear whose it is
    :param rest: what stands beside name and phone, such as unit and state
    :param text: the whole entry without its number
    :param doubts: why a person has to look; empty where everything is certain
    """

    line: int
    number: int | None
    name: str
    phone: str
    rest: str
    text: str
    doubts: tuple[Doubt, ...] = ()


_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
# A digit before a measure is no number of an entry: 3月1日到岗, 8点集合.
_NUMBER = re.compile(
    r"\s*(?:[（(\[【第]\s*(\d{1,4})\s*[）)\]】号]"
    r"|(\d{1,4})\s*(?:[.、．。,，:：;；)）\]】\-]|(?=\s)"
    rf"|(?=[{_HAN}])(?![年月日号点时分人名位个区栋组队]))"
    r")(?!\d)\s*[.、)）]?\s*"
)
_NEXT = re.compile(rf"[\s,，;；。]*(?<!\d)(\d{{1,4}})\s*[.、．)）]\s*(?=[{_HAN}])")
_EXAMPLE = re.compile(r"(?:例如?|示例|格式|模板|样例|范例)(?:[\s:：,，、]|$)")
_PHONE = re.compile(r"(?<!\d)(?:\+?86[\s-]*)?(1[3-9]\d)[\s-]?(\d{4})[\s-]?(\d{4})(?!\d)")
_ALMOST_PHONE = re.compile(r"(?<!\d)1[3-9]\d{7,8}(?!\d)|(?<!\d)1[3-9]\d{10,11}(?!\d)")
_LABEL = re.compile(r"(?:姓名|名字|联系人|联系电话|联系方式|手机号码?|电话|手机|单位)\s*[:：]\s*")
_OTHERS = re.compile(
    r"等\s*[\d两二三四五六七八九十]+\s*[人位名个]|等人|[+＋]\s*\d{1,2}(?!\d)|夫妇|夫妻|一家|全家|全体"
)
_STANDS_IN = re.compile(rf"(?:代替|代|替|帮)[\s:：]*([{_HAN}·]{{2,}})")
_OF_STATE = """
已到岗 已报到 已到位 已签到 已打卡 已返回 已到达 已到 到岗 报到 到位 到达 签到 打卡 收到 在岗
在位 未到 请假 参加 报名 参与 正常 上岗 下岗 完成 集合 出发 准时 迟到 隔离 同志 书记 主任 组长
队长 党员 志愿者 等 夫妇 一家 代 替
"""
_OF_UNITS = """
局 委 办 处 科 院 校 社区 街道 街 镇 乡 公司 集团 中心 组 队 支部 总支 党委 所 站 部 厂 大学
中学 小学 银行 区 市 省 县 厅 委会 工会 协会 单位 小区 网格 栋 单元 卡口 党组 分局 岗 点 门
"""
_STATES = tuple(_OF_STATE.split())
_UNIT_ENDS = tuple(_OF_UNITS.split())
# fmt: off
_SURNAMES = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
    "酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞"
    "熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣贲邓"
    "郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊於惠甄曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫"
    "宁仇栾暴甘斜厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉"
    "宰郦雍却璩桑桂濮牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东欧"
    "殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公闫覃肖付代涂帅官佟仝冼邸占"
    "岳海亓佘苟楚来佴商牟哈墨年佟言福晋楼丛谌谯仉揭刑尉迟位苑候原丘展矫占但乃由揣阳欧覃区仡帖麦昂练招卿冮"
)
# fmt: on
_NAME = re.compile(rf"[{_HAN}]+(?:·[{_HAN}]+)*")
_AND = re.compile("[和与及]")
_LONGEST = 4


class _Entry(NamedTuple):
    line: int
    number: int | None
    said: str
    doubts: tuple[Doubt, ...] = ()


def parse(text: str) -> list[RollCallLine]:
    """
    Return the people of a pasted roll-call, in their order.

    Titles, the example line and what stands before the first number are left out. Where nothing is
    numbered, each line is an entry.
    """
    found: list[RollCallLine] = []
    for entry in _entries(_lines(text)):
        found += _people(entry)
    return _with_repeats(found)


def _lines(text: str) -> list[tuple[int, str]]:
    """Return number and words of the lines that say something, without pictures, in one width."""
    plain = "".join(map(_without_pictures, text))
    numbered = enumerate(plain.splitlines(), 1)
    kept = ((number, fold(line).strip()) for number, line in numbered)
    return [(n, line) for n, line in kept if line and line[0] != "#" and not _EXAMPLE.match(line)]


def _without_pictures(char: str) -> str:
    """Turn ① into a number with its stop, and emoji and their joints into a space."""
    if char.isascii() or char == "·":
        return char
    if char == "\u20e3":  # what makes a keycap of the digit before it
        return "."
    kind = unicodedata.category(char)
    if kind == "No":
        value = unicodedata.numeric(char)
        return f" {int(value)}. " if value == int(value) else " "
    if kind == "Mn" or char == "\u200d":
        return ""
    return " " if kind in {"So", "Sk", "Cn", "Co"} else char


def _entries(lines: Sequence[tuple[int, str]]) -> Iterator[_Entry]:
    """Yield the entries; a line that names nobody carries on the entry above it."""
    starts = [_NUMBER.match(said) for _line, said in lines]
    if not any(starts):
        yield from (_Entry(line, None, said) for line, said in lines)
        return
    last: _Entry | None = None
    for (line, said), start in zip(lines, starts, strict=True):
        if start is None and last is not None and not _names(said):
            last = last._replace(said=f"{last.said} {said}")
        elif start is not None or _names(said):
            yield from _split(last)
            number = int(start[1] or start[2]) if start else None
            words = said[start.end() :] if start else said
            last = _Entry(line, number, words, (Doubt.UNNUMBERED,) if start is None else ())
    yield from _split(last)


def _split(entry: _Entry | None) -> Iterator[_Entry]:
    """Yield the entries that stand one after another in a line: 1.张三2.李四."""
    while entry is not None:
        following = entry.number + 1 if entry.number is not None else None
        ends = (one for one in _NEXT.finditer(entry.said) if int(one[1]) == following)
        end = next((one for one in ends if one.start()), None)
        if end is None:
            yield entry
            return
        yield entry._replace(said=entry.said[: end.start()])
        entry = entry._replace(number=following, said=entry.said[end.end() :])


def _people(entry: _Entry) -> list[RollCallLine]:
    """Return the people of one entry; each has the doubts of the whole entry."""
    said = " ".join(entry.said.split())
    phones = ["".join(found.groups()) for found in _PHONE.finditer(said)]
    words = _LABEL.sub(" ", _PHONE.sub(" ", said))
    doubts = list(entry.doubts)
    if not phones and _ALMOST_PHONE.search(said):
        doubts.append(Doubt.PHONE)
    if _OTHERS.search(words):
        doubts.append(Doubt.OTHERS)
    names, words = _whom(words, doubts)
    if len(phones) > 1 and len(phones) != len(names):
        doubts.append(Doubt.SEVERAL)
    if len(names) > 1 and len(phones) not in (0, len(names)):
        doubts.append(Doubt.SEVERAL)
    rest = re.sub(rf"(?<=[、,，])\s*{_AND.pattern}", " ", words)
    for name in names:
        rest = re.sub(rf"{_AND.pattern}?{re.escape(name)}" if name else "$", " ", rest, count=1)
    each = phones if len(phones) == len(names) else [""] * len(names)
    return [
        RollCallLine(
            line=entry.line,
            number=entry.number,
            name=name,
            phone=phone,
            rest=_rest(rest),
            text=said,
            doubts=tuple(dict.fromkeys(doubts)),
        )
        for name, phone in zip(names, each, strict=True)
    ]


def _whom(words: str, doubts: list[Doubt]) -> tuple[list[str], str]:
    """Return the names of an entry, an empty one where none stands; notes what is unclear."""
    stands_in = _STANDS_IN.search(words)
    if stands_in is not None and _is_name(meant := _cut(stands_in[1])):
        doubts.append(Doubt.STANDS_IN)
        named = _names(words[: stands_in.start()])
        return ([named[0]] if named else [meant]), words
    names = _names(words)
    if len(names) > 1 and not _listed(words, names):
        doubts.append(Doubt.SEVERAL)
    if names:
        return names, words
    guesses = [_cut(found[0]) for found in _NAME.finditer(words)]
    guess = next((one for one in guesses if 2 <= len(one) <= _LONGEST and not _is_other(one)), "")
    doubts.append(
        Doubt.UNSURE if guesses and any(len(one) > 1 for one in guesses) else Doubt.NO_NAME
    )
    return [guess], words


def _names(words: str) -> list[str]:
    found: list[str] = []
    for run in _NAME.findall(words):
        whole = _cut(run)
        parts = [_cut(part) for part in _AND.split(run)]
        if _is_name(whole):
            found.append(whole)
        elif all(map(_is_name, parts)):
            found += parts
    return list(dict.fromkeys(found))


def _cut(run: str) -> str:
    """Return what a run of characters begins with before a word of state: 张三已到岗 is 张三."""
    ends = [at for word in _STATES if (at := run.find(word)) >= 2 or (at == 0)]
    return run[: min(ends, default=len(run))]


def _is_name(text: str) -> bool:
    if "·" in text:
        return len(text) <= 20
    if not 2 <= len(text) <= _LONGEST or _is_other(text):
        return False
    if text[:2] in COMPOUND_SURNAMES and len(text) > 2:
        return True
    return text[0] in _SURNAMES and len(text) < _LONGEST


def _is_other(text: str) -> bool:
    """Tell whether a word is a unit or a state rather than a person."""
    return text in _STATES or (len(text) > 2 and text.endswith(_UNIT_ENDS))


def _listed(words: str, names: Sequence[str]) -> bool:
    """Tell whether nothing but the signs of a list stands between the names: 张三、李四和王五."""
    joint = r"\s*(?:[、,，/;；&]|和|与|及)\s*"
    return re.search(joint.join(map(re.escape, names)), words) is not None


def _rest(words: str) -> str:
    return " ".join(re.sub(r"[()（）\[\]【】,，、;；:：。/&]+", " ", words).split())


def _with_repeats(lines: list[RollCallLine]) -> list[RollCallLine]:
    """Mark whoever is named again; another phone makes another person of the same name."""
    seen: dict[str, set[str]] = {}
    marked = []
    for one in lines:
        phones = seen.setdefault(one.name, set())
        same = not one.phone or "" in phones or one.phone in phones
        again = bool(one.name and phones and same)
        phones.add(one.phone)
        marked.append(replace(one, doubts=(*one.doubts, Doubt.TWICE)) if again else one)
    return marked
