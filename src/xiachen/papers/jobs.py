"""Background work of papers: sheets that nobody has entered within a day are deleted."""

from procrastinate.contrib.django import app

from xiachen.base import clock
from xiachen.papers.operations.drafts import expire_drafts
from xiachen.privacy.scope import system_scope


@app.periodic(cron="*/20 * * * *")
@app.task(
    name="papers.jobs.expire_drafts", queueing_lock="papers.jobs.expire_drafts", pass_context=False
)
def expire_sheets(timestamp: int) -> None:
    """Delete the drafts whose day has passed."""
    expire_drafts(system_scope(), at=clock.now())
