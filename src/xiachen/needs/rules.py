"""A task's life: who may claim it, when it is finished, and what the community says to it."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused

LONGEST_TITLE = 120
LONGEST_NOTE = 200
MOST_PEOPLE = 500


class State(StrEnum):
    """
    The states of a task, and how it goes from one to the next.

        open ⇄ claimed → finished → confirmed
          ↓       ↓   ↖_____| sent back
        withdrawn
    """

    OPEN = "open"
    CLAIMED = "claimed"
    FINISHED = "finished"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


RUNNING = frozenset({State.OPEN, State.CLAIMED})
ENDED = frozenset({State.CONFIRMED, State.WITHDRAWN})


class UnknownKind(Refused):
    """A task has a kind of the catalogue."""

    code = "needs.unknown-kind"
    message = _("There is no kind of task “%(kind)s”. Choose one from the catalogue.")
    status = 422


class TitleMissing(Refused):
    """A task says what is to be done."""

    code = "needs.title-missing"
    message = _("Say in a few words what is to be done, at most %(most)s characters.")
    status = 422


class WrongNumber(Refused):
    """How many people a task wants."""

    code = "needs.wrong-number"
    message = _("Give a number of people between 1 and %(most)s.")
    status = 422


class WrongAmount(Refused):
    """What finished work counts for."""

    code = "needs.wrong-amount"
    message = _("Times start at 1 and persons served at 0. Correct the numbers.")
    status = 422


class GridElsewhere(Refused):
    """A task lies in a grid of its own community."""

    code = "needs.grid-elsewhere"
    message = _("This grid does not belong to the community. Choose one of its grids.")
    status = 422


class NotOpen(Refused):
    """The task's state does not allow it any more."""

    code = "needs.not-open"
    message = _("This task is %(state)s. Read the list again and choose another.")


class Full(Refused):
    """A task has as many places as people are wanted."""

    code = "needs.full"
    message = _(
        "This task is already claimed by as many people as are wanted (%(wanted)s). "
        "Choose another one from the list."
    )


class NotYours(Refused):
    """Only a claim that is held can be released or finished."""

    code = "needs.not-claimed"
    message = _("This person has not claimed the task. Claim it first.")


class PartFinished(Refused):
    """A finished part is not released."""

    code = "needs.part-finished"
    message = _("This person has finished the task already. If not, the community sends it back.")


class NotFinished(Refused):
    """Only finished work is confirmed or sent back."""

    code = "needs.not-finished"
    message = _(
        "%(left)s of those who claimed the task have not finished it yet. "
        "Confirm or send it back when they have."
    )


class NobodyClaimed(Refused):
    """Work that nobody did is not confirmed."""

    code = "needs.nobody-claimed"
    message = _("Nobody has claimed this task yet. Withdraw it if it is no longer needed.")


class ReasonMissing(Refused):
    """Whoever sends work back says what is missing."""

    code = "needs.reason-missing"
    message = _("Say in a few words what is still missing.")
    status = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The places of a task: how many are wanted, held, and held by people who have finished."""

    wanted: int
    held: int
    finished: int

    @property
    def left(self) -> int:
        """Return how many more people can claim the task."""
        return max(0, self.wanted - self.held)

    @property
    def all_done(self) -> bool:
        """Tell whether everybody who holds a claim has finished, and somebody does."""
        return 0 < self.held == self.finished

    def state(self) -> State:
        """Return the state that the claims give a task which has not ended."""
        if self.left:
            return State.OPEN
        return State.FINISHED if self.all_done else State.CLAIMED


def check_issue(*, title: str, people_wanted: int) -> str:
    """Return the title without blanks around it; refuse an empty one or an odd number."""
    if not 1 <= people_wanted <= MOST_PEOPLE:
        raise WrongNumber(field="people_wanted", most=MOST_PEOPLE)
    clean = title.strip()
    if not 1 <= len(clean) <= LONGEST_TITLE:
        raise TitleMissing(field="title", most=LONGEST_TITLE)
    return clean


def check_claim(state: State, places: Places, *, said: object) -> None:
    """
    Refuse a claim on a task that has ended or is full.

    :param said: the state's name, for the words
    """
    if state not in RUNNING:
        raise NotOpen(state=said)
    if not places.left:
        raise Full(wanted=places.wanted)


def check_work(*, times: int, persons_served: int) -> None:
    """Refuse amounts that finished work cannot have."""
    if times < 1 or persons_served < 0:
        raise WrongAmount(field="times" if times < 1 else "persons_served")


def check_done(state: State, places: Places, *, said: object) -> None:
    """Refuse to confirm or send back what is not finished by all who claimed it."""
    if state in ENDED:
        raise NotOpen(state=said)
    if not places.held:
        raise NobodyClaimed()
    if not places.all_done:
        raise NotFinished(left=places.held - places.finished)


def check_reason(reason: str) -> str:
    """Return the reason without blanks around it; refuse an empty one."""
    if not reason.strip():
        raise ReasonMissing(field="reason")
    return reason.strip()[:LONGEST_NOTE]
