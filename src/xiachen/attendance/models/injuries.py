"""Injuries at work, and the papers by which they are claimed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from xiachen.base.owned.fields import CommunityForeignKey
from xiachen.base.owned.models import Fact, fact_constraints
from xiachen.incidents.models import Incident
from xiachen.privacy.classes import Handling


class Happened(models.TextChoices):
    FALL = "fall", _("fall or sprain")
    CUT = "cut", _("cut or crush")
    TRAFFIC = "traffic", _("traffic accident")
    HEAT = "heat", _("heat or exhaustion")
    OTHER = "other", _("something else")


class Injury(Fact):
    """
    That somebody was hurt at work: what happened, never a diagnosis.

    :ivar stand_in: whether somebody is wanted in the person's place
    """

    handling = Handling(
        _("Get help at once, and the papers for a claim in time"),
        none=("incident", "day", "stand_in"),
        service=("member", "happened"),
    )

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    member = models.UUIDField(_("member"))
    day = models.DateField(_("day"))
    happened = models.CharField(_("what happened"), max_length=8, choices=Happened)
    stand_in = models.BooleanField(_("stand-in wanted"))

    class Meta:
        verbose_name = _("injury")
        constraints = (*fact_constraints("injury"),)
        indexes = (
            models.Index(name="injury_day", fields=("community", "incident", "day")),
            models.Index(name="injury_person", fields=("member", "incident", "day")),
        )


class InjuryStep(Fact):
    """That a step towards the claim was done; a void one takes it back."""

    handling = Handling(
        _("See who still has to do what for a claim"),
        none=("incident", "injury", "step"),
    )

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    injury = CommunityForeignKey(Injury, models.PROTECT, related_name="steps")
    step = models.CharField(_("step"), max_length=20)

    class Meta:
        verbose_name = _("step towards a claim")
        constraints = (
            *fact_constraints("injury_step"),
            models.UniqueConstraint(
                name="injury_step_once",
                fields=("community", "injury", "step", "reverses"),
                nulls_distinct=False,
            ),
        )
