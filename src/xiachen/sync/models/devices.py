"""Devices: a person's enrolment on one phone, and the invitations that lead to it."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xiachen.base.ids import uuid7
from xiachen.incidents.models import Incident
from xiachen.people.models.accounts import Account
from xiachen.privacy.classes import Handling

POINT_BYTES = 65


class Device(models.Model):
    """
    One person on one installation of the app; several people on a phone are several devices.

    The phone numbers what it records 1, 2, 3 … without gaps.

    :ivar key: public point with which the phone's requests are signed
    :ivar last_reported: the highest number that the phone said it had given
    :ivar held_upto: the highest number of which something is held here
    :ivar whole_upto: all numbers up to it are held here; between it and `last_reported` lies what
        may be missing
    :ivar durable_upto: what `whole_upto` was in a backup that was read back
    :ivar forgotten_upto: up to it receipts were forgotten, so that nobody can tell any more what
        these numbers were
    """

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Know which phones record for whom, and what is still missing of them"),
        none=(
            "id",
            "incident",
            "key",
            "app",
            "enrolled_at",
            "last_contact",
            "last_reported",
            "held_upto",
            "whole_upto",
            "durable_upto",
            "forgotten_upto",
            "revoked_at",
            "revoked_by",
        ),
        service=("account", "member", "name", "reason"),
    )

    id = models.UUIDField(primary_key=True, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="devices")
    member = models.UUIDField(_("member"), db_index=True)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    key = models.BinaryField(_("key"))
    name = models.CharField(_("kind of phone"), max_length=80)
    app = models.CharField(_("version of the app"), max_length=20)
    enrolled_at = models.DateTimeField(_("enrolled"))
    last_contact = models.DateTimeField(_("last contact"))
    last_reported = models.BigIntegerField(_("last number reported"), default=0)
    held_upto = models.BigIntegerField(default=0)
    whole_upto = models.BigIntegerField(_("complete up to"), default=0)
    durable_upto = models.BigIntegerField(_("in a backup up to"), default=0)
    forgotten_upto = models.BigIntegerField(default=0)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_by = models.UUIDField(_("revoked by"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("device")
        constraints = (
            models.CheckConstraint(
                name="device_revoked_by_somebody",
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
            ),
            models.CheckConstraint(
                name="device_forgotten",
                condition=Q(forgotten_upto__gte=0, forgotten_upto__lte=F("durable_upto")),
            ),
            models.CheckConstraint(
                name="device_upto",
                condition=Q(whole_upto__gte=0, whole_upto__lte=F("held_upto")),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Invitation(models.Model):
    """
    Leave to enrol one phone for an account, behind a link that works once.

    :ivar digest: of the link's token, which is kept nowhere
    :ivar device: the phone that used it
    """

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Let a person's phone in, once"),
        none=(
            "id",
            "incident",
            "digest",
            "made_at",
            "made_by",
            "expires_at",
            "used_at",
            "device",
            "withdrawn_at",
        ),
        service=("account",),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    digest = models.BinaryField(unique=True)
    made_at = models.DateTimeField(_("made"))
    made_by = models.UUIDField(_("made by"))
    expires_at = models.DateTimeField(_("works until"))
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    device = models.ForeignKey(
        Device, models.PROTECT, null=True, blank=True, related_name="invitations"
    )
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        constraints = (
            models.CheckConstraint(
                name="invitation_used_by_a_device",
                condition=Q(used_at=None, device=None)
                | Q(used_at__isnull=False, device__isnull=False),
            ),
        )
