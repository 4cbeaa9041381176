"""The secret links by which people's own calendars read their duties."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiachen.base.ids import uuid7
from xiachen.incidents.models import Incident
from xiachen.people.models.members import Member
from xiachen.privacy.classes import Handling


class CalendarLink(models.Model):
    """
    That a person's calendar may read the person's duties; what the link says is signed, not kept.

    :ivar language: of the words in the calendar
    """

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Bring people's duties into their own calendars"),
        none=("id", "incident", "member", "language", "made_at", "revoked_at"),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    language = models.CharField(_("language"), max_length=10)
    made_at = models.DateTimeField(_("made on"))
    revoked_at = models.DateTimeField(_("revoked on"), null=True, blank=True)

    class Meta:
        verbose_name = _("calendar link")
        constraints = (
            models.UniqueConstraint(
                name="calendar_link_now",
                fields=("incident", "member"),
                condition=Q(revoked_at=None),
            ),
        )
