"""Where this installation keeps its keys, its embedded database and its logs."""

import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path

from xiachen.site.speaking import Stopped, gettext

_ = gettext


def home_directory() -> Path:
    """
    Return XIACHEN_HOME, or `var` in a checkout, or the user's data directory.

    The directory is made on first use, closed to others.

    :raises Stopped: it cannot be made, or nothing can be written there
    """
    home = _chosen()
    try:
        home = home.resolve()
        _make(home)
    except OSError as error:
        raise _unusable(home, os.strerror(error.errno or errno.EIO)) from error
    except RuntimeError as error:  # links that lead in a circle
        raise _unusable(home, os.strerror(errno.ELOOP)) from error
    return home


def private_mode() -> int:
    """
    Return the mode that closes a home to others while the embedded database works in it.

    Root hands the database to another account, whose way to its data leads through here: others
    may then pass, but neither list nor write. Whoever is not root closes it altogether.
    """
    return 0o711 if os.geteuid() == 0 else 0o700


def _chosen() -> Path:
    named = os.environ.get("XIACHEN_HOME")
    checkout = Path(__file__).parents[3]
    if named:
        return Path(named)
    if (checkout / "pyproject.toml").exists():
        return checkout / "var"
    data = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    return Path(data) / "xiachen"


def _make(home: Path) -> None:
    """Make it where it is missing; one that is there keeps its mode, which `doctor` looks at."""
    if not home.is_dir():
        home.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):  # another program of ours was quicker
            home.mkdir(mode=0o700)
            home.chmod(private_mode())
    if not home.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    if not os.access(home, os.W_OK | os.X_OK):
        code = errno.EROFS if os.statvfs(home).f_flag & os.ST_RDONLY else errno.EACCES
        raise OSError(code, os.strerror(code))


def _unusable(home: Path, said: str) -> Stopped:
    return Stopped(
        _(
            "Keys and data cannot be kept in %(home)s (%(said)s). Choose another folder with "
            "XIACHEN_HOME, or let this account write there."
        )
        % {"home": home, "said": said}
    )


def secret_key(home: Path) -> str:
    """Return the signing key of sessions and links; made once, mode 0600."""
    path = home / "secret.key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        key = secrets.token_urlsafe(50)
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return key
