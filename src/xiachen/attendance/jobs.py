"""Background work of attendance: the evening's warnings that somebody needs rest."""

import logging

from procrastinate.contrib.django import app

from xiachen.attendance.operations.resting import warn_tired
from xiachen.base import clock
from xiachen.base.errors import Refused
from xiachen.incidents.queries import open_incidents
from xiachen.privacy.scope import system_scope

_log = logging.getLogger(__name__)


@app.periodic(cron="11 * * * *")
@app.task(
    name="attendance.jobs.warn_tired",
    queueing_lock="attendance.jobs.warn_tired",
    pass_context=False,
)
def warn_tired_people(timestamp: int) -> None:
    """Warn in each incident that runs; an hour that was missed is made up for in the next."""
    for incident in open_incidents(system_scope()):
        if not incident.runs_today:
            continue
        try:
            warn_tired(system_scope(incident.pk), at=clock.now())
        except Refused as refusal:
            _log.warning("nobody was warned to rest in %s: %s", incident.pk, refusal.code)
