"""The first epoch of an installation is one, however many ask for it at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from xiachen.sync import epoch

_ASKING = 8


def test_all_who_ask_first_hear_the_same(tmp_path: Path) -> None:
    for number in range(20):
        home = tmp_path / str(number)
        home.mkdir()
        heard = _heard_at_once(home)
        assert heard == {epoch.epoch(home)}
        assert [one.name for one in home.iterdir()] == ["epoch"]


def _heard_at_once(home: Path) -> set[str]:
    together = Barrier(_ASKING)

    def ask(_number: int) -> str:
        together.wait()
        return epoch.epoch(home)

    with ThreadPoolExecutor(_ASKING) as threads:
        return set(threads.map(ask, range(_ASKING)))


def test_after_a_restore_it_is_another(tmp_path: Path) -> None:
    first = epoch.epoch(tmp_path)
    assert epoch.epoch(tmp_path) == first
    renewed = epoch.renew(tmp_path)
    assert renewed != first
    assert epoch.epoch(tmp_path) == renewed
