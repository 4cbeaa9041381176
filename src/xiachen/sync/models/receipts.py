"""What came of what phones sent: receipts, and what waits for another record or for a person."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiachen.base.ids import uuid7
from xiachen.privacy.classes import Handling
from xiachen.sync.models.devices import Device


class Receipt(models.Model):
    """
    That an event of a phone was taken in, written with what it recorded.

    :ivar id: the event's
    :ivar digest: of the device and the whole event, to tell another one of the same id apart
    :ivar certain: whether `occurred_at` rests on a clock that is never set
    :ivar code: why nothing new was recorded, where something else said the same before
    """

    placement: ClassVar[str] = "central"
    append_only: ClassVar[bool] = True
    ends: ClassVar[bool] = True
    handling = Handling(
        _("Take in each record of a phone exactly once"),
        none=(
            "id",
            "device",
            "seq",
            "digest",
            "kind",
            "occurred_at",
            "certain",
            "received_at",
            "code",
        ),
    )

    id = models.UUIDField(primary_key=True, editable=False)
    device = models.UUIDField(_("device"))
    seq = models.BigIntegerField(_("number"))
    digest = models.BinaryField()
    kind = models.CharField(_("kind"), max_length=40)
    occurred_at = models.DateTimeField(_("occurred"))
    certain = models.BooleanField(_("time certain"))
    received_at = models.DateTimeField(_("received"))
    code = models.CharField(_("code"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("receipt of a record")
        constraints = (models.UniqueConstraint(name="receipt_number", fields=("device", "seq")),)


class QuarantineState(models.TextChoices):
    WAITING = "waiting", _("waits for another record")
    QUARANTINED = "quarantined", _("to be looked at")
    TAKEN_IN = "taken-in", _("taken in later")
    MENDED = "mended", _("mended")
    DISMISSED = "dismissed", _("dismissed")


class Quarantined(models.Model):
    """
    An event that could not be taken in, kept whole until it can be or a person has settled it.

    :ivar event: the event's id; one that has none gets one made from its content
    :ivar seq: the device's number of it, also where another event has it; null where it has none
    :ivar sealed: the event as the phone wrote it, or, where its seal does not open, as it came
    :ivar opens: whether `sealed` holds the event itself
    :ivar code: of the refusal; `field` is the part of the event that it is about
    :ivar received_at: when it came first
    """

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Lose no record that a phone could not deliver"),
        none=(
            "id",
            "event",
            "device",
            "seq",
            "digest",
            "kind",
            "about",
            "opens",
            "code",
            "field",
            "received_at",
            "occurred_at",
            "certain",
            "state",
            "settled_at",
            "settled_by",
        ),
        service=("sealed", "reason"),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    event = models.UUIDField(_("event"))
    device = models.ForeignKey(Device, models.PROTECT, related_name="quarantined")
    seq = models.BigIntegerField(_("number"), null=True, blank=True)
    digest = models.BinaryField()
    kind = models.CharField(_("kind"), max_length=40, blank=True)
    about = models.BigIntegerField(_("community"), null=True, blank=True)
    sealed = models.BinaryField()
    opens = models.BooleanField(default=True)
    code = models.CharField(_("code"), max_length=60)
    field = models.CharField(max_length=40, blank=True)
    received_at = models.DateTimeField(_("received"))
    occurred_at = models.DateTimeField(_("occurred"), null=True, blank=True)
    certain = models.BooleanField(_("time certain"), default=False)
    state = models.CharField(
        _("state"), max_length=12, choices=QuarantineState, default=QuarantineState.QUARANTINED
    )
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by = models.UUIDField(_("settled by"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("quarantined record")
        constraints = (
            models.UniqueConstraint(name="quarantined_once", fields=("device", "event", "digest")),
            models.CheckConstraint(
                name="quarantined_settled",
                condition=Q(state__in=("waiting", "quarantined"), settled_at=None)
                | Q(state__in=("taken-in", "mended", "dismissed"), settled_at__isnull=False),
            ),
        )
        indexes = (
            models.Index(
                name="quarantined_open",
                fields=("state", "received_at"),
                condition=Q(state__in=("waiting", "quarantined")),
            ),
            models.Index(name="quarantined_number", fields=("device", "seq")),
        )
