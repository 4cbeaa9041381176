"""docs/sync.md says what the server does: every place, kind and code of the protocol is there."""

from pathlib import Path

from xiachen.base.errors import Refused
from xiachen.sync.api.endpoints import ENDPOINTS
from xiachen.sync.kinds import KINDS
from xiachen.sync.rules import events, protocol

TEXT = (Path(__file__).parents[2] / "docs" / "sync.md").read_text("utf-8")


def codes() -> set[str]:
    found = (*vars(protocol).values(), *vars(events).values())
    return {
        one.code
        for one in found
        if isinstance(one, type) and issubclass(one, Refused) and one is not Refused
    }


def test_every_place_kind_and_code_is_described() -> None:
    assert [one for one in ENDPOINTS if f"/sync/v1/{one}" not in TEXT] == []
    assert [one for one in KINDS if f"`{one}`" not in TEXT] == []
    assert [one for one in sorted(codes()) if f"`{one}`" not in TEXT] == []
