"""What a person served, written down for the person, and true after the incident too."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiachen.base.owned.models import CentralFact, fact_constraints
from xiachen.incidents.models import Incident
from xiachen.people.models.members import Member
from xiachen.privacy.classes import Handling


class Certificate(CentralFact):
    """
    A person's service in an incident up to a day, as the records told it when it was issued.

    It repeats name and numbers so that nothing else has to stand for it to be checked. A later
    certificate takes the place of the former one; a void one withdraws it.

    :ivar number: as it is printed and read out, such as "20200301-7K4M2Q"
    :ivar places: the names of the communities
    :ivar times: person-times of work recorded
    :ivar role: of whoever issued it; the person's own where the person asked for it
    """

    handling = Handling(
        _("Let people prove what they have served"),
        none=("incident", "number", "role"),
        service=(
            "member",
            "name",
            "unit",
            "places",
            "first_day",
            "last_day",
            "days",
            "days_without_sign_out",
            "minutes",
            "times",
            "persons_served",
        ),
    )

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, models.PROTECT, related_name="certificates")
    number = models.CharField(_("number"), max_length=20)
    name = models.CharField(_("name on the certificate"), max_length=60)
    unit = models.CharField(_("unit"), max_length=120, blank=True)
    places = models.JSONField(_("places"))
    first_day = models.DateField(_("from"))
    last_day = models.DateField(_("to"))
    days = models.PositiveIntegerField(_("days on duty"))
    days_without_sign_out = models.PositiveIntegerField(
        _("days without a sign-out, which count no time"), default=0
    )
    minutes = models.PositiveIntegerField(_("minutes"))
    times = models.PositiveIntegerField(_("times"))
    persons_served = models.PositiveIntegerField(_("persons served"))
    role = models.CharField(_("issued in the role of"), max_length=20)

    class Meta:
        verbose_name = _("service certificate")
        constraints = (
            *fact_constraints("certificate", owned=False),
            models.UniqueConstraint(
                name="certificate_now",
                fields=("incident", "member", "reverses"),
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                name="certificate_number", fields=("number",), condition=Q(void=False)
            ),
            models.CheckConstraint(
                name="certificate_days", condition=Q(last_day__gte=models.F("first_day"))
            ),
        )

    def tells_further(self, day: date) -> bool:
        """Tell whether it holds and tells of service after a day."""
        return not self.void and self.last_day > day
