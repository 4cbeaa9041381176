"""The whole site in one program: database, web server and background worker."""

from collections.abc import Callable

from xiachen.site import addresses, migrating
from xiachen.site.embedded.instance import only_instance
from xiachen.site.kept_database import Database, kept_database
from xiachen.site.speaking import gettext, say
from xiachen.site.supervising import (
    SERVER,
    WORKER,
    Child,
    Supervisor,
    Told,
    obey_signals,
    run_once,
)
from xiachen.site.target import Target, ensure_database

_ = gettext


def keep_house(
    chosen: Target, *, host: str, port: int, prepare: list[str] | None, ready: Callable[[], None]
) -> int:
    """
    Run everything on one address until told to end; leave nothing running.

    :param prepare: arguments of a program of ours that fills the database and prints what there
        is to print, run beside the starting server when the tables are already up to date
    :param ready: called once the site answers
    """
    obey_signals()
    try:
        with only_instance(chosen.home):
            addresses.require_free(host, port)
            with kept_database(chosen) as database:
                _serve(chosen, database, host=host, port=port, prepare=prepare, ready=ready)
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
) -> None:
    ensure_database(chosen)
    (chosen.home / "static").mkdir(exist_ok=True)  # whitenoise warns where it is missing
    environment = chosen.environment()
    if not migrating.is_current(chosen):
        run_once(["-m", "xiachen", "migrate"], chosen.environment(as_owner=True))
    supervisor = Supervisor(
        [
            Child(SERVER, ["-m", "xiachen.site.serving", host, str(port)], environment),
            Child(WORKER, ["-m", "xiachen.site.working"], environment),
        ],
        database,
    )
    try:
        supervisor.start()
        if prepare:
            run_once(prepare, environment)
        supervisor.wait(until=lambda: addresses.answers(host, port))
        ready()
        supervisor.wait(until=lambda: False)
    finally:
        supervisor.end()
