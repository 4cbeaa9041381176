"""Who needs rest: reading it names people and is noted; once a day they and their leaders hear."""

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from xiachen.attendance.models.resting import RestWarning
from xiachen.attendance.queries import duty
from xiachen.attendance.queries.records import end_of
from xiachen.attendance.rules.duty import WARNS_FROM, Limits
from xiachen.attendance.rules.records import incident_of
from xiachen.base import clock
from xiachen.base.owned.bulk import insert_new
from xiachen.deployment.queries.teams import leaders_of
from xiachen.notices.operations.notices import NobodyAddressed, To, send_notice
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope


@transaction.atomic
def view_duty(scope: Scope, *, day: date, warned: bool, number: int, size: int) -> duty.DutyPage:
    """Return a page of those on duty, and note whom it named to the reader."""
    page = duty.duty_page(scope, end_of(scope, day), warned=warned, number=number, size=size)
    if page.lines:
        audit.record(scope, "attendance.view-duty", targets=[one.member for one in page.lines])
    return page


@transaction.atomic
def warn_tired(scope: Scope, *, at: datetime) -> RestWarning | None:
    """
    Tell those who need rest, and their leaders, in the evening and once a day.

    The notices say the rule and what to do and name nobody; who it is about, the leader sees on
    the page of duty and rest. A warning, never a verdict: nobody is taken off duty by it.

    :returns: the day's warning; None where it is too early, was sent, or nobody needs rest
    """
    scope.require(Can.NOTIFY)
    incident = incident_of(scope)
    day = clock.local_day(at)
    if at < clock.on_day(day, WARNS_FROM):
        return None
    if RestWarning.objects.filter(incident=incident, day=day).exists():
        return None
    cutoff = end_of(scope, day)
    # Whoever has rested today hears nothing.
    rows = duty.overworked(scope, cutoff).filter(day=day).order_by()
    tired = set(rows.values_list("member", flat=True))
    leaders = leaders_of(scope, members=tired, day=day) if tired else set()
    made = RestWarning(
        incident_id=incident, day=day, sent_at=at, people=len(tired), leaders=len(leaders)
    )
    if not tired or not insert_new([made]):
        return None
    held = duty.limits(scope, cutoff)
    with translation.override(settings.LANGUAGE_CODE):
        _send(scope, To(members=tired), _("You need rest"), _to_person(held), at)
        if leaders:
            _send(scope, To(members=leaders), _("People of yours need rest"), _to_leader(held), at)
    audit.record(scope, "attendance.warn-tired", targets=tired)
    return made


def _send(scope: Scope, to: To, title: str, body: str, at: datetime) -> None:
    try:
        send_notice(scope, title=title, body=body, to=to, at=at, needs_receipt=False)
    except NobodyAddressed:
        return


def _to_person(held: Limits) -> str:
    return _(
        "By the records you have been on duty without a day of rest for longer than is advised: "
        "%(rule)s. Ask your leader for a day of rest, or for a shorter day tomorrow. Are the "
        "records wrong? Look at “My hours” and tell your leader. Nothing is held against you."
    ) % {"rule": _rule(held)}


def _to_leader(held: Limits) -> str:
    return _(
        "Some of your people have been on duty without a day of rest for longer than is advised: "
        "%(rule)s. The page “Duty and rest” shows who. Give them a day of rest, or seek a stand-in."
    ) % {"rule": _rule(held)}


def _rule(held: Limits) -> str:
    days = ngettext("more than %(n)s day in a row", "more than %(n)s days in a row", held.days) % {
        "n": held.days
    }
    return _("%(days)s, or more than %(hours)s hours a day on average") % {
        "days": days,
        "hours": held.hours,
    }
