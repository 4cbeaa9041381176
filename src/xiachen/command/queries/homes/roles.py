"""Which role has which part of the first page."""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from xiachen.base.errors import NotFound
from xiachen.command.queries.homes import liaison, secretary, street
from xiachen.command.queries.homes.home import Asked, Home
from xiachen.papers.tables import Table
from xiachen.privacy.scope import Role, Scope

# Each is called with the scope, the day, now, and what the address asks.
HOMES: Mapping[Role, Callable[..., Home]] = {
    Role.LIAISON: liaison.home,
    Role.SECRETARY: secretary.home,
    Role.STREET: street.home,
}

# The same list as a table that may leave the house.
TABLES: Mapping[Role, Callable[..., Table]] = {Role.LIAISON: liaison.table}


def own_table(scope: Scope, *, day: date, at: datetime, asked: Asked) -> Table:
    """
    Return the list of a role's own part of the first page, to be taken out.

    :raises NotFound: the role has none
    """
    made = TABLES.get(scope.role)
    if made is None or scope.incident is None:
        raise NotFound()
    return made(scope, day=day, at=at, asked=asked)


def home_of(scope: Scope, *, day: date, at: datetime, asked: Asked) -> Home | None:
    """Return the own part of a role's first page; None for a role without one."""
    made = HOMES.get(scope.role)
    if made is None or scope.incident is None:
        return None
    return made(scope, day=day, at=at, asked=asked)
