"""Documents: what was issued, by whom, and when it was received and passed on."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from xiachen.base.ids import uuid7
from xiachen.incidents.models import Incident
from xiachen.people.models.units import Organisation
from xiachen.privacy.classes import Handling


class DocumentKind(models.TextChoices):
    CALL = "call", _("call-up")
    PLAN = "plan", _("plan")
    NOTICE = "notice", _("notice")


class Document(models.Model):
    """A document with a number; several units may issue it together."""

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Show the ground on which people were sent"),
        none=(
            "id",
            "incident",
            "kind",
            "number",
            "title",
            "parent",
            "issued_on",
            "received_at",
            "passed_on_at",
        ),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="documents")
    kind = models.CharField(_("kind"), max_length=12, choices=DocumentKind)
    number = models.CharField(_("number"), max_length=60)
    title = models.CharField(_("title"), max_length=200)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="follow")
    issued_on = models.DateField(_("issued on"))
    received_at = models.DateTimeField(_("received"), null=True, blank=True)
    passed_on_at = models.DateTimeField(_("passed on"), null=True, blank=True)

    class Meta:
        verbose_name = _("document")
        constraints = (
            models.UniqueConstraint(name="document_number", fields=("incident", "number")),
            models.CheckConstraint(
                name="document_passed_on",
                condition=Q(passed_on_at__isnull=True)
                | Q(received_at__isnull=False, passed_on_at__gte=F("received_at")),
            ),
        )

    def __str__(self) -> str:
        return self.title


class Issuer(models.Model):
    """One of the units that issued a document."""

    placement: ClassVar[str] = "central"
    handling = Handling(_("Name a document's issuers"), none=("id", "document", "organisation"))

    id = models.BigAutoField(primary_key=True)
    document = models.ForeignKey(Document, models.CASCADE, related_name="issuers")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(name="issuer_once", fields=("document", "organisation")),
        )
