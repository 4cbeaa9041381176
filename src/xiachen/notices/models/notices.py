"""Notices, whom they were addressed to, who got them, and who has read them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiachen.base.ids import uuid7
from xiachen.base.owned.models import CentralFact, fact_constraints
from xiachen.incidents.models import Incident
from xiachen.notices.models.documents import Document
from xiachen.notices.rules import notices as rules
from xiachen.people.models.accounts import Account
from xiachen.people.models.members import Member
from xiachen.privacy.classes import Handling
from xiachen.privacy.scope import ROLE_NAMES, Role


class Notice(CentralFact):
    """
    Words sent to roles, units, communities and people; what was sent is never edited.

    :ivar role: the role in which it was sent
    :ivar until: what it asks for is to be done, or read, until then
    """

    handling = Handling(
        _("Tell people what they need for the work"),
        none=("incident", "role", "title", "body", "document", "needs_receipt", "until"),
    )

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="notices")
    role = models.CharField(_("sent by"), max_length=20)
    title = models.CharField(_("title"), max_length=rules.LONGEST_TITLE)
    body = models.TextField(_("text"), max_length=rules.LONGEST_BODY)
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="notices"
    )
    needs_receipt = models.BooleanField(_("asks to be confirmed"), default=True)
    until = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        constraints = (*fact_constraints("notice", owned=False),)
        indexes = (models.Index(name="notice_of_incident", fields=("incident", "-occurred_at")),)

    def __str__(self) -> str:
        return self.title

    @property
    def sender(self) -> str:
        """The role in which it was sent, in words."""
        return str(ROLE_NAMES[Role(self.role)])


class AddresseeKind(models.TextChoices):
    ROLE = "role", _("role")
    UNIT = "unit", _("unit")
    COMMUNITY = "community", _("community")
    PEOPLE = "people", _("people named")


class Addressee(models.Model):
    """
    What a notice was addressed to, as its sender chose it.

    :ivar value: a role, a unit's id, a community's number; of people the count, as each has a
        delivery
    """

    placement: ClassVar[str] = "central"
    append_only: ClassVar[bool] = True
    handling = Handling(
        _("Show whom a notice was meant for"), none=("id", "notice", "kind", "value")
    )

    id = models.BigAutoField(primary_key=True)
    notice = models.ForeignKey(Notice, models.CASCADE, related_name="addressees")
    kind = models.CharField(max_length=12, choices=AddresseeKind)
    value = models.CharField(max_length=40)

    class Meta:
        constraints = (
            models.UniqueConstraint(name="addressee_once", fields=("notice", "kind", "value")),
        )


class Delivery(models.Model):
    """
    That one person got a notice: a member, an account, or both where the account is the member's.

    :ivar place: code of the place in which an account without a member acts
    """

    placement: ClassVar[str] = "central"
    append_only: ClassVar[bool] = True
    handling = Handling(
        _("Show who got a notice"), none=("id", "notice", "member", "account", "role", "place")
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries")
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="deliveries"
    )
    account = models.ForeignKey(
        Account, models.PROTECT, null=True, blank=True, related_name="deliveries"
    )
    role = models.CharField(max_length=20, blank=True)
    place = models.BigIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("delivery")
        constraints = (
            models.UniqueConstraint(name="delivery_member_once", fields=("notice", "member")),
            models.UniqueConstraint(name="delivery_account_once", fields=("notice", "account")),
            models.CheckConstraint(
                name="delivery_to_somebody",
                condition=Q(member__isnull=False) | Q(account__isnull=False),
            ),
        )


class How(models.TextChoices):
    APP = "app", _("read after signing in")
    LINK = "link", _("through the link")


class Receipt(CentralFact):
    """That a person has read a notice; the earliest stands."""

    handling = Handling(_("Show who has read a notice"), none=("delivery", "how"))

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="receipts")
    how = models.CharField(_("how"), max_length=8, choices=How)

    class Meta:
        verbose_name = _("receipt")
        constraints = (
            *fact_constraints("receipt", owned=False),
            models.UniqueConstraint(
                name="receipt_once", fields=("delivery", "reverses"), nulls_distinct=False
            ),
        )


class FailedReading(models.Model):
    """That somebody gave a wrong name or wrong digits behind a link: who tries often must wait."""

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Keep people from trying out numbers behind a link"),
        none=("id", "notice", "delivery", "at"),
        service=("address_index",),
    )

    id = models.BigAutoField(primary_key=True)
    notice = models.ForeignKey(Notice, models.CASCADE, related_name="+")
    delivery = models.ForeignKey(Delivery, models.CASCADE, null=True, related_name="+")
    address_index = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(name="failed_reading_address", fields=("address_index", "-at")),
            models.Index(name="failed_reading_delivery", fields=("delivery", "-at")),
        )
