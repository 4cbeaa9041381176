"""Which keyrings were made, where copies of them are, and which were destroyed for good."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from xiachen.privacy.classes import DataClass
from xiachen.privacy.keyring import files

Line = Mapping[str, str]


@dataclass(frozen=True)
class Copy:
    """A copy of a keyring outside the key directory: a "backup", or "shares" on paper."""

    kind: str
    where: str
    at: datetime


@dataclass(frozen=True)
class Destroyed:
    """A keyring that must never come back; `key` is its id in hexadecimal."""

    key: str
    incident: UUID
    data_class: DataClass
    at: datetime


class Ledger:
    """Two files that are only ever appended to: `ledger` and `destroyed`."""

    def __init__(self, directory: Path) -> None:
        self._events = directory / "ledger"
        self._destroyed = directory / "destroyed"

    def note(
        self,
        what: str,
        keys: Sequence[str],
        *,
        at: datetime,
        incident: UUID | None = None,
        data_class: DataClass | None = None,
        where: str = "",
    ) -> None:
        """Write down what happened to these keys (ids in hexadecimal)."""
        line = {"what": what, "keys": " ".join(keys), "at": at.isoformat(), "where": where}
        if incident is not None and data_class is not None:
            line |= {"incident": str(incident), "class": data_class.value}
        files.append(self._events, json.dumps(line, ensure_ascii=False))

    def keys(self, incident: UUID, data_class: DataClass) -> set[str]:
        """Return the ids of all keyrings that this incident and class ever had."""
        pair = (str(incident), data_class.value)
        return {
            key
            for line in _lines(self._events)
            if (line.get("incident"), line.get("class")) == pair
            for key in line["keys"].split()
        }

    def copies(self, keys: set[str]) -> list[Copy]:
        """Return the known copies of any of these keys, without those noted as removed."""
        found: dict[str, Copy] = {}
        for line in _lines(self._events):
            if line["what"] == "removed":
                found.pop(line["where"], None)
            elif line["what"] in ("backup", "shares") and keys & set(line["keys"].split()):
                at = datetime.fromisoformat(line["at"])
                found[line["where"]] = Copy(line["what"], line["where"], at)
        return list(found.values())

    def destroy(self, destroyed: Destroyed) -> None:
        """Put a keyring on the list of the destroyed."""
        line = {
            "key": destroyed.key,
            "incident": str(destroyed.incident),
            "class": destroyed.data_class.value,
            "at": destroyed.at.isoformat(),
        }
        files.append(self._destroyed, json.dumps(line))

    def destroyed(self) -> list[Destroyed]:
        """Return the list of the destroyed, in the order of their destruction."""
        return [
            Destroyed(
                line["key"],
                UUID(line["incident"]),
                DataClass(line["class"]),
                datetime.fromisoformat(line["at"]),
            )
            for line in _lines(self._destroyed)
        ]

    def is_destroyed(self, incident: UUID, data_class: DataClass) -> bool:
        """Return whether the keyring of this incident and class is gone for good."""
        pair = (incident, data_class)
        return any((gone.incident, gone.data_class) == pair for gone in self.destroyed())


def _lines(path: Path) -> Iterator[Line]:
    """Yield the whole lines of a file; half a line is left of something never acknowledged."""
    try:
        text = files.read(path).decode(errors="replace")
    except FileNotFoundError:
        return
    for line in text.splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue
