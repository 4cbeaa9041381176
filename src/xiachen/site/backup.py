"""
Backups: the whole database in one file, without the keys, and the way back.

A backup is restored into a database of its own, brought up to date there, and then takes the
place of the former one by renaming: until then nothing that stands is touched.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from xiachen.site import epoch, migrating
from xiachen.site.embedded.account import choose_account
from xiachen.site.embedded.errors import ProgramFailed
from xiachen.site.embedded.programs import Programs
from xiachen.site.speaking import Stopped, gettext, say
from xiachen.site.target import Target, unreachable

_ = gettext


def back_up(chosen: Target, folder: Path, *, at: datetime) -> Path:
    """
    Write the database into a new file of the folder; return its path.

    The file is complete and on the disk when it gets its name; it never holds keys.

    :raises Stopped: it could not be written; nothing is left
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{chosen.name}-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}.dump"
    half = path.with_suffix(".part")
    handle = os.open(half, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "r+b") as file:
            _dump(chosen, file)
            file.flush()
            os.fsync(file.fileno())
            file.seek(0)
            _programs(chosen).run("pg_restore", "--list", stdin=file)
        half.rename(path)
    except (ProgramFailed, OSError) as error:
        raise Stopped(
            _("The backup could not be written to %(folder)s; nothing was left there: %(said)s")
            % {"folder": folder, "said": _last_words(error)}
        ) from error
    finally:
        half.unlink(missing_ok=True)
    return path


def _dump(chosen: Target, file: IO[bytes]) -> None:
    _programs(chosen).run(
        "pg_dump",
        "--format=custom",
        "--compress=gzip:6",
        f"--dbname={chosen.owner_url()}",
        stdout=file,
    )


def restore(chosen: Target, file: Path, *, at: datetime) -> str:
    """
    Put a backup in the database's place; return the name under which the former is kept.

    :raises Stopped: the file is no backup, or of a newer version; nothing was changed
    """
    mark = f"{at.astimezone(UTC):%Y%m%d%H%M%S}"
    fresh = Target(
        chosen.home,
        f"{chosen.name}_new_{mark}",
        chosen.url and chosen.owner_dsn(f"{chosen.name}_new_{mark}"),
    )
    former = f"{chosen.name}_before_{mark}"
    with _half_restored(chosen, fresh.name):
        say(_("Reading the backup…"))
        _fill(fresh, file)
        migrating.in_another_process(fresh, "--quiet")
        # First the epoch: one too many does no harm, one too few would.
        epoch.renew(chosen.home)
        _swap(chosen, fresh.name, former)
    return former


@contextmanager
def _half_restored(chosen: Target, fresh: str) -> Iterator[None]:
    with chosen.connect("postgres") as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(fresh)))
    try:
        yield
    finally:
        # Gone already when all went well: then it has its new name.
        with chosen.connect("postgres") as connection:
            connection.execute(
                sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(fresh))
            )


def _fill(fresh: Target, file: Path) -> None:
    try:
        with file.open("rb") as content:
            _programs(fresh).run(
                "pg_restore",
                *("--no-owner", "--no-privileges", "--no-comments", "--exit-on-error"),
                f"--dbname={fresh.owner_url()}",
                stdin=content,
            )
    except OSError as error:
        raise Stopped(
            _("The backup %(file)s cannot be read: %(said)s")
            % {"file": file, "said": _last_words(error)}
        ) from error
    except ProgramFailed as error:
        raise Stopped(
            _("%(file)s is not a whole backup of xiachen; nothing was changed. It said: %(said)s")
            % {"file": file, "said": _last_words(error)}
        ) from error


def _swap(chosen: Target, fresh: str, former: str) -> None:
    """Rename both databases in one transaction, with nobody in them."""
    try:
        with chosen.connect("postgres") as connection, connection.transaction():
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = any(%s)",
                [[chosen.name, fresh]],
            )
            rename = sql.SQL("alter database {} rename to {}")
            connection.execute(rename.format(sql.Identifier(chosen.name), sql.Identifier(former)))
            connection.execute(rename.format(sql.Identifier(fresh), sql.Identifier(chosen.name)))
    except psycopg.OperationalError as error:
        raise unreachable(error) from error
    except psycopg.errors.ObjectInUse as error:
        raise Stopped(
            _("Somebody still uses the database. Stop every server of it and restore again.")
        ) from error


def _programs(chosen: Target) -> Programs:
    return Programs(choose_account(None, chosen.home / "postgres"))


def _last_words(error: Exception) -> str:
    """Return the end of what a program said; a backup's errors name tables, not their rows."""
    said = error.output if isinstance(error, ProgramFailed) else str(error)
    lines = [line for line in said.strip().splitlines() if line]
    return lines[-1] if lines else type(error).__name__
