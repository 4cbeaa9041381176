"""Report-ins outside the incident's communities, proven by a stamped slip (回执)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from xiachen.base.owned.models import CentralFact, fact_constraints
from xiachen.incidents.models import Incident
from xiachen.people.models.members import Member
from xiachen.places.models import Community
from xiachen.privacy.classes import Handling


class Slip(CentralFact):
    """
    That somebody has reported in where they live, outside the incident's communities.

    It completes the person's duty to report in and adds no force to any community. `place` is what
    the slip says; `community` is set where that names one. The photo of the slip is kept sealed.
    """

    handling = Handling(
        _("Miss nobody who lives elsewhere and has reported in there"),
        none=("incident", "member", "community", "day", "photo", "accepted_by"),
        service=("place",),
    )

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    community = models.ForeignKey(
        Community, models.PROTECT, null=True, blank=True, related_name="+"
    )
    place = models.CharField(_("community that stamped it"), max_length=120)
    day = models.DateField(_("day"))
    photo = models.UUIDField(_("photo"), null=True, blank=True)
    accepted_by = models.UUIDField(_("accepted by"))

    class Meta:
        verbose_name = _("slip")
        constraints = (
            *fact_constraints("slip", owned=False),
            models.UniqueConstraint(
                name="slip_once", fields=("incident", "member", "reverses"), nulls_distinct=False
            ),
        )
