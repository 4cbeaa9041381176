"""
Which life of the installation answers.

Two things make the epoch: what stands in the installation's home, new after every restore, and
the database that answers. A restored backup is another database: what the former one took in
while a new epoch was already written is offered again to the one that stands.
"""

from django.conf import settings

from xiachen.base.postgres.planning import planned_once
from xiachen.privacy.scope import Scope
from xiachen.sync import epoch

_DATABASE = "select oid from pg_database where datname = current_database()"


def current_epoch(scope: Scope) -> str:
    """Return the epoch of the database that this connection speaks to; everybody may know it."""
    written = epoch.epoch(settings.HOME)
    with planned_once() as cursor:
        cursor.execute(_DATABASE)
        (database,) = cursor.fetchone()
    return f"{written}.{database:x}"
