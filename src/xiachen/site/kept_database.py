"""The embedded server of a program that runs for long: kept alive, and never left behind."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from xiachen.site.embedded.cluster import Cluster
from xiachen.site.kinship import Keeper, wait_for_keeper
from xiachen.site.speaking import gettext, say
from xiachen.site.target import Target

_ = gettext


class Database:
    """The server that runs, and the shell that will stop it should we be killed."""

    def __init__(self, cluster: Cluster, keeper: Keeper) -> None:
        self._cluster = cluster
        self._keeper = keeper
        self._pid = cluster.pid()

    def look(self) -> None:
        """Start again what has ended."""
        self._keeper.watch()
        if not _lives(self._pid):
            say(_("The database ended unexpectedly; starting it again."))
            self._cluster.start()
            self._pid = self._cluster.pid()


@contextmanager
def kept_database(chosen: Target) -> Iterator[Database | None]:
    """Have the embedded server run during the block, whatever ends the block or the program."""
    cluster = chosen.cluster
    if cluster is None:
        yield None
        return
    wait_for_keeper(chosen.home)
    say(_("Starting the database…"))
    keeper = Keeper(chosen.home, cluster)
    keeper.watch()  # first, so that nothing can kill us between the two
    try:
        cluster.start()
        yield Database(cluster, keeper)
    finally:
        say(_("Stopping…"))
        cluster.stop()
        keeper.dismiss()


def _lives(pid: int | None) -> bool:
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
