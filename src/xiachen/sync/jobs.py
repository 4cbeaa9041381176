"""Background work of phones: forgetting what nobody needs any more."""

from procrastinate.contrib.django import app

from xiachen.base import clock
from xiachen.privacy.scope import system_scope
from xiachen.sync.operations import packs


@app.periodic(cron="17 3 * * *")
@app.task(
    name="sync.jobs.forget_tombstones",
    queueing_lock="sync.jobs.forget_tombstones",
    pass_context=False,
)
def forget_tombstones(timestamp: int) -> None:
    """Forget what has been gone from packs for long."""
    packs.forget_tombstones(system_scope(), at=clock.now())
