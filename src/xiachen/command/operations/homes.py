"""The first page of a role: a read that names people, and so leaves a line in the audit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from xiachen.command.queries import desk
from xiachen.command.queries.homes.home import Asked, Home
from xiachen.command.queries.homes.roles import home_of
from xiachen.privacy import audit
from xiachen.privacy.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPage:
    """What waits for the reader and the day in figures, and the role's own part of the page."""

    desk: desk.Desk
    own: Home | None


@transaction.atomic
def open_first_page(
    scope: Scope,
    *,
    day: date,
    since: datetime,
    at: datetime,
    asked: Asked,
    beside: Sequence[desk.Waiting] = (),
) -> FirstPage:
    """Return a role's first page; where it names people, the audit says whom."""
    own = home_of(scope, day=day, at=at, asked=asked)
    if own is not None and own.named:
        audit.record(scope, "command.open-first-page", targets=own.named)
    return FirstPage(desk=desk.desk(scope, day=day, since=since, at=at, beside=beside), own=own)
