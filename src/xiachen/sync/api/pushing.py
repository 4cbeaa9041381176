"""POST /sync/v1/push: a phone hands over what it has recorded, and hears what became of it."""

from typing import Any

from xiachen.privacy.scope import system_scope
from xiachen.sync.api.asking import Answer, Asked, signed
from xiachen.sync.api.reading import push_of
from xiachen.sync.operations.items import Taken, Verdict
from xiachen.sync.operations.pushing import take_in
from xiachen.sync.queries.epochs import current_epoch
from xiachen.sync.queries.sealing_keys import sealing_key
from xiachen.sync.rules.occurred import milliseconds
from xiachen.sync.rules.protocol import WANTED_APP


def push(asked: Asked) -> Answer:
    """Take in what a phone has recorded; one outcome per event, in their order."""
    device = signed(asked)
    content = asked.content()
    scope = system_scope()
    read = push_of(content, device=device, key=sealing_key(scope, incident=device.incident))
    (taken,) = take_in(scope, pushes=[read], at=asked.at)
    return Answer(_told(content["events"], taken, current_epoch(scope), milliseconds(asked.at)))


def _told(items: list[Any], taken: Taken, epoch: str, time: int) -> dict[str, Any]:
    return {
        "epoch": epoch,
        "time": time,
        "durable_upto": taken.durable_upto,
        "whole_upto": taken.whole_upto,
        "settled": [str(one) for one in taken.settled],
        "wanted_app": WANTED_APP,
        "outcomes": [
            _outcome(item, verdict) for item, verdict in zip(items, taken.verdicts, strict=True)
        ],
    }


def _outcome(item: Any, verdict: Verdict) -> dict[str, Any]:
    named = item.get("id") if type(item) is dict else None
    told = {
        "id": named if type(named) is str else None,
        "outcome": verdict.said,
        "code": verdict.code,
        "words": str(verdict.refusal) if verdict.refusal else "",
    }
    return told if verdict.after is None else {**told, "after": verdict.after}
