"""
POST /sync/v1/handover: one phone forwards the file of another that was given up.

The file holds pushes as the other phone signed and sealed them; nobody in between can read or
change them. They may be old, and may have arrived before: taking them in again changes nothing.
"""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from xiachen.base import clock
from xiachen.base.errors import Refused
from xiachen.privacy.envelopes import request_text
from xiachen.privacy.scope import system_scope
from xiachen.sync.api.asking import Answer, Asked, proven, signed_and_standing
from xiachen.sync.api.encoding import Unreadable64, from_b64
from xiachen.sync.api.pushing import taken_in
from xiachen.sync.queries.devices import KnownDevice, known_devices
from xiachen.sync.queries.epochs import current_epoch
from xiachen.sync.rules import protocol
from xiachen.sync.rules.occurred import milliseconds

FORMAT = "xiachen-unsent-1"
PUSH = "/sync/v1/push"
_MOST_PUSHES = 50


def hand_over(asked: Asked) -> Answer:
    """Take in the pushes of a file, each as if its own phone had sent it; answer each."""
    signed_and_standing(asked)
    return Answer(
        {
            "epoch": current_epoch(system_scope()),
            "time": milliseconds(clock.now()),
            "pushes": take_file(asked.content()),
        }
    )


def take_file(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """
    Take in the pushes of a file, whoever brings it; one answer for each.

    :raises Unreadable, TooLarge: it is no such file
    """
    pushes = content.get("pushes")
    if content.get("format") != FORMAT or type(pushes) is not list:
        raise protocol.Unreadable
    if len(pushes) > _MOST_PUSHES:
        raise protocol.TooLarge
    try:
        device = UUID(str(content.get("device")))
    except (TypeError, ValueError, AttributeError):
        raise protocol.Unreadable from None
    known = known_devices(system_scope(), [device]).get(device)
    return [_answer(one, known) for one in pushes]


def _answer(found: Any, known: KnownDevice | None) -> dict[str, Any]:
    try:
        stamp, body, signature = found["stamp"], found["body"].encode(), found["signature"]
        if type(stamp) is not int:
            raise protocol.Unreadable
        text = request_text(PUSH, stamp, body)
        device = proven(known, from_b64(signature), text)
        said = json.loads(body)
        if type(said) is not dict:
            raise protocol.Unreadable
        return taken_in(said, device, sent=stamp)
    except Refused as refusal:
        return _refused(refusal)
    except (TypeError, KeyError, AttributeError, ValueError, Unreadable64, RecursionError):
        return _refused(protocol.Unreadable())


def _refused(refusal: Refused) -> dict[str, Any]:
    return {"code": refusal.code, "words": str(refusal)}
