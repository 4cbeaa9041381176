"""Makes a new data folder, whole or not at all."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from xiachen.site.embedded.errors import MakingFailed, NoSpace, ProgramFailed
from xiachen.site.embedded.place import tells_of_no_space
from xiachen.site.embedded.programs import Programs

OWNER_ROLE = "xiachen_owner"
APP_ROLE = "xiachen_app"
DATABASE = "xiachen"

# `invalid input syntax for type date: "…"` quotes what was sent, so errors of these roles'
# statements are left to the program; those of the server's own processes are still logged.
_FIRST_STATEMENTS = (
    "CREATE EXTENSION pg_trgm;",
    "CREATE EXTENSION btree_gist;",
    f"CREATE ROLE {OWNER_ROLE} LOGIN CREATEDB;",
    f"CREATE ROLE {APP_ROLE} LOGIN;",
    f"ALTER ROLE {OWNER_ROLE} SET log_min_messages = 'fatal';",
    f"ALTER ROLE {APP_ROLE} SET log_min_messages = 'fatal';",
    f"CREATE DATABASE {DATABASE} OWNER {OWNER_ROLE};",
)


def make_data(programs: Programs, data: Path, *, major: int, durable: bool, lock: int) -> None:
    """
    Make the data folder beside its place, then move it there in one step.

    `lock` is the descriptor of the start lock: it goes to initdb, so that nobody starts
    anew while an initdb lives on whose program was killed.

    :raises NoSpace: the disk is full; nothing is left behind
    :raises MakingFailed: PostgreSQL refused; nothing is left behind
    """
    half = data.with_name(f".{data.name}.half-made")
    if half.exists():  # left by a program that was killed
        shutil.rmtree(half)
    half.mkdir(mode=0o700)
    try:
        programs.account.hand_over(half)
        _initdb(programs, half, major=major, durable=durable, lock=lock)
        _first_statements(programs, half, durable=durable, lock=lock)
        half.rename(data)
    except ProgramFailed as failure:
        if tells_of_no_space(failure.output, half):
            raise NoSpace(data=data) from failure
        raise MakingFailed(data=data, said=failure.output.strip()[-1500:]) from failure
    finally:
        shutil.rmtree(half, ignore_errors=True)
    if durable:
        _sync_folder(data.parent)


def _initdb(programs: Programs, half: Path, *, major: int, durable: bool, lock: int) -> None:
    # Under the ctype C, pg_trgm takes no Chinese character for a letter and finds nothing.
    letters = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
    builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if major >= 17 else []
    programs.run(
        "initdb",
        f"--pgdata={half}",
        "--username=postgres",
        "--auth-local=trust",
        "--auth-host=reject",
        "--encoding=UTF8",
        "--locale=C",
        f"--lc-ctype={letters}",
        *builtin,
        "--data-checksums",
        "--no-instructions",
        *([] if durable else ["--no-sync"]),
        pass_fds=[lock],
    )


def _first_statements(programs: Programs, half: Path, *, durable: bool, lock: int) -> None:
    # A single-user run needs no socket and cannot be met by anybody else. New databases,
    # ours and the tests', copy template1 and so its extensions.
    programs.run(
        "postgres",
        "--single",
        "-j",
        "-D",
        str(half),
        "-c",
        "exit_on_error=true",
        "-c",
        "log_min_messages=fatal",
        "-c",
        f"fsync={'on' if durable else 'off'}",
        "template1",
        input="\n\n".join(_FIRST_STATEMENTS) + "\n\n",
        pass_fds=[lock],
    )


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
