"""
Spreading a group evenly: in consecutive shares, the first of which have one more.

3228 people over 205 teams are 153 teams of 16 and 52 of 15.
"""

from collections.abc import Sequence
from typing import TypeVar

_Thing = TypeVar("_Thing")


def share(things: Sequence[_Thing], turn: int, turns: int) -> Sequence[_Thing]:
    """Return what falls to one turn, counted from 0, where things are spread over all turns."""
    size, longer = divmod(len(things), turns)
    first = turn * size + min(turn, longer)
    return things[first : first + size + (turn < longer)]


def one_of(things: Sequence[_Thing], turn: int, turns: int) -> _Thing:
    """Return the thing in whose share a turn lies, where the turns are spread over the things."""
    size, longer = divmod(turns, len(things))
    in_longer = longer * (size + 1)
    if turn < in_longer:
        return things[turn // (size + 1)]
    return things[longer + (turn - in_longer) // size]
