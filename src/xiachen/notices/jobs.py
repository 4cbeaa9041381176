"""Background work of notices: sending what waits."""

from uuid import UUID

from procrastinate.contrib.django import app

from xiachen.base import clock
from xiachen.notices.operations import messages
from xiachen.privacy.scope import system_scope


@app.task(name="notices.jobs.deliver_message", pass_context=False)
def deliver_message(message: str) -> None:
    """Send one message; the operation queues the next try itself."""
    messages.deliver_message(system_scope(), message=UUID(message), at=clock.now())
