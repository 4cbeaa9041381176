"""`make bench`: each figure beside its physical limit, measured in the same run."""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable

from bench import measuring, phone, pulling, pushing, selecting, sheets

FIGURES: dict[str, Callable[[], list[measuring.Line]]] = {
    "start": measuring.start,
    "memory": measuring.memory,
    "check-in": measuring.check_in,
    "play": measuring.play,
    "selection": selecting.selection,
    "sign-up": selecting.sign_up,
    "s3": measuring.play_s3,
    "s4": measuring.play_s4,
    "divisions": measuring.divisions,
    "sheets": sheets.measured,
    "phone": phone.measured,
    "tests": measuring.tests,
}
# At full size these take minutes; --scale measures less of them.
SCALED: dict[str, Callable[[float], list[measuring.Line]]] = {
    "push": pushing.push,
    "single": pushing.single,
    "rush": pushing.rush,
    "flat": pushing.flat,
    "pull": pulling.pull,
}


def main(arguments: list[str]) -> int:
    """Measure what is asked for, or everything; the exit status is 1 when a budget is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=", ".join([*FIGURES, *SCALED]))
    parser.add_argument(
        "--scale",
        type=float,
        default=1.0,
        help="of those that can take minutes",
    )
    chosen = parser.parse_args(arguments)
    asked = chosen.figures or [*FIGURES, *SCALED]
    missed = 0
    print(f"{'figure':44} {'measured':>12} {'budget':>10} {'bare limit':>12} {'ratio':>7}")
    for name in asked:
        try:
            lines = SCALED[name](chosen.scale) if name in SCALED else FIGURES[name]()
        except (RuntimeError, OSError, subprocess.SubprocessError) as failure:
            print(f"{name}: not measured: {failure}", flush=True)
            missed += 1
            continue
        for line in lines:
            missed += line.missed
            print(line, flush=True)
    print(f"({time.strftime('%Y-%m-%d')}, {measuring.machine()})")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
