"""
Which column of a sheet is which field of an intake.

Columns are claimed by the surest sign first: the very words, words written a little otherwise,
their pinyin or its initials, near spellings. Where two columns claim a field with the same right,
or a column could be two fields, neither is taken: a person is asked.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import IntEnum
from functools import lru_cache

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from xiachen.papers.caged.headings import is_personal, plain
from xiachen.papers.intake import Field

_LANGUAGES = ("zh-hans", "en")
_ALIKE = 0.75
_SHORTEST = 2


class Sureness(IntEnum):
    """How a column was recognised, the surest highest."""

    NONE = 0
    ASKED = 1
    NEAR = 2
    PINYIN = 3
    SAME = 4
    CONFIRMED = 5


SURENESS = {
    Sureness.NONE: _("not used"),
    Sureness.ASKED: _("please choose"),
    Sureness.NEAR: _("looks alike; please check"),
    Sureness.PINYIN: _("by its pinyin"),
    Sureness.SAME: _("by its name"),
    Sureness.CONFIRMED: _("as confirmed before"),
}


@dataclass(frozen=True, slots=True)
class Match:
    """
    What is proposed for a column.

    :param field: the field's name; empty where none is proposed
    :param claims: the fields that it could be, where a person has to choose
    """

    heading: str
    field: str = ""
    sureness: Sureness = Sureness.NONE
    claims: tuple[str, ...] = ()


def known_headings(fields: Iterable[Field]) -> set[str]:
    """Return every heading under which the fields are written, `plain`."""
    return {plain(word) for field in fields for word in words_of(field)}


def words_of(field: Field) -> tuple[str, ...]:
    """Return the words for a field in all languages."""
    titles = []
    for language in _LANGUAGES:
        with override(language):
            titles.append(str(field.title))
    return tuple(dict.fromkeys((*titles, *field.synonyms, field.name)))


def match(
    fields: Sequence[Field], headings: Sequence[str], confirmed: Mapping[str, str] | None = None
) -> list[Match]:
    """
    Return a proposal for each heading, in their order.

    :param confirmed: fields by heading, as somebody confirmed them for the same headings before
    """
    if confirmed is not None:
        return [_as_confirmed(heading, confirmed.get(heading, "")) for heading in headings]
    words = {field.name: {plain(word) for word in words_of(field)} for field in fields}
    proposal = _Proposal(headings, words)
    for sureness, fits in _SIGNS:
        proposal.claim(sureness, fits)
    return proposal.matches()


def is_recognised(fields: Sequence[Field], headings: Sequence[str]) -> bool:
    """Tell whether a heading is a field's word or its pinyin, and none is somebody's number."""
    if any(map(is_personal, headings)):
        return False
    known = known_headings(fields)
    if any(_spellings(heading) & known for heading in headings):
        return True
    return any(one.sureness >= Sureness.PINYIN for one in match(fields, headings))


def _as_confirmed(heading: str, field: str) -> Match:
    return Match(heading, field, Sureness.CONFIRMED if field else Sureness.NONE)


class _Proposal:
    """Columns and fields that are still free, and what was settled."""

    def __init__(self, headings: Sequence[str], words: Mapping[str, set[str]]) -> None:
        self._headings = headings
        self._words = dict(words)
        self._settled: dict[int, Match] = {}

    def claim(self, sureness: Sureness, fits: Callable[[str, set[str]], bool]) -> None:
        """Settle what one sign tells, and what it leaves to be asked."""
        claims = {
            column: tuple(name for name, words in self._words.items() if fits(heading, words))
            for column, heading in enumerate(self._headings)
            if column not in self._settled
        }
        claimed = [name for names in claims.values() for name in names]
        for column, names in claims.items():
            if len(names) == 1 and claimed.count(names[0]) == 1:
                self._settled[column] = Match(self._headings[column], names[0], sureness)
            elif names:
                asked = Match(self._headings[column], "", Sureness.ASKED, names)
                self._settled[column] = asked
        for name in set(claimed):
            del self._words[name]

    def matches(self) -> list[Match]:
        return [self._settled.get(at, Match(heading)) for at, heading in enumerate(self._headings)]


def _spellings(heading: str) -> set[str]:
    """A heading below a group counts whole and alone: 联系人/电话 and 电话."""
    return {plain(heading), plain(heading.rpartition("/")[2])}


def _is_same(heading: str, words: set[str]) -> bool:
    return plain(heading) in words


def _is_same_below(heading: str, words: set[str]) -> bool:
    return bool(_spellings(heading) & words)


def _sounds_same(heading: str, words: set[str]) -> bool:
    spelt = plain(heading)
    if spelt.isascii():
        heard = {one for word in words for one in (_pinyin(word), _initials(word))}
        return len(spelt) >= _SHORTEST and spelt in heard
    return len(spelt) >= _SHORTEST and _pinyin(spelt) in {_pinyin(word) for word in words}


def _is_near(heading: str, words: set[str]) -> bool:
    spelt = plain(heading)
    if len(spelt) < _SHORTEST:
        return False
    long = [word for word in words if len(word) >= _SHORTEST and not word.isascii()]
    return any(
        word in spelt or spelt in word or SequenceMatcher(None, word, spelt).ratio() >= _ALIKE
        for word in (long if not spelt.isascii() else [w for w in words if len(w) > 3])
    )


@lru_cache(maxsize=4096)
def _pinyin(text: str) -> str:
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(text)) if not text.isascii() else text


@lru_cache(maxsize=4096)
def _initials(text: str) -> str:
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)) if not text.isascii() else text


_SIGNS: tuple[tuple[Sureness, Callable[[str, set[str]], bool]], ...] = (
    (Sureness.SAME, _is_same),
    (Sureness.SAME, _is_same_below),
    (Sureness.PINYIN, _sounds_same),
    (Sureness.NEAR, _is_near),
)
