"""What people who work say of themselves each day: well or not; never an illness."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from xiachen.base.owned.models import Fact, fact_constraints
from xiachen.incidents.models import Incident
from xiachen.privacy.classes import Handling


class HealthStatement(Fact):
    """That somebody feels well, or does not; the last one of a day is what holds."""

    handling = Handling(
        _("Let nobody work who is not well"),
        none=("incident", "day"),
        service=("member",),
        emergency=("well",),
    )

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    member = models.UUIDField(_("member"))
    day = models.DateField(_("day"))
    well = models.BooleanField(_("well"))

    class Meta:
        verbose_name = _("health statement")
        constraints = (*fact_constraints("health_statement"),)
        indexes = (
            models.Index(name="health_statement_day", fields=("community", "incident", "day")),
            models.Index(name="health_statement_person", fields=("member", "incident", "day")),
        )
