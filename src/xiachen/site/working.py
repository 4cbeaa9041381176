"""
The process of background work, started by the supervisor as `python -m xiachen.site.working`.

It is a process of its own, so that a job gone wrong cannot take the web server along.
"""

import asyncio
import logging
import os

from xiachen.site.kinship import end_with_parent


def main() -> None:
    """Work on the queued jobs until told to stop."""
    end_with_parent()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiachen.site.settings")
    import django

    django.setup()
    work(wait=True)


def work(*, wait: bool) -> None:
    """Work on the queued jobs; without `wait` only on those that are there now."""
    # It reports every periodic task it defers; only what went wrong is of interest.
    logging.getLogger("procrastinate").setLevel(logging.ERROR)
    asyncio.run(_work(wait=wait))


async def _work(*, wait: bool) -> None:
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    connector = app.connector
    assert isinstance(connector, DjangoConnector)
    with app.replace_connector(connector.get_worker_connector()) as worker:
        async with worker.open_async():
            await worker.run_worker_async(
                wait=wait,
                # A few at once, as messages wait for gateways; the pool has connections for more.
                concurrency=4,
                name="xiachen",
                delete_jobs="successful",
                shutdown_graceful_timeout=5,
            )


if __name__ == "__main__":
    main()
