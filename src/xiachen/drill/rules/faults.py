"""What is wrong with a scenario's file, said with file, line and what to write instead."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Forbidden, Refused

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Place:
    """
    Where in a file something stands: the n-th [[event]], say, and the line it begins on.

    :param turn: which of the events for which the entry stands
    """

    file: str
    section: str = ""
    number: int = 0
    line: int = 0
    turn: int = 0

    def __str__(self) -> str:
        parts = [self.file]
        if self.line:
            parts.append(gettext("line %(line)s") % {"line": self.line})
        if self.section:
            parts.append(f"[[{self.section}]] {self.number}" if self.number else self.section)
        if self.turn:
            parts.append(gettext("turn %(turn)s") % {"turn": self.turn})
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where."""

    place: Place
    words: str | Promise
    values: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.place}: {str(self.words) % self.values}"


class ScenarioFaulty(Refused):
    """A scenario's file cannot be played as it stands; `faults` says why, one for each mistake."""

    code = "drill.scenario-faulty"
    message = _("The scenario cannot be played: %(count)s mistakes in its file.")
    status = 422

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(count=len(self.faults))

    def __str__(self) -> str:
        shown = [f"  {fault}" for fault in self.faults[:MOST_SHOWN]]
        return "\n".join([super().__str__(), *shown])


class NoScenario(Refused):
    """No scenario of that name is known, and no file lies there."""

    code = "drill.no-scenario"
    message = _(
        "There is no scenario “%(name)s”. Known are: %(known)s. "
        "A file of your own is named by its path, such as ./flood.toml."
    )
    status = 404


class EventFailed(Refused):
    """An event or a register was refused that the scenario expects to be done; nothing is kept."""

    code = "drill.event-failed"
    message = _("%(place)s (%(do)s) was refused, so nothing was kept: %(words)s [%(code)s]")


class EventForbidden(EventFailed):
    """The account may not do what the event says, or not there; nothing is kept."""

    message = _(
        "%(place)s was refused, so nothing was kept: the account “%(account)s” (%(role)s) may not "
        "do “%(do)s”, or not there. Roles that may: %(roles)s. [%(code)s]"
    )


@contextmanager
def failing_at(
    place: Place, do: str, *, account: str = "", role: str = "", roles: Collection[str] = ()
) -> Iterator[None]:
    """
    Say of a refusal inside the block where in the file it comes from.

    :param account: who acts, in which `role`; and the `roles` that may
    """
    try:
        yield
    except (EventFailed, ScenarioFaulty):
        raise
    except Forbidden as refusal:
        if not account:
            raise EventFailed(place=place, do=do, words=str(refusal), code=refusal.code) from None
        raise EventForbidden(
            place=place,
            do=do,
            account=account,
            role=role,
            roles=", ".join(roles),
            code=refusal.code,
        ) from refusal
    except Refused as refusal:
        raise EventFailed(place=place, do=do, words=str(refusal), code=refusal.code) from refusal


class RealRecords(Refused):
    """A scenario is never played among the records of a real operation."""

    code = "drill.real-records"
    message = _(
        "This database holds a real incident. A scenario is played in a database of its own; "
        "nothing was written."
    )


class AnotherScenario(Refused):
    """The database already holds this scenario's operation, played from another text."""

    code = "drill.another-text"
    message = _(
        "“%(title)s” was played here from a file that has been changed since. "
        "Play it afresh (--fresh) to use the new file."
    )


class NoRole(Refused):
    """The account that is to act holds no role by then."""

    code = "drill.no-role"
    message = _(
        "The account “%(account)s” holds no such role (%(role)s) at that time. A role that names "
        "a team is given when the team has been formed."
    )


class NotPlayed(Refused):
    """The scenario has not been played in this database."""

    code = "drill.not-played"
    message = _("“%(title)s” has not been played here yet. Play it first.")
    status = 404


class NobodyWorks(Refused):
    """An exercise with phones needs people in teams."""

    code = "drill.nobody-works"
    message = _("In this scenario nobody is in a team that works somewhere. Choose another one.")
    status = 404


def nearest_codes(word: str, known: Collection[str]) -> str:
    """Return the codes that look like it, then all of the same area ("needs."), for a choice."""
    area = word.partition(".")[0] + "."
    close = get_close_matches(word, sorted(known), n=3, cutoff=0.55)
    same = [one for one in sorted(known) if one.startswith(area) and one not in close]
    return ", ".join([*close, *same]) if close or same else ", ".join(sorted(known))


def nearest(word: str, known: Collection[str]) -> str:
    """Return up to three known words that look like it, or all of a few, for a suggestion."""
    close = get_close_matches(word, sorted(known), n=3, cutoff=0.55)
    return ", ".join(close or sorted(known)[:12])
