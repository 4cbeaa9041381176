"""Making and taking back the secret link of one's own calendar."""

from datetime import datetime

from django.db import transaction

from xiachen.attendance.models.calendars import CalendarLink
from xiachen.attendance.queries import calendars as queries
from xiachen.attendance.rules.records import incident_of
from xiachen.base.errors import NotFound
from xiachen.people.models.members import Member
from xiachen.privacy import audit
from xiachen.privacy.scope import Scope


@transaction.atomic
def make_calendar_link(scope: Scope, *, language: str, at: datetime) -> CalendarLink:
    """
    Make a link for one's own calendar; a former one ends with it.

    :param language: of the words in the calendar
    :raises NotFound: the account belongs to nobody in the operation
    """
    incident = incident_of(scope)
    if scope.member is None:
        raise NotFound(field="member")
    _end(scope, at)
    made = CalendarLink.objects.create(
        incident_id=incident, member_id=scope.member, language=language[:10], made_at=at
    )
    audit.record(scope, "attendance.make-calendar-link", subject=scope.member, targets=[made.pk])
    return made


@transaction.atomic
def take_back_calendar_link(scope: Scope, *, at: datetime) -> bool:
    """End the link of one's own calendar; tell whether there was one."""
    if scope.member is None:
        raise NotFound(field="member")
    ended = _end(scope, at)
    if ended:
        audit.record(scope, "attendance.take-back-calendar-link", subject=scope.member)
    return ended


def _end(scope: Scope, at: datetime) -> bool:
    """End the link that holds; of two at once the second waits and finds the first's."""
    assert scope.member is not None
    list(Member.objects.filter(pk=scope.member).select_for_update(no_key=True).values_list("pk"))
    link = queries.own_link(scope)
    if link is None:
        return False
    link.revoked_at = at
    link.save(update_fields=["revoked_at"])
    return True
