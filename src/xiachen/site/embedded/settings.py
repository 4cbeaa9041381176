"""The server's settings: modest memory, a closed door, and a log that carries no values."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

PORT = 5432

_MODEST = {
    "shared_buffers": "128MB",
    "max_connections": "60",
    "autovacuum": "on",
    "autovacuum_max_workers": "2",
    "autovacuum_vacuum_scale_factor": "0.1",
    "autovacuum_analyze_scale_factor": "0.05",
    "jit": "off",
    "log_checkpoints": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}

_DISPOSABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}

_DOOR = {"listen_addresses": "", "port": str(PORT), "unix_socket_permissions": "0700"}

# Statements, parameters and the DETAIL of an error (`Key (name)=(…) already exists`) hold
# people's data. The first line of an error can hold them too: see the roles' own setting in
# making.py.
_SILENT_LOG = {
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_min_duration_statement": "-1",
    "log_error_verbosity": "terse",
}


def server_settings(
    *, durable: bool, socket_directory: Path, wished: Mapping[str, str]
) -> dict[str, str]:
    """
    Answer every setting to start the server with.

    :raises ValueError: a wish touches the door or the log, which are not for the caller
    """
    fixed = {**_DOOR, **_SILENT_LOG, "unix_socket_directories": str(socket_directory)}
    if taken := sorted(fixed.keys() & wished.keys()):
        raise ValueError(f"these settings belong to the launcher: {', '.join(taken)}")
    return {**_MODEST, **({} if durable else _DISPOSABLE), **wished, **fixed}


def as_options(settings: Mapping[str, str]) -> str:
    """Answer the settings as the one string that pg_ctl hands to a shell."""
    return shlex.join(
        part for name, value in settings.items() for part in ("-c", f"{name}={value}")
    )
