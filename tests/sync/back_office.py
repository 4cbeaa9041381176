"""What people do about phones while these go on: strike off, settle, back up and restore."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from tests.world import FENGLIN
from xiachen.base import clock
from xiachen.base.errors import NotFound, Refused
from xiachen.privacy.scope import Scope, system_scope
from xiachen.sync import epoch
from xiachen.sync.models.devices import Device
from xiachen.sync.models.receipts import Quarantined, QuarantineState
from xiachen.sync.operations.devices import revoke
from xiachen.sync.operations.durability import note_backup
from xiachen.sync.operations.mending import dismiss, mend


@dataclass
class Desk:
    """
    Who looks after the phones on the website and beside the server.

    :ivar saved: the last backup, as a savepoint; a restore goes back to it
    :ivar struck_off: devices, as the list beside the database has them
    """

    scope: Scope
    saved: str = ""
    struck_off: set[UUID] = field(default_factory=set)

    def strike_off(self, device: UUID) -> None:
        with suppress(NotFound):
            revoke(self.scope, device=device, reason="lost", at=clock.now())
            self.struck_off.add(device)

    def settle(self, which: int, *, mends: bool) -> None:
        """Mend one of the open records as a sign-in of its own person, or dismiss it."""
        rows = list(Quarantined.objects.filter(settled_at=None).order_by("received_at", "pk"))
        if not rows:
            return
        row = rows[which % len(rows)]
        with suppress(Refused), transaction.atomic():
            if mends:
                mend(
                    self.scope,
                    record=row.pk,
                    kind="attendance.check-in",
                    community=FENGLIN,
                    body={"member": str(row.device.member)},
                    occurred_at=row.occurred_at or clock.now(),
                    reason="was there",
                    at=clock.now(),
                )
            else:
                dismiss(self.scope, record=row.pk, reason="a trial", at=clock.now())

    def back_up(self, devices: Sequence[UUID]) -> None:
        self.saved = transaction.savepoint()
        rows = Device.objects.filter(pk__in=devices)
        upto = dict(rows.values_list("pk", "whole_upto"))
        with connection.cursor() as cursor:
            cursor.execute("select oid from pg_database where datname = current_database()")
            (database,) = cursor.fetchone()
        note_backup(system_scope(), whole_upto=upto, database=database)

    def restore(self) -> None:
        if not self.saved:
            return
        transaction.savepoint_rollback(self.saved)
        epoch.renew(settings.HOME)
        for device in Device.objects.filter(pk__in=self.struck_off, revoked_at=None):
            revoke(self.scope, device=device.pk, reason="struck off before", at=clock.now())


def settled() -> list[UUID]:
    """Return the events that a person has settled: they are held, and need no receipt."""
    states = (QuarantineState.MENDED, QuarantineState.DISMISSED)
    return list(Quarantined.objects.filter(state__in=states).values_list("event", flat=True))


def kept_since_struck_off() -> list[UUID]:
    """Return what a phone offered again that was struck off before the restore: a person looks."""
    rows = Quarantined.objects.filter(state=QuarantineState.QUARANTINED, code="sync.revoked")
    return list(rows.values_list("event", flat=True))


def mended() -> list[UUID]:
    """Return the ids under which mended records may stand."""
    rows = Quarantined.objects.filter(state=QuarantineState.MENDED)
    return [id for row in rows for id in (row.event, row.pk)]
