"""What of phones' records a backup holds: only that may they put away."""

from collections.abc import Mapping
from uuid import UUID

from django.db import connection, transaction

from xiachen.base.owned.bulk import spelt
from xiachen.privacy.scope import Scope
from xiachen.sync.models.devices import Device

_TABLE = Device._meta.db_table

_HOLD = f"select id from {_TABLE} where id = any(%s::uuid[]) order by id for no key update"
_NOTE = f"""
    update {_TABLE} as device set
        durable_upto = greatest(device.durable_upto, least(device.whole_upto, given.upto))
    from unnest(%s::uuid[], %s::bigint[]) as given (id, upto)
    where device.id = given.id and
        (select oid from pg_database where datname = current_database()) = %s
"""


@transaction.atomic
def note_backup(scope: Scope, *, whole_upto: Mapping[UUID, int], database: int) -> None:
    """
    Note what a backup holds that was written, read back, and is on the disk.

    :param whole_upto: up to where each device's numbers are in it without a gap
    :param database: the number of the database that was backed up; another one may have taken its
        place since, and then nothing is noted
    :raises Forbidden: asked by anybody but the installation itself
    """
    scope.require_house()
    devices = list(whole_upto)
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [spelt(devices)])
        cursor.execute(_NOTE, [spelt(devices), [whole_upto[one] for one in devices], database])
