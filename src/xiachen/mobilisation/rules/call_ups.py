"""What a call may ask for, and how a person is measured against it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused

# How long an offered place may be held for somebody's answer.
LONGEST_ANSWER_HOURS = 336


class NotOpen(Refused):
    """Sign-ups are taken from the opening to the close."""

    code = "mobilisation.call-up-not-open"
    message = _("This call takes no sign-ups now. Ask the office that issued it.")


class CallUpClosed(Refused):
    """In a closed call places are given up, and nothing else is decided."""

    code = "mobilisation.call-up-closed"
    message = _("This call is closed. People can withdraw or be refused; nothing else changes.")


class CalledAlready(Refused):
    """A document calls people up once."""

    code = "mobilisation.called-already"
    message = _("There is a call on this document already. Open that one and change it.")


class FewerThanHeld(Refused):
    """What is given away already cannot be taken from a call by its numbers."""

    code = "mobilisation.fewer-than-held"
    message = _(
        "%(held)s places are given away already. Refuse some of these people first, "
        "or ask for at least as many."
    )


class SignedUpFor(Refused):
    """The days of a call stand once people have signed up for them."""

    code = "mobilisation.signed-up-for"
    message = _("People have signed up for these days. Issue another call for other days.")


class CallUpFull(Refused):
    """Every place of the call is given away."""

    code = "mobilisation.call-up-full"
    message = _(
        "All %(headcount)s places of this call are given away. "
        "Put the person on the waiting list, or ask for more people."
    )


class QuotaFull(Refused):
    """Every place of the unit is given away."""

    code = "mobilisation.quota-full"
    message = _(
        "All %(maximum)s places of “%(unit)s” in this call are given away. "
        "Put the person on the waiting list, or raise the unit's quota."
    )


class LineNotUnderstood(Refused):
    """A line of the list of units names none that is registered."""

    code = "mobilisation.line-not-understood"
    message = _(
        "Line %(line)s names no unit that is registered. "
        "Write its whole name, or register it first."
    )
    status = 422


@dataclass(frozen=True, slots=True)
class Asked:
    """A criterion: met or not; without a weight it must be met."""

    id: int
    weight: int | None


@dataclass(frozen=True, slots=True)
class Measured:
    """How far somebody meets the criteria: which, what they count, and whether none is missing."""

    met: tuple[int, ...]
    score: int
    fits: bool


def measure(criteria: Sequence[Asked], met: Iterable[int]) -> Measured:
    """Measure a person who meets some criteria: the weights of those met are added up."""
    found = frozenset(met)
    kept = tuple(sorted(one.id for one in criteria if one.id in found))
    return Measured(
        met=kept,
        score=sum(one.weight or 0 for one in criteria if one.id in found),
        fits=all(one.id in found for one in criteria if one.weight is None),
    )


def share_a_day(first: tuple[date, date], second: tuple[date, date]) -> bool:
    """Tell whether two spans of whole days share one."""
    return first[0] <= second[1] and second[0] <= first[1]
