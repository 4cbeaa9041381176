"""The operating system's account that runs PostgreSQL, which refuses to run as root."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from xiachen.site.embedded.errors import AccountRefused, AccountUnknown

USUAL_ACCOUNTS = ("xiachen", "postgres", "nobody")

_FIRST_CLOSED = 'for path; do [ -x "$path" ] || { printf %s "$path"; exit 1; }; done'


@dataclass(frozen=True)
class Account:
    """An account; `switch` tells that programs must be started as another one than ours."""

    name: str
    uid: int
    gid: int
    groups: tuple[int, ...]
    home: str
    switch: bool

    def hand_over(self, path: Path) -> None:
        """Give a path we made to the account."""
        if self.switch:
            os.chown(path, self.uid, self.gid)

    def read_link(self, path: Path) -> str | None:
        """Answer where a link leads, asking as the account where only it may look."""
        try:
            return os.readlink(path)
        except PermissionError:
            # Root in a container lacks the right to look into other accounts' processes.
            return self._read_link_as_account(path) if self.switch else None
        except OSError:
            return None

    def _read_link_as_account(self, path: Path) -> str | None:
        done = subprocess.run(
            ["readlink", "-n", str(path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            user=self.uid,
            group=self.gid,
            extra_groups=self.groups,
        )
        return os.fsdecode(done.stdout) if done.returncode == 0 else None

    def first_closed(self, paths: Iterable[Path]) -> Path | None:
        """Answer the first of the paths the account may not enter or execute, asking as it."""
        asked = [str(path) for path in paths]
        done = subprocess.run(
            ["/bin/sh", "-c", _FIRST_CLOSED, "sh", *asked],
            stdout=subprocess.PIPE,
            cwd="/",
            user=self.uid if self.switch else None,
            group=self.gid if self.switch else None,
            extra_groups=self.groups if self.switch else None,
        )
        return Path(os.fsdecode(done.stdout)) if done.returncode else None


def choose_account(named: str | None, data: Path) -> Account:
    """
    Answer our own account, or, for root, the named one, the data's owner or a usual one.

    :raises AccountRefused: another account is named and we are not root
    :raises AccountUnknown: there is no such account
    """
    if os.geteuid() != 0:
        ours = _known(os.geteuid(), switch=False)
        if named not in (None, ours.name):
            raise AccountRefused(account=named)
        return ours
    if named is None and data.exists() and data.stat().st_uid != 0:
        return _known(data.stat().st_uid, switch=True)
    return _first_existing((named,) if named else USUAL_ACCOUNTS)


def _first_existing(names: Iterable[str]) -> Account:
    for name in names:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return _known(entry.pw_uid, switch=True)
    raise AccountUnknown(account=" / ".join(names))


def _known(uid: int, *, switch: bool) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:  # containers run numbers that have no name
        gid = uid if switch else os.getegid()
        return Account(str(uid), uid, gid, (gid,), "/", switch)
    groups = tuple(os.getgrouplist(entry.pw_name, entry.pw_gid))
    return Account(entry.pw_name, uid, entry.pw_gid, groups, entry.pw_dir, switch)
