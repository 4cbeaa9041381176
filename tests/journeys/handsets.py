"""The phones of a full day: sixty, and more records than a page holds that were not taken in."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from tests.journeys.crowd.day import Crowd
from tests.journeys.crowd.names import LONG
from tests.sync.phones import phone_of
from tests.world import FENGLIN, ZISONG
from xiachen.base import clock
from xiachen.base.ids import uuid7
from xiachen.privacy.scope import Role
from xiachen.sync.models.devices import Device
from xiachen.sync.models.receipts import Quarantined
from xiachen.sync.operations.devices import revoke
from xiachen.sync.operations.invitations import invite
from xiachen.sync.operations.mending import dismiss


@dataclass(frozen=True, slots=True, kw_only=True)
class Handsets:
    """One phone that has sent much, one struck off, and records of each sort."""

    device: UUID
    struck_off: UUID
    mendable: UUID
    unknown: UUID
    twice: UUID


def hand_out(crowd: Crowd) -> Handsets:
    """Register phones, let one send what cannot be taken in, and lose another."""
    world, now = crowd.arrival.world, clock.now()
    secretary = world.scope(Role.SECRETARY)
    invite(secretary, members=crowd.people[:9], at=now)
    phone = phone_of(secretary, world.sent[3])
    own = {"member": str(world.sent[3]), "method": "self", "near": "near"}
    fellow = {"member": str(crowd.people[47]), "method": "list"}
    first = phone.event("attendance.check-in", own, community=FENGLIN)
    phone.push(first)
    phone.push(
        *(phone.event("attendance.check-in", fellow, community=ZISONG) for _ in range(55)),
        phone.event("needs.finish", {**own, "note": LONG, "gate": 7}, community=FENGLIN),
        phone.event("gate.opened", {"gate": 7, "note": LONG}, community=FENGLIN),
        phone.event(
            "attendance.check-in",
            own,
            community=FENGLIN,
            id=UUID(str(first["id"])),
            at=now - timedelta(hours=2),
        ),
        last=phone.seq + 17,
    )
    rows = Quarantined.objects.order_by("seq")
    dismiss(secretary, record=rows[0].pk, reason=LONG[:90], at=now)
    return Handsets(
        device=phone.device,
        struck_off=_others(crowd),
        mendable=rows[1].pk,
        unknown=rows.get(code="sync.unknown-kind").pk,
        twice=rows.get(code="sync.other-content").pk,
    )


def _others(crowd: Crowd) -> UUID:
    one = Device.objects.get()
    made = Device.objects.bulk_create(
        Device(
            id=uuid7(),
            account=one.account,
            member=member,
            incident=one.incident,
            key=one.key,
            name="HUAWEI nova 12 Ultra 典藏版 · HarmonyOS 华为浏览器",
            app="0.9.0" if number % 7 == 0 else one.app,
            enrolled_at=one.enrolled_at,
            last_contact=one.last_contact - timedelta(hours=number),
            last_reported=number * 1000,
            held_upto=number * 999,
            whole_upto=number * 999,
        )
        for number, member in enumerate(crowd.people[10:], 1)
    )
    secretary = crowd.arrival.world.scope(Role.SECRETARY)
    lost = revoke(secretary, device=made[0].pk, reason=LONG[:80], at=clock.now())
    return lost.pk
