"""Codes that prove a phone number, each used once, and how often somebody may ask."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from xiachen.base.ids import uuid7
from xiachen.mobilisation.models.call_ups import CallUp
from xiachen.privacy.classes import Handling


class PhoneCode(models.Model):
    """A code sent to a number for a call; neither the code nor the number is kept in clear."""

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Prove that a phone number is the person's own"),
        none=("id", "call_up", "digest", "made_at", "expires_at", "tries", "used_at"),
        service=("phone_index",),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    call_up = models.ForeignKey(CallUp, models.CASCADE, related_name="+")
    phone_index = models.BinaryField()
    digest = models.BinaryField()
    made_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("expires"), db_index=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)

    class Meta:
        verbose_name = _("phone code")
        indexes = (
            models.Index(name="phone_code_latest", fields=("call_up", "phone_index", "-made_at")),
        )


class Allowance(models.Model):
    """How often something was asked for in an hour, by a number or from an address."""

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Stop whoever tries numbers or codes"),
        none=("id", "hour", "count"),
        service=("asker",),
    )

    id = models.BigAutoField(primary_key=True)
    asker = models.BinaryField()
    hour = models.DateTimeField(_("hour"), db_index=True)
    count = models.PositiveIntegerField(_("count"))

    class Meta:
        constraints = (models.UniqueConstraint(name="allowance_once", fields=("asker", "hour")),)
