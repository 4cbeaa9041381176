"""A street of two listed communities: the secretary of one acts, somebody elsewhere must not."""

from dataclasses import dataclass
from datetime import UTC, datetime

from xiachen.base.ids import uuid7
from xiachen.privacy.scope import Role, Scope

AT = datetime(2020, 3, 1, 1, 0, tzinfo=UTC)
HERE, THERE = 420102018016, 420102018001
STREET = 420102018000
ELSEWHERE = 420106012020


@dataclass(frozen=True)
class Street:
    """The secretary of HERE, and one of another district."""

    secretary: Scope
    outsider: Scope


def secretary_of(community: int) -> Scope:
    """Return the scope of a community's secretary."""
    return Scope(account=uuid7(), role=Role.SECRETARY, places=((community, community),))
