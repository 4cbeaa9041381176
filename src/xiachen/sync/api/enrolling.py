"""POST /sync/v1/enrol: a phone comes with the token of an invitation and its own key."""

from typing import Any
from uuid import UUID

from xiachen.privacy.scope import system_scope
from xiachen.sync.api.asking import Answer, Asked
from xiachen.sync.api.encoding import Unreadable64, from_b64, to_b64
from xiachen.sync.operations import enrolling
from xiachen.sync.rules import protocol
from xiachen.sync.rules.occurred import milliseconds


def enrol(asked: Asked) -> Answer:
    """Let a phone in."""
    content = asked.content()
    try:
        key = from_b64(_text(content, "key"))
    except Unreadable64:
        raise protocol.Unreadable from None
    if not asked.is_signed_with(key):
        raise protocol.BadSignature
    enrolled = enrolling.enrol(
        system_scope(),
        token=_text(content, "token"),
        device=asked.device,
        key=key,
        name=_text(content, "name"),
        app=_text(content, "app"),
        at=asked.at,
        former=_former(content),
    )
    return Answer(
        {
            "device": str(enrolled.device.pk),
            "member": str(enrolled.device.member),
            "incident": str(enrolled.device.incident_id),
            "name": enrolled.name,
            "seal_key": to_b64(enrolled.seal_key),
            "epoch": enrolled.epoch,
            "time": milliseconds(asked.at),
        },
        reader=enrolled.scope,
    )


def _former(content: dict[str, Any]) -> enrolling.Former | None:
    if content.get("member") is None:
        return None
    try:
        return enrolling.Former(UUID(_text(content, "member")), UUID(_text(content, "incident")))
    except ValueError:
        raise protocol.Unreadable from None


def _text(content: dict[str, Any], name: str) -> str:
    value = content.get(name)
    if type(value) is not str or "\0" in value or len(value) > 1000:
        raise protocol.Unreadable
    try:
        value.encode()
    except UnicodeEncodeError:
        raise protocol.Unreadable from None
    return value
