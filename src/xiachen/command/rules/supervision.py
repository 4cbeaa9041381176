"""What may be done with a supervision item (督办) in which state, and the words of refusals."""

from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused

LONGEST_WORDS = 2000


class Act(StrEnum):
    """What is done with an item; its history keeps each."""

    ANSWER = "answer"
    REMIND = "remind"
    SEND_BACK = "send-back"
    CLOSE = "close"
    WITHDRAW = "withdraw"


OPEN, ANSWERED, ENDED = "open", "answered", frozenset({"closed", "withdrawn"})

# The state in which an act leaves the item; what is not listed changes nothing.
AFTER = {
    Act.ANSWER: ANSWERED,
    Act.SEND_BACK: OPEN,
    Act.CLOSE: "closed",
    Act.WITHDRAW: "withdrawn",
}


class AskedOfNobody(Refused):
    """An item without somebody who is asked, or with two."""

    code = "command.asked-of-nobody"
    message = _("Choose one unit, team, person in charge or community that is asked.")
    status = 422


class TermPassed(Refused):
    """A term that nobody can keep."""

    code = "command.term-passed"
    message = _("The term has passed already. Choose a later time, so that it can be kept.")
    status = 422


class SupervisionEnded(Refused):
    """The item is closed or withdrawn."""

    code = "command.supervision-ended"
    message = _("This item has ended; nothing more is recorded in it. Issue a new one.")


class NotAnswered(Refused):
    """Nobody has said anything that could be decided on."""

    code = "command.supervision-not-answered"
    message = _("This item has not been answered yet. Remind, or withdraw it.")


class AnsweredAlready(Refused):
    """It waits for the issuer, not for whoever was asked."""

    code = "command.supervision-answered"
    message = _("This item is answered and waits for the issuer. Close it, or send it back.")


class NotAsked(Refused):
    """The item asks somebody else."""

    code = "command.supervision-not-asked"
    message = _("This item asks somebody else, who answers for it.")
    status = 403


class NotIssuer(Refused):
    """Only whoever asked can say that it is enough."""

    code = "command.supervision-not-issuer"
    message = _("Only whoever issued this item can remind, close, send it back or withdraw it.")
    status = 403


class SupervisionWordsMissing(Refused):
    """An act that must say something."""

    code = "command.supervision-words-missing"
    message = _("Say in a few words what was done, or why.")
    status = 422


def check(act: Act, *, state: str) -> None:
    """
    Refuse what cannot be done in a state.

    :raises SupervisionEnded: it is closed or withdrawn
    :raises NotAnswered: there is no answer to decide on
    :raises AnsweredAlready: it waits for the issuer
    """
    if state in ENDED:
        raise SupervisionEnded()
    if act in (Act.CLOSE, Act.SEND_BACK) and state != ANSWERED:
        raise NotAnswered()
    if act is Act.REMIND and state == ANSWERED:
        raise AnsweredAlready()


def check_words(words: str) -> str:
    """Return the words without blanks around them; refuse none."""
    kept = words.strip()[:LONGEST_WORDS]
    if not kept:
        raise SupervisionWordsMissing(field="words")
    return kept


def overdue(*, state: str, term: datetime, at: datetime) -> bool:
    """Tell whether the term has passed without an answer."""
    return state == OPEN and term < at
