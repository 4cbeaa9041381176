"""The audit: who did or saw what, and the seals that make tampering visible."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from xiachen.base.ids import uuid7
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

    `head` is SHA-256 of the previous head and the named entries in order; it is printed on
    bulletins, so that whoever holds a bulletin can prove a later change.
    """

    placement: ClassVar[str] = "central"
    append_only: ClassVar[bool] = True
    handling = Handling(
        _("Make tampering with the audit visible"),
        none=("number", "sealed_at", "entries", "head"),
    )

    number = models.BigIntegerField(primary_key=True)
    sealed_at = models.DateTimeField(_("sealed at"))
    entries = ArrayField(models.UUIDField())
    head = models.CharField(_("head"), max_length=64)

    class Meta:
        verbose_name = _("audit seal")
