"""
From what people write to the one division that is meant: an answer, a choice, or nothing.

The text may carry a path (武昌区水果湖街道滨湖社区), a code, traditional or damaged characters.
Every ending of the text is looked up as a name; what stands before it must be made up entirely of
names of divisions above the candidate, in order, full or short. Nothing is chosen by likeness.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from xiachen.places.rules.codes import DIGITS, NotADivisionCode, code_from, parent_of
from xiachen.places.rules.listing import Candidate, Listing
from xiachen.places.rules.names import (
    committee_of,
    normalise_community_name,
    plain,
    short_forms,
)

Aliases = Mapping[str, Collection[int]]
"""Search names of aliases, each with the codes it stands for."""

LONGEST_TEXT = 120
MOST_SUGGESTIONS = 10
_ALIKE = 0.5
# A street that the candidate does not lie in hides the likeness of what stands behind it.
_STREET_BEFORE = re.compile(r"^.{1,9}?(?:街道|镇|乡)(?=.)")


class Ground(StrEnum):
    """What an answer rests on; a bare name is unique only in the listing that was asked."""

    CODE = "code"
    PATH = "path"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Resolved:
    """The text means this division and no other in the listing."""

    candidate: Candidate
    ground: Ground


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """The text may mean any of these, two or more; a person decides."""

    text: str
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """The text names nothing listed; `near` are similar names, likeliest first, for a person."""

    text: str
    near: tuple[Candidate, ...]


Outcome = Resolved | Ambiguous | Unknown


def resolve(text: str, listing: Listing, aliases: Aliases) -> Outcome:
    """
    Return what a text means in a listing.

    An alias adds a name to a division; it takes none away, so namesakes stay ambiguous. A text of
    more than 120 characters names nothing.
    """
    digits = plain(text)
    if digits.isascii() and digits.isdigit() and len(digits) == DIGITS:
        return _by_code(text, digits, listing)
    if len(digits) > LONGEST_TEXT:
        return Unknown(text, ())
    name = normalise_community_name(text)
    found = _of_kind(text, _named(name, listing, aliases))
    if len(found) == 1:
        candidate, before = found[0]
        return Resolved(candidate, Ground.PATH if before else Ground.NAME)
    choice = [candidate for candidate, _ in found] or _run_together(name, listing)
    if choice:
        return Ambiguous(text, _in_order(choice))
    return Unknown(text, _nearest(name, listing))


def follows(before: str, path: Sequence[str]) -> bool:
    """Tell whether a text consists of names of a path, from the top, some left out."""
    if not before:
        return True
    return any(
        before.startswith(form) and follows(before[len(form) :], path[place + 1 :])
        for place, name in enumerate(path)
        for form in short_forms(name)
    )


def _by_code(text: str, digits: str, listing: Listing) -> Outcome:
    try:
        candidate = listing.by_code(code_from(digits))
    except NotADivisionCode:
        candidate = None
    return Resolved(candidate, Ground.CODE) if candidate else Unknown(text, ())


def _named(name: str, listing: Listing, aliases: Aliases) -> list[tuple[Candidate, str]]:
    """Return each candidate that an ending of the name names, with the text before that ending."""
    endings = _endings(name)
    listed = [(candidate.search_name, candidate) for candidate in listing.by_names(endings)]
    aliased = [
        (ending, candidate)
        for ending in endings
        for code in aliases.get(ending, ())
        if (candidate := listing.by_code(code))
    ]
    found: dict[int, tuple[Candidate, str]] = {}
    for ending, candidate in listed + aliased:
        before = name.removesuffix(ending)
        if follows(before, candidate.path):
            found.setdefault(candidate.code, (candidate, before))
    return list(found.values())


def _of_kind(text: str, found: list[tuple[Candidate, str]]) -> list[tuple[Candidate, str]]:
    """Leave out villages where the text says community, and the reverse, if others remain."""
    said = committee_of(text)
    fitting = [entry for entry in found if committee_of(entry[0].name) in (said, None)]
    return fitting if said and fitting else found


def _run_together(name: str, listing: Listing) -> list[Candidate]:
    """Return neighbours of one township whose names, one after the other, make up the text."""
    lasts: dict[str, list[Candidate]] = {}
    for last in listing.by_names(_endings(name)):
        lasts.setdefault(name.removesuffix(last.search_name), []).append(last)
    found: dict[int, Candidate] = {}
    for before, candidates in lasts.items():
        for ending, first in _endings_named(before, listing):
            if follows(before.removesuffix(ending), first.path):
                for last in (other for other in candidates if _are_siblings(first, other)):
                    found |= {first.code: first, last.code: last}
    return list(found.values())


def _endings_named(text: str, listing: Listing) -> list[tuple[str, Candidate]]:
    by_search_name: dict[str, list[str]] = {}
    for ending in _endings(text):
        by_search_name.setdefault(normalise_community_name(ending), []).append(ending)
    return [
        (ending, candidate)
        for candidate in listing.by_names(list(by_search_name))
        for ending in by_search_name[candidate.search_name]
    ]


def _are_siblings(one: Candidate, other: Candidate) -> bool:
    return one.code != other.code and parent_of(one.code) == parent_of(other.code)


def _nearest(name: str, listing: Listing) -> tuple[Candidate, ...]:
    """Rank by how much of the path fits, then by the likeness of the rest to the name."""
    ranked = []
    for candidate in listing.near(name):
        rest = _after_path(name, candidate.path)
        likeness = max(
            SequenceMatcher(None, said, candidate.search_name, autojunk=False).ratio()
            for said in {rest, _STREET_BEFORE.sub("", rest)}
        )
        if likeness >= _ALIKE:
            ranked.append((len(rest), -likeness, candidate.code, candidate))
    return tuple(entry[-1] for entry in sorted(ranked)[:MOST_SUGGESTIONS])


def _after_path(text: str, path: Sequence[str]) -> str:
    """Return the text without the names of the path at its beginning."""
    for place, name in enumerate(path):
        form = max(filter(text.startswith, short_forms(name)), key=len, default="")
        if form and form != text:
            return _after_path(text[len(form) :], path[place + 1 :])
    return text


def _endings(text: str) -> list[str]:
    return [text[start:] for start in range(len(text))]


def _in_order(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    return tuple(sorted(candidates, key=lambda candidate: candidate.code))
