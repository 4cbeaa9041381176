"""One's own calendar: days on duty, and the tasks that one has claimed."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from xiachen.attendance.queries import calendars
from xiachen.attendance.queries.calendars import Entry
from xiachen.base import clock
from xiachen.needs.models import Claim
from xiachen.privacy.scope import Scope

# What was done stays in the calendar for two weeks.
_BACK = timedelta(days=14)


def feed(scope: Scope, *, token: str, at: datetime) -> bytes:
    """
    Return the calendar behind a link, whoever asks: the person's own duties and nobody's name.

    :param scope: of background work, as a calendar that asks has no account here
    :raises CalendarLinkOver: the link does not hold
    """
    link = calendars.opened(scope, token)
    inside = replace(scope, incident=link.incident_id, member=link.member_id)
    closed = link.incident.closed_at
    day = clock.local_day(at)
    with translation.override(link.language):
        entries = calendars.duty_entries(
            inside,
            member=link.member_id,
            day=day,
            closed_on=clock.local_day(closed) if closed else None,
        )
        entries += task_entries(inside, member=link.member_id, day=day)
        title = _("Duties · %(incident)s") % {"incident": link.incident.name}
        return calendars.written(inside, entries, title=title, at=at)


def task_entries(scope: Scope, *, member: UUID, day: date) -> list[Entry]:
    """Return the tasks a person has claimed: those to do on the day, those done when they were."""
    rows = Claim.objects.filter(
        Q(finished_at=None) | Q(finished_at__gte=clock.on_day(day, time()) - _BACK),
        member=member,
        released_at=None,
        task__incident=scope.incident,
    ).select_related("task__kind", "task__community")
    return [
        Entry(
            key=f"task-{one.task_id}",
            title=(_("Done: %(task)s") if one.finished_at else _("To do: %(task)s"))
            % {"task": one.task.title},
            begins=one.finished_at or clock.on_day(day, time()),
            ends=None,
            place=one.task.community.name,
            words=str(one.task.kind),
        )
        for one in rows.order_by("claimed_at", "pk")
    ]
