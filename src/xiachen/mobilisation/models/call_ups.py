"""A call-up (动员令): how many people are wanted, where and when, of which units."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xiachen.base.ids import uuid7
from xiachen.incidents.models import Incident
from xiachen.notices.models.documents import Document
from xiachen.people.models.units import Organisation
from xiachen.privacy.classes import Handling


class CallUp(models.Model):
    """
    A call for people on a document, for a place and for days.

    `token` stands in the address of the public page and says nothing about anybody. A place that
    is offered from the waiting list is held for `answer_hours`.
    """

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Ask for people on a document"),
        none=(
            "id",
            "incident",
            "document",
            "division",
            "headcount",
            "leader_rank",
            "asks",
            "from_day",
            "to_day",
            "opens_at",
            "closes_at",
            "closed_at",
            "public",
            "token",
            "answer_hours",
        ),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="call_ups")
    document = models.ForeignKey(Document, models.PROTECT, related_name="call_ups")
    division = models.BigIntegerField(_("division"))
    headcount = models.PositiveIntegerField(_("people wanted"))
    leader_rank = models.CharField(_("rank of the leader"), max_length=20, blank=True)
    asks = models.CharField(_("what is asked"), max_length=1000)
    from_day = models.DateField(_("first day"))
    to_day = models.DateField(_("last day"))
    opens_at = models.DateTimeField(_("sign-up opens"))
    closes_at = models.DateTimeField(_("sign-up closes"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    public = models.BooleanField(_("public sign-up page"), default=False)
    token = models.CharField(max_length=32, unique=True)
    answer_hours = models.PositiveSmallIntegerField(_("hours to answer an offer"), default=24)

    class Meta:
        verbose_name = _("call-up")
        constraints = (
            models.UniqueConstraint(name="call_up_document", fields=("document",)),
            models.CheckConstraint(name="call_up_wants", condition=Q(headcount__gte=1)),
            models.CheckConstraint(name="call_up_days", condition=Q(to_day__gte=F("from_day"))),
            models.CheckConstraint(
                name="call_up_opens_first", condition=Q(closes_at__gt=F("opens_at"))
            ),
            models.CheckConstraint(
                name="call_up_answer_hours", condition=Q(answer_hours__gte=1, answer_hours__lte=336)
            ),
        )


class CriterionKind(models.TextChoices):
    PARTY = "party", _("party standing")
    IDENTITY = "identity", _("kind of person")
    SKILL = "skill", _("skill")
    FIT = "fit", _("fit for a duty")
    HOME = "home", _("lives in")
    NOT_EXCUSED = "not-excused", _("is not")


class Criterion(models.Model):
    """
    Something that the work needs of a person; never an age.

    Without a weight it must be met; with one it counts that much in the rank.
    """

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Select by what the work needs"), none=("id", "call_up", "kind", "value", "weight")
    )

    id = models.BigAutoField(primary_key=True)
    call_up = models.ForeignKey(CallUp, models.CASCADE, related_name="criteria")
    kind = models.CharField(_("criterion"), max_length=12, choices=CriterionKind)
    value = models.CharField(_("value"), max_length=40)
    weight = models.PositiveSmallIntegerField(_("weight"), null=True, blank=True)

    class Meta:
        verbose_name = _("criterion")
        constraints = (
            models.UniqueConstraint(name="criterion_once", fields=("call_up", "kind", "value")),
            models.CheckConstraint(
                name="criterion_weight",
                condition=Q(weight__isnull=True) | Q(weight__gte=1, weight__lte=100),
            ),
        )


class Quota(models.Model):
    """How many people of a unit, and of those below it, a call wants; it invites the unit."""

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Spread a call over units"),
        none=("id", "call_up", "organisation", "minimum", "maximum"),
    )

    id = models.BigAutoField(primary_key=True)
    call_up = models.ForeignKey(CallUp, models.CASCADE, related_name="quotas")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    minimum = models.PositiveIntegerField(_("at least"), default=0)
    maximum = models.PositiveIntegerField(_("at most"), null=True, blank=True)

    class Meta:
        verbose_name = _("quota")
        constraints = (
            models.UniqueConstraint(name="quota_once", fields=("call_up", "organisation")),
            models.CheckConstraint(
                name="quota_bounds",
                condition=Q(maximum__isnull=True) | Q(maximum__gte=F("minimum")),
            ),
        )
