"""
Links that let people's phones in, made in a house.

Run as `python -m bench.inviting INCIDENT MEMBER…` on a house; prints the tokens as JSON.
"""

import json
import sys
from collections.abc import Sequence
from uuid import UUID

from bench.house import House


def invited(house: House, *, incident: UUID, members: Sequence[str]) -> list[str]:
    """Return a token for each person, in their order."""
    said = house.run("-m", "bench.inviting", str(incident), *members)
    tokens: list[str] = json.loads(said.splitlines()[-1])
    return tokens


def main() -> None:
    """Make what is asked for and print it."""
    import django

    django.setup()
    from xiachen.base import clock
    from xiachen.people.models.accounts import Account
    from xiachen.privacy.scope import Role, Scope
    from xiachen.sync.operations.invitations import invite

    incident, *members = map(UUID, sys.argv[1:])
    accounts = dict(Account.objects.filter(member__in=members).values_list("member", "pk"))
    tokens = []
    for one in members:  # everybody invites themselves
        scope = Scope(account=accounts[one], role=Role.MEMBER, incident=incident, member=one)
        (made,) = invite(scope, members=[one], at=clock.now())
        tokens.append(made.token)
    print(json.dumps(tokens))


if __name__ == "__main__":
    main()
