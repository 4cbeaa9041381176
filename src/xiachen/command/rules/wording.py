"""How a bulletin's lines read: frozen values in, words of the current language out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from xiachen.command.rules.template import Detail, Line, Section, Words
from xiachen.figures.numbers import (
    EXACT,
    NUMERALS,
    Floor,
    FloorWord,
    Language,
    day,
    display,
    percent,
    share,
    whole_day,
)
from xiachen.figures.units import Quantity, Unit

_BRACKETS: dict[Language, str] = {"zh-hans": "（{}）", "en": " ({})"}
_BEHIND: dict[Language, str] = {"zh-hans": "/", "en": ", "}
_COMMA: dict[Language, str] = {"zh-hans": "，", "en": ", "}
_AND: dict[Language, str] = {"zh-hans": "、", "en": ", "}
_OF_THEM: dict[Language, str] = {"zh-hans": "其中{}", "en": "of them {}"}
_STOP: dict[Language, str] = {"zh-hans": "。", "en": ". "}


Groups = Mapping[str, Sequence[tuple[str, int]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """
    A number as a bulletin states it.

    :param of: the whole that the number is a part of, None where it is no part
    :param beside: what stands beside it, such as 3/3/3/2 or 8:30
    :param late: 补报, taken_back: 核减, both since the former revision
    :param groups: key, or to be shown name, and number of each group, by the breakdown's code
    """

    value: Decimal | int
    unit: Unit
    of: Decimal | int | None = None
    beside: str = ""
    late: int = 0
    taken_back: int = 0
    groups: Groups = field(default_factory=dict)

    def printed(self, language: Language) -> str:
        """Return the number with its unit."""
        return display(Quantity(self.value, self.unit), language)


Statements = Mapping[str, Stated]


def line_text(line: Line, stated: Statements, language: Language) -> str:
    """Return a line as printed, empty where there is nothing to say."""
    leading = stated.get(line.figure)
    if leading is None:
        return ""  # issued before the template had the line
    if line.whole and not leading.of:
        return ""
    if not leading.value and not line.zero and not line.whole:
        return _filled(line.none, leading, language, line.rough)
    text = _filled(line.words, leading, language, line.rough)
    told = [
        one
        for one in line.details
        if one.figure in stated and (one.zero or stated[one.figure].value >= one.least)
    ]
    inside = [one for one in told if not one.behind]
    details = [_filled(one.words, stated[one.figure], language, one.rough) for one in inside]
    text += _brackets(line, leading, _joined(inside, details, language), language)
    for one in told:
        if one.behind:
            said = _filled(one.words, stated[one.figure], language, one.rough)
            text += _BEHIND[language] + said
    return text


def section_text(section: Section, stated: Statements, language: Language) -> str:
    """Return a section as one sentence without its full stop, empty where nothing is to be said."""
    lines = (line_text(line, stated, language) for line in section.lines)
    return _COMMA[language].join(line for line in lines if line)


def prose(sections: Sequence[Section], stated: Statements, language: Language) -> str:
    """Return all sections as running text."""
    said = (section_text(section, stated, language) for section in sections)
    return "".join(
        sentence[0].upper() + sentence[1:] + _STOP[language] for sentence in said if sentence
    ).strip()


def late_text(titles: Mapping[str, str], stated: Statements, language: Language) -> str:
    """
    Return what was received late (补报) or taken back (核减), empty where nothing was.

    :param titles: of the figures, in the language
    """
    words = {"zh-hans": ("补报", "核减"), "en": (" received late ", " taken back ")}[language]
    parts = []
    for code, one in stated.items():
        for verb, amount in zip(words, (one.late, one.taken_back), strict=True):
            if amount:
                number = display(Quantity(amount, one.unit), language)
                parts.append(f"{titles[code]}{verb}{number}")
    return _COMMA[language].join(parts)


def share_of(one: Stated, language: Language) -> str:
    """Return the percentage; of a part that is not the whole with both numbers."""
    part, whole = int(one.value), int(one.of or 0)
    return percent(part, whole) if part == whole else share(part, whole, language)


def period(about: date, until: datetime, language: Language) -> str:
    """
    Return the time that a bulletin speaks of, such as 3月1日0—24时 or 3月1日0—18时30分.

    :param until: the cut-off in local time
    """
    if until.date() > about:
        return whole_day(about, language, year=language == "en")
    if language == "en":
        return f"{day(about, language, year=True)}, 0:00–{until.hour}:{until.minute:02}"
    minutes = f"{until.minute}分" if until.minute else ""
    return f"{day(about, language)}0—{until.hour}时{minutes}"


def _brackets(line: Line, leading: Stated, details: Sequence[str], language: Language) -> str:
    beside = _filled(line.beside, leading, language) if line.beside and leading.beside else ""
    groups = [_grouped(leading, code, language) for code in line.groups]
    inside = _COMMA[language].join(part for part in (beside, *groups, *details) if part)
    return _BRACKETS[language].format(inside) if inside else ""


def _grouped(leading: Stated, code: str, language: Language) -> str:
    """Return the groups of a breakdown, those with nothing too; a single one says nothing."""
    groups = leading.groups.get(code, ())
    if len(groups) < 2:
        return ""
    style = EXACT if language == "zh-hans" else replace(EXACT, unit=False)
    gap = "" if language == "zh-hans" else " "
    said = [
        name + gap + display(Quantity(value, leading.unit), language, style)
        for name, value in groups
    ]
    return _OF_THEM[language].format(_AND[language].join(said))


def _rough(one: Stated, word: FloorWord, language: Language) -> str:
    """Return two digits of a number with the word that says there is more; a small one exactly."""
    quantity = Quantity(one.value, one.unit)
    if word == "以上":
        return display(quantity, language, replace(EXACT, floor=Floor(1, word)))
    if one.value < 10:
        return display(quantity, language)
    step = max(10, 10 ** (len(str(int(one.value))) - 2))
    floor = Floor(step, word, plain_when_exact=True)
    return display(quantity, language, replace(EXACT, floor=floor))


def _joined(details: Sequence[Detail], said: Sequence[str], language: Language) -> Sequence[str]:
    """Put bare numbers (书记1 副书记1) side by side, as their words already part them."""
    bare = bool(details) and all("%(bare)s" in str(one.words) for one in details)
    return [" ".join(said)] if bare and language == "zh-hans" else said


def _filled(words: Words, one: Stated, language: Language, rough: FloorWord = "余") -> str:
    text = str(words)
    quantity = Quantity(one.value, one.unit)
    return text % {
        "n": display(quantity, language),
        "measure": display(quantity, language, replace(EXACT, noun=False)),
        "part": display(quantity, language, replace(EXACT, unit=language != "en")),
        "bare": display(quantity, language, replace(EXACT, unit=False)),
        "share": share_of(one, language) if "%(share)s" in text else "",
        "beside": one.beside,
        "rough": _rough(one, rough, language) if "%(rough)s" in text else "",
        "spelled": display(quantity, language, NUMERALS) if "%(spelled)s" in text else "",
    }
