"""Background work of mobilisation: places that are offered, and offers whose time is over."""

import logging
from uuid import UUID

from procrastinate.contrib.django import app

from xiachen.base import clock
from xiachen.base.errors import Refused
from xiachen.mobilisation.operations import phone_codes, selections, telling
from xiachen.mobilisation.queries.sign_ups import overdue
from xiachen.privacy.scope import system_scope

_log = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(
    name="mobilisation.jobs.lapse_overdue",
    queueing_lock="mobilisation.jobs.lapse_overdue",
    pass_context=False,
)
def lapse_overdue(timestamp: int) -> None:
    """Let offers lapse whose time is over; their places go to the next, call by call."""
    at = clock.now()
    for call, incident in overdue(system_scope(), at=at):
        try:
            selections.lapse_overdue(system_scope(incident), call_up=call, at=at)
        except Refused as refusal:
            # The other calls go on; this one is looked at again in a minute.
            _log.warning("offers of call %s did not lapse: %s", call, refusal.code)


@app.task(name="mobilisation.jobs.tell_offer", pass_context=False)
def tell_offer(sign_up: str) -> None:
    """Tell somebody that a place is offered."""
    telling.tell_offer(system_scope(), sign_up=UUID(sign_up), at=clock.now())


@app.periodic(cron="17 * * * *")
@app.task(
    name="mobilisation.jobs.forget_codes",
    queueing_lock="mobilisation.jobs.forget_codes",
    pass_context=False,
)
def forget_codes(timestamp: int) -> None:
    """Delete codes that are over."""
    phone_codes.forget_codes(system_scope(), at=clock.now())
