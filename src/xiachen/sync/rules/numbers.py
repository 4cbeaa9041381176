"""Which of a phone's numbers are held here without a gap."""

from collections.abc import Iterable


def whole_after(whole: int, arrived: Iterable[int]) -> int:
    """Return up to where numbers are held without a gap when some more have arrived."""
    beyond = {one for one in arrived if one > whole}
    while whole + 1 in beyond:
        whole += 1
    return whole
