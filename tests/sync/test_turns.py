"""Few pulls at a time, some in line, and whoever comes then comes again later."""

import threading
from collections.abc import Callable

import pytest

from xiachen.sync.api.turns import Turns
from xiachen.sync.rules.protocol import TooBusy


def taking(turns: Turns, inside: threading.Event, over: threading.Event) -> Callable[[], None]:
    def take() -> None:
        with turns.turn():
            inside.set()
            assert over.wait(30)

    return take


def test_whoever_waits_gets_the_turn_and_a_full_line_is_refused() -> None:
    turns = Turns(at_once=1, in_line=1, patience=30)
    first, second, over = threading.Event(), threading.Event(), threading.Event()
    holding = threading.Thread(target=taking(turns, first, over))
    holding.start()
    assert first.wait(30)
    waiting = threading.Thread(target=taking(turns, second, over))
    waiting.start()
    while turns._line._value:  # type: ignore[attr-defined]
        pass
    with pytest.raises(TooBusy), turns.turn():
        pass
    assert not second.is_set()
    over.set()
    assert second.wait(30)
    for one in (holding, waiting):
        one.join(30)
    with turns.turn():
        pass


def test_a_line_that_does_not_move_is_left() -> None:
    turns = Turns(at_once=1, in_line=1, patience=0.01)
    with turns.turn():
        with pytest.raises(TooBusy), turns.turn():
            pass
        with pytest.raises(TooBusy), turns.turn():
            pass
    with turns.turn():
        pass
