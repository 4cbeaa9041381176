"""What phones send and what becomes of it, on its way through one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from xiachen.base.errors import Refused
from xiachen.sync.kinds import Event
from xiachen.sync.models.receipts import Quarantined
from xiachen.sync.queries.devices import KnownDevice
from xiachen.sync.rules.events import Content
from xiachen.sync.rules.protocol import Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """
    One event as it came: opened, or with the reason why it does not open.

    :param seq: the phone's number of it; None: it has none
    :param plain: the event as the phone wrote it, or the whole item where it does not open
    :param digest: of the device, the id and `plain`
    """

    id: UUID
    seq: int | None
    plain: bytes
    digest: bytes
    fault: Refused | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """
    What one phone sent in one request.

    :param clock: the phone's wall clock when it sent, in milliseconds
    :param last: the highest number that the phone has given
    :param sent: when it sent, in milliseconds of the server's time as it knew it; None: just now
    """

    device: KnownDevice
    app: str
    clock: int
    last: int
    items: Sequence[Item]
    sent: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an event; `after` is in seconds, of those to be sent again."""

    said: Said
    code: str = ""
    refusal: Refused | None = None
    after: int | None = None

    @classmethod
    def quarantined(cls, refusal: Refused) -> "Verdict":
        """Return the verdict on an event that a person must look at."""
        return cls(Said.QUARANTINED, refusal.code, refusal)

    @property
    def is_final(self) -> bool:
        """Tell whether the phone may put the event away."""
        return self.said in (Said.ACCEPTED, Said.ALREADY)


@dataclass(slots=True)
class Taken:
    """
    What became of a request: one verdict per item in its order, and how far the device is.

    :param epoch: of the database that has taken it in
    """

    epoch: str
    verdicts: list[Verdict]
    durable_upto: int
    whole_upto: int
    settled: list[UUID] = field(default_factory=list)


@dataclass(slots=True)
class Passing:
    """
    An item on its way.

    :param revoked: the device was struck off
    :param former: what is kept of the same event from before
    :param numbered: whether the device's number is free for it
    :param renumbered: whether it was taken in before under another number
    """

    push: Push
    item: Item
    revoked: bool = False
    former: Quarantined | None = None
    content: Content | None = None
    event: Event | None = None
    verdict: Verdict | None = None
    numbered: bool = True
    renumbered: bool = False
