"""
`make soak`: kill, fail, lie, restore and fill the disk; then look for what is missing.

Every trial has a control in which something really is lost and which must therefore turn red; a
control that stays green fails the soak, for then the trial proves nothing.
"""

import argparse
import sys
import time
from collections.abc import Callable

from bench import phone_trials, trials


def main(arguments: list[str]) -> int:
    """Run every trial; the exit status is 1 when one fails."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    plan: list[tuple[str, Callable[[], str]]] = [
        (f"{chosen.kills} kills at random", lambda: trials.kills(chosen.kills, chosen.seed)),
        ("kill before and after the commit", trials.failpoints),
        ("control: acknowledged and thrown away", trials.control_of_lies),
        ("control: commits that wait for no disk", trials.control_without_sync),
        ("restore of an older backup, with its control", trials.restore),
        ("full disk, with its control", trials.full_disk),
        (
            f"{chosen.kills} kills under phones, with a control",
            lambda: phone_trials.kills(chosen.kills, chosen.seed),
        ),
        ("control: phones that are lied to", phone_trials.control_of_lies),
        ("yesterday's backup under 200 phones, with its control", phone_trials.restore),
        ("cut after the commit, 2,000 sessions, with a control", phone_trials.cut),
        ("clocks 400 days wrong, with a control", phone_trials.clocks),
        ("apps of the past and the future, with a control", phone_trials.versions),
    ]
    failed = 0
    for name, trial in plan:
        began = time.monotonic()
        print(f"… {name}", flush=True)
        try:
            print(f"✓ {name}: {trial()} ({time.monotonic() - began:.0f} s)", flush=True)
        except Exception as failure:  # whatever it is, the other trials still count
            failed += 1
            print(f"✗ {name}: {failure}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
