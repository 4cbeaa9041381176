"""Background work of the figures: folding, every minute."""

from procrastinate.contrib.django import app

from xiachen.figures import operations
from xiachen.privacy.scope import system_scope


@app.periodic(cron="* * * * *")
@app.task(name="figures.fold", queueing_lock="figures.fold", pass_context=False)
def fold(timestamp: int) -> None:
    """Fold the deltas that wait; what was missed is folded the next minute."""
    operations.fold(system_scope())
