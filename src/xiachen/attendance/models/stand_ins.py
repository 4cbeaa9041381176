"""Who is wanted in the place of somebody who is off duty."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xiachen.base.ids import uuid7
from xiachen.incidents.models import Incident
from xiachen.people.models.members import Member
from xiachen.places.models import Community
from xiachen.privacy.classes import Handling


class StandInState(models.TextChoices):
    OPEN = "open", _("wanted")
    FOUND = "found", _("found")
    NOT_NEEDED = "not-needed", _("not needed")


class StandIn(models.Model):
    """
    That somebody's place is empty from a day on, and who fills it; it does not say why.

    Central, as one person's place is sought for once a day, wherever the person works.
    """

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Leave no post empty when somebody falls ill or is hurt"),
        none=(
            "id",
            "incident",
            "community",
            "day",
            "state",
            "asked_by",
            "asked_at",
            "decided_by",
            "decided_at",
        ),
        service=("member", "found"),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    community = models.ForeignKey(Community, models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, models.PROTECT, related_name="+")
    day = models.DateField(_("from"))
    state = models.CharField(
        _("state"), max_length=12, choices=StandInState, default=StandInState.OPEN
    )
    asked_by = models.UUIDField(_("asked by"))
    asked_at = models.DateTimeField(_("asked"))
    found = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+")
    decided_by = models.UUIDField(_("decided by"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("stand-in")
        constraints = (
            models.UniqueConstraint(
                name="stand_in_once_a_day", fields=("incident", "member", "day")
            ),
            models.UniqueConstraint(
                name="stand_in_found_once_a_day",
                fields=("incident", "found", "day"),
                condition=Q(found__isnull=False),
            ),
            models.CheckConstraint(
                name="stand_in_for_another", condition=Q(found=None) | ~Q(found=F("member"))
            ),
            models.CheckConstraint(
                name="stand_in_decided",
                condition=Q(state=StandInState.OPEN, found=None, decided_at=None, decided_by=None)
                | Q(
                    state=StandInState.FOUND,
                    found__isnull=False,
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                )
                | Q(
                    state=StandInState.NOT_NEEDED,
                    found=None,
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                ),
            ),
        )
        indexes = (models.Index(name="stand_in_state", fields=("incident", "state", "day")),)
