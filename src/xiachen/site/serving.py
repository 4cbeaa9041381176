"""
The web server's process: granian with one worker process that answers in threads.

Started by the supervisor as `python -m xiachen.site.serving HOST PORT [CERTIFICATE KEY]`; told
SIGHUP it reads the certificate again without dropping a request.
"""

import os
import sys
from pathlib import Path
from typing import Any

from xiachen.site.kinship import PARENT, end_with_parent

# So many requests are answered at the same time. Nearly all of them wait: phones for the turn in
# which they are taken in together, pages for one of the eight connections to the database.
_THREADS = 64


def application() -> Any:
    """Return the WSGI application; called once in the worker process."""
    end_with_parent()
    name = os.environ.get("XIACHEN_WSGI", "xiachen.site.wsgi")
    from importlib import import_module

    return import_module(name).application


def main() -> None:
    """Serve until told to stop."""
    end_with_parent()
    os.environ[PARENT] = str(os.getpid())
    from granian.constants import Interfaces, Loops, SSLProtocols
    from granian.log import LogLevels
    from granian.server import Server

    host, port, *pair = sys.argv[1:]
    certificate, key = map(Path, pair) if pair else (None, None)
    Server(
        "xiachen.site.serving:application",
        address=host,
        port=int(port),
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=_THREADS,
        loop=Loops.asyncio,
        websockets=False,
        log_level=LogLevels.error,
        workers_kill_timeout=5,
        factory=True,
        ssl_cert=certificate,
        ssl_key=key,
        # Browsers inside other apps on old phones do not speak 1.3.
        ssl_protocol_min=SSLProtocols.tls12,
    ).serve()


if __name__ == "__main__":
    main()
