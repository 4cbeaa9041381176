"""Background work of mobilisation: places that are offered, and offers whose time is over."""

from procrastinate.contrib.django import app

from xiachen.base import clock
from xiachen.mobilisation.operations import selections
from xiachen.privacy.scope import system_scope


@app.periodic(cron="* * * * *")
@app.task(
    name="mobilisation.jobs.lapse_overdue",
    queueing_lock="mobilisation.jobs.lapse_overdue",
    pass_context=False,
)
def lapse_overdue(timestamp: int) -> None:
    """Let offers lapse whose time is over; their places go to the next."""
    selections.lapse_overdue(system_scope(), at=clock.now())
