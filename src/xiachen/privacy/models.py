"""The audit, the seals that make tampering visible, and who may see values unmasked."""

from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from xiachen.base.ids import uuid7
from xiachen.privacy import rules
from xiachen.privacy.classes import Handling


class AuditEntry(models.Model):
    """
    One act or one view, written in the transaction of what it describes.

    `at` is the wall clock's start of that transaction, whatever time the records state.
    """

    placement: ClassVar[str] = "central"
    append_only: ClassVar[bool] = True
    handling = Handling(
        _("Tell afterwards who did or saw what"),
        none=("id", "at", "action", "role", "incident", "community", "targets", "reason"),
        service=("account", "subject"),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(_("at"), db_default=Now(), db_index=True)
    account = models.UUIDField(_("account"))
    role = models.CharField(_("role"), max_length=20)
    action = models.CharField(_("action"), max_length=60)
    incident = models.UUIDField(_("incident"), null=True, blank=True)
    community = models.BigIntegerField(_("community"), null=True, blank=True)
    subject = models.UUIDField(_("about whom"), null=True, blank=True)
    targets = ArrayField(models.UUIDField(), default=list, verbose_name=_("records"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("audit entry")
        indexes = (
            models.Index(name="audit_subject", fields=("subject", "at")),
            models.Index(name="audit_account", fields=("account", "at")),
        )


class AuditSeal(models.Model):
    """
    A link of the hash chain over the audit.

    `head` is SHA-256 of the previous head, this seal's number and times, and the named entries in
    order; it is printed on bulletins, so that whoever holds a bulletin can prove a later change.
    `upto` is the time of the newest entry in this and all earlier seals.
    """

    placement: ClassVar[str] = "central"
    append_only: ClassVar[bool] = True
    handling = Handling(
        _("Make tampering with the audit visible"),
        none=("number", "sealed_at", "upto", "entries", "head"),
    )

    number = models.BigIntegerField(primary_key=True)
    sealed_at = models.DateTimeField(_("sealed at"))
    upto = models.DateTimeField(_("entries up to"), db_index=True)
    entries = ArrayField(models.UUIDField())
    head = models.CharField(_("head"), max_length=64)

    class Meta:
        verbose_name = _("audit seal")
        indexes = (GinIndex(name="audit_seal_entries", fields=("entries",)),)


class Unmasking(models.Model):
    """
    One person's request to see somebody's values unmasked, and another person's approval.

    What was asked and when stays; only the approval is added, once. `about` is the masked name, so
    that the second person, who sees nobody's data, knows whom a request is about.
    """

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Let two people decide before values are shown"),
        none=("id", "incident", "reason", "role", "requested_at", "approved_at"),
        service=("subject", "about", "requested_by", "approved_by"),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.UUIDField(_("incident"), null=True, blank=True)
    subject = models.UUIDField(_("about whom"))
    about = models.CharField(_("masked name"), max_length=60)
    reason = models.CharField(_("reason"), max_length=200)
    role = models.CharField(_("role"), max_length=20)
    requested_by = models.UUIDField(_("requested by"))
    requested_at = models.DateTimeField(_("requested at"))
    approved_by = models.UUIDField(_("approved by"), null=True, blank=True)
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)

    class Meta:
        verbose_name = _("unmasking")
        indexes = (models.Index(name="unmasking_who", fields=("requested_by", "subject")),)
        constraints = (
            models.CheckConstraint(
                name="unmasking_approved_by_and_at",
                condition=Q(approved_by__isnull=True, approved_at__isnull=True)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="unmasking_by_two_people",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("requested_by")),
            ),
            models.CheckConstraint(name="unmasking_with_a_reason", condition=~Q(reason="")),
        )

    @property
    def shown_until(self) -> datetime | None:
        """When the values are masked again; None as long as nobody has approved."""
        return self.approved_at and rules.shown_until(self.approved_at)
