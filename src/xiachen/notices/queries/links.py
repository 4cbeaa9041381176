"""
Links that lead to a notice without an account: one for a chat group, one for each person.

What a link says is signed and not stored; a link to a person stands for that person's delivery.
Opening a link proves nothing, as a chat's preview robot opens it too.
"""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused
from xiachen.notices.models.notices import Delivery, Notice
from xiachen.notices.rules import notices as rules
from xiachen.privacy.scope import Scope

_GROUP, _PERSON = b"g", b"p"


class LinkOver(Refused):
    """The link is no link of this house, or no longer one."""

    code = "notices.link-over"
    message = _("This link no longer holds. Ask whoever sent it for a new one.")
    status = 410


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link leads to; `delivery` where it was made for one person."""

    notice: Notice
    delivery: Delivery | None = None


def group_token(scope: Scope, notice: Notice) -> str:
    """Return what stands in the link for the chat group; the same each time."""
    return _signed(_GROUP, notice.pk, rules.link_holds_until(notice.occurred_at, notice.until))


def person_token(scope: Scope, delivery: UUID, *, at: datetime) -> str:
    """Return what stands in the link for one person, made at a moment."""
    return _signed(_PERSON, delivery, at + rules.PERSON_LINK_HOLDS)


def opened(scope: Scope, token: str, *, at: datetime) -> Opened:
    """
    Return what a link leads to, whoever holds it.

    :raises LinkOver: it is forged or broken, its time is over, or its notice is void
    """
    kind, id = _read(token, at)
    delivery = None
    if kind == _PERSON:
        delivery = Delivery.objects.filter(pk=id).first()
        if delivery is None:
            raise LinkOver()
        id = delivery.notice_id
    notice = Notice.objects.standing().filter(pk=id).select_related("document", "incident").first()
    if notice is None:
        raise LinkOver()
    return Opened(notice, delivery)


def _signer() -> Signer:
    return Signer(salt="notices.link", sep=".")


def _signed(kind: bytes, id: UUID, until: datetime) -> str:
    said = kind + id.bytes + int(until.timestamp()).to_bytes(5)
    return _signer().sign(base64.urlsafe_b64encode(said).decode().rstrip("="))


def _read(token: str, at: datetime) -> tuple[bytes, UUID]:
    try:
        said = base64.urlsafe_b64decode(_signer().unsign(token) + "==")
    except (BadSignature, ValueError):
        raise LinkOver() from None
    if at > datetime.fromtimestamp(int.from_bytes(said[17:]), UTC):
        raise LinkOver()
    return said[:1], UUID(bytes=said[1:17])
