"""
Backups: the whole database in one file, without the keys, and the way back.

A backup is restored into a database of its own, brought up to date there, and then takes the
place of the former one by renaming: until then nothing that stands is touched.
"""

import fcntl
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from uuid import UUID

import psycopg
from psycopg import sql

from xiachen.site import migrating
from xiachen.site.embedded.account import choose_account
from xiachen.site.embedded.errors import ProgramFailed
from xiachen.site.embedded.programs import Programs, Stream
from xiachen.site.speaking import Stopped, gettext, say
from xiachen.site.striking_off import StruckAgain, strike_off_again
from xiachen.site.target import Target, unreachable
from xiachen.sync import epoch

_ = gettext

_KNOWS_TRANSACTION_TIMEOUT = 170000
_UNKNOWN_SETTING = b"SET transaction_timeout = 0;"
_HEADING_BYTES = 1 << 16
_MOMENT = """
    select pg_export_snapshot(), oid, to_regclass('sync_device') is not null
    from pg_database where datname = current_database()
"""
_PHONES = "select id, whole_upto from sync_device where whole_upto > durable_upto"


@dataclass(frozen=True, slots=True)
class BackedUp:
    """
    A backup that was written and read back.

    :param database: the number that the server gave the database
    :param whole_upto: up to where each phone's records are in it without a gap
    """

    path: Path
    database: int
    whole_upto: Mapping[UUID, int]


def back_up(chosen: Target, folder: Path, *, at: datetime) -> BackedUp:
    """
    Write the database into a new file of the folder.

    The file is complete, read back whole and on the disk when it gets its name; it never holds
    keys. What it holds of phones is read in the very moment that it shows.

    :raises Stopped: it could not be written; nothing is left
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{chosen.name}-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}.dump"
    half = path.with_suffix(".part")
    handle = os.open(half, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "r+b") as file:
            with _one_moment(chosen) as moment:
                _dump(chosen, file, moment.snapshot)
            file.flush()
            os.fsync(file.fileno())
            file.seek(0)
            # The list of contents stands at the beginning, and would pass without the rest.
            _programs(chosen).run("pg_restore", "--file=/dev/null", stdin=file)
        half.rename(path)
        _onto_disk(folder)
    except (ProgramFailed, OSError) as error:
        raise Stopped(
            _("The backup could not be written to %(folder)s; nothing was left there: %(said)s")
            % {"folder": folder, "said": _last_words(error)}
        ) from error
    finally:
        half.unlink(missing_ok=True)
    return BackedUp(path, moment.database, moment.whole_upto)


@dataclass(frozen=True, slots=True)
class _Moment:
    snapshot: str
    database: int
    whole_upto: Mapping[UUID, int]


@contextmanager
def _one_moment(chosen: Target) -> Iterator[_Moment]:
    """Hold one moment of the database open, for others to read it too."""
    with chosen.connect() as connection:
        connection.execute("begin isolation level repeatable read, read only")
        found = connection.execute(_MOMENT).fetchone()
        assert found is not None
        snapshot, database, has_phones = found
        phones = connection.execute(_PHONES).fetchall() if has_phones else []
        yield _Moment(snapshot, database, dict(phones))
        connection.execute("rollback")


def _onto_disk(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _dump(chosen: Target, file: IO[bytes], snapshot: str) -> None:
    _programs(chosen).run(
        "pg_dump",
        f"--snapshot={snapshot}",
        "--format=custom",
        "--compress=gzip:6",
        f"--dbname={chosen.owner_url()}",
        stdout=file,
    )


@dataclass(frozen=True, slots=True)
class Restored:
    """
    What became of a backup's restoration.

    :param former: the name under which the former database is kept
    :param again: what had been struck off since the backup
    """

    former: str
    again: StruckAgain


def restore(chosen: Target, file: Path, *, at: datetime) -> Restored:
    """
    Put a backup in the database's place; what was struck off since stays so.

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
        again = strike_off_again(fresh)
        # First the epoch: one too many does no harm, one too few would.
        epoch.renew(chosen.home)
        _swap(chosen, fresh.name, former)
    return Restored(former, again)


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
            if _server_version(fresh) < _KNOWS_TRANSACTION_TIMEOUT:
                _fill_older_server(fresh, content)
            else:
                _read(fresh, content, f"--dbname={fresh.owner_url()}", "--exit-on-error")
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


def _read(fresh: Target, content: IO[bytes], *where: str, stdout: Stream = subprocess.PIPE) -> None:
    programs = _programs(fresh)
    plain = ("--no-owner", "--no-privileges", "--no-comments")
    programs.run("pg_restore", *plain, *where, stdin=content, stdout=stdout)


def _fill_older_server(fresh: Target, content: IO[bytes]) -> None:
    """Take out the one setting that servers before 17 do not know and newer programs write."""
    with tempfile.TemporaryFile() as script:
        _read(fresh, content, "--file=-", stdout=script)
        # pg_restore has set the file that we share to appending only.
        flags = fcntl.fcntl(script, fcntl.F_GETFL)
        fcntl.fcntl(script, fcntl.F_SETFL, flags & ~os.O_APPEND)
        place = os.pread(script.fileno(), _HEADING_BYTES, 0).find(_UNKNOWN_SETTING)
        if place >= 0:
            os.pwrite(script.fileno(), b" " * len(_UNKNOWN_SETTING), place)
        os.lseek(script.fileno(), 0, os.SEEK_SET)
        _programs(fresh).run(
            "psql", "--quiet", "--set=ON_ERROR_STOP=1", fresh.owner_url(), stdin=script
        )


def _server_version(chosen: Target) -> int:
    with chosen.connect() as connection:
        return connection.info.server_version


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
