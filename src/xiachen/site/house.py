"""The whole site in one program: database, web server and background worker."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from xiachen.site import addresses, migrating
from xiachen.site.embedded.instance import only_instance
from xiachen.site.kept_database import Database, kept_database
from xiachen.site.speaking import gettext, say
from xiachen.site.supervising import (
    PLAIN,
    SERVER,
    WORKER,
    Child,
    Supervisor,
    Told,
    obey_signals,
    run_once,
)
from xiachen.site.target import Target, ensure_database
from xiachen.site.tls import Tls

_ = gettext


def keep_house(
    chosen: Target,
    *,
    host: str,
    port: int,
    prepare: list[str] | None,
    ready: Callable[[], None],
    tls: Tls | None = None,
) -> int:
    """
    Run everything on one address until told to end; leave nothing running.

    :param prepare: arguments of a program of ours that fills the database and prints what there
        is to print, run beside the starting server when the tables are already up to date
    :param ready: called once the site answers
    :param tls: how it speaks HTTPS; without it a proxy does, or nobody
    """
    obey_signals()
    try:
        with only_instance(chosen.home):
            addresses.require_free(host, port)
            if tls:
                addresses.require_free(host, tls.plain_port)
                tls.prepare(datetime.now(UTC))
            with kept_database(chosen) as database:
                _serve(
                    chosen, database, host=host, port=port, prepare=prepare, ready=ready, tls=tls
                )
    except Told:
        say(_("Stopped."))
    return 0


def _serve(
    chosen: Target,
    database: Database | None,
    *,
    host: str,
    port: int,
    prepare: list[str] | None,
    ready: Callable[[], None],
    tls: Tls | None,
) -> None:
    ensure_database(chosen)
    (chosen.home / "static").mkdir(exist_ok=True)  # whitenoise warns where it is missing
    environment = chosen.environment() | (tls.environment() if tls else {})
    if not migrating.is_current(chosen):
        run_once(["-m", "xiachen", "migrate"], chosen.environment(as_owner=True))
    children = _children(environment, host=host, port=port, tls=tls)
    supervisor = Supervisor(children, database)
    try:
        supervisor.start()
        if prepare:
            run_once(prepare, environment)
        supervisor.wait(until=lambda: addresses.answers(host, port, secure=tls is not None))
        ready()
        while True:
            supervisor.wait(until=lambda: tls is not None and tls.renewed(datetime.now(UTC)))
            children[0].reread()
    finally:
        supervisor.end()


def _children(
    environment: Mapping[str, str], *, host: str, port: int, tls: Tls | None
) -> list[Child]:
    """Return the programs to keep running, the web server first."""
    pair = [str(path) for path in tls.pair] if tls else []
    children = [
        Child(SERVER, ["-m", "xiachen.site.serving", host, str(port), *pair], environment),
        Child(WORKER, ["-m", "xiachen.site.working"], environment),
    ]
    if tls:
        plain = ["-m", "xiachen.site.plain", host, str(tls.plain_port)]
        children.append(Child(PLAIN, plain, environment))
    return children
