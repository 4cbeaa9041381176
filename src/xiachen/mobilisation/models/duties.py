"""Which units are called upon to report in, they themselves and their party members."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from xiachen.base.owned.models import CentralFact, fact_constraints
from xiachen.incidents.models import Incident
from xiachen.notices.models.documents import Document
from xiachen.people.models.units import Organisation
from xiachen.privacy.classes import Handling


class ReportDuty(CentralFact):
    """
    That a document obliges a unit to report in (双报到) from a day on.

    The unit reports at its contact point; its party members in service, and those of the units
    below it, report where they live.
    """

    handling = Handling(
        _("Know who should have reported in, and on what ground"),
        none=("incident", "document", "organisation", "from_day"),
    )

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    from_day = models.DateField(_("from"))

    class Meta:
        verbose_name = _("report-in duty")
        constraints = (
            *fact_constraints("report_duty", owned=False),
            models.UniqueConstraint(
                name="report_duty_once",
                fields=("incident", "organisation", "reverses"),
                nulls_distinct=False,
            ),
        )
