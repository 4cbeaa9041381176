"""Taking away what tests have committed, as the owner of the tables."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

# What migrating fills once stays; what a test adds to a list goes again.
_KEPT = ("django_migrations", "django_content_type", "auth_permission", "places_community")
_LISTED = (
    "places_division",
    "places_alias",
    "places_communitycode",
    "needs_taskkind",
    "deployment_teamtype",
)


def lengths(dsn: str) -> dict[str, int]:
    """Return the last number of each list that is shipped."""
    with owner_of(dsn) as owner:
        return {
            name: owner.execute(f"select coalesce(max(id), 0) from {name}").fetchone()[0]  # type: ignore[index]
            for name in _LISTED
        }


def shorten(dsn: str, lengths: dict[str, int]) -> None:
    """Take out of the lists what was added since they had these lengths."""
    with owner_of(dsn) as owner:
        for name, last in lengths.items():
            owner.execute(f"delete from {name} where id > %s", [last])
        owner.execute("delete from places_community where local")


def empty(dsn: str) -> None:
    """Empty every table that has rows, but for what migrating filled."""
    with owner_of(dsn) as owner:
        tables = owner.execute(
            "select quote_ident(tablename) from pg_tables where schemaname = 'public' "
            "and tablename <> all(%s)",
            [[*_KEPT, *_LISTED]],
        ).fetchall()
        asked = " union all ".join(
            f"select '{name}' where exists (select 1 from {name})" for (name,) in tables
        )
        filled = owner.execute(asked).fetchall()
        if filled:
            _truncate(owner, ", ".join(name for (name,) in filled))


def owner_of(dsn: str) -> "psycopg.Connection[Any]":
    """Connect as the owner, each statement its own transaction."""
    import psycopg

    return psycopg.connect(dsn, autocommit=True)


def _truncate(owner: "psycopg.Connection[Any]", tables: str) -> None:
    """Empty tables, though a server may still be answering what a phone asked last."""
    import psycopg

    for _ in range(4):
        try:
            owner.execute(f"truncate {tables} cascade")
            return
        except psycopg.errors.DeadlockDetected:
            continue
    owner.execute(f"truncate {tables} cascade")
