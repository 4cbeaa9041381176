"""Whoever holds a phone: somebody of the town, let in by a link."""

from tests.journeys.arrival import Arrival
from tests.journeys.phone import Phone
from xiachen.base import clock
from xiachen.privacy.scope import Role
from xiachen.sync.operations.invitations import invite


def come_in(phone: Phone, arrival: Arrival, name: str) -> None:
    """Enrol by a link from the organiser, and wait for the pack."""
    member = arrival.world.members[name]
    organiser = arrival.world.scope(Role.ORGANISER)
    (invited,) = invite(organiser, members=[member], at=clock.now())
    assert invited.refusal is None, invited.refusal
    phone.enrol(f"/phone/#enrol={invited.token}")
    phone.reads(arrival.world.fenglin.name)
    if phone.worker:  # the app is kept for good once its worker is in charge
        phone.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
