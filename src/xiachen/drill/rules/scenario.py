"""A scenario as it is played: read, complete and checked as far as a file can be."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from xiachen.drill.rules.faults import Place

Values = Mapping[str, object]

# Printed with the logins and in the documentation: it protects nothing but a demonstration.
DEMONSTRATION_PASSWORD = "xiachen-demonstration"


@dataclass(frozen=True, slots=True)
class Entry:
    """One [[section]] of the file: its place and its values, each of the kind its key takes."""

    place: Place
    values: Values

    def text(self, key: str, default: str = "") -> str:
        """Return a text, or the default where the key is absent."""
        value = self.values.get(key, default)
        return value if isinstance(value, str) else default

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts or handles; of an absent key, none."""
        value = self.values.get(key, ())
        return tuple(str(one) for one in value) if isinstance(value, tuple) else (str(value),)

    def number(self, key: str, default: int) -> int:
        """Return a whole number."""
        value = self.values.get(key, default)
        return value if isinstance(value, int) else default

    def flag(self, key: str) -> bool:
        """Return whether a flag is set."""
        return self.values.get(key) is True

    def day(self, key: str, default: date) -> date:
        """Return a day."""
        value = self.values.get(key, default)
        return value if isinstance(value, date) else default

    def moment(self, key: str) -> datetime | None:
        """Return a local time, without zone, or None."""
        value = self.values.get(key)
        return value if isinstance(value, datetime) else None

    def tables(self, key: str) -> tuple["Entry", ...]:
        """Return the tables of a list."""
        value = self.values.get(key, ())
        rows = value if isinstance(value, tuple) else (value,)
        return tuple(Entry(self.place, one) for one in rows if isinstance(one, Mapping))


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that somebody does: `at` is when it is received, `happened` when it was so."""

    place: Place
    number: int
    id: str
    at: datetime
    happened: datetime
    by: str
    role: str
    do: str
    made: str
    refused: str
    arguments: Entry


@dataclass(frozen=True, slots=True)
class Scenario:
    """
    One operation to be played.

    :param sections: their entries, one for each of a group
    :param people: how many there are
    :param digest: of all files it was read from, to tell a changed scenario
    """

    name: str
    file: str
    digest: str
    title: str
    title_en: str
    about: str
    day: date
    began_on: date
    kind: str
    seed: int
    reader: str
    sections: Mapping[str, tuple[Entry, ...]]
    events: tuple[Event, ...]
    people: int

    def entries(self, section: str) -> tuple[Entry, ...]:
        """Return the entries of a section in the order of the file."""
        return self.sections.get(section, ())
