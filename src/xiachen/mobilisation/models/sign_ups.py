"""Who has signed up (报名) for a call, and what was decided about each."""

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from xiachen.base.ids import uuid7
from xiachen.base.owned.models import CentralFact, fact_constraints
from xiachen.mobilisation.models.call_ups import CallUp
from xiachen.people.models.members import Member
from xiachen.people.models.units import Organisation
from xiachen.places.models import Community
from xiachen.privacy.classes import Handling


class State(models.TextChoices):
    SIGNED = "signed", _("waits for the unit")
    READY = "ready", _("to be decided")
    ACCEPTED = "accepted", _("accepted")
    OFFERED = "offered", _("place offered")
    CONFIRMED = "confirmed", _("confirmed")
    WAITING = "waiting", _("on the waiting list")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("has withdrawn")
    LAPSED = "lapsed", _("offer lapsed")


# Each of these holds one of the places of the call and of its unit's quota.
HOLDING = (State.ACCEPTED, State.OFFERED, State.CONFIRMED)
SELECTED = (State.ACCEPTED, State.CONFIRMED)


class Source(models.TextChoices):
    PERSON = "person", _("the person")
    UNIT = "unit", _("the unit")


class WholeDays(Func):
    """The range of days from one column to another, both included."""

    function = "daterange"
    output_field = DateRangeField()


class SignUp(models.Model):
    """
    A person's sign-up for a call.

    `state` repeats the latest `Decision`, in whose transaction it is written, so that a list of
    ten thousand can be filtered by it. `met` are the criteria that the person met when `score` was
    last reckoned; `fits` tells whether nothing is missing that must be met. `organisation` is the
    invited unit whose quota the person counts in.
    """

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Select those who go among those who want to"),
        none=(
            "id",
            "call_up",
            "member",
            "organisation",
            "source",
            "state",
            "signed_at",
            "from_day",
            "to_day",
            "community",
            "score",
            "fits",
            "waiting_rank",
            "answer_until",
        ),
        emergency=("met",),
        service=("words",),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    call_up = models.ForeignKey(CallUp, models.PROTECT, related_name="sign_ups")
    member = models.ForeignKey(Member, models.PROTECT, related_name="sign_ups")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    source = models.CharField(_("signed up by"), max_length=8, choices=Source)
    state = models.CharField(_("state"), max_length=10, choices=State)
    signed_at = models.DateTimeField(_("signed up"))
    from_day = models.DateField(_("from"))
    to_day = models.DateField(_("to"))
    community = models.ForeignKey(
        Community, models.PROTECT, null=True, blank=True, related_name="+"
    )
    words = models.CharField(_("in own words"), max_length=200, blank=True)
    score = models.PositiveIntegerField(_("score"), default=0)
    fits = models.BooleanField(_("meets what must be met"), default=True)
    met = ArrayField(models.BigIntegerField(), default=list)
    waiting_rank = models.PositiveIntegerField(
        _("place on the waiting list"), null=True, blank=True
    )
    answer_until = models.DateTimeField(_("answer until"), null=True, blank=True)

    class Meta:
        verbose_name = _("sign-up")
        constraints = (
            models.UniqueConstraint(name="sign_up_once", fields=("call_up", "member")),
            models.CheckConstraint(name="sign_up_days", condition=Q(to_day__gte=F("from_day"))),
            models.CheckConstraint(
                name="sign_up_waiting",
                condition=Q(state="waiting", waiting_rank__isnull=False)
                | (~Q(state="waiting") & Q(waiting_rank__isnull=True)),
            ),
            models.CheckConstraint(
                name="sign_up_offered",
                condition=Q(state="offered", answer_until__isnull=False)
                | (~Q(state="offered") & Q(answer_until__isnull=True)),
            ),
            # Nobody goes to two places on one day, whoever accepts first.
            ExclusionConstraint(
                name="sign_up_one_place",
                expressions=(
                    (F("member"), RangeOperators.EQUAL),
                    (WholeDays("from_day", "to_day", Value("[]")), RangeOperators.OVERLAPS),
                ),
                condition=Q(state__in=["accepted", "offered", "confirmed"]),
            ),
        )
        indexes = (
            models.Index(
                F("call_up"),
                F("fits").desc(),
                F("score").desc(),
                F("signed_at"),
                F("id"),
                name="sign_up_ranked",
            ),
            models.Index(name="sign_up_state", fields=("call_up", "state", "organisation")),
            models.Index(
                name="sign_up_answer",
                fields=("answer_until",),
                condition=Q(answer_until__isnull=False),
            ),
        )


class Reason(models.TextChoices):
    ENOUGH = "enough", _("enough people")
    NOT_MET = "not-met", _("does not meet the criteria")
    NEEDED = "needed", _("needed by the unit")
    NOT_OF_UNIT = "not-of-unit", _("not of this unit")
    TWICE = "twice", _("signed up twice")
    OTHER = "other", _("another reason")


class Decision(CentralFact):
    """
    What was decided about a sign-up, the first time that it was made; the latest one holds.

    :param until: for an offered place, when the offer lapses
    :param rank: on the waiting list
    """

    handling = Handling(
        _("Show how people were selected"),
        none=("sign_up", "state", "reason", "until", "rank"),
        service=("words",),
    )

    sign_up = models.ForeignKey(SignUp, models.PROTECT, related_name="decisions")
    state = models.CharField(_("state"), max_length=10, choices=State)
    reason = models.CharField(_("reason"), max_length=12, choices=Reason, blank=True)
    words = models.CharField(_("words"), max_length=200, blank=True)
    until = models.DateTimeField(_("answer until"), null=True, blank=True)
    rank = models.PositiveIntegerField(_("place on the waiting list"), null=True, blank=True)

    class Meta:
        verbose_name = _("decision")
        constraints = (
            *fact_constraints("decision", owned=False),
            models.CheckConstraint(
                name="decision_refused_why", condition=~Q(state="refused") | ~Q(reason="")
            ),
        )
        indexes = (models.Index(name="decision_latest", fields=("sign_up", "-sequence")),)
