"""Background work of notices: sending what waits."""

from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from xiachen.base import clock
from xiachen.notices.operations import messages
from xiachen.privacy.scope import system_scope


@app.task(
    name="notices.jobs.deliver_message",
    pass_context=False,
    retry=RetryStrategy(max_attempts=5, exponential_wait=5),
)
def deliver_message(message: str) -> None:
    """
    Send one message; the operation queues the next try by itself.

    What is tried again here is a job that broke, such as by a database that was away.
    """
    messages.deliver_message(system_scope(), message=UUID(message), at=clock.now())
