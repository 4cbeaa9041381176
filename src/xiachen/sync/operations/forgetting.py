"""
The end of keeping: receipts that no phone asks for any more, links, phones of closed operations.

A receipt goes when a backup holds its record and the longest time away has passed. The device keeps
up to which number that was done: what a phone offers of those numbers all the same is kept for a
person, never taken in a second time.
"""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from xiachen.base.owned.bulk import spelt
from xiachen.privacy import audit
from xiachen.privacy.scope import Scope
from xiachen.sync.models.devices import Device, Invitation
from xiachen.sync.models.photos import Photo
from xiachen.sync.models.receipts import Quarantined, Receipt
from xiachen.sync.operations.held import Held
from xiachen.sync.rules.keeping import forgotten_before

# Their phones wait meanwhile.
_AT_ONCE = 500

_DEVICE, _RECEIPT = Device._meta.db_table, Receipt._meta.db_table
# Up to the first number that is younger, or that no backup holds.
_OLD = f"""
    select id, upto from (
        select id, forgotten_upto, least(durable_upto, coalesce((
            select min(seq) - 1 from {_RECEIPT} as receipt
            where receipt.device = device.id and receipt.seq > device.forgotten_upto
                and receipt.received_at >= %s
        ), durable_upto)) as upto
        from {_DEVICE} as device where durable_upto > forgotten_upto
    ) as old where upto > forgotten_upto order by id limit {_AT_ONCE}
"""
_NOTE = f"""
    update {_DEVICE} as device set forgotten_upto = given.upto
    from unnest(%s::uuid[], %s::bigint[]) as given (id, upto)
    where device.id = given.id
"""
_FORGET = f"""
    delete from {_RECEIPT} as receipt
    using unnest(%s::uuid[], %s::bigint[]) as given (id, upto)
    where receipt.device = given.id and receipt.seq <= given.upto and receipt.received_at < %s
"""


@transaction.atomic
def forget_receipts(scope: Scope, *, at: datetime) -> int:
    """
    Forget receipts of some phones that are old and in a backup.

    :returns: of how many phones; none when there is nothing more to forget
    :raises Forbidden: asked by anybody but the installation itself
    """
    scope.require_house()
    before = forgotten_before(at)
    with connection.cursor() as cursor:
        cursor.execute(_OLD, [before])
        old: dict[UUID, int] = dict(cursor.fetchall())
        if not old:
            return 0
        # Nobody takes in anything of these phones between the note and the forgetting.
        Held.lock(old)
        phones, numbers = spelt(old), list(old.values())
        cursor.execute(_NOTE, [phones, numbers])
        cursor.execute(_FORGET, [phones, numbers, before])
    audit.record(scope, "sync.forget-receipts", targets=sorted(old))
    return len(old)


@transaction.atomic
def forget_phones(scope: Scope, *, at: datetime) -> int:
    """
    Forget some phones of operations closed long ago, with all that is kept of them here.

    One that was heard of lately stays, and one of which a record waits for a person or for another
    record. What they recorded stays where it was recorded.

    :returns: how many; none when there is nothing more to forget
    :raises Forbidden: asked by anybody but the installation itself
    """
    scope.require_house()
    over = _over(forgotten_before(at))
    chosen = list(over.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])
    Held.lock(chosen)
    # Looked at once more: one of them may have sent something just now.
    gone = list(over.filter(pk__in=chosen).order_by("pk").values_list("pk", flat=True))
    for model in (Quarantined, Photo, Invitation):
        model._default_manager.filter(device__in=gone).delete()
    Receipt.objects.filter(device__in=gone).delete()
    Device.objects.filter(pk__in=gone).delete()
    if gone:
        audit.record(scope, "sync.forget-phones", targets=gone)
    return len(gone)


@transaction.atomic
def forget_invitations(scope: Scope, *, at: datetime) -> int:
    """
    Forget links that ended long ago, used or not; return how many.

    :raises Forbidden: asked by anybody but the installation itself
    """
    scope.require_house()
    gone, _ = Invitation.objects.filter(expires_at__lt=forgotten_before(at)).delete()
    if gone:
        audit.record(scope, "sync.forget-invitations")
    return gone


def _over(before: datetime) -> QuerySet[Device]:
    """Return the phones of operations that were closed before, which are done with."""
    open_records = Quarantined.objects.filter(device=OuterRef("pk"), settled_at=None)
    return Device.objects.filter(
        ~Exists(open_records), incident__closed_at__lt=before, last_contact__lt=before
    )
