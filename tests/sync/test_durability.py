"""What phones may put away: only what a backup holds that was read back."""

import os
from pathlib import Path

import pytest

from tests.attendance.town import arrive
from tests.sync.phones import Phone, phone_of
from tests.world import World
from xiachen.base import clock
from xiachen.privacy.scope import system_scope
from xiachen.site import backup
from xiachen.site.speaking import Stopped
from xiachen.site.target import target
from xiachen.sync import epoch
from xiachen.sync.operations.durability import note_backup
from xiachen.sync.queries.epochs import current_epoch


@pytest.fixture
def phone(committed_world: World) -> Phone:
    town = arrive(committed_world)
    return phone_of(town.local, town.world.local)


def strange(phone: Phone) -> dict[str, object]:
    return phone.event("some.thing", {}, community=None)


def durable_upto(phone: Phone) -> int:
    return int(phone.push()[1]["durable_upto"])


def test_only_what_the_backup_shows_is_put_away(
    phone: Phone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.push(strange(phone), strange(phone), strange(phone))
    dump = backup._dump

    def while_somebody_sends(*given: object) -> None:
        phone.push(strange(phone))
        dump(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(backup, "_dump", while_somebody_sends)
    made = backup.back_up(target(), tmp_path, at=clock.now())
    assert made.whole_upto == {phone.device: 3}
    assert durable_upto(phone) == 0
    note_backup(system_scope(), whole_upto=made.whole_upto, database=made.database)
    _, told = phone.push()
    assert (told["durable_upto"], told["whole_upto"]) == (3, 4)


def test_a_backup_of_another_database_says_nothing_about_this_one(phone: Phone) -> None:
    phone.push(strange(phone))
    note_backup(system_scope(), whole_upto={phone.device: 1}, database=1)
    assert durable_upto(phone) == 0


def test_a_backup_that_cannot_be_read_back_is_none(
    phone: Phone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dump = backup._dump

    def cut_off(chosen: object, file: object, snapshot: str) -> None:
        dump(chosen, file, snapshot)  # type: ignore[arg-type]
        # The list of contents, at the beginning, stays whole.
        size = os.fstat(file.fileno()).st_size  # type: ignore[attr-defined]
        os.truncate(file.fileno(), size * 2 // 3)  # type: ignore[attr-defined]

    monkeypatch.setattr(backup, "_dump", cut_off)
    with pytest.raises(Stopped):
        backup.back_up(target(), tmp_path, at=clock.now())
    assert not list(tmp_path.iterdir())


def test_a_new_epoch_follows_the_file_and_the_database(phone: Phone) -> None:
    first = current_epoch(system_scope())
    assert first == phone.enrolled["epoch"]
    epoch.renew(target().home)
    assert phone.push()[1]["epoch"] != first
    written, _, database = first.partition(".")
    assert int(database, 16) > 0
    assert written
