"""
What a bulletin of today would state of the whole operation, every figure to the last digit.

Run as `python -m bench.stating` on a house; prints it as JSON.
"""

import json
from typing import Any

from bench.house import House


def stated(house: House) -> dict[str, Any]:
    """Return each figure of the house by its code, as it stands now."""
    said: dict[str, Any] = json.loads(house.run("-m", "bench.stating").splitlines()[-1])
    return said


def main() -> None:
    """Read every figure and print it."""
    import django

    django.setup()
    from xiachen.base import clock
    from xiachen.command.queries import house
    from xiachen.incidents.queries import open_incidents
    from xiachen.privacy.scope import system_scope

    (incident,) = open_incidents(system_scope())
    scope = system_scope(incident.pk)
    cutoff = house.day_so_far(scope, clock.local_day(clock.now()))
    codes = [figure.code for figure in house.figures_of_the_house()]
    found = house.stated(scope, cutoff=cutoff, codes=codes)
    print(json.dumps({code: [str(one.value), str(one.of)] for code, one in found.items()}))


if __name__ == "__main__":
    main()
