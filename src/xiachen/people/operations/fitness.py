"""Until when people are fit for a kind of duty, and who is off duty; never why, or why not."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from xiachen.base import clock
from xiachen.base.errors import Forbidden, Invalid, Refused
from xiachen.base.owned.bulk import insert_new
from xiachen.people.models.members import Fitness, OffDuty
from xiachen.people.queries.members import member as member_of
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope


class NotOffDuty(Refused):
    """Only who is off duty can be said to be fit again."""

    code = "people.not-off-duty"
    message = _("This person is not off duty. Read the list again.")


class OwnFitness(Refused):
    """Whoever is off duty is declared fit by somebody else."""

    code = "people.own-fitness"
    message = _("Nobody declares themselves fit again. Ask the doctor or the community.")
    status = 403


class FitBeforeOffDuty(Refused):
    """Fit again from a day on which the person still worked."""

    code = "people.fit-before-off-duty"
    message = _("The person went off duty on %(day)s. Choose that day or a later one.")
    status = 422


@transaction.atomic
def set_fitness(scope: Scope, *, member: UUID, duty: str, fit_until: date) -> Fitness:
    """Record until when somebody is fit for a kind of duty; never why, or why not."""
    scope.require(Can.RECORD_HEALTH)
    kept = " ".join(duty.split())
    if not 1 <= len(kept) <= 40:
        raise Invalid(field="duty", reason=_("the duty is missing or too long"))
    found = member_of(scope, member)
    row, _made = Fitness.objects.update_or_create(
        member=found, duty=kept, defaults={"fit_until": fit_until}
    )
    audit.record(scope, "people.set-fitness", subject=found.pk, targets=[found.pk])
    return row


@transaction.atomic
def stand_down(scope: Scope, *, since: Mapping[UUID, datetime]) -> set[UUID]:
    """
    Put people off duty from a moment on, until somebody in charge of health says fit again.

    What somebody in charge has said later than that moment holds: word that comes late, from a
    phone without signal, puts nobody off duty again. Why is nowhere written down here; who has
    said so is in the audit of the operation that heard it and calls this.

    :returns: who was on duty before
    :raises Forbidden: the role speaks for oneself only, and these are others
    """
    if set(since) - {scope.member} and not scope.allows(Can.SEE_PEOPLE):
        raise Forbidden()
    said = OffDuty.objects.filter(member__in=since, said_at__isnull=False)
    answered = {
        member
        for member, moment in said.values_list("member", "said_at")
        if moment is not None and moment >= since[member]
    }
    rows = [
        OffDuty(member_id=member, since=moment)
        for member, moment in sorted(since.items())
        if member not in answered
    ]
    new = insert_new(rows)
    return {row.member_id for row in rows if row.pk in new}


@transaction.atomic
def say_fit(scope: Scope, *, member: UUID, from_day: date, at: datetime) -> OffDuty:
    """
    Say from which day on somebody is fit for duty again; a later word moves the day.

    :raises OwnFitness: nobody says so of oneself
    :raises NotOffDuty: nobody has put the person off duty
    :raises FitBeforeOffDuty: the day lies before the one on which the person went off duty
    """
    scope.require(Can.SAY_FIT)
    if member == scope.member:
        raise OwnFitness()
    found = member_of(scope, member)
    rows = OffDuty.objects.select_for_update(of=("self",)).filter(member=found)
    row = rows.order_by("-since", "-pk").first()
    if row is None or (row.until is not None and row.until < clock.local_day(at)):
        raise NotOffDuty()
    since = clock.local_day(row.since)
    if from_day < since:
        raise FitBeforeOffDuty(field="from_day", day=since)
    row.until, row.said_by, row.said_at = from_day - timedelta(days=1), scope.account, at
    row.save(update_fields=["until", "said_by", "said_at"])
    audit.record(scope, "people.say-fit", subject=found.pk, targets=[found.pk])
    return row
