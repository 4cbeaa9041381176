"""Which database the site uses, and as which of its two roles."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from xiachen.site.embedded.cluster import Cluster

OWNER_ROLE = "xiachen_owner"
# A transaction that its client has forgotten must not hold a community's counter for long.
_SESSION = "-c idle_in_transaction_session_timeout=60000 -c lock_timeout=10000"


def embedded_cluster(home: Path, *, durable: bool = True) -> Cluster:
    """Return the embedded server of this installation, started or not."""
    return Cluster(home / "postgres", durable=durable)


def database_settings(home: Path, application_role: str) -> dict[str, Any]:
    """
    Return Django's settings of the one database.

    The site works as `application_role`, which cannot change facts; XIACHEN_AS_OWNER=1 is for
    commands that change tables.
    """
    as_owner = os.environ.get("XIACHEN_AS_OWNER") == "1"
    url = os.environ.get("DATABASE_URL", "")
    where = _of_url(url) if url else _of_embedded(home, application_role, as_owner)
    role = "" if as_owner or not url else f" -c role={application_role}"
    options: dict[str, Any] = {"options": _SESSION + role}
    if not as_owner:
        options["pool"] = {"min_size": 1, "max_size": 8, "timeout": 10}
    return {"ENGINE": "xiachen.base.postgres", "OPTIONS": options, **where}


def _of_url(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            "DATABASE_URL must look like postgresql://user:password@host:5432/name; "
            "only PostgreSQL (15 to 18) can be used"
        )
    return {
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
    }


def _of_embedded(home: Path, application_role: str, as_owner: bool) -> dict[str, Any]:
    return {
        "NAME": os.environ.get("XIACHEN_DATABASE", "xiachen"),
        "USER": OWNER_ROLE if as_owner else application_role,
        "HOST": str(embedded_cluster(home).socket_directory),
    }
