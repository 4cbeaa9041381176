"""What could go wrong with this installation, looked for before it does."""

import ctypes
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

import psycopg

from xiachen.channels import configured
from xiachen.site import migrating, striking_off, tls
from xiachen.site.home import private_mode
from xiachen.site.speaking import Stopped, gettext, ngettext, written_time
from xiachen.site.target import DRILL, Connection, Target, exists, unreachable

_ = gettext

_LEAST_BYTES = 1 << 30
_LEAST_SHARE = 0.1
_CLOCK_TOLERANCE = timedelta(seconds=2)
_BACKUP_AGE = timedelta(hours=26)
_LAST_BACKUP = "last-backup"
_UNSEALED_AFTER = timedelta(minutes=5)
_TIME_ERROR = 5  # what adjtimex answers while nothing keeps the clock right


class Grade(StrEnum):
    """How bad a finding is; a failure makes the command's exit status 1."""

    GOOD = "good"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True)
class Finding:
    """One thing looked at, and the words for it with what to do."""

    grade: Grade
    words: str


def examine(chosen: Target, *, production: bool, at: datetime) -> Iterator[Finding]:
    """
    Look at everything; yield each finding as it is made.

    :param production: be strict about what only matters where real people's data are
    """
    strict = Grade.FAILURE if production else Grade.WARNING
    yield _account(strict)
    yield from _private(chosen.home, strict)
    yield from _secrets(chosen.home)
    yield _channels(chosen.home)
    yield _space(chosen.home)
    yield from _backups(chosen.home, strict, at)
    yield _system_clock(strict)
    yield from _https(chosen.home, at, strict, production=production)
    try:
        with chosen.connect(None if exists(chosen) else "postgres") as connection:
            yield from _server(connection, at)
            yield from _records(chosen, connection, strict, at)
    except Stopped as stopped:
        yield Finding(Grade.FAILURE, str(stopped))
    except psycopg.OperationalError as error:
        yield Finding(Grade.FAILURE, str(unreachable(error)))


def note_backup(home: Path, path: Path) -> None:
    """Remember the latest backup, so that its age and its disk can be looked at."""
    (home / _LAST_BACKUP).write_text(f"{path}\n", "utf-8")


def on_one_volume(one: Path, other: Path) -> bool:
    """Tell whether two paths are on the same disk, and are lost together."""
    return os.stat(one).st_dev == os.stat(other).st_dev


def _judge(good: bool, words_good: str, words_bad: str, grade: Grade = Grade.FAILURE) -> Finding:
    return Finding(Grade.GOOD, words_good) if good else Finding(grade, words_bad)


def _account(strict: Grade) -> Finding:
    return _judge(
        os.geteuid() != 0,
        _("It does not run as root."),
        _("It runs as root. Make an account for it (useradd --system xiachen) and use that."),
        strict,
    )


def _private(home: Path, strict: Grade) -> Iterator[Finding]:
    for path, mode in ((home, private_mode()), (home / "keys", 0o700)):
        if path.exists():
            yield _judge(
                stat.S_IMODE(path.stat().st_mode) & 0o077 & ~mode == 0,
                _("Others cannot look into %(path)s.") % {"path": path},
                _("Others can look into %(path)s. Close it: chmod %(mode)s %(path)s")
                % {"path": path, "mode": f"{mode:o}"},
                strict,
            )


def _secrets(home: Path) -> Iterator[Finding]:
    for name in ("secret.key", "master.key"):
        path = home / name
        if path.exists():
            closed = stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
            yield _judge(
                closed,
                _("Only its owner can read %(path)s.") % {"path": path},
                _("Others can read %(path)s. Close it: chmod 600 %(path)s") % {"path": path},
            )


def _channels(home: Path) -> Finding:
    """Say what messages go through; of the file's addresses, which hold secrets, nothing."""
    path = home / "channels.toml"
    try:
        found = configured.read(path)
    except configured.Unusable as unusable:
        words = _("No message is sent: %(path)s cannot be used.") % {"path": path}
        return Finding(Grade.FAILURE, words + " " + _unusable_channels(unusable.fault, path))
    words = _("Messages to one person go through: %(one)s; into the chat group: %(group)s.")
    return Finding(
        Grade.GOOD,
        words % {"one": _channel(found.phone), "group": _channel(found.group)},
    )


def _channel(url: str) -> str:
    return {
        "console": _("the server's console"),
        "gateway": _("a gateway for text messages"),
        "wecom": _("WeCom"),
        "dingtalk": _("DingTalk"),
        "feishu": _("Feishu"),
        "mail": _("mail message"),
    }[configured.kind_of(url)]


def _unusable_channels(fault: configured.Fault, path: Path) -> str:
    words = {
        configured.Fault.READABLE: _("Others can read it. Close it: chmod 600 %(path)s"),
        configured.Fault.UNREADABLE: _("This account cannot read it."),
        configured.Fault.SHAPE: _("It is not written as docs/running.md describes."),
        configured.Fault.SCHEME: _("It names a kind of channel that is not allowed."),
        configured.Fault.NO_NUMBER: _("The address under [phone] has no place for {phone}."),
        configured.Fault.IN_CLEAR: _(
            "It speaks in clear without a list of addresses in one's own network."
        ),
    }
    return words[fault] % {"path": path}


def _space(home: Path) -> Finding:
    usage = shutil.disk_usage(home)
    free = f"{usage.free / 1e9:.1f}"
    words = _("%(free)s GB are free on the disk of %(path)s.") % {"free": free, "path": home}
    if usage.free < _LEAST_BYTES:
        return Finding(Grade.FAILURE, words + " " + _("Free some space now."))
    if usage.free < usage.total * _LEAST_SHARE:
        return Finding(Grade.WARNING, words + " " + _("Less than a tenth is left."))
    return Finding(Grade.GOOD, words)


def _backups(home: Path, strict: Grade, at: datetime) -> Iterator[Finding]:
    note = home / _LAST_BACKUP
    path = Path(note.read_text("utf-8").strip()) if note.exists() else None
    if path is None or not path.exists():
        yield Finding(strict, _("There is no backup. Make one daily: xiachen backup FOLDER"))
        return
    age = at.timestamp() - path.stat().st_mtime
    yield _judge(
        age < _BACKUP_AGE.total_seconds(),
        _("The latest backup is %(hours)s hours old.") % {"hours": f"{age / 3600:.0f}"},
        _("The latest backup is %(hours)s hours old. Make one daily.")
        % {"hours": f"{age / 3600:.0f}"},
        Grade.WARNING,
    )
    yield _judge(
        not on_one_volume(home, path),
        _("Keys and backups are on different disks."),
        _("Keys and backups are on one disk: who takes it can read everything. Move the backups."),
        strict,
    )


def _system_clock(strict: Grade) -> Finding:
    state = _clock_state()
    if state is None:
        return Finding(Grade.WARNING, _("Whether the clock is kept right cannot be seen here."))
    return _judge(
        state != _TIME_ERROR,
        _("The clock is synchronised."),
        _("The clock is not synchronised. Start chrony or systemd-timesyncd."),
        strict,
    )


def _clock_state() -> int | None:
    if sys.platform != "linux":
        return None
    # All zero asks and changes nothing; the structure has some 200 bytes.
    state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512))
    return None if state < 0 else int(state)


def _https(home: Path, at: datetime, strict: Grade, *, production: bool) -> Iterator[Finding]:
    """Look at the certificate that the site was served with, or ask for a proxy."""
    found = tls.findings(home, at)
    if found is not None:
        for well, words in found:
            yield Finding(Grade.GOOD if well else strict, words)
    elif production:
        yield _judge(
            os.environ.get("XIACHEN_TLS") == "1",
            _("Cookies are sent over HTTPS only."),
            _("Serve with --tls, or put an HTTPS proxy in front and set XIACHEN_TLS=1."),
        )


def _server(connection: Connection, at: datetime) -> Iterator[Finding]:
    version = connection.info.server_version // 10000
    yield _judge(
        15 <= version <= 18,
        _("PostgreSQL %(version)s.") % {"version": version},
        _("PostgreSQL %(version)s is not supported; use 15 to 18.") % {"version": version},
    )
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        found = connection.execute("select current_setting(%s)", [setting]).fetchone()
        yield _judge(
            found is not None and found[0] != "off",
            _("%(setting)s is on.") % {"setting": setting},
            _("%(setting)s is off: a power cut loses what was acknowledged. Turn it on.")
            % {"setting": setting},
        )
    row = connection.execute("select clock_timestamp()").fetchone()
    apart = abs(row[0] - at) if row else timedelta()
    yield _judge(
        apart < _CLOCK_TOLERANCE + timedelta(seconds=30),
        _("This machine and the database agree on the time."),
        _("This machine's clock and the database's differ by %(seconds)s s.")
        % {"seconds": f"{apart.total_seconds():.0f}"},
    )


def _records(
    chosen: Target, connection: Connection, strict: Grade, at: datetime
) -> Iterator[Finding]:
    """Look at what the site's own database holds, once it is as this version wants it."""
    if not _count(connection, "select count(to_regclass('public.django_migrations'))"):
        yield _not_made(connection, strict)
        return
    tables = _tables(chosen)
    yield tables
    if tables.grade is Grade.GOOD:
        yield _demonstration(connection, strict)
        yield from _struck_off(chosen.home, connection, strict)
        yield _worker(connection, strict)
        yield _audit(connection, strict, at)


def _not_made(connection: Connection, strict: Grade) -> Finding:
    """Tell a machine on which a demonstration was looked at from a site that lost its tables."""
    played = _count(
        connection, f"select count(*) from pg_database where starts_with(datname, '{DRILL}')"
    )
    if played:
        words = _(
            "There is a demonstration, but no site for real work yet. "
            "To begin one, start `xiachen serve`."
        )
        return Finding(strict, words)
    return Finding(Grade.FAILURE, _("Tables are missing. Run `xiachen migrate`."))


def _tables(chosen: Target) -> Finding:
    return _judge(
        migrating.is_current(chosen),
        _("Tables and reference data are up to date."),
        _("Tables or reference data are not those of this version. Run `xiachen migrate`."),
    )


def _demonstration(connection: Connection, strict: Grade) -> Finding:
    count = _count(
        connection, "select count(*) from people_account where demonstration and is_active"
    )
    return _judge(
        count == 0,
        _("There are no demonstration accounts."),
        _("%(count)s demonstration accounts are open; their passwords are known to everybody.")
        % {"count": count},
        strict,
    )


def _struck_off(home: Path, connection: Connection, strict: Grade) -> Iterator[Finding]:
    """Say what a restore keeps out, and whether something got in by another way."""
    counts = {kind.value: len(keys) for kind, keys in striking_off.listed(home).items()}
    words = _("Kept out after a restore, as struck off: %(counts)s.")
    yield Finding(Grade.GOOD, words % {"counts": _three(**counts)})
    inside = striking_off.still_let_in(home, connection)
    if inside:
        words = _(
            "Let in though struck off: %(counts)s. If a backup was put in by hand, use "
            "`xiachen restore`; else strike them off again on their pages."
        )
        counts = {
            "phone": len(inside.phones),
            "link": len(inside.links),
            "account": len(inside.accounts),
        }
        yield Finding(strict, words % {"counts": _three(**counts)})


def _three(*, phone: int, link: int, account: int) -> str:
    words = _("phones %(phones)s, links %(links)s, accounts %(accounts)s")
    return words % {"phones": phone, "links": link, "accounts": account}


def _worker(connection: Connection, strict: Grade) -> Finding:
    alive = _count(
        connection,
        "select count(*) from procrastinate_workers "
        "where last_heartbeat > now() - interval '90 seconds'",
    )
    return _judge(
        alive > 0,
        _("The background worker is alive."),
        _("No background worker is alive. Start `xiachen serve` or `xiachen worker`."),
        strict,
    )


def _audit(connection: Connection, strict: Grade, at: datetime) -> Finding:
    row = connection.execute(
        "select count(*), min(e.at) from privacy_auditentry e "
        "where e.at > coalesce((select max(sealed_at) from privacy_auditseal), '-infinity')"
    ).fetchone()
    waiting, since = row or (0, None)
    if not since:
        return Finding(Grade.GOOD, _("The audit is sealed."))
    words = ngettext(
        "%(count)s audit entry waits for its seal since %(since)s.",
        "%(count)s audit entries wait for their seal, the oldest since %(since)s.",
        waiting,
    ) % {"count": waiting, "since": written_time(since)}
    if since > at - _UNSEALED_AFTER:
        return Finding(Grade.GOOD, words)
    return Finding(strict, words + " " + _("Is the worker running?"))


def _count(connection: Connection, statement: str) -> int:
    row = connection.execute(statement.encode()).fetchone()
    return int(row[0]) if row else 0
