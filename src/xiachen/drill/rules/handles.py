"""The names by which a scenario's sections and events speak of each other."""

import re
from collections import defaultdict
from datetime import datetime

from xiachen.drill.rules.grammar import Thing

# Larger groups are suggested by their own name alone.
MOST_NAMED = 50

_RANGE = re.compile(r"(.+)-(\d+)\.\.(\d+)")


class Handles:
    """Every name of a scenario and what it stands for; a group of people stands for each of it."""

    def __init__(self) -> None:
        self._known: dict[Thing, dict[str, tuple[str, ...]]] = defaultdict(dict)
        self._made: dict[tuple[Thing, str], datetime] = {}

    def add(self, handle: str, thing: Thing, count: int = 0) -> bool:
        """
        Take up a name; refuse one that is taken.

        :param count: people of a group: "cadre" with 3 is also "cadre-1" to "cadre-3"
        """
        singles = tuple(f"{handle}-{n}" for n in range(1, count + 1)) or (handle,)
        known = self._known[thing]
        free = handle not in known and not any(single in known for single in singles)
        # What is not taken is taken up even so, lest each later use be called a mistake of its own.
        for single in singles:
            known.setdefault(single, (single,))
        known.setdefault(handle, singles)
        return free

    def make(self, handle: str, thing: Thing, at: datetime | None) -> None:
        """Say when an event makes what the name stands for."""
        if at is not None:
            self._made.setdefault((thing, handle), at)

    def made_at(self, handle: str, thing: Thing) -> datetime | None:
        """Return when the name comes to stand for something; None when it does from the start."""
        return self._made.get((thing, handle))

    def knows(self, handle: str, thing: Thing) -> bool:
        """Tell whether the name stands for such a thing."""
        return bool(self.singles(handle, thing))

    def singles(self, handle: str, thing: Thing) -> tuple[str, ...]:
        """Return the single names that a name, a group or a range such as "cadre-1..4" means."""
        found = self._known[thing].get(handle)
        match = None if found else _RANGE.fullmatch(handle)
        if match is None:
            return found or ()
        group, first, last = match.group(1), int(match.group(2)), int(match.group(3))
        singles = tuple(f"{group}-{n}" for n in range(first, last + 1))
        known = self._known[thing]
        return singles if singles and all(single in known for single in singles) else ()

    def sizes(self, handle: str) -> set[int]:
        """Return for how many single things a name stands, whatever they are."""
        return {len(found) for thing in Thing if (found := self.singles(handle, thing))}

    def group_of(self, handle: str, thing: Thing) -> tuple[str, ...]:
        """Return the single names of the group that "cadre-9" or "cadre-1..9" looks for."""
        group = re.sub(r"-\d+(\.\.\d+)?$", "", handle)
        found = self._known[thing].get(group, ())
        return found if group != handle and len(found) > 1 else ()

    def groups(self) -> list[str]:
        """Return the names that stand for several things."""
        return sorted({n for known in self._known.values() for n, of in known.items() if of[1:]})

    def of(self, thing: Thing) -> list[str]:
        """Return the names of one kind of thing, of a large group only its own."""
        known = self._known[thing]
        large = {one for singles in known.values() if len(singles) > MOST_NAMED for one in singles}
        return sorted(known.keys() - large)

    def only(self, thing: Thing) -> str:
        """Return the name of the one thing of its kind; of several or none, nothing."""
        names = self._known[thing]
        return next(iter(names)) if len(names) == 1 else ""
