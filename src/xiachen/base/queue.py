"""
Background work by name.

A job is deferred inside the writing transaction: it exists if and only if the write does.
Arguments are ids only, so that no personal data waits in the queue.
"""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from procrastinate.contrib.django import app
from procrastinate.types import JSONValue


def defer(job: str, **ids: int | str | UUID) -> None:
    """Queue the job of that name ("area.jobs.verb_noun"), within the current transaction."""
    app.configure_task(job, allow_unknown=False).defer(**_plain(ids))


def defer_each(job: str, name: str, ids: Iterable[UUID]) -> None:
    """Queue one job of that name for each id, all in one statement."""
    arguments: list[dict[str, JSONValue]] = [{name: str(one)} for one in ids]
    if arguments:
        app.configure_task(job, allow_unknown=False).batch_defer(*arguments)


def defer_after(wait: timedelta, job: str, **ids: int | str | UUID) -> None:
    """Queue the job as `defer` does, to be done after so long and not before."""
    seconds = int(wait.total_seconds())
    app.configure_task(job, allow_unknown=False, schedule_in={"seconds": seconds}).defer(
        **_plain(ids)
    )


def _plain(ids: dict[str, int | str | UUID]) -> dict[str, int | str]:
    return {name: str(value) if isinstance(value, UUID) else value for name, value in ids.items()}
