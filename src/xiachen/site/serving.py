"""
The web server's process: granian with one worker process that answers in threads.

Started by the supervisor as `python -m xiachen.site.serving HOST PORT`.
"""

import os
import sys
from typing import Any

from xiachen.site.kinship import PARENT, end_with_parent

# Four threads keep two cores busy while some wait for the database; eight connections suffice.
_THREADS = 4


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
    from granian.constants import Interfaces, Loops
    from granian.log import LogLevels
    from granian.server import Server

    host, port = sys.argv[1:3]
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
    ).serve()


if __name__ == "__main__":
    main()
