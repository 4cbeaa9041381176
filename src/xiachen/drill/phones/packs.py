"""
The work pack on a virtual phone: parts that are read on from a cursor and proven by a hash.

A pack that does not fit what the server says of it is read anew from the beginning; the outbox has
nothing to do with it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from xiachen.drill.phones.storage import Doc, Part, Storage

_DIGITS = 32


def hash_of(versions: Iterable[tuple[str, int]]) -> str:
    """Return the hash over the documents that are held: their ids with their versions."""
    lines = "".join(f"{key} {version}\n" for key, version in sorted(versions))
    return hashlib.sha256(lines.encode()).hexdigest()[:_DIGITS]


def held(storage: Storage, device: UUID, part: str) -> dict[str, Doc]:
    """Return the documents of a part by their ids."""
    rows = storage.docs.rows().items()
    return {doc.id: doc for (owner, name, _id), doc in rows if (owner, name) == (device, part)}


def parts(storage: Storage, device: UUID) -> dict[str, Part]:
    """Return how far each part was read."""
    return {name: part for (owner, name), part in storage.parts.rows().items() if owner == device}


def asked(storage: Storage, device: UUID) -> dict[str, dict[str, Any]]:
    """Return what a pull says of what the phone holds."""
    return {
        name: {"cursor": part.cursor, "hash": part.hash}
        for name, part in parts(storage, device).items()
    }


def apply(storage: Storage, device: UUID, told: Mapping[str, Any]) -> list[str]:
    """
    Store what a pull brought; return the parts that do not fit and will be read anew.

    Call it inside a transaction: cursor and documents belong together.
    """
    for name in told.get("purge", ()):
        drop(storage, device, name)
    unfit = []
    for part in told["parts"]:
        if not _apply(storage, device, part, more=bool(told.get("more"))):
            unfit.append(str(part["part"]))
    return unfit


def drop(storage: Storage, device: UUID, part: str) -> None:
    """Forget a part with all its documents."""
    for key in held(storage, device, part):
        storage.docs.remove((device, part, key))
    storage.parts.remove((device, part))


def drop_all(storage: Storage, device: UUID) -> None:
    """Forget the whole pack: the phone was revoked, or the duty is over."""
    for name in parts(storage, device):
        drop(storage, device, name)


def _apply(storage: Storage, device: UUID, told: Mapping[str, Any], *, more: bool) -> bool:
    name = str(told["part"])
    if told.get("rebuild"):
        drop(storage, device, name)
    for one in told["docs"]:
        body = json.dumps(one["body"], ensure_ascii=False, sort_keys=True)
        doc = Doc(str(one["id"]), str(one["kind"]), int(one["version"]), body)
        storage.docs.put((device, name, doc.id), doc)
    for key in told["gone"]:
        storage.docs.remove((device, name, str(key)))
    docs = held(storage, device, name).values()
    ours = hash_of((doc.id, doc.version) for doc in docs)
    fits = ours == told["hash"]
    # Of a part whose rest is still to come the hash says nothing, and none is claimed.
    kept = Part(int(told["cursor"]), ours if fits else "")
    storage.parts.put((device, name), kept if fits or more else Part(0, ""))
    return fits or more
