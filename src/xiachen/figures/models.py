"""Roll-ups: signed deltas appended with the facts, folded per community and day."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from xiachen.base.owned.models import Owned
from xiachen.privacy.classes import Handling


class Delta(Owned):
    """A change of a figure of one community and day, waiting to be folded."""

    handling = Handling(
        _("Keep counts for large areas"), none=("incident", "figure", "day", "amount")
    )

    incident = models.UUIDField(_("incident"))
    figure = models.CharField(_("figure"), max_length=60)
    day = models.DateField(_("day"))
    amount = models.BigIntegerField(_("amount"))

    class Meta:
        indexes = (
            models.Index(name="delta_fold", fields=("community", "incident", "figure", "day")),
        )


class Rollup(Owned):
    """A figure of one community and day, as folded so far."""

    handling = Handling(
        _("Keep counts for large areas"), none=("incident", "figure", "day", "amount")
    )

    incident = models.UUIDField(_("incident"))
    figure = models.CharField(_("figure"), max_length=60)
    day = models.DateField(_("day"))
    amount = models.BigIntegerField(_("amount"))

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="rollup_once", fields=("community", "incident", "figure", "day")
            ),
        )
        indexes = (models.Index(name="rollup_day", fields=("incident", "figure", "day")),)


class FirstSeen(models.Model):
    """The first time a person counted in a figure of an incident: distinct people add up."""

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Count people once"), none=("id", "incident", "figure", "day"), service=("member",)
    )

    id = models.BigAutoField(primary_key=True)
    incident = models.UUIDField(_("incident"))
    figure = models.CharField(_("figure"), max_length=60)
    member = models.UUIDField(_("member"))
    day = models.DateField(_("day"))

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="first_seen_once", fields=("incident", "figure", "member")
            ),
        )
        indexes = (models.Index(name="first_seen_day", fields=("incident", "figure", "day")),)
