"""
Doing at once what many threads ask for at the same time.

The first thread that asks leads: it takes all that wait, does it in one turn, and hands the
answers out; what came meanwhile is the next turn, led by one of those who wait. A single request
waits for nobody, and a hundred cost hardly more than one. Where much waits already, a second turn
is done beside the first: one computes while the other waits for the database.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from time import sleep
from typing import Generic, TypeVar

from django.db import InterfaceError, OperationalError, connection

from xiachen.base.errors import Refused

Asked = TypeVar("Asked")
Told = TypeVar("Told")

_log = logging.getLogger(__name__)

_TURNS_AT_ONCE = 2
_TRIES = 4
_PAUSE_SECONDS = 0.02


class _Ticket(Generic[Asked, Told]):
    """One request, and the answer once there is one."""

    __slots__ = ("asked", "error", "gate", "told", "turn", "weight")

    def __init__(self, asked: Asked, weight: int) -> None:
        self.asked = asked
        self.weight = weight
        self.told: list[Told] = []
        self.error: BaseException | None = None
        # What this request's thread is to do for all of them.
        self.turn: list[_Ticket[Asked, Told]] | None = None
        # A bare lock: an Event costs ten times as much to make.
        self.gate = threading.Lock()
        self.gate.acquire()


class Gathering(Generic[Asked, Told]):
    """
    :param do: does a list and returns an answer for each, in their order
    :param most: weight of one turn; a single request above it is a turn of its own
    :param longest: weight that may wait; more is refused
    :param beside: weight that must wait for a turn to be begun beside another; None: never
    :param full: how it is refused
    """

    def __init__(
        self,
        do: Callable[[Sequence[Asked]], Sequence[Told]],
        *,
        most: int,
        longest: int,
        full: Callable[[], Refused],
        beside: int | None = None,
    ) -> None:
        self._do = do
        self._most = most
        self._longest = longest
        self._full = full
        self._beside = beside
        self._lock = threading.Lock()
        self._waiting: deque[_Ticket[Asked, Told]] = deque()
        self._weight = 0
        self._led = 0

    def ask(self, asked: Asked, weight: int = 1) -> Told:
        """
        Return the answer to one request, done together with others.

        :raises Refused: too much waits
        """
        mine = _Ticket[Asked, Told](asked, weight)
        with self._lock:
            if self._weight + weight > self._longest and self._waiting:
                raise self._full()
            self._waiting.append(mine)
            self._weight += weight
            self._begin()
        mine.gate.acquire()
        if mine.turn is not None:
            self._lead(mine.turn)
        if mine.error is not None:
            raise mine.error
        return mine.told[0]

    def _begin(self) -> None:
        """Under the lock: give what waits to the first of those who wait, if it is time for it."""
        if not self._waiting or not self._may_begin():
            return
        self._led += 1
        first = self._waiting[0]
        first.turn = self._next_turn()
        first.gate.release()

    def _may_begin(self) -> bool:
        if not self._led:
            return True
        enough = self._beside is not None and self._weight >= self._beside
        return enough and self._led < _TURNS_AT_ONCE

    def _lead(self, turn: Sequence[_Ticket[Asked, Told]]) -> None:
        """Do one turn, in which the leader's own request is the first; then let another lead."""
        try:
            self._answer(turn)
            if not connection.in_atomic_block:
                # Whoever waits for others must not keep them from the few connections.
                connection.close()
        finally:
            with self._lock:
                self._led -= 1
                self._begin()
            for ticket in turn[1:]:
                ticket.gate.release()

    def _next_turn(self) -> list[_Ticket[Asked, Told]]:
        turn: list[_Ticket[Asked, Told]] = []
        weight = 0
        while self._waiting and (not turn or weight + self._waiting[0].weight <= self._most):
            ticket = self._waiting.popleft()
            weight += ticket.weight
            turn.append(ticket)
        self._weight -= weight
        return turn

    def _answer(self, turn: Sequence[_Ticket[Asked, Told]]) -> None:
        try:
            told = self._done([ticket.asked for ticket in turn])
        except (OperationalError, InterfaceError) as error:
            for ticket in turn:
                ticket.error = error
        except Exception as error:
            if len(turn) == 1:
                turn[0].error = error
                return
            # One of them is poison: nobody else shall suffer from it.
            for ticket in turn:
                self._answer([ticket])
        else:
            for ticket, one in zip(turn, told, strict=True):
                ticket.told.append(one)

    def _done(self, asked: Sequence[Asked]) -> Sequence[Told]:
        """Do a list; again where the database let another change go before."""
        for left in range(_TRIES - 1, -1, -1):
            try:
                return self._do(asked)
            except (OperationalError, InterfaceError):
                if not left or connection.in_atomic_block:
                    raise
                _log.info("the database gave way; once more", exc_info=True)
                connection.close()
                sleep(_PAUSE_SECONDS * (_TRIES - left))
        raise AssertionError
