"""Who has reported in (双报到), and through which channel."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiachen.base.owned.models import Fact, fact_constraints
from xiachen.incidents.models import Incident
from xiachen.privacy.classes import Handling


class Channel(models.TextChoices):
    UNIT = "unit", _("unit to contact point")
    RESIDENCE = "residence", _("person to residence")


class ReportIn(Fact):
    """
    A report-in (双报到) at a community: of a unit, or of a person.

    A person who reports through both channels is one person and two report-ins.
    """

    handling = Handling(
        _("Know who has reported where"),
        none=("incident", "channel", "organisation", "member", "accepted_by"),
    )

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    channel = models.CharField(_("channel"), max_length=12, choices=Channel)
    organisation = models.UUIDField(_("organisation"), null=True, blank=True)
    member = models.UUIDField(_("member"), null=True, blank=True)
    accepted_by = models.UUIDField(_("accepted by"))

    class Meta:
        verbose_name = _("report-in")
        constraints = (
            *fact_constraints("report_in"),
            models.CheckConstraint(
                name="report_in_of_one",
                condition=Q(organisation__isnull=False, member=None, channel="unit")
                | Q(organisation=None, member__isnull=False),
            ),
            models.UniqueConstraint(
                name="report_in_once",
                fields=(
                    "community",
                    "incident",
                    "channel",
                    "organisation",
                    "member",
                    "reverses",
                ),
                nulls_distinct=False,
            ),
        )
        indexes = (models.Index(name="report_in_member", fields=("community", "member")),)
