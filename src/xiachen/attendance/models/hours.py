"""Hours that no sign-in and sign-out show, and hours that these show wrongly."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiachen.base.owned.models import Fact, fact_constraints
from xiachen.incidents.models import Incident
from xiachen.privacy.classes import Handling

DAY_IN_MINUTES = 24 * 60


class HoursCorrection(Fact):
    """
    Minutes more or less than a person's stays of a day show, and why; taken back, not edited.

    :ivar for_sign_out: made while the sign-in there had no sign-out; once that comes it counts
        instead
    """

    handling = Handling(
        _("Count everybody's hours of service right"),
        none=("incident", "day", "for_sign_out"),
        service=("member", "minutes", "reason"),
    )

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    member = models.UUIDField(_("member"))
    day = models.DateField(_("day"))
    minutes = models.SmallIntegerField(_("minutes"))
    reason = models.CharField(_("reason"), max_length=200)
    for_sign_out = models.BooleanField(_("for a missing sign-out"), default=False)

    class Meta:
        verbose_name = _("correction of hours")
        constraints = (
            *fact_constraints("hours_correction"),
            models.CheckConstraint(
                name="hours_correction_minutes",
                condition=~Q(minutes=0)
                & Q(minutes__gte=-DAY_IN_MINUTES, minutes__lte=DAY_IN_MINUTES),
            ),
        )
        indexes = (
            models.Index(name="hours_correction_day", fields=("community", "incident", "day")),
            models.Index(name="hours_correction_person", fields=("member", "incident", "day")),
        )
