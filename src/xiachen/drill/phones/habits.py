"""What the people with virtual phones do in an exercise: come, work, and leave, as it happens."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from xiachen.drill.phones.phone import Phone
from xiachen.drill.phones.storage import StorageFull

# How often, of a hundred turns on site, somebody does this.
_WORKS = 30
_TAKES_A_TASK = 20
_FINISHES = 20
_READS = 10
_LEAVES = 4
# How often, of a hundred turns away, somebody comes back, and how often a day people come.
_RETURNS = 15
_STAYS = 2
# How often the phone has a moment of signal in which it syncs.
_SYNCS = 50


@dataclass
class Habit:
    """
    One person with a phone.

    :ivar community: where the person works, until the phone's own pack says it
    :ivar stays: how often the person has come
    :ivar here: whether the person is on site
    """

    phone: Phone
    device: UUID
    member: UUID
    community: int
    chance: random.Random
    stays: int = 0
    here: bool = False

    def turn(self) -> None:
        """Do the next thing, or nothing; sync when there is signal."""
        try:
            self._act()
        except StorageFull:
            return
        if self.chance.randrange(100) < _SYNCS:
            self.phone.sync(self.device)

    def _act(self) -> None:
        if not self.here:
            return self._come()
        drawn = self.chance.randrange(100)
        for likely, act in (
            (_WORKS, self._work),
            (_TAKES_A_TASK, self._claim),
            (_FINISHES, self._finish),
            (_READS, self._read),
            (_LEAVES, self._leave),
        ):
            if drawn < likely:
                return act()
            drawn -= likely

    def _come(self) -> None:
        """Come in the morning, and once more after having left."""
        if self.stays == _STAYS or (self.stays and self.chance.randrange(100) >= _RETURNS):
            return
        self._record("attendance.check-in", member=str(self.member), method="self")
        if not self.stays:
            self._record("attendance.health", member=str(self.member), well=True)
        self.stays += 1
        self.here = True

    def _work(self) -> None:
        kinds = [body["code"] for _id, body in self._docs("work-kind")]
        if kinds:
            self._record(
                "attendance.work",
                member=str(self.member),
                work=self.chance.choice(kinds),
                times=self.chance.randint(1, 3),
                persons_served=self.chance.randint(1, 12),
            )

    def _claim(self) -> None:
        free = [
            (task, body)
            for task, body in self._docs("task")
            if not body.get("mine") and body.get("places_left", 0) > 0
        ]
        if free:
            task, body = self.chance.choice(free)
            self._record("needs.claim", body.get("community"), task=task)

    def _finish(self) -> None:
        mine = [one for one in self._docs("task") if one[1].get("mine") == "claimed"]
        if mine:
            task, body = self.chance.choice(mine)
            served = self.chance.randint(1, 12)
            self._record(
                "needs.finish", body.get("community"), task=task, times=1, persons_served=served
            )

    def _read(self) -> None:
        unread = [key for key, body in self._docs("notice") if not body.get("read")]
        if unread:
            self._record("notices.read", notice=self.chance.choice(unread))

    def _leave(self) -> None:
        self._record("attendance.check-out", member=str(self.member))
        self.here = False

    def _record(self, kind: str, community: int | None = None, **body: Any) -> None:
        here = next((body["community"] for _id, body in self._docs("duty")), self.community)
        self.phone.record(self.device, kind, body, community=community or here)

    def _docs(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield what the person's own part of the pack holds of a kind."""
        for (device, part, key), doc in self.phone.storage.docs.rows().items():
            if device == self.device and part == "me" and doc.kind == kind:
                yield key, json.loads(doc.body)
