"""
The town of the tests, with more people in it, for check-ins without end.

Run as `python -m bench.town PEOPLE` on a house; prints as JSON who can sign in whom.
"""

import json
import sys
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Town:
    """A community, its people, and the account that may sign them in."""

    community: int
    members: list[str]
    username: str
    password: str


def built(text: str) -> Town:
    """Read what this program printed."""
    return Town(**json.loads(text.splitlines()[-1]))


def main() -> None:
    """Build the town and print it."""
    import django

    django.setup()
    from tests import world

    from xiachen.people.operations.members import MemberEntry, enter_members
    from xiachen.privacy.scope import Role

    town = world.build_world()
    crowd = [
        MemberEntry(id=world.id_of(f"crowd {n}"), name=f"干事{n}", invented=True)
        for n in range(int(sys.argv[1]))
    ]
    enter_members(town.system, entries=crowd, at=world.MORNING)
    printed: dict[str, Any] = {
        "community": world.FENGLIN,
        "members": [str(one.id) for one in crowd],
        "username": Role.SECRETARY.value,
        "password": world.PASSWORD,
    }
    print(json.dumps(printed))


if __name__ == "__main__":
    main()
