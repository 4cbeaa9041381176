"""
What stands in the tables when a test begins: the town, or a later hour of its first day.

Tests that begin alike run after one another: what they begin with is built once, and what each of
them does is rolled back. Those that want empty tables come after them, those that commit last.
"""

import copy
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.emptying import empty, lengths, shorten

if TYPE_CHECKING:
    from tests.attendance.town import Town
    from tests.command.first_day import FirstDay
    from tests.deployment.crew import Crew
    from tests.sync.holding import Holding
    from tests.world import World

# The fixtures with which a test begins; who has one of the first has the town as well.
_BEGINNINGS = ("first_day", "holding", "crew", "town", "world")
_EMPTY, _COMMITTING = "empty tables", "committed_db"
_ORDER = (*_BEGINNINGS, _EMPTY, _COMMITTING)


@dataclass(frozen=True)
class Standing:
    """What was built for a beginning, and what its fixture gives."""

    beginning: str
    world: "World"
    given: Any


class _Tables:
    """What stands in the database now."""

    standing: Standing | None = None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put those that begin alike beside each other."""
    items.sort(key=lambda item: _ORDER.index(_beginning(item)))


def _beginning(item: pytest.Item) -> str:
    names = getattr(item, "fixturenames", ())
    if _COMMITTING in names:
        return _COMMITTING
    return next(name for name in _BEGINNINGS if name in names) if "world" in names else _EMPTY


@pytest.fixture(autouse=True)
def _tables(request: pytest.FixtureRequest) -> None:
    """Take away what stands before a test that begins otherwise."""
    stands = _Tables.standing
    if stands is not None and stands.beginning != _beginning(request.node):
        empty(request.getfixturevalue("owner_dsn"))
        _Tables.standing = None


@pytest.fixture
def standing(request: pytest.FixtureRequest, db: None) -> Standing:
    """What this test begins with, its own copy."""
    if _Tables.standing is None:
        # On a connection of its own: the test's is inside the transaction that is rolled back.
        with ThreadPoolExecutor(1) as beside:
            _Tables.standing = beside.submit(_build, _beginning(request.node)).result()
    return copy.deepcopy(_Tables.standing)


def _build(beginning: str) -> Standing:
    from django.db import connections, transaction

    from tests.world import build_world

    try:
        with transaction.atomic():
            world = build_world()
            return Standing(beginning, world, _played(beginning, world))
    finally:
        connections.close_all()


def _played(beginning: str, world: "World") -> object:
    # Models can be imported only after Django is set up, and this file is read before.
    match beginning:
        case "first_day":
            from tests.command.first_day import play

            return play(world)
        case "holding":
            from tests.sync.holding import make_holding

            return make_holding(world)
        case "crew":
            from tests.deployment.crew import make_crew

            return make_crew(world)
        case "town":
            from tests.attendance.town import arrive

            return arrive(world)
        case _:
            return world


@pytest.fixture
def world(standing: Standing) -> "World":
    """The small invented town."""
    return standing.world


@pytest.fixture
def town(world: "World", standing: Standing) -> "Town":
    """The town's first day on site: eleven have come and reported in."""
    given: Town = standing.given
    return given


@pytest.fixture
def crew(world: "World", standing: Standing) -> "Crew":
    """A team of eleven at work: ten from the bureau and one who joined."""
    given: Crew = standing.given
    return given


@pytest.fixture
def holding(world: "World", standing: Standing) -> "Holding":
    """What the roles of the town hold on their phones."""
    given: Holding = standing.given
    return given


@pytest.fixture
def first_day(world: "World", standing: Standing) -> "FirstDay":
    """The town's first day over: eleven on site in time, each with work, two needs met."""
    given: FirstDay = standing.given
    return given


@pytest.fixture
def committed_db(
    django_db_setup: None, django_db_blocker: object, owner_dsn: str
) -> Iterator[None]:
    """Let the test commit; afterwards empty what it filled."""
    before = lengths(owner_dsn)
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield
        from django.db import connections

        connections.close_all()
    empty(owner_dsn)
    shorten(owner_dsn, before)


@pytest.fixture
def committed_world(committed_db: None) -> "World":
    """The same town for tests that commit."""
    from tests.world import build_world

    return build_world()
