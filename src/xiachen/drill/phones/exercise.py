"""An exercise: virtual phones on a running site, so that those who practise see records come in."""

import random
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from uuid import UUID

from xiachen.drill.phones.clocks import HOUR
from xiachen.drill.phones.contact import Declined, Unheard
from xiachen.drill.phones.fleet import Fleet
from xiachen.drill.phones.habits import Habit
from xiachen.drill.phones.network import STAIRWELL, Door
from xiachen.drill.phones.phone import Phone

_REST_SECONDS = 0.5  # between two turns of a thread: people need their time too
_CRASHING = 0.01
_SKEW = 3 * HOUR
_TOLD_EVERY = 5.0


@dataclass(frozen=True, slots=True)
class Person:
    """Who gets a phone, by which token, and where the person works."""

    member: UUID
    community: int
    token: str


@dataclass(frozen=True, slots=True)
class Seen:
    """How an exercise stands: what was recorded, taken in, held back, and is unsent."""

    phones: int
    recorded: int
    taken_in: int
    held_back: int
    unsent: int


def exercise(
    people: Sequence[Person],
    *,
    doors: Sequence[Door],
    seconds: float,
    seed: int,
    tell: Callable[[Seen], None],
) -> Seen:
    """
    Give each person a phone and let them work for so long; then let everything arrive.

    The phones are as phones are: now and then without signal, with wrong clocks, closed at any
    moment.

    :param doors: one for each thread that drives phones
    :raises Declined: the site does not know the tokens: it serves another database
    :raises Unheard: nobody answers there
    """
    fleet = Fleet(seed, weather=replace(STAIRWELL), crashing=0, skew=_SKEW)
    habits: dict[int, Habit] = {}
    for n, person in enumerate(people):
        phone = fleet.add(doors[n % len(doors)])
        device = _enrolled(phone, person.token)
        habits[id(phone)] = Habit(
            phone, device, person.member, person.community, random.Random(f"{seed} habit {n}")
        )
    fleet.crash(_CRASHING)
    until = time.monotonic() + seconds
    with (
        fleet.driven(
            lambda phone: habits[id(phone)].turn(), threads=len(doors), rest=_REST_SECONDS
        ),
        suppress(KeyboardInterrupt),
    ):  # ends the exercise, not what is under way
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, _TOLD_EVERY))
            tell(seen(fleet))
    fleet.finish()
    return seen(fleet)


def seen(fleet: Fleet) -> Seen:
    """Count what the phones' witness has seen."""
    ledger = fleet.ledger
    return Seen(
        phones=len(fleet.phones),
        recorded=len(ledger.safe),
        taken_in=len(ledger.acknowledged),
        held_back=len(ledger.quarantined),
        unsent=len(ledger.safe - ledger.acknowledged - ledger.quarantined.keys()),
    )


def _enrolled(phone: Phone, token: str, tries: int = 20) -> UUID:
    for _again in range(tries):
        try:
            return phone.enrol(token)
        except Unheard:
            phone.line.quiet_until = 0
        except Declined as declined:
            if declined.status < 500 and declined.status != 429:
                raise
            time.sleep(declined.after or 1)
    return phone.enrol(token)
