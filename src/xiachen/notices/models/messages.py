"""Texts sent to one number: that they were sent, never to whom in clear and never the text."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiachen.base.ids import uuid7
from xiachen.base.owned.models import CENTRE
from xiachen.incidents.models import Incident
from xiachen.notices.models.notices import Delivery
from xiachen.people.models.members import KEYRING
from xiachen.privacy.classes import DataClass, Handling
from xiachen.privacy.keyring.vault import vault


class Channel(models.TextChoices):
    CONSOLE = "console", _("console of the server")
    GATEWAY = "gateway", _("text message")
    WECOM = "wecom", _("WeCom")
    DINGTALK = "dingtalk", _("DingTalk")
    FEISHU = "feishu", _("Feishu")
    MAIL = "mail", _("mail message")


class MessageState(models.TextChoices):
    QUEUED = "queued", _("waits to be sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("not sent")


class Failure(models.TextChoices):
    NOT_TAKEN = "not-taken", _("the channel did not take it, asked several times")
    NOT_ALLOWED = "not-allowed", _("the channel leads to what is not on its list")
    NO_CHANNEL = "no-channel", _("the file of the channels cannot be used")
    LOST = "lost", _("the keys to the text are gone")


# What messages are sent for, in words; another purpose is shown as its code.
PURPOSES = {
    "sign-up-code": _("code for signing up"),
    "place-offered": _("a place is offered"),
    "reminder": _("reminder"),
    "phone-link": _("link to register a phone"),
    "notice": _("notice for the chat group"),
}


class Message(models.Model):
    """
    One text to one number, or to the work's chat group where it has no number.

    Number and text wait sealed only until they are sent; then they are wiped. The index finds the
    texts of one number without reading any, and is that of the members' numbers.

    :ivar ended_at: when it was sent, or given up
    :ivar delivery: the notice of which it reminds a person
    """

    placement: ClassVar[str] = "central"
    handling = Handling(
        _("Show what was sent, and send what waits"),
        none=(
            "id",
            "incident",
            "purpose",
            "channel",
            "state",
            "failure",
            "tries",
            "queued_at",
            "ended_at",
            "sent_by",
            "delivery",
        ),
        service=("number_index", "sealed"),
    )

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    purpose = models.SlugField(_("purpose"), max_length=40, db_index=False)
    channel = models.CharField(_("through"), max_length=12, choices=Channel)
    number_index = models.BinaryField(null=True, blank=True)
    sealed = models.BinaryField(null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=MessageState)
    failure = models.CharField(_("why not"), max_length=12, choices=Failure, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    queued_at = models.DateTimeField(_("queued"))
    ended_at = models.DateTimeField(_("sent"), null=True, blank=True)
    sent_by = models.UUIDField(_("sent by"))
    delivery = models.ForeignKey(
        Delivery, models.PROTECT, null=True, blank=True, related_name="messages"
    )

    class Meta:
        verbose_name = _("message")
        constraints = (
            models.CheckConstraint(
                name="message_waits_sealed",
                condition=Q(state="queued", sealed__isnull=False, ended_at__isnull=True)
                | Q(sealed__isnull=True, ended_at__isnull=False) & ~Q(state="queued"),
            ),
            models.CheckConstraint(
                name="message_failed_with_reason",
                condition=Q(state="failed") & ~Q(failure="") | ~Q(state="failed") & Q(failure=""),
            ),
        )
        indexes = (
            models.Index(name="message_of_incident", fields=("incident", "-queued_at")),
            models.Index(name="message_of_number", fields=("number_index", "-queued_at")),
        )

    @property
    def purpose_words(self) -> str:
        """What it was sent for, in words."""
        return str(PURPOSES.get(self.purpose, self.purpose))

    def seal_content(self, *, phone: str, text: str) -> None:
        """Seal what waits to be sent to this row."""
        self.sealed = vault().seal(
            KEYRING,
            DataClass.SERVICE,
            {"phone": phone, "text": text},
            table=self._meta.db_table,
            column="sealed",
            community=CENTRE,
            row=self.pk,
        )

    def opened_content(self) -> dict[str, str]:
        """Return `phone` and `text` of a message that waits."""
        assert self.sealed is not None
        return vault().open(
            KEYRING,
            DataClass.SERVICE,
            self.sealed,
            table=self._meta.db_table,
            column="sealed",
            community=CENTRE,
            row=self.pk,
        )
