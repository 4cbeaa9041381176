"""How long is kept what phones sent, and which of it."""

from datetime import datetime, timedelta

# A phone that was away for longer may offer again what nobody remembers; a person then looks.
LONGEST_AWAY = timedelta(days=90)


def forgotten_before(at: datetime) -> datetime:
    """Return before when something has to lie to be forgotten."""
    return at - LONGEST_AWAY
