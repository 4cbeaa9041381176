"""In a scenario too, a role that sees people is held once a second administrator approves."""

from pathlib import Path

import pytest

from tests.drill.files import SMALL
from xiachen.drill.operations.playing import play
from xiachen.drill.rules.faults import EventFailed
from xiachen.people.models.accounts import Account, Grant

ADMINISTRATORS = """
[[account]]
name = "first"
role = "administrator"

[[account]]
name = "second"
role = "administrator"

[[account]]
name = "clerk"
role = "auditor"
"""

GIVEN = """
[[event]]
at = "08:30"
by = "first"
do = "people.give-grant"
with = { account = "clerk", role = "organiser", division = 4201 }
"""

APPROVED = """
[[event]]
at = "08:40"
by = "second"
do = "people.approve-grant"
with = { account = "clerk", role = "organiser" }
"""

USED = """
[[event]]
at = "09:00"
by = "clerk"
role = "organiser"
do = "notices.issue-document"
with = { kind = "notice", number = "2", title = "补充通知", issuers = ["bureau"] }
"""


def file(folder: Path, *parts: str) -> str:
    path = folder / "mine.toml"
    path.write_text("".join((SMALL, ADMINISTRATORS, *parts)), "utf-8")
    return str(path)


def test_an_approved_role_is_acted_in(db: None, tmp_path: Path) -> None:
    play(file(tmp_path, GIVEN, APPROVED, USED))
    grant = Grant.objects.get(account__username="clerk", role="organiser")
    assert not grant.waits
    assert grant.approved_by == Account.objects.get(username="second").pk


def test_a_role_that_waits_is_not(db: None, tmp_path: Path) -> None:
    with pytest.raises(EventFailed) as failed:
        play(file(tmp_path, GIVEN, USED))
    assert "holds no such role" in str(failed.value)


def test_nobody_approves_what_they_have_given(db: None, tmp_path: Path) -> None:
    own = APPROVED.replace('by = "second"', 'by = "first"')
    with pytest.raises(EventFailed) as failed:
        play(file(tmp_path, GIVEN, own))
    assert "Another administrator has to approve it" in str(failed.value)
