"""POST /sync/v1/pull: a phone says what it holds of its pack, and gets what it lacks."""

import re
from collections.abc import Mapping
from typing import Any

from xiachen.privacy.scope import system_scope
from xiachen.sync.api.asking import Answer, Asked, signed_and_standing
from xiachen.sync.api.encoding import to_b64
from xiachen.sync.api.turns import TURNS
from xiachen.sync.operations import packs
from xiachen.sync.queries.epochs import current_epoch
from xiachen.sync.rules import protocol
from xiachen.sync.rules.occurred import milliseconds
from xiachen.sync.rules.packs import HASH_DIGITS, Held

# More than anybody's roles give; a longer list was made by no phone.
_MOST_PARTS = 500
_PART = re.compile(r"[a-z0-9:-]{1,80}")
_HASH = re.compile(rf"[0-9a-f]{{{HASH_DIGITS}}}|")


def pull(asked: Asked) -> Answer:
    """Bring a phone's pack up to date."""
    with TURNS.turn():
        return _pull(asked)


def _pull(asked: Asked) -> Answer:
    device = signed_and_standing(asked)
    content = asked.content()
    app = content.get("app")
    if type(app) is not str:
        raise protocol.Unreadable
    scope = system_scope()
    pulled = packs.pull(
        scope,
        device=device,
        held=_held(content.get("parts")),
        last=_number(content.get("last")),
        app=protocol.version_of(app),
        at=asked.at,
    )
    told = {
        "epoch": current_epoch(scope),
        "time": milliseconds(asked.at),
        "durable_upto": pulled.contact.durable_upto,
        "whole_upto": pulled.contact.whole_upto,
        "settled": [str(one) for one in pulled.contact.settled],
        "wanted_app": protocol.WANTED_APP,
        "share": to_b64(pulled.share),
        "until": milliseconds(pulled.until),
        "parts": [_part(one) for one in pulled.parts],
        "purge": list(pulled.purge),
        "more": pulled.more,
    }
    return Answer(told, reader=pulled.reader)


def _held(parts: Any) -> dict[str, Held]:
    if type(parts) is not dict or len(parts) > _MOST_PARTS:
        raise protocol.Unreadable
    return {_name(name): _of_part(said) for name, said in parts.items()}


def _name(name: str) -> str:
    if not _PART.fullmatch(name):
        raise protocol.Unreadable
    return name


def _of_part(said: Any) -> Held:
    if type(said) is not dict:
        raise protocol.Unreadable
    hash = said.get("hash", "")
    if type(hash) is not str or not _HASH.fullmatch(hash):
        raise protocol.Unreadable
    return Held(_number(said.get("cursor")), hash)


def _number(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= protocol.LARGEST_NUMBER:
        raise protocol.Unreadable
    return value


def _part(part: packs.PulledPart) -> Mapping[str, Any]:
    return {
        "part": part.part,
        "cursor": part.cursor,
        "hash": part.hash,
        "rebuild": part.rebuild,
        "docs": [
            {"id": doc.id, "kind": doc.kind, "version": version, "body": doc.body}
            for doc, version in part.docs
        ],
        "gone": list(part.gone),
    }
