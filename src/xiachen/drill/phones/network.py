"""
The way between a phone and the server: the door itself, and a network that loses and doubles.

A door takes one request and returns its answer. A network stands before a door and does to it what
lifts, basements and full masts do; by chance, but the same for the same seed.
"""

import http.client
import random
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol


class NoAnswer(OSError):
    """Nothing came back; whether the server has the request is unknown."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a phone."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Door(Protocol):
    """Takes a request to the server."""

    def send(self, request: Request) -> Answer:
        """:raises OSError: nothing came back"""


class HttpDoor:
    """A server that is reached by HTTP, over one connection that is kept."""

    def __init__(self, host: str, port: int, *, seconds: float = 30) -> None:
        self._connection = http.client.HTTPConnection(host, port, timeout=seconds)

    def send(self, request: Request) -> Answer:
        """:raises OSError: nothing came back"""
        try:
            self._connection.request(
                request.method, request.path, request.body, dict(request.headers)
            )
            with self._connection.getresponse() as answer:
                content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise NoAnswer(type(error).__name__) from error
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, headers, content)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


@dataclass
class Weather:
    """
    How likely each misfortune is, for one request: numbers from 0 to 1.

    :ivar offline: no signal: nothing is sent
    :ivar lost: the request is lost on the way there
    :ivar unheard: the server has done everything, and its answer is lost
    :ivar doubled: the request arrives twice, and the answer is that to either
    :ivar late: the request seems lost and arrives later, after others
    :ivar cut: half of the request arrives
    :ivar seconds: how long it takes at most
    """

    offline: float = 0
    lost: float = 0
    unheard: float = 0
    doubled: float = 0
    late: float = 0
    cut: float = 0
    seconds: float = 0


CALM = Weather()
# About what a stairwell with one bar of signal does.
STAIRWELL = Weather(offline=0.1, lost=0.08, unheard=0.12, doubled=0.08, late=0.08, cut=0.03)


@dataclass
class Network:
    """A door behind weather; many phones may share one, and what is late stays in it."""

    door: Door
    chance: random.Random
    weather: Weather = field(default_factory=Weather)
    sleep: Callable[[float], None] = time.sleep
    _late: deque[Request] = field(default_factory=deque)

    def send(self, request: Request) -> Answer:
        """:raises OSError: nothing came back, whatever became of the request"""
        weather, chance = self.weather, self.chance
        if weather.seconds:
            self.sleep(chance.uniform(0, weather.seconds))
        if chance.random() < weather.offline:
            raise NoAnswer("offline")
        if chance.random() < weather.lost:
            raise NoAnswer("lost")
        if chance.random() < weather.late:
            self._late.append(request)
            raise NoAnswer("late")
        if chance.random() < weather.cut:
            half = request.body[: len(request.body) // 2]
            return self.door.send(replace(request, body=half))
        if chance.random() < weather.doubled:
            first = self.door.send(request)
            second = self.door.send(request)
            answer = chance.choice((first, second))
        else:
            answer = self.door.send(request)
        if chance.random() < weather.unheard:
            raise NoAnswer("unheard")
        return answer

    def let_late_arrive(self, number: int | None = None) -> int:
        """Let what is still under way arrive, in any order; nobody hears the answers."""
        arrived = 0
        while self._late and (number is None or arrived < number):
            self._late.rotate(self.chance.randrange(len(self._late)))
            arrived += 1
            try:
                self.door.send(self._late.popleft())
            except OSError:
                continue
        return arrived
