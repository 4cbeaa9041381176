"""The audit is sealed every minute, and whoever changes it afterwards is found out."""

import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from xiachen.base.errors import Forbidden
from xiachen.base.ids import uuid7
from xiachen.privacy import audit
from xiachen.privacy.models import AuditEntry, AuditSeal
from xiachen.privacy.operations import note_restore, seal_audit
from xiachen.privacy.queries import Fault, Report, audit_head, verify_audit
from xiachen.privacy.scope import EVERYWHERE, Role, Scope, system_scope

AUDITOR = Scope(account=uuid7(), role=Role.AUDITOR, places=EVERYWHERE)
SECRETARY = Scope(account=uuid7(), role=Role.SECRETARY, places=((420106, 420107),))


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(autouse=True)
def keys(settings, tmp_path: Path) -> Path:
    """A key directory of the test's own, where the latest head is kept."""
    settings.KEY_DIRECTORY = tmp_path / "keys"
    return tmp_path / "keys"


@pytest.fixture
def owner(committed_db: None, owner_dsn: str) -> Iterator[psycopg.Connection]:
    """Whoever owns the tables, and so can change what the application cannot."""
    with psycopg.connect(owner_dsn, autocommit=True) as connected:
        # What the installation itself has written is none of these tests' business.
        connected.execute("truncate privacy_auditentry, privacy_auditseal")
        yield connected


def write(count: int = 2) -> list[UUID]:
    """Write entries as operations do, and return the persons they are about."""
    people = [uuid4() for _ in range(count)]
    with transaction.atomic():
        for person in people:
            audit.record(SECRETARY, "people.view-member", community=420106, subject=person)
    return people


def sealed(seals: int = 3) -> None:
    for _ in range(seals):
        write()
        assert seal_audit(system_scope(), at=now())


def verified(**more: object) -> Report:
    return verify_audit(AUDITOR, at=now(), **more)  # type: ignore[arg-type]


def faults(**more: object) -> set[Fault]:
    return {finding.fault for finding in verified(**more).findings}


def test_what_was_written_is_sealed_once_and_in_order(owner: psycopg.Connection) -> None:
    write(3)
    first = seal_audit(system_scope(), at=now())
    assert first is not None and first.number == 1 and len(first.entries) == 3
    assert seal_audit(system_scope(), at=now()) is None
    write(1)
    second = seal_audit(system_scope(), at=now())
    assert second is not None and second.number == 2 and len(second.entries) == 1
    head = audit_head(AUDITOR)
    assert head is not None and head.head == second.head != first.head
    report = verified()
    assert report.whole and report.anchored
    assert (report.seals, report.entries, report.head) == (2, 4, second.head)


def test_an_entry_of_a_transaction_that_is_still_open_is_caught_by_the_next_seal(
    owner: psycopg.Connection, owner_dsn: str
) -> None:
    with psycopg.connect(owner_dsn) as slow:
        insert(slow, uuid7(), now())
        sealed(1)
        slow.commit()
    late = seal_audit(system_scope(), at=now())
    assert late is not None and len(late.entries) == 1
    assert verified().whole


def test_without_any_entry_there_is_nothing_to_seal_and_nothing_wrong(
    owner: psycopg.Connection,
) -> None:
    assert seal_audit(system_scope(), at=now()) is None
    assert audit_head(AUDITOR) is None
    report = verified()
    assert report.whole and not report.anchored and report.head == ""


@pytest.mark.parametrize(
    "change",
    [
        "reason = 'another'",
        "account = gen_random_uuid()",
        "subject = null",
        "at = at + interval '1 microsecond'",
        "role = 'system'",
        "action = 'people.view'",
        "incident = gen_random_uuid()",
        "community = 7",
        "targets = array[gen_random_uuid()]",
    ],
)
def test_a_change_of_any_column_is_found(owner: psycopg.Connection, change: str) -> None:
    sealed()
    owner.execute(
        f"update privacy_auditentry set {change} "  # type: ignore[arg-type]
        "where id = (select entries[1] from privacy_auditseal where number = 2)"
    )
    [finding] = verified().findings
    assert (finding.fault, finding.seal) == (Fault.ALTERED, 2)


def test_a_deleted_entry_is_found_and_named(owner: psycopg.Connection) -> None:
    sealed()
    [(entry,)] = owner.execute(
        "delete from privacy_auditentry "
        "where id = (select entries[2] from privacy_auditseal where number = 1) returning id"
    ).fetchall()
    [finding] = verified().findings
    assert (finding.fault, finding.seal, finding.entry) == (Fault.DELETED, 1, entry)


def insert(connected: psycopg.Connection, entry: UUID, at: datetime) -> None:
    connected.execute(
        "insert into privacy_auditentry (id, at, account, role, action, targets, reason) "
        "values (%s, %s, %s, 'system', 'people.view', '{}', '')",
        [entry, at, uuid4()],
    )


@pytest.mark.parametrize("then", ["before the next seal", "after the next seal"])
@pytest.mark.parametrize("ago", [timedelta(minutes=20), timedelta(days=30)])
def test_an_entry_put_in_afterwards_is_found(
    owner: psycopg.Connection, then: str, ago: timedelta
) -> None:
    sealed()
    entry = uuid7()
    insert(owner, entry, now() - ago)
    if then == "after the next seal":
        sealed(1)
    assert [(f.fault, f.entry) for f in verified().findings] == [(Fault.LATE, entry)]


def test_entries_that_wait_too_long_for_a_seal_are_found(owner: psycopg.Connection) -> None:
    write(1)
    assert verified().whole
    report = verify_audit(AUDITOR, at=now() + timedelta(minutes=6))
    assert [finding.fault for finding in report.findings] == [Fault.UNSEALED]
    assert report.waiting == 1
    assert report.since == AuditEntry.objects.get().at


def test_the_folder_of_keys_is_closed_also_when_a_seal_makes_it(
    owner: psycopg.Connection, keys: Path
) -> None:
    sealed(1)
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700


def test_a_missing_seal_is_found(owner: psycopg.Connection) -> None:
    sealed()
    owner.execute("delete from privacy_auditseal where number = 2")
    assert Fault.BROKEN in faults()


def test_seals_in_another_order_are_found(owner: psycopg.Connection) -> None:
    sealed()
    owner.execute("update privacy_auditseal set number = -number where number in (2, 3)")
    owner.execute("update privacy_auditseal set number = number + 5 where number in (-2, -3)")
    assert [f.seal for f in verified().findings if f.fault is Fault.ALTERED] == [2, 3]


@pytest.mark.parametrize(
    "change",
    ["sealed_at = now() - interval '1 day'", "entries = entries[1:1]", "head = repeat('a', 64)"],
)
def test_a_changed_seal_is_found(owner: psycopg.Connection, change: str) -> None:
    sealed()
    owner.execute(f"update privacy_auditseal set {change} where number = 2")  # type: ignore[arg-type]
    assert Fault.ALTERED in faults()


def test_the_last_seal_made_anew_after_a_change_is_found_by_the_head_kept_outside(
    owner: psycopg.Connection, keys: Path
) -> None:
    sealed()
    forge_last(owner)
    assert faults() == {Fault.REPLACED}
    for kept in (keys / "audit-heads").iterdir():
        kept.unlink()
    assert verified().whole, "without the head kept outside only a printed one proves it"


def test_the_last_seal_made_anew_after_a_change_is_found_by_a_bulletin(
    owner: psycopg.Connection, keys: Path
) -> None:
    sealed()
    head = audit_head(AUDITOR)
    assert head is not None
    printed = {head.number: head.head}
    assert verified(printed=printed).whole
    forge_last(owner)
    for kept in (keys / "audit-heads").iterdir():
        kept.unlink()
    assert faults(printed=printed) == {Fault.REPLACED}


def forge_last(owner: psycopg.Connection) -> None:
    """Change an entry, take the last seal away and let the product itself seal anew."""
    owner.execute(
        "update privacy_auditentry set reason = 'harmless' "
        "where id = (select entries[1] from privacy_auditseal where number = 3)"
    )
    owner.execute("delete from privacy_auditseal where number = 3")
    assert seal_audit(system_scope(), at=now())


def test_seals_cut_off_at_the_end_are_found(owner: psycopg.Connection) -> None:
    sealed()
    owner.execute(
        "delete from privacy_auditentry where id in "
        "(select unnest(entries) from privacy_auditseal where number = 3)"
    )
    owner.execute("delete from privacy_auditseal where number = 3")
    assert faults() == {Fault.REPLACED}


def test_after_a_restore_the_chain_goes_on_and_the_newer_head_is_set_aside(
    owner: psycopg.Connection, keys: Path
) -> None:
    sealed()
    owner.execute(
        "delete from privacy_auditentry where id in "
        "(select unnest(entries) from privacy_auditseal where number = 3)"
    )
    owner.execute("delete from privacy_auditseal where number = 3")
    note_restore(system_scope(), epoch="0123abcd")
    assert [kept.suffix for kept in (keys / "audit-heads").glob("*.0123abcd")] == [".0123abcd"]
    sealed(1)
    assert verified().whole
    assert AuditEntry.objects.filter(action="privacy.restore-backup", reason="0123abcd").exists()
    owner.execute("delete from privacy_auditseal where number = 3")
    assert Fault.REPLACED in faults(), "the head is kept anew from here on"


@pytest.mark.parametrize("table", ["privacy_auditentry", "privacy_auditseal"])
@pytest.mark.parametrize(
    "act", ["update {0} set {1} = {1}", "delete from {0}", "truncate {0}", "drop table {0}"]
)
def test_the_application_itself_can_neither_change_nor_remove_audit(
    owner: psycopg.Connection, table: str, act: str
) -> None:
    sealed(1)
    column = {"privacy_auditentry": "reason", "privacy_auditseal": "head"}[table]
    with connection.cursor() as cursor, pytest.raises(ProgrammingError) as refused:
        cursor.execute(act.format(table, column))
    assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)
    assert verified().whole


def test_two_workers_sealing_at_once_make_one_chain(owner: psycopg.Connection) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connections

    write(20)

    def seal(_number: int) -> AuditSeal | None:
        try:
            return seal_audit(system_scope(), at=now())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as workers:
        made = [made for made in workers.map(seal, range(8)) if made]
    assert [len(seal.entries) for seal in made] == [20]
    assert verified().whole


def test_only_background_work_seals_and_only_who_reads_audit_verifies(db: None) -> None:
    with pytest.raises(Forbidden):
        seal_audit(AUDITOR, at=now())
    with pytest.raises(Forbidden):
        verify_audit(SECRETARY, at=now())


def test_the_job_seals_each_minute(owner: psycopg.Connection) -> None:
    from procrastinate.contrib.django import app

    write(1)
    task = app.tasks["privacy.jobs.seal_audit"]
    assert [
        one.cron for key, one in app.periodic_registry.periodic_tasks.items() if key[0] == task.name
    ] == ["* * * * *"]
    task(timestamp=0)
    assert AuditSeal.objects.count() == 1
