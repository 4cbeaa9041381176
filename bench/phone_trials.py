"""The trials of the soak with phones; each returns words for what was seen, or fails."""

import random
import time
from contextlib import suppress
from dataclasses import replace
from uuid import UUID, uuid4

from bench.harm import kill_at_random, more_acknowledged
from bench.manning import THREADS, Crew, CutDoor, TrueTimes, manned
from xiachen.drill.phones.clocks import DAY, MINUTE
from xiachen.drill.phones.contact import Declined, Unheard
from xiachen.drill.phones.network import STAIRWELL
from xiachen.drill.phones.phone import Phone

_KILLED = ("server", "worker", "postgres")


def kills(times: int, seed: int, *, phones: int = 60) -> str:
    """End server, worker or PostgreSQL again and again while phones record and push."""
    with manned(phones, seed=seed, weather=replace(STAIRWELL), crashing=0.01) as crew:
        return f"{kills_of(crew, times=times, seed=seed)}; {doubled_is_found(crew)}"


def kills_of(crew: Crew, *, times: int, seed: int) -> str:
    """End parts of a house while its fleet works; afterwards offering all again changes nothing."""
    with crew.fleet.driven(crew.turn, threads=THREADS):
        killed = kill_at_random(
            crew.house, crew.fleet.ledger, times=times, seed=seed, parts=_KILLED
        )
    seen = at_rest(crew)
    same_when_offered_again(crew)
    return f"{seen}; killed {killed}; the same bulletin when all is offered again"


def at_rest(crew: Crew) -> str:
    """Let everything arrive; return the verdict, which must be good."""
    if not crew.fleet.finish(120):
        raise AssertionError(f"{len(crew.fleet.unsent())} are still unsent")
    seen = crew.verdict()
    assert seen.good, str(seen)
    return str(seen)


def same_when_offered_again(crew: Crew) -> None:
    """Offer everything a second time; nothing may change, to the last digit."""
    before = crew.stated()
    assert any(value != "0" for value, _of in before.values())
    crew.offer_all_again()
    at_rest(crew)
    after = crew.stated()
    assert after == before, _differing(before, after)


def _differing(before: dict[str, object], after: dict[str, object]) -> str:
    return str(
        {code: (before[code], after[code]) for code in before if before[code] != after[code]}
    )


def doubled_is_found(crew: Crew) -> str:
    """Double one record past the product; verdict and bulletin have to see it."""
    before = crew.stated()
    with crew.house.connect() as connection:
        columns = [
            str(row[0])
            for row in connection.execute(
                "select column_name from information_schema.columns "
                "where table_name = 'attendance_workrecord' order by ordinal_position"
            ).fetchall()
        ]
        chosen = ", ".join("%s" if name == "id" else name for name in columns)
        connection.execute(
            f"insert into attendance_workrecord ({', '.join(columns)}) "  # type: ignore[arg-type]
            f"select {chosen} from attendance_workrecord where not void limit 1",
            [uuid4()],
        )
    seen = crew.verdict()
    assert seen.foreign, f"control: the doubled record was not found: {seen}"
    assert crew.stated() != before, "control: the bulletin does not see a doubled record"
    return "control: a doubled record is found, in the bulletin too"


def control_of_lies(*, phones: int = 8) -> str:
    """Have the server acknowledge and throw away; the verdict has to see it."""
    with manned(phones, seed=5) as crew:
        return lies_are_found(crew)


def lies_are_found(crew: Crew) -> str:
    """Have everything acknowledged and thrown away for a while."""
    with crew.lied_to(), crew.fleet.driven(crew.turn, threads=THREADS):
        more_acknowledged(crew.fleet.ledger, 20)
    seen = crew.verdict()
    assert seen.lost, f"the lost ones were not found: {seen}"
    return f"red as it must be: {len(seen.lost)} lost"


def restore(*, phones: int = 200, later: int = 20, each: int = 3) -> str:
    """Go back to yesterday's backup under phones that have gone on; they offer all again."""
    with manned(phones, seed=7, later=later) as crew:
        return restore_of(crew, each=each)


def restore_of(crew: Crew, *, each: int) -> str:
    """
    Have everybody act, back up, act again, and go back to the backup.

    Those who got a phone only after the backup are unknown to it, and come in again by new links.
    """
    everybody_acts(crew, each)
    folder = crew.house.home / "backups"
    crew.house.run("-m", "xiachen", "backup", str(folder))
    new = crew.let_others_in()
    everybody_acts(crew, each)
    before = crew.stated()
    crew.house.stop()
    crew.house.run("-m", "xiachen", "restore", str(next(folder.glob("*.dump"))))
    crew.house.start()
    lost = crew.verdict()
    assert lost.lost, "control: a backup that holds what came after it"
    assert crew.stated() != before, "control: the bulletin does not see what is missing"
    for _round in range(2):  # the first answer tells of the new epoch
        for phone in crew.fleet.phones:
            _push(phone)
    unknown = crew.verdict().lost
    assert len(unknown) == len(new) * each, "control: what the new phones recorded was still there"
    crew.let_in_again(new)
    seen = at_rest(crew)
    after = crew.stated()
    assert after == before, _differing(before, after)
    return (
        f"{len(lost.lost)} missing after the restore (control), {len(unknown)} of them of "
        f"{len(new)} phones let in since; offered again: {seen}"
    )


def everybody_acts(crew: Crew, times: int) -> None:
    """Let each phone record so many things and push them."""
    for phone in crew.fleet.phones:
        for _n in range(times):
            crew.act(phone)
        _push(phone)


def _push(phone: Phone) -> None:
    (device,) = phone.devices
    phone.line.quiet_until = 0
    with suppress(Declined, Unheard):
        phone.push_all(device)


def cut(sessions: int = 2000, *, phones: int = 50, seed: int = 3) -> str:
    """Cut the network when the request is sent and the answer is not heard, again and again."""
    with manned(phones, seed=seed) as crew:
        return cut_of(crew, sessions=sessions, seed=seed)


def cut_of(crew: Crew, *, sessions: int, seed: int) -> str:
    """Open the app, record something and cut its push, so many times; then let all be heard."""
    chance, before = random.Random(seed), _records(crew)
    heard = set(crew.fleet.ledger.acknowledged)
    for n in range(sessions):
        phone = crew.fleet.phones[n % len(crew.fleet.phones)]
        phone.restart()
        crew.act(phone)
        _through(phone, CutDoor(crew.house.port, chance))
    assert crew.fleet.ledger.acknowledged == heard, "something was heard after all"
    seen = at_rest(crew)
    assert _records(crew) - before == sessions, "not one record for each thing that was done"
    control = _recorded_anew(crew, chance)
    return f"{sessions} sessions, {seen}; control: {control}"


def _through(phone: Phone, door: CutDoor) -> None:
    usual = phone.line.door
    phone.line.door = door
    try:
        _push(phone)
    finally:
        phone.line.door = usual


def _records(crew: Crew) -> int:
    with crew.house.connect() as connection:
        row = connection.execute(
            "select (select count(*) from attendance_checkin) "
            "+ (select count(*) from attendance_workrecord)"
        ).fetchone()
    return int(str(row[0])) if row else 0


def _recorded_anew(crew: Crew, chance: random.Random) -> str:
    """Have a phone record anew, under a new id, what it heard no answer to: it counts twice."""
    phone, before = crew.fleet.phones[0], _records(crew)
    crew.act(phone)
    _through(phone, CutDoor(crew.house.port, chance))
    with phone.storage.transaction():
        for item in phone.storage.outbox.rows():
            phone.storage.outbox.remove(item)
    crew.act(phone)
    _push(phone)
    time.sleep(0.5)
    more = _records(crew) - before
    assert more == 2, f"a thing done once was recorded {more} times"
    return "a phone that makes new ids counts twice, and is found"


def clocks(*, phones: int = 60, days: int = 400) -> str:
    """Wrong clocks, by more than a year either way, crashes between."""
    ledger = TrueTimes()
    skew = days * DAY
    with manned(phones, seed=11, skew=skew, crashing=0.02, ledger=ledger) as crew:
        with crew.fleet.driven(crew.turn, threads=THREADS):
            more_acknowledged(ledger, phones * 4, seconds=120)
        seen = at_rest(crew)
        with crew.house.connect() as connection:
            rows = connection.execute("select id, occurred_at from sync_receipt").fetchall()
        wrong = [
            key
            for key, moment in rows
            if abs(ledger.moments[UUID(str(key))] - moment.timestamp() * 1000) > MINUTE  # type: ignore[attr-defined]
        ]
        assert not wrong, f"{len(wrong)} of {len(rows)} have a wrong time"
        skews = [abs(phone.clock.skew) for phone in crew.fleet.phones]
        believed = sum(one > MINUTE for one in skews)
        assert believed > phones // 2, "control: the clocks were not wrong at all"
        control = f"control: {believed} clocks were wrong, up to {days} days"
        return f"{seen}; each within a minute; {control}"


def versions(*, phones: int = 30) -> str:
    """Apps of the past and of the future beside today's; what is unknown is held on both sides."""
    with manned(phones, seed=13) as crew:
        return versions_of(crew)


def versions_of(crew: Crew) -> str:
    """Let a third of the fleet be of an older and a third of a newer version."""
    later = 0
    for n, phone in enumerate(crew.fleet.phones):
        (device,) = phone.devices
        phone.line.app = ("0.1.0", "1.0.0", "9.0.0")[n % 3]
        member, place = str(crew.town.own[n].member), crew.town.own[n].community
        crew.act(phone)
        # The earliest words, without anything that came later.
        phone.record(device, "attendance.work", _work(member), community=place)
        if n % 3 == 2:
            later += 1
            more = {**_work(member), "weather": "rain", "mood": {"good": True}}
            phone.record(device, "attendance.work", more, community=place)
            phone.record(device, "attendance.teleport", {"to": "moon"}, community=place)
        _push(phone)
    seen = at_rest(crew)
    unknown = list(crew.fleet.ledger.quarantined.values())
    assert unknown == ["sync.unknown-kind"] * later, unknown
    return f"{seen}; control: {_thrown_away(crew)} thrown away are found"


def _thrown_away(crew: Crew) -> int:
    """Have the phones throw away what the server could not take; return how many are missed."""
    for phone in crew.fleet.phones:
        with phone.storage.transaction():
            for item in phone.storage.held.rows():
                phone.storage.held.remove(item)
    crew.fleet.ledger.quarantined.clear()
    control = crew.verdict()
    assert control.dropped, "control: what was held and thrown away was not found"
    return len(control.dropped)


def _work(member: str) -> dict[str, object]:
    return {"member": member, "work": "patrol", "times": 1, "persons_served": 1}
