"""Background work of attendance: warnings to rest, excuses, and forgetting."""

import logging

from procrastinate.contrib.django import app

from xiachen.attendance.operations.answers import excuse_off_duty
from xiachen.attendance.operations.resting import warn_tired
from xiachen.attendance.operations.signing import forget_wrong_codes
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


@app.periodic(cron="*/15 * * * *")
@app.task(
    name="attendance.jobs.excuse_off_duty",
    queueing_lock="attendance.jobs.excuse_off_duty",
    pass_context=False,
)
def excuse_those_off_duty(timestamp: int) -> None:
    """Keep whoever is off duty off the lists to verify, on every day and wherever they belong."""
    at = clock.now()
    for incident in open_incidents(system_scope()):
        if incident.runs_today:
            excuse_off_duty(system_scope(incident.pk), day=clock.local_day(at), at=at)


@app.periodic(cron="7 3 * * *")
@app.task(
    name="attendance.jobs.forget_wrong_codes",
    queueing_lock="attendance.jobs.forget_wrong_codes",
    pass_context=False,
)
def forget_codes(timestamp: int) -> None:
    """Forget who gave wrong codes, once the days are over."""
    forget_wrong_codes(system_scope(), at=clock.now())
