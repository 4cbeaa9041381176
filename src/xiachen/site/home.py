"""Where this installation keeps its keys, its embedded database and its logs."""

import os
import secrets
from pathlib import Path


def home_directory() -> Path:
    """
    Return XIACHEN_HOME, or `var` in a checkout, or the user's data directory.

    The directory is made on first use, readable by its owner alone.
    """
    named = os.environ.get("XIACHEN_HOME")
    checkout = Path(__file__).parents[3]
    if named:
        home = Path(named)
    elif (checkout / "pyproject.toml").exists():
        home = checkout / "var"
    else:
        home = Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local/share")) / "xiachen"
    home = home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    return home


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
