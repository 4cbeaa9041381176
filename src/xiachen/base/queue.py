"""
Background work by name.

A job is deferred inside the writing transaction: it exists if and only if the write does.
Arguments are ids only, so that no personal data waits in the queue.
"""

from uuid import UUID

from procrastinate.contrib.django import app


def defer(job: str, **ids: int | str | UUID) -> None:
    """Queue the job of that name ("area.jobs.verb_noun"), within the current transaction."""
    app.configure_task(job, allow_unknown=False).defer(
        **{name: str(value) if isinstance(value, UUID) else value for name, value in ids.items()}
    )
