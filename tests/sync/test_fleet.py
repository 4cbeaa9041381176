"""
Whatever happens to phones, network and server, in whatever order: told is held, exactly once.

Hypothesis draws what happens; a run that fails is shrunk to the few steps that matter.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.sync.back_office import Desk, settled
from tests.sync.fleets import Enlisted, Stairwell, TownDoor, check, check_replicas, enlist, held
from tests.sync.holding import make_holding
from tests.world import World
from xiachen.attendance.models.records import CheckIn, CheckOut
from xiachen.drill.phones.clocks import MINUTE
from xiachen.drill.phones.contact import Line, Unheard
from xiachen.drill.phones.network import CALM, Answer, Request, Weather
from xiachen.drill.phones.phone import Phone
from xiachen.privacy.envelopes import DeviceKey
from xiachen.sync.jobs import settle_slips, take_in_waiting
from xiachen.sync.models.devices import Device
from xiachen.sync.models.photos import Photo, PhotoPiece
from xiachen.sync.operations import pushing
from xiachen.sync.operations.held import State
from xiachen.sync.operations.items import Passing

_WEATHERS = (
    CALM,
    Weather(unheard=1),
    Weather(lost=1),
    Weather(late=1),
    Weather(doubled=1),
    Weather(cut=1),
    Weather(unheard=0.5, doubled=0.5, late=0.3),
)


@dataclass(frozen=True)
class Step:
    """Something that happens to one of the devices; `drawn` says how."""

    what: str
    device: int
    drawn: int

    def happen(self, run: Stairwell) -> None:
        n = self.device % len(run.devices)
        STEPS[self.what](run, n, self.drawn)


def _sign_in(run: Stairwell, n: int, drawn: int) -> None:
    run.record(n, "attendance.check-in", member=str(run.members[n]), method="self")


def _sign_another_in(run: Stairwell, n: int, drawn: int) -> None:
    member = run.members[drawn % len(run.members)]
    run.record(n, "attendance.check-in", member=str(member), method="list")


def _sign_out(run: Stairwell, n: int, drawn: int) -> None:
    run.record(n, "attendance.check-out", member=str(run.members[n]))


def _unknown(run: Stairwell, n: int, drawn: int) -> None:
    run.record(n, "attendance.fly", height=drawn)


def _worker_looks() -> None:
    take_in_waiting()
    settle_slips()


STEPS: dict[str, Callable[[Stairwell, int, int], None]] = {
    "sign in": _sign_in,
    "sign another in": _sign_another_in,
    "sign out": _sign_out,
    "something unknown": _unknown,
    "push": lambda run, n, drawn: run.push(n),
    "pull": lambda run, n, drawn: run.pull(n),
    "weather": lambda run, n, drawn: run.weather(n, _WEATHERS[drawn % len(_WEATHERS)]),
    "crash soon": lambda run, n, drawn: run.crash_soon(
        n, drawn % 4, ("before", "after")[drawn % 2]
    ),
    "restart": lambda run, n, drawn: run.phone(n).restart(),
    "clock set": lambda run, n, drawn: setattr(
        run.phone(n).clock, "skew", (drawn - 500) * 60 * MINUTE
    ),
    "time passes": lambda run, n, drawn: run.course.go_on((drawn + 1) * MINUTE),
    "late ones arrive": lambda run, n, drawn: run.late(n),
    "struck off": lambda run, n, drawn: run.desk.strike_off(run.devices[n]),
    "mended": lambda run, n, drawn: run.desk.settle(drawn, mends=True),
    "dismissed": lambda run, n, drawn: run.desk.settle(drawn, mends=False),
    "worker looks": lambda run, n, drawn: _worker_looks(),
    "backup": lambda run, n, drawn: run.back_up(),
    "restore": lambda run, n, drawn: run.restore(),
    "server dies": lambda run, n, drawn: setattr(run.door, "dying", True),
}
_steps = st.lists(
    st.builds(Step, st.sampled_from(sorted(STEPS)), st.integers(0, 7), st.integers(0, 1000)),
    min_size=8,
    max_size=40,
)
_runs = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)


@pytest.fixture
def enlisted(world: World, monkeypatch: pytest.MonkeyPatch) -> Enlisted:
    return enlist(make_holding(world), monkeypatch)


def played(enlisted: Enlisted, number: int, steps: list[Step]) -> None:
    """Play steps, let everything come to rest, look, and take all of it back."""
    with transaction.atomic():
        run = enlisted.begin(number, seed=number)
        for step in steps:
            step.happen(run)
        run.finish()
        check(run)
        transaction.set_rollback(True)


def property_of(enlisted: Enlisted, how: settings) -> Callable[[], None]:
    """Return the property, to be held by runs that hypothesis draws."""

    @how
    @given(number=st.integers(2, 8), steps=_steps)
    def told_is_held(number: int, steps: list[Step]) -> None:
        played(enlisted, number, steps)

    return told_is_held


def test_what_phones_were_told_is_what_the_database_holds_exactly_once(
    enlisted: Enlisted,
) -> None:
    property_of(enlisted, _runs)()


def test_what_was_settled_and_struck_off_since_the_backup_comes_to_the_same_end(
    enlisted: Enlisted,
) -> None:
    with transaction.atomic():
        run = enlisted.begin(5, seed=4)
        everybody = range(len(run.devices))
        for n in everybody:
            run.push(n)
        run.back_up()
        for n in everybody:
            Step("something unknown" if n % 2 else "sign in", n, n).happen(run)
            run.push(n)
        run.desk.settle(0, mends=True)
        run.desk.settle(1, mends=False)
        run.desk.strike_off(run.devices[4])
        for n in everybody:
            run.push(n)
        assert (len(settled()), len(run.desk.struck_off)) == (2, 1)
        run.restore()
        assert not held() and not settled()
        run.finish()
        check(run)
        # Offered again and kept again: nobody can know that it was settled once.
        codes = set(run.ledger.quarantined.values())
        assert codes == {"sync.unknown-kind", "sync.revoked"}
        assert Device.objects.get(pk=run.devices[4]).revoked_at is not None
        transaction.set_rollback(True)


def test_signing_in_and_out_twice_is_taken_in_whatever_the_clock(enlisted: Enlisted) -> None:
    with transaction.atomic():
        run = enlisted.begin(8, seed=3)
        for n, _device in enumerate(run.devices):
            for turn in ("sign in", "sign out") * 2:
                Step(turn, n, 0).happen(run)
                run.course.go_on(MINUTE)
        run.finish()
        check(run)
        assert CheckIn.objects.count() == CheckOut.objects.count() == 2 * len(run.devices)
        transaction.set_rollback(True)


def test_leaders_and_heads_of_grids_hold_packs_that_all_their_phones_share(
    enlisted: Enlisted,
) -> None:
    with transaction.atomic():
        run = enlisted.begin(8, seed=5)
        run.finish()
        assert [part.partition(":")[0] for part in run.pack(1)] == ["me", "team"]
        assert "grid" in [part.partition(":")[0] for part in run.pack(3)]
        check_replicas(run)
        # A phone that loses a document and does not notice.
        storage = run.phone(2).storage
        with storage.transaction():
            key = next(key for key in storage.docs.rows() if key[1].startswith("team"))
            storage.docs.remove(key)
        with pytest.raises(AssertionError):
            check_replicas(run)
        transaction.set_rollback(True)


def test_a_photo_arrives_whole_through_a_network_that_loses_most_of_it(
    enlisted: Enlisted,
) -> None:
    with transaction.atomic():
        run = enlisted.begin(1, seed=9)
        run.push(0)
        content = bytes(range(256)) * 40
        photo = run.phone(0).photograph(run.devices[0], content)
        body = {"member": str(run.members[0]), "work": "patrol", "times": 1, "persons_served": 0}
        run.record(0, "attendance.work", **body, photo=str(photo))
        run.weather(0, Weather(lost=0.2, unheard=0.3, doubled=0.2, cut=0.1))
        for _try in range(60):
            with suppress(Unheard):
                if run.phone(0).send_photos(run.devices[0], piece=1000):
                    break
            run.phone(0).restart()
        assert not run.phone(0).storage.photos.rows()
        sent = Photo.objects.get(pk=photo)
        assert sent.received == sent.length
        pieces = b"".join(
            bytes(one.content) for one in PhotoPiece.objects.filter(photo=sent).order_by("offset")
        )
        assert sha256(pieces).hexdigest() == sent.sha256
        transaction.set_rollback(True)


def _trusting(line: Line, device: UUID, key: DeviceKey, path: str, said: dict[str, Any]) -> Any:
    """Take a lost answer for an acknowledgement."""
    try:
        return _ASK(line, device, key, path, said)
    except Unheard:
        outcomes = [{"id": one["id"], "outcome": "accepted"} for one in said.get("events", ())]
        return {"epoch": said["epoch"], "outcomes": outcomes, "parts": []}


def _forgetting(phone: Phone) -> None:
    """Lose the outbox with the memory."""
    _RESTART(phone)
    with phone.storage.transaction():
        for item in phone.storage.outbox.rows():
            phone.storage.outbox.remove(item)


def _lying(door: TownDoor, request: Request) -> Answer:
    """Answer, and let what was answered go."""
    with transaction.atomic():
        answer = _SEND(door, request)
        if door.dying:
            door.dying = False
            transaction.set_rollback(True)
    return answer


def _overwriting(ones: Sequence[Passing], states: dict[UUID, State]) -> None:
    """Know nothing of what was taken in before."""


def _silently(desk: Desk) -> None:
    """Go back to the backup, and tell no phone."""
    transaction.savepoint_rollback(desk.saved)


SIGN_IN, PUSH, RESTART, SERVER_DIES, BACKUP, RESTORE = (
    Step(what, 0, 0) for what in ("sign in", "push", "restart", "server dies", "backup", "restore")
)
CALM_AGAIN, UNHEARD, LOST = (Step("weather", 0, n) for n in (0, 1, 2))
_ASK, _RESTART, _SEND = Line.ask, Phone.restart, TownDoor.send_on


@pytest.mark.parametrize(
    ("where", "name", "harm", "steps"),
    [
        (Line, "ask", _trusting, [PUSH, SIGN_IN, LOST, PUSH]),
        (Phone, "restart", _forgetting, [PUSH, SIGN_IN, RESTART, PUSH]),
        (TownDoor, "send", _lying, [PUSH, SIGN_IN, SERVER_DIES, PUSH]),
        (Desk, "restore", _silently, [PUSH, BACKUP, SIGN_IN, PUSH, RESTORE]),
        (
            pushing,
            "_compare_with_receipts",
            _overwriting,
            [PUSH, SIGN_IN, UNHEARD, PUSH, CALM_AGAIN],
        ),
    ],
)
def test_a_phone_that_drops_and_a_server_that_lies_turn_it_red(
    enlisted: Enlisted,
    monkeypatch: pytest.MonkeyPatch,
    where: Any,
    name: str,
    harm: Any,
    steps: list[Step],
) -> None:
    played(enlisted, 2, steps)
    monkeypatch.setattr(where, name, harm)
    with pytest.raises(AssertionError):
        played(enlisted, 2, steps)
