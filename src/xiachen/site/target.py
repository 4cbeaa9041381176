"""The database that a command works on, and the server that holds it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from xiachen.site.database import OWNER_ROLE, embedded_cluster
from xiachen.site.embedded.cluster import Cluster
from xiachen.site.home import home_directory
from xiachen.site.speaking import Stopped, gettext, say

_ = gettext

DRILL = "drill_"  # how the names of scenarios' databases begin
Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True)
class Target:
    """One database: on the embedded server, or on the one that DATABASE_URL names."""

    home: Path
    name: str
    url: str | None

    @property
    def cluster(self) -> Cluster | None:
        """The embedded server; None when the user's own server is used."""
        return None if self.url else embedded_cluster(self.home)

    def environment(self, *, as_owner: bool = False) -> dict[str, str]:
        """Return the environment in which a program of ours works on this database."""
        kept = {name: value for name, value in os.environ.items() if name != "XIACHEN_AS_OWNER"}
        kept |= {"XIACHEN_HOME": str(self.home), "DJANGO_SETTINGS_MODULE": "xiachen.site.settings"}
        kept["XIACHEN_DATABASE"] = self.name
        if self.url:
            kept["DATABASE_URL"] = self.url
        return {**kept, **({"XIACHEN_AS_OWNER": "1"} if as_owner else {})}

    def owner_dsn(self, database: str | None = None) -> str:
        """Return how the owner of the tables connects, to this database or a neighbour."""
        if self.url:
            return _with_database(self.url, database or self.name)
        return embedded_cluster(self.home).dsn(role=OWNER_ROLE, database=database or self.name)

    def owner_url(self, database: str | None = None) -> str:
        """Return the same as an address, for PostgreSQL's programs."""
        if self.url:
            return _with_database(self.url, database or self.name)
        return embedded_cluster(self.home).url(role=OWNER_ROLE, database=database or self.name)

    def connect(self, database: str | None = None) -> Connection:
        """Connect as the owner, each statement its own transaction."""
        return psycopg.connect(self.owner_dsn(database), autocommit=True, connect_timeout=10)


def target(database: str | None = None) -> Target:
    """Return the site's own database, or the named one on the same server."""
    home = home_directory()
    url = os.environ.get("DATABASE_URL") or None
    if url is None:
        return Target(home, database or os.environ.get("XIACHEN_DATABASE", "xiachen"), None)
    named = unquote(urlsplit(url).path.strip("/"))
    if not named or urlsplit(url).scheme not in {"postgres", "postgresql"}:
        raise Stopped(
            _(
                "DATABASE_URL must look like postgresql://user:password@host:5432/name. "
                "Only PostgreSQL (15 to 18) can be used."
            )
        )
    return Target(home, database or named, _with_database(url, database) if database else url)


def drill_target(scenario: str) -> Target:
    """Return the database of a scenario, which never is the site's own."""
    return target(f"{DRILL}{scenario}")


def _with_database(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path="/" + quote(database)))


@contextmanager
def server_for(chosen: Target) -> Iterator[None]:
    """Have the embedded server run during the block; one that ran before goes on running."""
    cluster = chosen.cluster
    if cluster is None or cluster.is_running():
        yield
        return
    say(_("Starting the database…"))
    cluster.start()
    try:
        yield
    finally:
        cluster.stop()


def exists(chosen: Target) -> bool:
    """
    Tell whether the database was made.

    :raises Stopped: its server cannot be reached
    """
    try:
        chosen.connect().close()
    except psycopg.errors.InvalidCatalogName:
        return False
    except psycopg.OperationalError as error:
        # Before a session exists libpq reports every refusal as this one kind.
        if f'database "{chosen.name}" does not exist' not in str(error):
            raise unreachable(error) from error
        return False
    return True


def ensure_database(chosen: Target) -> None:
    """
    Make the database where it does not exist.

    :raises Stopped: it cannot be reached or made
    """
    if exists(chosen):
        return
    try:
        with chosen.connect("postgres") as connection:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(chosen.name)))
    except psycopg.errors.DuplicateDatabase:
        return
    except psycopg.Error as error:
        raise Stopped(
            _(
                "The database %(name)s does not exist and could not be made. "
                "Make it by hand (createdb %(name)s) and start again."
            )
            % {"name": chosen.name}
        ) from error


def drop_database(chosen: Target, name: str) -> None:
    """Remove a database of the same server, with whoever is in it."""
    with chosen.connect("postgres") as connection:
        connection.execute(
            sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
        )


def unreachable(error: psycopg.Error) -> Stopped:
    """Return the words for a server that cannot be reached."""
    said = str(error).strip().splitlines()
    return Stopped(
        _("The database cannot be reached. Check that it runs and DATABASE_URL. It said: %(said)s")
        % {"said": said[-1] if said else type(error).__name__}
    )


def in_process(chosen: Target, *, as_owner: bool = False) -> None:
    """Start Django in this very process, on the chosen database."""
    os.environ.update(_changed(chosen.environment(as_owner=as_owner)))
    if not as_owner:
        os.environ.pop("XIACHEN_AS_OWNER", None)
    import django
    from django.utils import translation

    from xiachen.site.speaking import language

    django.setup()
    translation.activate(language())


def _changed(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if os.environ.get(name) != value}
