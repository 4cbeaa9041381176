"""Reading who is on duty for how long names people: it is noted with whom it named."""

from datetime import date

from django.db import transaction

from xiachen.attendance.queries import duty
from xiachen.attendance.queries.records import end_of
from xiachen.privacy import audit
from xiachen.privacy.scope import Scope


@transaction.atomic
def view_duty(scope: Scope, *, day: date, warned: bool, number: int, size: int) -> duty.DutyPage:
    """Return a page of those on duty, and note whom it named to the reader."""
    page = duty.duty_page(scope, end_of(scope, day), warned=warned, number=number, size=size)
    if page.lines:
        audit.record(scope, "attendance.view-duty", targets=[one.member for one in page.lines])
    return page
