"""Showing a work pass to whoever stands at the door."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from xiachen.privacy import audit
from xiachen.privacy.scope import Scope
from xiachen.sync.queries.packs.passes import Shown, shown_by


@transaction.atomic
def show_pass(scope: Scope, *, token: str, at: datetime) -> Shown | None:
    """
    Return what the pass behind a link tells now, and note whose name was shown.

    :param scope: of background work, as whoever looks has no account here
    """
    shown = shown_by(scope, token, at=at)
    if shown is not None:
        audit.record(
            replace(scope, incident=shown.incident), "sync.show-pass", subject=shown.member
        )
    return shown
