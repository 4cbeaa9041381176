"""How long a record waits for another one that it goes with."""

from datetime import timedelta

# A leader's phone may be without signal for a day; then a person looks.
LONGEST_WAIT = timedelta(hours=24)
# Of two that are taken in so close together, neither may have seen the other.
AT_ONCE = timedelta(minutes=15)
_SOONEST, _LATEST = 60, 3600


def retry_after(waited: timedelta) -> int:
    """Return after how many seconds a phone asks again: the longer it waits, the less often."""
    return max(_SOONEST, min(int(waited.total_seconds()), _LATEST))
