"""
Listings: where the resolver finds the divisions that may be meant.

The resolver asks three questions. Rows in memory answer them here; a database answers them with
the index on the search name, so that a full edition of the country is never held in memory.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from heapq import nlargest
from typing import Protocol

from xiachen.places.rules.codes import Level, ancestors_of, level_of
from xiachen.places.rules.names import PLACEHOLDERS, normalise_community_name, short_forms

NEAR_POOL = 300


@dataclass(frozen=True, slots=True)
class Candidate:
    """A listed division that a text may mean; `path` names the divisions above, from the top."""

    code: int
    name: str
    path: tuple[str, ...]

    @property
    def search_name(self) -> str:
        """The name under which it is looked up."""
        return normalise_community_name(self.name)

    @property
    def full_name(self) -> str:
        """The name with all divisions above it, without the rows that only hold a level open."""
        return "".join((*(name for name in self.path if name not in PLACEHOLDERS), self.name))


class Listing(Protocol):
    """What the resolver needs to know of the divisions in force."""

    def by_code(self, code: int) -> Candidate | None:
        """Return the division of a 12-digit code."""
        ...

    def by_names(self, search_names: Sequence[str]) -> Sequence[Candidate]:
        """Return every division whose search name is one of these; one query."""
        ...

    def near(self, search_name: str) -> Sequence[Candidate]:
        """
        Return divisions that somebody who wrote this may have meant, at most some hundreds.

        Those that share two neighbouring characters with it, and all of a township that it names.
        """
        ...


class MemoryListing:
    """
    A listing over rows of one edition held in memory, all levels; for some ten thousand rows.

    :param rows: (12-digit code, name) of the divisions and of everything above them
    :param levels: the levels that may be the answer; the others only give paths
    """

    def __init__(
        self,
        rows: Iterable[tuple[int, str]],
        *,
        levels: Collection[Level] = frozenset({Level.COMMUNITY}),
    ) -> None:
        self._names = dict(rows)
        self._levels = frozenset(levels)
        self._by_name: dict[str, list[int]] = {}
        for code, name in self._names.items():
            if level_of(code) in self._levels:
                self._by_name.setdefault(normalise_community_name(name), []).append(code)
        answers = (code for codes in self._by_name.values() for code in codes)
        self._townships = {code // 1000 * 1000 for code in answers}

    def by_code(self, code: int) -> Candidate | None:
        """Return the division of a 12-digit code."""
        if code not in self._names or level_of(code) not in self._levels:
            return None
        return self._candidate(code)

    def by_names(self, search_names: Sequence[str]) -> Sequence[Candidate]:
        """Return every division whose search name is one of these."""
        return [
            self._candidate(code)
            for name in dict.fromkeys(search_names)
            for code in self._by_name.get(name, ())
        ]

    def near(self, search_name: str) -> Sequence[Candidate]:
        """Return those that share most pairs of characters, and all of a township it names."""
        wanted = pairs(search_name)
        townships = self._townships_in(search_name)
        scored = (
            (len(wanted & pairs(name)) + 10 * (code // 1000 in townships), -code)
            for name, codes in self._by_name.items()
            for code in codes
        )
        best = nlargest(NEAR_POOL, (score for score in scored if score[0]))
        return [self._candidate(-code) for _, code in best]

    def _townships_in(self, text: str) -> frozenset[int]:
        return frozenset(
            code // 1000
            for code in self._townships
            if any(form in text for form in short_forms(self._names.get(code, "")))
        )

    def _candidate(self, code: int) -> Candidate:
        above = (self._names.get(ancestor) for ancestor in ancestors_of(code))
        return Candidate(code, self._names[code], tuple(name for name in above if name))


def pairs(text: str) -> frozenset[str]:
    """Return all pairs of neighbouring characters."""
    return frozenset(text[start : start + 2] for start in range(len(text) - 1))
