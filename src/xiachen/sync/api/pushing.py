"""POST /sync/v1/push: a phone hands over what it has recorded, and hears what became of it."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import InterfaceError, OperationalError

from xiachen.base import clock
from xiachen.base.errors import Refused
from xiachen.privacy.scope import system_scope
from xiachen.sync.api.asking import Answer, Asked, pace, signed_as_known
from xiachen.sync.api.gathering import Gathering
from xiachen.sync.api.reading import push_of
from xiachen.sync.operations.items import Push, Taken, Verdict
from xiachen.sync.operations.pushing import take_in
from xiachen.sync.queries.devices import KnownDevice
from xiachen.sync.queries.sealing_keys import sealing_key
from xiachen.sync.rules import protocol
from xiachen.sync.rules.events import NotTakenIn
from xiachen.sync.rules.occurred import milliseconds
from xiachen.sync.rules.protocol import WANTED_APP, Said

_log = logging.getLogger(__name__)

_TRY_DEFECTS_AGAIN = 3600


def push(asked: Asked) -> Answer:
    """Take in what a phone has recorded; one outcome per event, in their order."""
    device = signed_as_known(asked)
    content = asked.content()
    events = content.get("events")
    pace(device, records=len(events) if type(events) is list else 0)
    return Answer(taken_in(content, device))


def taken_in(
    content: Mapping[str, Any], device: KnownDevice, *, sent: int | None = None
) -> dict[str, Any]:
    """
    Take in the content of a push together with others, and return the answer.

    :param sent: when the phone sent it, by its own idea of the server's time, if not just now
    :raises Unreadable, TooLarge, TooBusy:
    """
    key = sealing_key(system_scope(), incident=device.incident)
    read = push_of(content, device=device, key=key, sent=sent)
    # What is around the events costs as much as two of them.
    try:
        taken = _pushes.ask(read, len(read.items) + 2)
    except (Refused, OperationalError, InterfaceError):
        raise
    except Exception:
        _log.exception("a push could not be taken in whole")
        taken = _item_by_item(read)
    return _told(content["events"], taken)


def _item_by_item(whole: Push) -> Taken:
    """Take each item in alone; what cannot even be kept stays with its phone, and comes again."""
    taken = _pushes.ask(replace(whole, items=()))
    for item in whole.items:
        try:
            taken.verdicts += _pushes.ask(replace(whole, items=(item,))).verdicts
        except (Refused, OperationalError, InterfaceError):
            raise
        except Exception:
            _log.exception("an item could not be taken in")
            refusal = NotTakenIn()
            verdict = Verdict(Said.RETRY, refusal.code, refusal, _TRY_DEFECTS_AGAIN)
            taken.verdicts.append(verdict)
    return taken


def _take_in(pushes: Sequence[Push]) -> list[Taken]:
    return take_in(system_scope(), pushes=pushes, at=clock.now())


# A turn takes about a fifth of a second, what waits is done within two. Single records are better
# taken in together than beside each other: a turn's statements cost as much as forty of them.
_pushes: Gathering[Push, Taken] = Gathering(
    _take_in, most=1_000, longest=10_000, full=protocol.TooBusy, beside=150
)


def _told(items: list[Any], taken: Taken) -> dict[str, Any]:
    return {
        "epoch": taken.epoch,
        "time": milliseconds(clock.now()),
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
