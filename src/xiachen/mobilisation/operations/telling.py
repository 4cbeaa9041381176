"""Telling people that a place is offered to them, with a link to answer by."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from xiachen.mobilisation.models.sign_ups import SignUp, State
from xiachen.mobilisation.queries.answers import link_key
from xiachen.notices.models.messages import Message
from xiachen.notices.operations.messages import send_message
from xiachen.privacy.scope import Can, Scope, system_scope

PURPOSE = "place-offered"


@transaction.atomic
def tell_offer(scope: Scope, *, sign_up: UUID, at: datetime) -> Message | None:
    """
    Send somebody the link by which an offered place is confirmed or given up.

    Nobody is told of an offer that does not stand any more, or has no phone number.
    """
    scope.require(Can.SELECT)
    held = SignUp.objects.select_related("call_up", "member").get(pk=sign_up)
    if held.state != State.OFFERED or held.answer_until is None or held.answer_until <= at:
        return None
    phone = held.member.opened_contact()["phone"]
    if not phone:
        return None
    until = timezone.localtime(held.answer_until)
    return send_message(
        system_scope(held.call_up.incident_id),
        phone=phone,
        text=_("A place is free for you. Please answer by %(until)s: %(link)s")
        % {"until": f"{until:%Y-%m-%d %H:%M}", "link": _link(held)},
        purpose=PURPOSE,
        at=at,
    )


def _link(held: SignUp) -> str:
    key = link_key(system_scope(), sign_up=held.pk)
    return str(settings.PUBLIC_ADDRESS) + reverse("sign-up:answer", args=[key])
