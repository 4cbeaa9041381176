"""That those who need rest have been told, once a day."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from xiachen.incidents.models import Incident
from xiachen.privacy.classes import Handling


class RestWarning(models.Model):
    """That the warnings of a day were sent, and to how many; it names nobody."""

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Tell people once a day that they need rest, and not more often"),
        none=("id", "incident", "day", "sent_at", "people", "leaders"),
    )

    id = models.BigAutoField(primary_key=True)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    day = models.DateField(_("day"))
    sent_at = models.DateTimeField(_("warned on"))
    people = models.PositiveIntegerField(_("people warned"))
    leaders = models.PositiveIntegerField(_("leaders told"))

    class Meta:
        verbose_name = _("warning to rest")
        constraints = (
            models.UniqueConstraint(name="rest_warning_once", fields=("incident", "day")),
        )
