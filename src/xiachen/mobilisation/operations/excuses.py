"""Who cannot come is excused, from one day to another; the reason is emergency data."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Invalid, NotFound
from xiachen.base.ids import uuid7
from xiachen.base.owned.appending import append, superseding
from xiachen.incidents.models import Incident
from xiachen.mobilisation.models.stays import Excuse, ExcuseReason
from xiachen.mobilisation.queries import stays
from xiachen.mobilisation.rules import stays as rules
from xiachen.people.models.members import Member
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope

# A list to choose from is read at a glance; whoever is not on it is looked for.
OFFERED = 30


@transaction.atomic
def excuse(
    scope: Scope, *, member: UUID, reason: str, from_day: date, to_day: date, at: datetime
) -> Excuse:
    """
    Excuse a person from the operation for some days; nobody is then expected of them.

    :raises ExcusedAlready: another excuse covers one of the days
    """
    scope.require(Can.EXCUSE)
    incident = stays.working_incident(scope)
    if reason not in ExcuseReason.values:
        raise Invalid(field="reason", reason=_("this reason is not on the list"))
    rules.check_period(from_day, to_day, field="to_day")
    person = _person(scope, incident, member)
    _check_free(incident, person, from_day, to_day)
    fact = Excuse(
        id=uuid7(),
        incident=incident,
        member=person,
        reason=reason,
        from_day=from_day,
        to_day=to_day,
        occurred_at=at,
        received_at=at,
        recorded_by=scope.account,
    )
    append([fact])
    audit.record(scope, "mobilisation.excuse", subject=member, targets=(fact.pk,))
    return fact


@transaction.atomic
def view_excusable(
    scope: Scope, *, day: date, text: str, chosen: UUID | None = None
) -> tuple[list[Member], bool]:
    """
    Return people who may be excused on a day, to choose one, and whether there are more.

    Names stand in clear to whoever chooses; the audit notes whom they named.

    :param text: part of the name, or the beginning of its pinyin
    :param chosen: somebody to be among them, whatever the text
    """
    scope.require(Can.EXCUSE)
    here = stays.belonging(scope, stays.whole_day(scope, day)).order_by().values("member_id")
    people = Member.objects.filter(pk__in=here).select_related("organisation")
    wanted = " ".join(text.split())
    named = Q(name__icontains=wanted) | Q(sort_key__istartswith=wanted) if wanted else Q()
    found = list(people.filter(named).order_by("sort_key", "pk")[: OFFERED + 1])
    shown = found[:OFFERED]
    if chosen is not None and chosen not in {one.pk for one in shown}:
        shown += people.filter(pk=chosen)
    if shown:
        audit.record(scope, "mobilisation.view-excusable", targets=[one.pk for one in shown])
    return shown, len(found) > OFFERED


@transaction.atomic
def reverse_excuse(scope: Scope, *, excuse: UUID, at: datetime, reason: str) -> None:
    """
    Take an excuse back that was recorded by mistake or has become needless.

    :raises ReversedAlready: somebody has taken it back
    """
    scope.require(Can.EXCUSE)
    incident = stays.working_incident(scope)
    words = rules.check_reason(reason)
    mistaken = Excuse.objects.filter(pk=excuse, incident=incident, void=False).first()
    if mistaken is None:
        raise NotFound(field="excuse")
    _person(scope, incident, mistaken.member_id)
    void = superseding(mistaken, by=scope.account, at=at, void=True, occurred_at=at)
    if not append([void]):
        raise rules.ReversedAlready()
    audit.record(
        scope,
        "mobilisation.reverse-excuse",
        subject=mistaken.member_id,
        targets=(mistaken.pk, void.pk),
        reason=words,
    )


def _person(scope: Scope, incident: Incident, member: UUID) -> Member:
    """Return the person, locked, if one of the scope's units or places answers for them."""
    here = stays.enrolments(scope, incident=incident.pk).values("member_id")
    reach = (
        Q(organisation_id__in=scope.organisations)
        | scope.within("home_community_id")
        | Q(pk__in=here)
    )
    rows = Member.objects.select_for_update(no_key=True)
    person = rows.filter(reach, pk=member).first()
    if person is None:
        raise NotFound(field="member")
    return person


def _check_free(incident: Incident, person: Member, from_day: date, to_day: date) -> None:
    standing = Excuse.objects.standing().filter(incident=incident, member=person)
    other = standing.filter(from_day__lte=to_day, to_day__gte=from_day).first()
    if other is not None:
        raise rules.ExcusedAlready(field="from_day", **{"from": other.from_day, "to": other.to_day})
