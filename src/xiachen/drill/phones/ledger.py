"""What phones recorded and were told, by a witness whom no crash reaches; and what came of it."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

ACKNOWLEDGED = ("accepted", "already")


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What phones were told beside what the database holds.

    :ivar lost: acknowledged, and not there
    :ivar dropped: recorded, and neither answered nor in an outbox any more
    :ivar doubled: there more than once
    :ivar foreign: there, and recorded by no phone
    """

    recorded: int
    acknowledged: int
    quarantined: int
    lost: frozenset[UUID]
    dropped: frozenset[UUID]
    doubled: frozenset[UUID]
    foreign: frozenset[UUID]

    @property
    def good(self) -> bool:
        """Nothing that was acknowledged is lost, nothing is there twice or from nowhere."""
        wrong = self.lost or self.dropped or self.doubled or self.foreign
        return not wrong and self.acknowledged > 0

    def __str__(self) -> str:
        return (
            f"{self.acknowledged} acknowledged of {self.recorded} recorded "
            f"({self.quarantined} held back), {len(self.lost)} lost, {len(self.dropped)} dropped, "
            f"{len(self.doubled)} doubled, {len(self.foreign)} from nowhere"
        )


@dataclass
class Ledger:
    """The witness of many phones at once."""

    recorded_by: dict[UUID, UUID] = field(default_factory=dict)
    kinds: dict[UUID, str] = field(default_factory=dict)
    safe: set[UUID] = field(default_factory=set)
    acknowledged: set[UUID] = field(default_factory=set)
    quarantined: dict[UUID, str] = field(default_factory=dict)
    answers: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def recorded(self, device: UUID, item: UUID, kind: str, body: Mapping[str, Any]) -> None:
        """Something is about to be stored."""
        with self._lock:
            self.recorded_by[item] = device
            self.kinds[item] = kind

    def kept(self, item: UUID) -> None:
        """It stands on a phone's disk."""
        with self._lock:
            self.safe.add(item)

    def told(self, device: UUID, item: UUID, outcome: str, code: str) -> None:
        """A phone has heard what the server said of it."""
        with self._lock:
            self.answers += 1
            if outcome in ACKNOWLEDGED:
                self.acknowledged.add(item)
                self.quarantined.pop(item, None)
            elif outcome == "quarantined":
                self.quarantined[item] = code

    def verdict(self, held: Iterable[UUID], unsent: Iterable[UUID] = ()) -> Verdict:
        """
        Compare with what the database holds.

        :param held: the id of each record, as often as it is there
        :param unsent: what still stands in outboxes
        """
        seen: set[UUID] = set()
        doubled: set[UUID] = set()
        for item in held:
            (doubled if item in seen else seen).add(item)
        return Verdict(
            recorded=len(self.recorded_by),
            acknowledged=len(self.acknowledged),
            quarantined=len(self.quarantined),
            lost=frozenset(self.acknowledged - seen),
            dropped=frozenset(
                self.safe - self.acknowledged - self.quarantined.keys() - set(unsent)
            ),
            doubled=frozenset(doubled),
            foreign=frozenset(seen - self.recorded_by.keys()),
        )
