"""
Codes by which people sign in at a place: one that changes every minute, and one that is printed.

The rotating code is TOTP (RFC 6238) with HMAC-SHA-256, eight digits and steps of a minute, under a
secret of the place and day, so that a phone that was given one day's secret cannot make another
day's codes. The printed code is ten letters and digits that nobody confuses (Crockford's base 32).
"""

import hmac
import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused

STEP = 60
DIGITS = 8
# No day of ours is longer; where clocks are changed, one is shorter or longer by an hour.
STEPS_OF_A_DAY = 24 * 3600 // STEP

SECRET_BYTES = 32

# More than anybody mistypes in a day; of all codes so many guesses hit one in thousands of days.
MOST_WRONG = 10

_CODES: int = 10**DIGITS
_POSTER_LETTERS = 10
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("OIL", "011")
_BETWEEN = re.compile(r"[\s\-.]")
_WIDTH = 4


class WrongCode(Refused):
    """The code is none of the place's, or was mistyped."""

    code = "attendance.wrong-code"
    message = _(
        "This code does not belong to this place. Read the code that the leader shows now, "
        "or let the leader use the list."
    )
    status = 422


class TooManyWrongCodes(Refused):
    """Whoever has given so many wrong codes may be guessing: none of that day counts any more."""

    code = "attendance.too-many-wrong-codes"
    message = _(
        "Too many wrong codes were given today; none counts any more until tomorrow. "
        "Let the leader use the list."
    )
    status = 429


class OtherDaysCode(Refused):
    """A code proves that somebody was there in its minute, on no other day."""

    code = "attendance.other-days-code"
    message = _(
        "This code was valid on another day (%(day)s). "
        "Read the code that the leader shows now, or let the leader use the list."
    )
    status = 422


class CodeUsed(Refused):
    """Each code signs a person in or out once."""

    code = "attendance.code-used"
    message = _("You have used this code already. Wait a minute for the next one.")


def hotp(secret: bytes, counter: int) -> int:
    """Return the code of a counter as a number: RFC 4226's truncation of HMAC-SHA-256."""
    digest = hmac.digest(secret, counter.to_bytes(8, "big"), "sha256")
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return number % _CODES


def secret_of_day(secret: bytes, day: date) -> bytes:
    """Return the secret from which one day's codes of a place are made."""
    return hmac.digest(secret, f"xiachen code {day.isoformat()}".encode(), "sha256")


def code_at(secret: bytes, moment: datetime) -> str:
    """Return the code that a day's secret gives at a moment, as it is shown."""
    return f"{hotp(secret, _counter(moment)):0{DIGITS}d}"


def poster_code(secret: bytes, number: int) -> str:
    """
    Return the code that is printed for a place.

    :param number: which poster: a new one has another code
    """
    digest = hmac.digest(secret, f"xiachen poster {number}".encode(), "sha256")
    return "".join(_LETTERS[byte & 31] for byte in digest[:_POSTER_LETTERS])


def poster_number(secret: bytes, number: int, code: str) -> int | None:
    """Return which of a place's posters, up to the one that hangs now, has a code; None: none."""
    given = typed(code).translate(_MISREAD).encode()
    for one in range(number, 0, -1):
        if hmac.compare_digest(poster_code(secret, one).encode(), given):
            return one
    return None


def typed(code: str) -> str:
    """Return a code as it is compared: half-width capitals without what is put between them."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", code)).upper()


def moments_of(secret: bytes, begin: datetime, code: str) -> list[datetime]:
    """
    Return when on a day a code was shown; seldom more than once, mostly never.

    :param secret: the day's
    :param begin: the midnight at which the day begins
    """
    given = typed(code)
    if not (given.isascii() and given.isdigit() and len(given) == DIGITS):
        return []
    wanted = int(given).to_bytes(_WIDTH, "big")
    table = _table(secret, _counter(begin))
    found = []
    at = table.find(wanted)
    while at >= 0:
        if at % _WIDTH == 0:
            found.append(begin.astimezone(UTC) + timedelta(seconds=STEP * (at // _WIDTH)))
        at = table.find(wanted, at + 1)
    return found


def shown_at(
    code: str, days: Sequence[tuple[bytes, datetime]], *, near: datetime
) -> datetime | None:
    """
    Return when a code was shown, of several moments the nearest to a time; None: never.

    :param days: the secrets and the midnights of the days that are looked through
    """
    moments = [one for secret, begin in days for one in moments_of(secret, begin, code)]
    return min(moments, key=lambda one: abs(one - near), default=None)


def step_of(moment: datetime, begin: datetime) -> int:
    """Return the step of the day that begins at a midnight, counted from 0."""
    return _counter(moment) - _counter(begin)


def _counter(moment: datetime) -> int:
    return int(moment.timestamp()) // STEP


@lru_cache(maxsize=2048)
def _table(secret: bytes, first: int) -> bytes:
    """Return the codes of a day, four bytes each: small enough for every place of a city."""
    return b"".join(
        hotp(secret, first + step).to_bytes(_WIDTH, "big") for step in range(STEPS_OF_A_DAY)
    )
