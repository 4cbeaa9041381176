"""What was played in this database."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from xiachen.base.ids import uuid7
from xiachen.incidents.models import Incident
from xiachen.privacy.classes import Handling


class Playing(models.Model):
    """
    A scenario that has been played to its end.

    `digest` is of its files, to tell when they have changed since; `refusals` keeps what became of
    the events that were meant to be refused, by their number: the code, or "" for what was done.
    """

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Know what was played, and check it again"),
        none=("id", "incident", "scenario", "digest", "seed", "events", "refusals", "played_at"),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.OneToOneField(Incident, models.PROTECT, related_name="+")
    scenario = models.CharField(_("scenario"), max_length=80, unique=True)
    digest = models.CharField(max_length=64)
    seed = models.BigIntegerField(_("seed"))
    events = models.PositiveIntegerField(_("events"))
    refusals = models.JSONField(default=dict)
    played_at = models.DateTimeField(_("played"), auto_now_add=True)

    class Meta:
        verbose_name = _("playing")

    def __str__(self) -> str:
        return self.scenario
