"""What the doctor says of databases, and how the audit's waiting entries are counted."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import transaction

from xiachen.privacy import audit
from xiachen.privacy.scope import system_scope
from xiachen.site import doctor
from xiachen.site.doctor import Grade
from xiachen.site.target import Target, drop_database, target

WAITS = r"audit entr(y waits|ies wait) for (its|their) seal"


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIACHEN_LANGUAGE", "en")


@pytest.fixture
def played() -> Iterator[Target]:
    """A server with a demonstration's database; the site's own was never made."""
    own = target("nobody_made_this")
    with own.connect("postgres") as connection:
        connection.execute("create database drill_looked_at")
    yield own
    drop_database(own, "drill_looked_at")


def of_records(chosen: Target, *, production: bool = False) -> list[doctor.Finding]:
    """What is said after the server itself was looked at."""
    found = list(doctor.examine(chosen, production=production, at=datetime.now(UTC)))
    (clock,) = [n for n, one in enumerate(found) if "agree on the time" in one.words]
    return found[clock + 1 :]


@pytest.mark.parametrize(("production", "grade"), [(False, "warning"), (True, "failure")])
def test_a_demonstration_without_a_site_is_one_note(
    production: bool, grade: str, played: Target
) -> None:
    (finding,) = of_records(played, production=production)
    assert finding.grade == grade
    assert "There is a demonstration, but no site" in finding.words


def test_a_site_without_tables_is_one_failure(
    played: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "DRILL", "none_begins_so_")
    (finding,) = of_records(played)
    assert finding.grade is Grade.FAILURE
    assert "Run `xiachen migrate`" in finding.words


def test_entries_that_wait_for_a_seal_are_counted_with_their_time(
    committed_db: None, owner_dsn: str
) -> None:
    with transaction.atomic():
        audit.record(system_scope(), "privacy.look")
    with psycopg.connect(owner_dsn) as connection:
        now = datetime.now(UTC)
        late = doctor._audit(connection, Grade.FAILURE, now + timedelta(minutes=6))
        assert late.grade is Grade.FAILURE
        assert re.search(WAITS + r".* since \d{4}-\d\d-\d\d \d\d:\d\d\.", late.words)
    done = subprocess.run(
        [sys.executable, "-m", "xiachen", "audit", "verify"],
        env={**os.environ, "XIACHEN_LANGUAGE": "en"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert re.search(WAITS, done.stdout), done.stderr


@pytest.mark.parametrize(
    ("text", "mode", "grade", "words"),
    [
        (None, 0, Grade.GOOD, "one person go through: the server's console"),
        ("[group]\nurl = 'wecombot://hidden-key'", 0o600, Grade.GOOD, "chat group: WeCom"),
        ("[group]\nurl = 'wecombot://hidden-key'", 0o644, Grade.FAILURE, "chmod 600"),
        ("[group]\nurl = 'syslog://hidden-key'", 0o600, Grade.FAILURE, "not allowed"),
        ("[phone]\nurl = 'jsons://hidden-key'", 0o600, Grade.FAILURE, "no place for {phone}"),
    ],
)
def test_the_channels_are_named_or_refused_and_their_secrets_never_told(
    tmp_path: Path, text: str | None, mode: int, grade: Grade, words: str
) -> None:
    if text is not None:
        (tmp_path / "channels.toml").write_text(text, "utf-8")
        (tmp_path / "channels.toml").chmod(mode)
    chosen = replace(target("nobody_made_this"), home=tmp_path)
    findings = list(doctor.examine(chosen, production=False, at=datetime.now(UTC)))
    (found,) = [one for one in findings if one.grade is grade and words in one.words]
    assert "hidden-key" not in found.words
