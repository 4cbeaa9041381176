"""Background work of privacy: sealing the audit, every minute."""

from procrastinate.contrib.django import app

from xiachen.base import clock
from xiachen.privacy import operations
from xiachen.privacy.scope import system_scope


@app.periodic(cron="* * * * *")
@app.task(
    name="privacy.jobs.seal_audit", queueing_lock="privacy.jobs.seal_audit", pass_context=False
)
def seal_audit(timestamp: int) -> None:
    """Seal the last minute; what was missed is sealed the next time."""
    operations.seal_audit(system_scope(), at=clock.now())
