"""The trials of the soak; each returns words for what was seen, or fails an assertion."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

from bench.client import Client, Ledger, items
from bench.harm import inhabited, kill_at_random, more_acknowledged, phones, verdict
from bench.house import House, new_home
from bench.town import Town
from xiachen.sync import epoch

_FAILPOINT_DAY = 59  # the phones' turns never come to it
_DISK_BYTES = 640 << 20


def kills(times: int, seed: int) -> str:
    """End any process at any moment, again and again."""
    with inhabited() as (house, town):
        ledger = Ledger()
        with phones(house, town, ledger):
            killed = kill_at_random(house, ledger, times=times, seed=seed)
        seen = verdict(house, ledger)
        assert seen.good, f"{seen}; {killed}"
        return f"{seen}; killed {killed}"


def failpoints() -> str:
    """End the server before and after the commit of a request, then offer it again."""
    with inhabited() as (house, town):
        before, after = failpoints_of(house, town, times=5)
    return f"offered again: {before} before the commit, {after} after it"


def failpoints_of(house: House, town: Town, *, times: int) -> tuple[str, str]:
    """Return what the second offer was answered with, for each of the two moments."""
    said: dict[str, set[str]] = {"before": set(), "after-commit": set()}
    client = Client(house.port, town)
    client.sign_in()
    source = items(town, _FAILPOINT_DAY)
    for failpoint, answers in said.items():
        for item in islice(source, times):
            with suppress(OSError, Exception):
                client.check_in(item, failpoint)
            answers.add(_until_acknowledged(client, item))
    client.close()
    assert said == {"before": {"accepted"}, "after-commit": {"already"}}, said
    return "accepted", "already"


def _until_acknowledged(client: Client, item: dict[str, object]) -> str:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with suppress(OSError, Exception):
            if answer := client.check_in(item):
                return answer
        time.sleep(0.05)
    raise AssertionError("the site did not come back")


def control_of_lies() -> str:
    """Acknowledge and throw away; the verdict has to see it."""
    with inhabited() as (house, town):
        return lies_are_found(house, town)


def lies_are_found(house: House, town: Town) -> str:
    """Have some check-ins acknowledged and thrown away."""
    ledger = Ledger(turn=15)
    with phones(house, town, ledger, number=1, fault="lie"):
        more_acknowledged(ledger, 30)
    seen = verdict(house, ledger)
    assert seen.missing, f"the lost ones were not found: {seen}"
    return f"red as it must be: {seen.missing} missing"


def control_without_sync() -> str:
    """Let commits be acknowledged before they are on the disk, and end PostgreSQL."""
    with inhabited() as (house, town):
        return loss_without_sync(house, town, times=10)


def loss_without_sync(house: House, town: Town, *, times: int) -> str:
    """End PostgreSQL until something that it had acknowledged is gone."""
    ledger = Ledger(turn=16)
    with phones(house, town, ledger, number=2):
        _stop_waiting_for_disks(house)  # only now: the phones' sessions must not be lost
        for _kill in range(times):
            more_acknowledged(ledger, 15)
            house.kill("postgres")
            more_acknowledged(ledger)
            if verdict(house, ledger).missing:
                break
    seen = verdict(house, ledger)
    assert seen.missing, f"nothing was lost although nothing was synchronised: {seen}"
    return f"red as it must be: {seen.missing} of {seen.acknowledged} missing"


def _stop_waiting_for_disks(house: House) -> None:
    with house.connect("postgres") as connection:
        connection.execute("alter system set synchronous_commit = off")
        connection.execute("alter system set wal_writer_delay = '10s'")
        connection.execute("select pg_reload_conf()")


def restore() -> str:
    """Go back to an older backup; phones then offer again what they keep."""
    with inhabited() as (house, town):
        ledger = Ledger()
        with phones(house, town, ledger) as early:
            more_acknowledged(ledger, 30)
        folder = house.home / "backups"
        house.run("-m", "xiachen", "backup", str(folder))
        with phones(house, town, ledger) as late:
            more_acknowledged(ledger, 30)
        before = epoch.epoch(house.home)
        house.stop()
        house.run("-m", "xiachen", "restore", str(next(folder.glob("*.dump"))))
        house.start()
        assert epoch.epoch(house.home) != before, "the epoch is still the old one"
        lost = verdict(house, ledger)
        assert lost.missing, "control: a backup that holds what came after it"
        client = Client(house.port, town)
        client.sign_in()
        for phone in (*early, *late):
            for item in phone.items_offered:
                assert client.check_in(item)
        client.close()
        seen = verdict(house, ledger)
        assert seen.good, str(seen)
        return f"{lost.missing} missing after the restore (control), none once offered again"


def full_disk() -> str:
    """Fill the disk under a running site, then free it."""
    with _small_disk() as disk:
        with inhabited(new_home(disk)) as (house, town):
            ledger = Ledger()
            with phones(house, town, ledger):
                more_acknowledged(ledger, 20)
                failed = _fill_and_free(house, disk, ledger)
                _start_again(house)
                more_acknowledged(ledger, 5)
            seen = verdict(house, ledger)
            assert seen.good, str(seen)
            assert failed, "the full disk was not noticed at all"
            liar = Ledger(turn=10)
            with phones(house, town, liar, fault="lie-on-error"):
                more_acknowledged(liar, 10)
                _fill_and_free(house, disk, liar)
                _start_again(house)
                more_acknowledged(liar, 5)
            control = verdict(house, liar)
            assert control.missing, f"what was lost on the full disk was not found: {control}"
        return (
            f"{seen}, {failed} answers failed while it was full; "
            f"control: {control.missing} missing when errors are acknowledged"
        )


@contextmanager
def _small_disk() -> Iterator[Path]:
    """Mount a small disk in memory; only root may."""
    folder = new_home()
    size = f"size={_DISK_BYTES},mode=755"
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)])
    if done.returncode:
        folder.rmdir()
        raise RuntimeError("a small disk could not be mounted; run the soak as root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


def _fill_and_free(house: House, disk: Path, ledger: Ledger) -> int:
    """Fill the disk to the last byte for a while; return how many answers failed."""
    errors = ledger.errors
    filler = disk / "filler"
    until = time.monotonic() + 6
    with filler.open("ab", buffering=0) as file:
        while time.monotonic() < until:
            with suppress(OSError):
                os.write(file.fileno(), bytes(1 << 20))
                continue
            with suppress(OSError):
                os.write(file.fileno(), bytes(1 << 10))
                continue
            time.sleep(0.05)
    filler.unlink()
    return ledger.errors - errors


def _start_again(house: House) -> None:
    """Start the site where it had ended itself for want of space."""
    time.sleep(1)
    if house.program is not None and house.program.poll() is not None:
        house.start()
