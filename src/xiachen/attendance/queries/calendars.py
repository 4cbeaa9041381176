"""
One's own duties as a calendar (RFC 5545): the days, the places and the deadlines, nobody else.

A link is signed with the id of its row and not stored; taking the row back ends it. A calendar
that reads it has no account, so what stands in it is what may lie on a foreign server: places,
times and titles of tasks, no names of anybody.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from icalendar import Alarm, Calendar, Event, Timezone

from xiachen.attendance.models.calendars import CalendarLink
from xiachen.attendance.rules import records as rules
from xiachen.base import clock
from xiachen.base.errors import Refused
from xiachen.figures import numbers
from xiachen.incidents import queries as incidents
from xiachen.mobilisation.models.stays import Enrolment, Release
from xiachen.people.queries.fitness import off_duty_among
from xiachen.privacy.scope import Scope

# Calendars ask every few hours, and nobody plans duties further ahead.
BACK, AHEAD = timedelta(days=14), timedelta(days=28)
_SIGN_IN = timedelta(minutes=30)


class CalendarLinkOver(Refused):
    """The link was taken back, or never made here."""

    code = "attendance.calendar-link-over"
    message = gettext_lazy("This calendar link does not hold any more.")
    status = 410


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """
    Something in the calendar.

    :param key: what makes it the same entry at the next reading
    :param ends: when it ends; None: it takes the whole day of `begins`
    """

    key: str
    title: str
    begins: datetime
    ends: datetime | None
    place: str = ""
    words: str = ""


def own_link(scope: Scope) -> CalendarLink | None:
    """Return the reader's link that holds."""
    rows = CalendarLink.objects.filter(incident=scope.incident, member=scope.member)
    return rows.filter(revoked_at=None).first() if scope.member else None


def token_of(scope: Scope, link: CalendarLink) -> str:
    """Return what stands in the link; the same each time."""
    return _signer().sign(base64.urlsafe_b64encode(link.pk.bytes).decode().rstrip("="))


def feed_path(scope: Scope) -> str:
    """Return the path of the reader's calendar; empty where the reader has made no link."""
    link = own_link(scope)
    return reverse("needs:calendar-feed", args=[token_of(scope, link)]) if link else ""


def opened(scope: Scope, token: str) -> CalendarLink:
    """
    Return the link behind a token, whoever asks.

    :raises CalendarLinkOver: it is forged, broken or taken back
    """
    try:
        id = UUID(bytes=base64.urlsafe_b64decode(_signer().unsign(token) + "=="))
    except (BadSignature, ValueError):
        raise CalendarLinkOver() from None
    rows = CalendarLink.objects.select_related("incident")
    found = rows.filter(pk=id, revoked_at=None).first()
    if found is None:
        raise CalendarLinkOver()
    return found


def duty_entries(
    scope: Scope, *, member: UUID, day: date, closed_on: date | None = None
) -> list[Entry]:
    """
    Return a person's days on duty around a day, each with its deadline to sign in by.

    :param closed_on: the last day of the incident, where it is closed
    """
    days = [pair for pair in _days(scope, member, day) if not closed_on or pair[1] <= closed_on]
    off = off_duty_among(scope, members=[member], day=day).get(member)
    deadlines = incidents.parameters_in_force(
        scope,
        incident=rules.incident_of(scope),
        name=rules.DEADLINE,
        asked={(stay.community_id, one) for stay, one in days},
    )
    found = []
    for stay, one in days:
        if off is not None and one >= day and (off.until is None or one <= off.until):
            continue  # whoever is off duty is expected nowhere
        said = deadlines.get((stay.community_id, one), rules.DEFAULT_DEADLINE)
        deadline = clock.on_day(one, rules.deadline_time(said))
        place = stay.community.name
        found.append(
            Entry(
                key=f"duty-{stay.pk}-{one:%Y%m%d}",
                title=_("On duty: sign in by %(time)s, %(place)s")
                % {"time": numbers.clock(deadline.time()), "place": place},
                begins=deadline - _SIGN_IN,
                ends=deadline,
                place=place,
            )
        )
    return found


def written(scope: Scope, entries: Iterable[Entry], *, title: str, at: datetime) -> bytes:
    """Return entries as an iCalendar file in the time zone of the work."""
    calendar = Calendar()
    zone = str(clock.local_zone())
    for name, value in (
        ("prodid", "-//xiachen//duties//EN"),
        ("version", "2.0"),
        ("calscale", "GREGORIAN"),
        ("method", "PUBLISH"),
        ("x-wr-calname", title),
        ("x-wr-timezone", zone),
        ("x-published-ttl", "PT2H"),
    ):
        calendar.add(name, value)
    calendar.add("refresh-interval", timedelta(hours=2), parameters={"value": "DURATION"})
    calendar.add_component(_timezone(zone, at))
    for entry in entries:
        calendar.add_component(_event(entry, at))
    return bytes(calendar.to_ical())


def _days(scope: Scope, member: UUID, day: date) -> list[tuple[Enrolment, date]]:
    rows = list(
        Enrolment.objects.standing()
        .filter(incident=scope.incident, member=member, from_day__lte=day + AHEAD)
        .select_related("community")
        .order_by("from_day", "pk")
    )
    ended = dict(
        Release.objects.standing()
        .filter(enrolment__in=[row.pk for row in rows])
        .values_list("enrolment_id", "last_day")
    )
    found = []
    for row in rows:
        one = max(row.from_day, day - BACK)
        last = min(ended.get(row.pk, day + AHEAD), day + AHEAD)
        while one <= last:
            found.append((row, one))
            one += timedelta(days=1)
    return sorted(found, key=lambda pair: (pair[1], pair[0].community_id))


def _event(entry: Entry, at: datetime) -> Event:
    event = Event()
    event.add("uid", f"{entry.key}@xiachen")
    event.add("dtstamp", at.astimezone(UTC))
    event.add("summary", entry.title)
    zone = clock.local_zone()
    if entry.ends is None:
        event.add("dtstart", entry.begins.astimezone(zone).date())
        event.add("transp", "TRANSPARENT")
    else:
        event.add("dtstart", entry.begins.astimezone(zone))
        event.add("dtend", entry.ends.astimezone(zone))
        event.add_component(_reminder(entry))
    if entry.place:
        event.add("location", entry.place)
    if entry.words:
        event.add("description", entry.words)
    event.add("class", "PRIVATE")
    return event


def _reminder(entry: Entry) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", entry.title)
    alarm.add("trigger", timedelta(0))  # when it begins
    return alarm


def _timezone(zone: str, at: datetime) -> Timezone:
    return Timezone.from_tzid(zone, first_date=at.date() - BACK, last_date=at.date() + AHEAD)


def _signer() -> Signer:
    return Signer(salt="attendance.calendar", sep=".")
