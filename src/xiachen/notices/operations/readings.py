"""
Reading a notice behind a link, without an account.

A link opened proves nothing. What proves is a deliberate act: the button behind one's own link,
or behind the group's link one's account, or the name with the last four digits of one's number.
"""

from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused
from xiachen.notices.models.notices import Delivery, FailedReading, How, Notice
from xiachen.notices.operations.notices import note_reading
from xiachen.notices.queries import links
from xiachen.notices.queries import notices as queries
from xiachen.notices.rules import notices as rules
from xiachen.people.models.members import KEYRING
from xiachen.privacy import audit
from xiachen.privacy.classes import DataClass
from xiachen.privacy.keyring.vault import vault
from xiachen.privacy.scope import Scope


class NotAddressed(Refused):
    """The notice was not sent to the account."""

    code = "notices.not-addressed"
    message = _("This notice was not sent to your account. There is nothing to confirm.")
    status = 403


class Proof(StrEnum):
    """What came of a name and four digits."""

    PROVEN = "proven"
    WRONG = "wrong"
    TOO_OFTEN = "too-often"


@transaction.atomic
def read_through_link(scope: Scope, *, token: str, at: datetime) -> Notice:
    """
    Confirm a notice behind one's own link, or signed in behind the group's.

    :param scope: of the account signed in, or of background work
    :raises LinkOver: the link no longer holds
    :raises NotAddressed: behind the group's link, by an account to which it was not sent
    """
    found = links.opened(scope, token, at=at)
    delivery = found.delivery or queries.own_delivery(scope, found.notice.pk)
    if delivery is None:
        raise NotAddressed()
    _confirm(scope, delivery, at)
    return found.notice


@transaction.atomic
def read_by_name(
    scope: Scope, *, token: str, name: str, digits: str, address: str, at: datetime
) -> Proof:
    """
    Confirm a notice behind the group's link by a name and the last four digits of the number.

    Wrong entries are counted for the person and for the address they came from; of the address
    only an index is kept, for a day.

    :raises LinkOver: the link no longer holds
    """
    notice = links.opened(scope, token, at=at).notice
    named = list(
        Delivery.objects.filter(notice=notice, member__name=" ".join(name.split()))
        .select_related("member")
        .order_by("pk")
    )
    index = vault().blind_index(
        KEYRING, DataClass.SERVICE, field="reading.address", value=address or "-"
    )
    if _tried_too_often(named, index, at):
        return Proof.TOO_OFTEN
    fitting = [row for row in named if _fits(row, digits)]
    if not fitting:
        FailedReading.objects.filter(at__lt=at - 24 * rules.TRIES_WITHIN).delete()
        FailedReading.objects.create(
            notice=notice, delivery=named[0] if named else None, address_index=index, at=at
        )
        return Proof.WRONG
    for row in fitting[:1]:
        _confirm(scope, row, at)
    return Proof.PROVEN


def _confirm(scope: Scope, delivery: Delivery, at: datetime) -> None:
    if note_reading(scope, delivery=delivery, how=How.LINK, at=at):
        audit.record(
            scope,
            "notices.read-through-link",
            subject=delivery.member_id,
            targets=[delivery.notice_id],
        )


def _fits(row: Delivery, digits: str) -> bool:
    assert row.member is not None
    phone = row.member.opened_contact()["phone"]
    return bool(phone) and len(digits) == 4 and phone.endswith(digits)


def _tried_too_often(named: list[Delivery], index: bytes, at: datetime) -> bool:
    lately = FailedReading.objects.filter(at__gt=at - rules.TRIES_WITHIN)
    return rules.tries_too_often(
        for_person=lately.filter(delivery__in=named[:1]).count(),
        from_address=lately.filter(address_index=index).count(),
    )
