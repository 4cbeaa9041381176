"""
A virtual phone: it speaks to the server exactly as the app does, and can be hurt as a phone can.

Everything that must survive stands in its storage; what the object itself holds is the memory of
the app, and is gone when it crashes.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from xiachen.drill.phones import contact, outbox, packs, photos
from xiachen.drill.phones.clocks import PhoneClock, made_id
from xiachen.drill.phones.contact import PULL, PUSH, Declined, Line, Unheard
from xiachen.drill.phones.network import Door
from xiachen.drill.phones.outbox import USUAL_BATCH, Witness
from xiachen.drill.phones.storage import Crashed, Enrolled, Enrolling, Storage, StorageFull
from xiachen.privacy.envelopes import DeviceKey, Sealer

Done = TypeVar("Done")
_READINGS = 50  # of a pack in one go; a phone that needs more asks again next time


class NotEnrolled(Exception):
    """Nobody of this device is enrolled on this phone."""


class Phone:
    """
    One phone; several people may be enrolled on it.

    :param storage: its disk, which outlives the app
    :param door: the way to the server, usually through a network
    :param witness: told what was recorded and what the phone was told
    """

    def __init__(
        self,
        *,
        storage: Storage,
        clock: PhoneClock,
        door: Door,
        chance: random.Random,
        witness: Witness | None = None,
        app: str = contact.APP,
    ) -> None:
        self.storage = storage
        self.clock = clock
        self.chance = chance
        self.witness = witness
        self.app = app
        self.crashes = 0
        self._door = door
        self._load()

    def _load(self) -> None:
        """Open the app: with what the disk holds, and without everything else."""
        self.clock.reload()
        self.line = Line(self._door, self.clock, self.storage, self.chance, self.app)
        self.batch = USUAL_BATCH
        self.revoked: set[UUID] = set()
        self.too_old = False
        self._sealers: dict[UUID, Sealer] = {}

    def restart(self) -> None:
        """Close the app at once and open it again."""
        self.crashes += 1
        self._load()

    def surviving(self, what: Callable[[], Done]) -> Done | None:
        """Do something; when the app crashes meanwhile, open it again and return None."""
        try:
            return what()
        except Crashed:
            self.restart()
            return None

    @property
    def devices(self) -> list[UUID]:
        """The enrolments on this phone."""
        return list(self.storage.enrolled.rows())

    def enrolment(self, device: UUID) -> Enrolled:
        """:raises NotEnrolled: nobody"""
        enrolled = self.storage.enrolled.get(device)
        if enrolled is None:
            raise NotEnrolled(device)
        return enrolled

    def enrol(self, token: str, *, name: str = "Redmi 9 · Chrome") -> UUID:
        """
        Enrol somebody by the token of an invitation; return the device.

        Device and key are stored before the server is asked, so that the same can be asked again
        after a lost answer or a crash.

        :raises Declined: the token is used, too old or unknown
        :raises Unheard: nothing came back
        """
        begun = self.storage.enrolling.get(token)
        if begun is None:
            begun = Enrolling(made_id(self.clock.wall(), self.chance), DeviceKey.new())
            with self.storage.transaction():
                self.storage.enrolling.put(token, begun)
        enrolled = contact.enrol(
            self.line, device=begun.device, key=begun.key, token=token, name=name
        )
        with self.storage.transaction():
            self.storage.enrolling.remove(token)
            self.storage.enrolled.put(enrolled.device, enrolled)
        return enrolled.device

    def enrol_again(self, device: UUID, token: str, *, name: str = "Redmi 9 · Chrome") -> None:
        """
        Enrol a device by a new link, because a restored server has forgotten it.

        Device, key and numbers stay, so that all that is unsent or may be lost can still come in.

        :raises Declined: the token is used, too old or unknown, or for somebody else
        :raises Unheard: nothing came back
        """
        former = self.enrolment(device)
        again = contact.enrol(
            self.line, device=device, key=former.key, token=token, name=name, former=former
        )
        with self.storage.transaction():
            seal_key = again.seal_key
            self.storage.enrolled.put(device, replace(former, seal_key=seal_key))
        self._sealers.pop(device, None)

    def keep(self, enrolled: Enrolled) -> UUID:
        """Store an enrolment that was made elsewhere; return its device."""
        with self.storage.transaction():
            self.storage.enrolled.put(enrolled.device, enrolled)
        return enrolled.device

    def record(
        self, device: UUID, kind: str, body: Mapping[str, Any], *, community: int | None
    ) -> UUID:
        """
        Record what somebody did; once this returns nothing short of losing the phone loses it.

        :raises StorageFull: the disk takes no more; nothing was recorded
        :raises NotEnrolled: nobody
        """
        with self.storage.transaction():
            event = outbox.record(
                self.line,
                self._sealer(device),
                self.enrolment(device),
                kind=kind,
                community=community,
                body=body,
            )
            if self.witness is not None:
                self.witness.recorded(device, event.id, kind, body)
        if self.witness is not None:
            self.witness.kept(event.id)
        return event.id

    def photograph(self, device: UUID, content: bytes) -> UUID:
        """
        Keep a photo, sealed; return the id by which a record of work names it.

        :raises StorageFull: the disk takes no more; nothing was kept
        """
        return photos.keep(self.line, self._sealer(device), self.enrolment(device), content)

    def send_photos(self, device: UUID, *, piece: int = photos.PIECE) -> bool:
        """
        Send photos on, in pieces; tell whether all of them have arrived.

        :raises Unheard: nothing came back
        """
        return photos.send(self.line, self.enrolment(device), piece=piece)

    def _sealer(self, device: UUID) -> Sealer:
        """Return the sealer of this session of the app: its ephemeral key is never stored."""
        if device not in self._sealers:
            self._sealers[device] = Sealer(self.enrolment(device).seal_key)
        return self._sealers[device]

    def unsent(self, device: UUID) -> int:
        """Return how many events of a person the server has not answered."""
        return len(outbox.waiting(self.storage, device))

    def push(self, device: UUID) -> None:
        """
        Offer one batch, or show oneself when nothing is due.

        :raises Declined: the request is refused as a whole, and not for its size
        :raises Unheard: nothing came back
        """
        while True:
            enrolled = self.enrolment(device)
            events = outbox.due(self.line, device)[: self.batch]
            try:
                told = self.line.ask(
                    device, enrolled.key, PUSH, outbox.batch(self.line, enrolled, events)
                )
            except Declined as declined:
                if declined.status == 413 and len(events) > 1:
                    self.batch = max(1, len(events) // 2)
                    self.line.quiet_until = 0
                    continue
                self.too_old = declined.status == 426
                raise
            self.batch = min(USUAL_BATCH, self.batch * 2)
            outbox.settle(self.line, enrolled, told, self.witness)
            return

    def push_all(self, device: UUID) -> None:
        """Push until nothing is due, or until the server says nothing of what is offered."""
        while True:
            offered = {event.id for event in outbox.due(self.line, device)[: self.batch]}
            self.push(device)
            left = {event.id for event in outbox.due(self.line, device)}
            if not left or (offered and offered <= left):
                return

    def pull(self, device: UUID) -> bool:
        """
        Read the pack on; tell whether it fits what the server says of it.

        :raises Declined: the request is refused; a revoked phone has no pack any more
        :raises Unheard: nothing came back
        """
        for _reading in range(_READINGS):
            enrolled = self.enrolment(device)
            said = {
                "app": self.app,
                "clock": self.clock.wall(),
                "last": enrolled.seq,
                "epoch": enrolled.epoch,
                "parts": packs.asked(self.storage, device),
            }
            try:
                told = self.line.ask(device, enrolled.key, PULL, said)
            except Declined as declined:
                if declined.code == "sync.revoked":
                    self._revoke(device)
                raise
            with self.storage.transaction():
                unfit = packs.apply(self.storage, device, told)
            outbox.settle(self.line, enrolled, told, self.witness)
            if not unfit and not told.get("more"):
                return True
        return False

    def _revoke(self, device: UUID) -> None:
        self.revoked.add(device)
        with self.storage.transaction():
            packs.drop_all(self.storage, device)

    def sync(self, device: UUID) -> bool:
        """
        Send what is due and read the pack on, as far as the network lets it.

        :returns: whether everything that is due was answered
        """
        if self.line.is_quiet():
            return False
        try:
            self.push_all(device)
            if device not in self.revoked:
                self.pull(device)
                self.send_photos(device)
            if outbox.due(self.line, device):  # a new epoch has put receipts back
                self.push_all(device)
        except (Declined, Unheard, StorageFull):
            return False
        return not outbox.due(self.line, device)
