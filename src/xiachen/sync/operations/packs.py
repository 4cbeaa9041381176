"""
What a phone pulls: of each part what it lacks, and what it may not hold any more.

Numbers are given under the part's lock, to what was read under it. So a cursor follows commits: a
change that is committed too late for one reading is found by the next, under a number that no
phone has passed, and no phone goes back to what was read before. No number comes twice, not even
from a server that was restored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from xiachen.base import clock
from xiachen.base.ids import uuid7
from xiachen.privacy import audit
from xiachen.privacy.classes import DataClass
from xiachen.privacy.keyring.vault import vault
from xiachen.privacy.scope import Scope
from xiachen.sync.models.devices import Device
from xiachen.sync.models.packs import PackDoc, PackPart
from xiachen.sync.models.receipts import Quarantined
from xiachen.sync.operations.held import Held
from xiachen.sync.queries.devices import KnownDevice
from xiachen.sync.queries.packs.reach import person_of, reach_of
from xiachen.sync.queries.packs.sources import Source, sources_of
from xiachen.sync.rules import packs as rules
from xiachen.sync.rules.bodies import Doc
from xiachen.sync.rules.occurred import milliseconds
from xiachen.sync.rules.packs import Ledger, Numbered

_COME = f"""
    select last_contact, last_reported, app, durable_upto, whole_upto, exists(
        select from {Quarantined._meta.db_table} as kept
        where kept.device_id = device.id and kept.settled_at is not null
    )
    from {Device._meta.db_table} as device where id = %s
"""
_CONTACT = f"""
    update {Device._meta.db_table} set
        last_contact = %s, last_reported = greatest(last_reported, %s), app = %s
    where id = %s
"""
_HEADS = f"""
    select key, id, cursor, floor, hash, mark from {PackPart._meta.db_table}
    where incident_id = %s and key = any(%s)
"""
_MAKE = f"""
    insert into {PackPart._meta.db_table} 
        (id, incident_id, key, cursor, floor, hash, mark, changed_at)
    values (%s, %s, %s, %s, %s, %s, '', %s) on conflict (incident_id, key) do nothing
"""
_LOCK = f"""
    select id, cursor, floor, hash, mark from {PackPart._meta.db_table}
    where incident_id = %s and key = %s for update
"""
_HEAD = f"""
    update {PackPart._meta.db_table} set cursor = %s, hash = %s, mark = %s, changed_at = %s
    where id = %s
"""
_NUMBERED = f"select doc, version, digest, gone from {PackDoc._meta.db_table} where part_id = %s"
_NUMBER = f"""
    insert into {PackDoc._meta.db_table} as held
        (part_id, doc, version, digest, gone, changed_at)
    select %s, doc, version, digest, gone, %s
    from unnest(%s::text[], %s::bigint[], %s::bytea[], %s::boolean[])
        as given (doc, version, digest, gone)
    on conflict (part_id, doc) do update set
        version = excluded.version, digest = excluded.digest, gone = excluded.gone,
        changed_at = excluded.changed_at
"""


@dataclass(frozen=True, slots=True)
class Contact:
    """
    How far a device's own records have come.

    :ivar durable_upto: all numbers up to it are in a backup that was read back
    :ivar whole_upto: all numbers up to it are held here
    :ivar settled: quarantined events that a person has settled lately
    """

    durable_upto: int
    whole_upto: int
    settled: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PulledPart:
    """
    What goes out of a part.

    :ivar docs: with the version of each
    :ivar hash: over all that the phone then holds; empty while more is to come
    """

    part: str
    cursor: int
    hash: str
    rebuild: bool
    docs: tuple[tuple[Doc, int], ...] = ()
    gone: tuple[str, ...] = ()
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """
    The answer to a pull.

    :ivar share: the server's share in the key of the pack
    :ivar until: when a phone lets go of it
    :ivar purge: parts that the phone holds and may not hold any more
    :ivar reader: the person, in all places that the person's roles reach
    """

    share: bytes
    until: datetime
    parts: tuple[PulledPart, ...]
    purge: tuple[str, ...]
    contact: Contact
    reader: Scope

    @property
    def more(self) -> bool:
        """Tell whether the phone should ask again at once."""
        return any(one.more for one in self.parts)


@dataclass(frozen=True, slots=True)
class _Head:
    """A part's row as it was read."""

    id: UUID
    ledger: Ledger
    mark: bytes


@transaction.atomic
def pull(
    scope: Scope,
    *,
    device: KnownDevice,
    held: Mapping[str, rules.Held],
    last: int,
    app: str,
    at: datetime,
) -> Pulled:
    """
    Return what a phone lacks of the parts that its person may hold at the moment.

    Personal data that goes out is noted as seen, each time for whom it names.

    :param held: what the phone says it has, by part
    :param last: the highest number that the device has given to a record
    :raises Forbidden: asked by anybody but the door of phones
    """
    scope.require_house()
    day = clock.local_day(at)
    keys = vault().keyring(device.incident, DataClass.SERVICE)
    person = person_of(scope, device)
    reach = reach_of(person, day=day)
    sources = sources_of(person, reach, device=device, day=day, key=keys.subkey("pack digests"))
    heads = _heads(device.incident, [one.key for one in sources])
    parts = [
        _pulled(device.incident, one, heads.get(one.key), held.get(one.part, rules.Held()), at)
        for one in sources
    ]
    for source, part in zip(sources, parts, strict=True):
        _note(source, part)
    return Pulled(
        share=rules.share(keys.subkey("pack shares"), device=device.id, day=day),
        until=rules.readable_until(day),
        parts=tuple(parts),
        purge=tuple(sorted(held.keys() - {one.part for one in sources})),
        # Last: whoever takes in records waits for the device's row.
        contact=_contact(device.id, last=last, app=app, at=at),
        reader=reach.own,
    )


@transaction.atomic
def forget_tombstones(scope: Scope, *, at: datetime) -> int:
    """
    Forget what has been gone for long, and parts that no phone has asked for in as long.

    Phones that were away for longer build anew.

    :return: how many tombstones and parts
    """
    unused = PackPart.objects.filter(changed_at__lt=at - rules.TOMBSTONES_KEPT)
    parts = list(unused.values_list("pk", flat=True))
    unused.filter(pk__in=parts).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            with old as (
                delete from {PackDoc._meta.db_table} where gone and changed_at < %s
                returning part_id, version
            ),
            upto as (select part_id, max(version) as version from old group by part_id)
            update {PackPart._meta.db_table} as part set floor = greatest(floor, upto.version)
            from upto where part.id = upto.part_id
            returning (select count(*) from old where old.part_id = part.id)
            """,
            [at - rules.TOMBSTONES_KEPT],
        )
        count = len(parts) + sum(int(row[0]) for row in cursor.fetchall())
    if count:
        audit.record(scope, "sync.forget-tombstones")
    return count


def _contact(device: UUID, *, last: int, app: str, at: datetime) -> Contact:
    """Note that the phone was there, not with every question, and tell how far it has come."""
    with connection.cursor() as cursor:
        cursor.execute(_COME, [device])
        seen, reported, known_app, durable_upto, whole_upto, some_settled = cursor.fetchone()
        if last > reported or app != known_app or at - seen >= rules.CONTACT_NOTED_EVERY:
            cursor.execute(_CONTACT, [at, last, app, device])
    settled = Held.settled([device], at).get(device, []) if some_settled else []
    return Contact(durable_upto, whole_upto, tuple(settled))


def _heads(incident: UUID, keys: list[str]) -> dict[str, _Head]:
    with connection.cursor() as cursor:
        cursor.execute(_HEADS, [incident, keys])
        return {key: _head(*row) for key, *row in cursor.fetchall()}


def _head(id: UUID, cursor: int, floor: int, hash: str, mark: bytes) -> _Head:
    return _Head(id, Ledger(cursor, floor, hash), bytes(mark))


def _pulled(
    incident: UUID, source: Source, seen: _Head | None, held: rules.Held, at: datetime
) -> PulledPart:
    reading = source.read()
    if seen is not None and seen.mark == reading.mark and held == seen.ledger.held:
        return PulledPart(part=source.part, cursor=held.cursor, hash=held.hash, rebuild=False)
    head = _locked(incident, source.key, at)
    # Read only now: whoever was here before has numbered nothing newer.
    docs = reading.docs()
    numbered = _numbered(head.id)
    digests = {id: rules.digest(source.secret, one) for id, one in docs.items()}
    changed = rules.changes(digests, numbered, after=head.ledger.cursor, at=at)
    ledger = head.ledger
    if changed or head.mark != reading.mark:
        numbered |= changed
        ledger = rules.ledger_with(ledger, numbered)
        _number(head.id, changed, ledger, reading.mark, at)
    return _answer(source.part, held, ledger, docs, numbered)


def _answer(
    part: str,
    held: rules.Held,
    ledger: Ledger,
    docs: Mapping[str, Doc],
    numbered: Mapping[str, Numbered],
) -> PulledPart:
    rebuild = rules.needs_rebuild(held, ledger, numbered)
    sent, cursor = rules.lacking(numbered, held=held, rebuild=rebuild, ledger=ledger)
    return PulledPart(
        part=part,
        cursor=cursor,
        hash=ledger.hash if cursor == ledger.cursor else "",
        rebuild=rebuild,
        docs=tuple((docs[id], one.version) for id, one in sent if not one.gone),
        gone=tuple(id for id, one in sent if one.gone),
        more=cursor < ledger.cursor,
    )


def _locked(incident: UUID, key: str, at: datetime) -> _Head:
    """Lock a part until the end of the transaction; one that there is not yet is made."""
    first = milliseconds(at)
    with connection.cursor() as cursor:
        cursor.execute(_MAKE, [uuid7(), incident, key, first, first, rules.state_hash(()), at])
        cursor.execute(_LOCK, [incident, key])
        return _head(*cursor.fetchone())


def _numbered(part: UUID) -> dict[str, Numbered]:
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERED, [part])
        return {
            doc: Numbered(version, bytes(digest), gone)
            for doc, version, digest, gone in cursor.fetchall()
        }


def _number(
    part: UUID, changed: Mapping[str, Numbered], ledger: Ledger, mark: bytes, at: datetime
) -> None:
    rows = changed.values()
    with connection.cursor() as cursor:
        if changed:
            cursor.execute(
                _NUMBER,
                [
                    part,
                    at,
                    list(changed),
                    [one.version for one in rows],
                    [one.digest for one in rows],
                    [one.gone for one in rows],
                ],
            )
        cursor.execute(_HEAD, [ledger.cursor, ledger.hash, mark, at, part])


def _note(source: Source, part: PulledPart) -> None:
    """Write whom the docs that go out show by name, in the role in which they are seen."""
    named = {doc.named for doc, _version in part.docs if doc.named is not None}
    if named:
        audit.record(source.scope, "sync.pull", community=source.community, targets=sorted(named))
