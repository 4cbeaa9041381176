"""Reads for figures: notices, deliveries and readings in a scope's places, as of a cut-off."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from xiachen.figures.figure import Cutoff
from xiachen.notices.models.notices import Delivery, Notice, Receipt
from xiachen.people.queries.members import members_reached
from xiachen.privacy.scope import Role, Scope


def notices_sent(scope: Scope, cutoff: Cutoff) -> QuerySet[Notice]:
    """Return the notices that went to anybody whom the scope reaches."""
    rows = _sent(cutoff)
    theirs = Delivery.objects.filter(_reached(scope), notice=OuterRef("pk"))
    return rows.filter(Exists(theirs)).order_by("occurred_at", "pk")


def delivered(scope: Scope, cutoff: Cutoff) -> QuerySet[Delivery]:
    """Return that each of those whom the scope reaches got a notice that asks to be confirmed."""
    asking = _sent(cutoff).filter(needs_receipt=True)
    rows = Delivery.objects.filter(_reached(scope), notice__in=asking.values("pk"))
    return rows.select_related("notice").order_by("notice__occurred_at", "pk")


def read(scope: Scope, cutoff: Cutoff) -> QuerySet[Delivery]:
    """Return those of `delivered` that were read."""
    return delivered(scope, cutoff).filter(_is_read(cutoff))


def not_read(scope: Scope, cutoff: Cutoff) -> QuerySet[Delivery]:
    """Return those of `delivered` that were not read."""
    return delivered(scope, cutoff).filter(~_is_read(cutoff))


def _sent(cutoff: Cutoff) -> QuerySet[Notice]:
    rows = Notice.objects.standing(cutoff.marks)
    return rows.filter(incident=cutoff.incident, occurred_at__lt=cutoff.occurred_until)


def _is_read(cutoff: Cutoff) -> Exists:
    rows = Receipt.objects.standing(cutoff.marks)
    rows = rows.filter(delivery=OuterRef("pk"), occurred_at__lt=cutoff.occurred_until)
    return Exists(rows)


def _reached(scope: Scope) -> Q:
    if scope.role is Role.SYSTEM:
        return Q()
    people = members_reached(scope).order_by().values("pk")
    return Q(member__in=people) | scope.within("place")
