"""What a notice may be, how long its links hold, and when somebody tries too often."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused

LONGEST_TITLE = 80
LONGEST_BODY = 2000

# A link in a chat group outlives the notice's own term by this, one to a person by that.
GROUP_LINK_HOLDS = timedelta(days=30)
PERSON_LINK_HOLDS = timedelta(days=7)

# Nobody is reminded again within this time, however often the button is pressed.
REMIND_AGAIN_AFTER = timedelta(minutes=30)

# Wrong digits for one person, and wrong entries from one address (a whole office may have one).
TRIES_WITHIN = timedelta(hours=1)
TRIES_FOR_PERSON = 5
TRIES_FROM_ADDRESS = 60

_SHOWN_NAMES = 200


class ReadAlready(Refused):
    """Whoever has read a notice does not read it for the first time again."""

    code = "notices.read-already"
    message = _("This notice had been read before.")


def tries_too_often(*, for_person: int, from_address: int) -> bool:
    """Tell whether so many wrong entries within `TRIES_WITHIN` are too many."""
    return for_person >= TRIES_FOR_PERSON or from_address >= TRIES_FROM_ADDRESS


def link_holds_until(at: datetime, until: datetime | None) -> datetime:
    """Return until when a group's link made at `at` can be opened."""
    return max(at, until or at) + GROUP_LINK_HOLDS


def is_in_time(at: datetime, until: datetime | None) -> bool:
    """Tell whether the term of a notice lies ahead; without one it always does."""
    return until is None or at < until


def listed(names: Iterable[str], *, between: str) -> str:
    """Return names in one line; of very many the first, and the count of the others."""
    all_names = list(names)
    more = len(all_names) - _SHOWN_NAMES
    shown = between.join(all_names[:_SHOWN_NAMES])
    return f"{shown}…（+{more}）" if more > 0 else shown
