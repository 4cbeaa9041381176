"""
What a virtual phone keeps on its disk: tables written in transactions, as IndexedDB does.

Whatever a transaction holds is on the disk whole or not at all. A phone that crashes loses its
memory and nothing of this; a full disk refuses the transaction and leaves everything as it was.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from xiachen.privacy.envelopes import DeviceKey

Key = TypeVar("Key")
Value = TypeVar("Value", bound="Kept")


class Crashed(Exception):
    """The app ended in this moment: its memory is gone, its disk is not."""


class StorageFull(Exception):
    """The disk takes no more; nothing of the transaction was stored."""


class Kept(Protocol):
    """Whatever is kept takes room."""

    @property
    def size(self) -> int:
        """Return the bytes it takes on the disk."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """
    One person's enrolment on this phone.

    :ivar seq: the last number given
    :ivar epoch: of the server, as the last answer said; "" before the first
    :ivar durable_upto: the number up to which a verified backup holds what this device recorded
    """

    device: UUID
    key: DeviceKey
    member: UUID
    incident: UUID
    name: str
    seal_key: bytes
    seq: int = 0
    epoch: str = ""
    durable_upto: int = 0
    size = 400


@dataclass(frozen=True, slots=True)
class Enrolling:
    """What is stored before the first question: asked again, the server must know it again."""

    device: UUID
    key: DeviceKey
    size = 200


@dataclass(frozen=True, slots=True)
class Event:
    """
    Something that was recorded, sealed at once: in the outbox, or kept as a receipt.

    :ivar clock: of the phone when it was recorded
    :ivar not_before: of the phone's wall clock: what the server asked to wait; 0: none
    :ivar acknowledged: of the phone's wall clock; 0: it is unsent
    :ivar epoch: under which it was acknowledged
    """

    device: UUID
    id: UUID
    seq: int
    ephemeral: bytes
    sealed: bytes
    clock: int
    not_before: int = 0
    acknowledged: int = 0
    epoch: str = ""

    @property
    def size(self) -> int:
        """Return the bytes it takes on the disk."""
        return len(self.sealed) + 160


@dataclass(frozen=True, slots=True)
class Held:
    """An event that the server could not take as it is: shown until somebody has settled it."""

    event: Event
    code: str
    words: str

    @property
    def size(self) -> int:
        """Return the bytes it takes on the disk."""
        return self.event.size + len(self.words)


@dataclass(frozen=True, slots=True)
class Doc:
    """One document of a work pack; its body as the server sent it."""

    id: str
    kind: str
    version: int
    body: str

    @property
    def size(self) -> int:
        """Return the bytes it takes on the disk."""
        return len(self.body) + 80


@dataclass(frozen=True, slots=True)
class Part:
    """How far a part of the work pack was read, and the hash over what is held of it."""

    cursor: int
    hash: str
    size = 80


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo, sealed, that the server does not hold whole yet."""

    device: UUID
    id: UUID
    ephemeral: bytes
    sealed: bytes

    @property
    def size(self) -> int:
        """Return the bytes it takes on the disk."""
        return len(self.sealed)


@dataclass(frozen=True, slots=True)
class Contact:
    """The last answer of the server: its time, and how far the wall clock was behind it."""

    time: int
    offset: int
    size = 40


class Table(Generic[Key, Value]):
    """One table; what is written becomes visible to the disk when the transaction ends."""

    def __init__(self) -> None:
        self._kept: dict[Key, Value] = {}
        self._changed: dict[Key, Value | None] = {}

    def get(self, key: Key) -> Value | None:
        """Return what stands there, as far as this transaction goes."""
        return self._changed[key] if key in self._changed else self._kept.get(key)

    def put(self, key: Key, value: Value) -> None:
        """Write a row."""
        self._changed[key] = value

    def remove(self, key: Key) -> None:
        """Take a row away."""
        self._changed[key] = None

    def rows(self) -> dict[Key, Value]:
        """Return every row, in the order in which they were first written."""
        if not self._changed:
            return dict(self._kept)
        merged: dict[Key, Value | None] = {**self._kept, **self._changed}
        return {key: value for key, value in merged.items() if value is not None}

    def __len__(self) -> int:
        return len(self._kept)

    def growth(self) -> int:
        """Return by how many bytes the changes make the disk fuller."""
        return sum(
            (value.size if value is not None else 0) - (former.size if former is not None else 0)
            for key, value in self._changed.items()
            for former in (self._kept.get(key),)
        )

    def commit(self) -> None:
        """Make the changes last."""
        for key, value in self._changed.items():
            if value is None:
                self._kept.pop(key, None)
            else:
                self._kept[key] = value
        self._changed.clear()

    def forget(self) -> None:
        """Drop the changes."""
        self._changed.clear()


class Storage:
    """
    The disk of one phone.

    :param room: bytes it takes in all; None: without end
    :param failing: called before and after each transaction is on the disk, for whoever wants the
        app to crash there; it raises `Crashed`
    """

    def __init__(
        self, *, room: int | None = None, failing: Callable[[str], None] | None = None
    ) -> None:
        self.room = room
        self.failing = failing
        self.taken = 0
        self.enrolling: Table[str, Enrolling] = Table()
        self.enrolled: Table[UUID, Enrolled] = Table()
        self.outbox: Table[UUID, Event] = Table()
        self.receipts: Table[UUID, Event] = Table()
        self.held: Table[UUID, Held] = Table()
        self.parts: Table[tuple[UUID, str], Part] = Table()
        self.docs: Table[tuple[UUID, str, str], Doc] = Table()
        self.photos: Table[UUID, Photo] = Table()
        self.contacts: Table[None, Contact] = Table()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """
        Store everything that the block writes, or nothing of it.

        :raises StorageFull: there is no room for it
        """
        try:
            yield
            grown = sum(table.growth() for table in self._tables())
            if self.room is not None and grown > 0 and self.taken + grown > self.room:
                raise StorageFull()
            self._may_fail("before")
        except BaseException:
            for table in self._tables():
                table.forget()
            raise
        for table in self._tables():
            table.commit()
        self.taken += grown
        self._may_fail("after")

    def _may_fail(self, moment: str) -> None:
        if self.failing is not None:
            self.failing(moment)

    def _tables(self) -> tuple["Table[object, Kept]", ...]:
        tables: tuple[Table[object, Kept], ...] = (
            self.enrolling,
            self.enrolled,
            self.outbox,
            self.receipts,
            self.held,
            self.parts,
            self.docs,
            self.photos,
            self.contacts,
        )  # type: ignore[assignment]
        return tables
