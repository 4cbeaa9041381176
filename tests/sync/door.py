"""The way of the tests' phones to the server: by its own door, without the network."""

from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.db import close_old_connections, connection
from django.http import HttpResponse
from django.test import Client

from xiachen.sync.api import door

# As the server's own is put together; to import that one would set Django up a second time.
_APPLICATION = door.Door(WSGIHandler())


class DoorClient(Client):
    """Asks what the server serves, where phones are answered before all pages."""

    def request(self, **request: Any) -> HttpResponse:  # type: ignore[override]
        told: list[Any] = []
        content = _APPLICATION(self._base_environ(**request), lambda *head: told.extend(head))
        status, headers = told
        return HttpResponse(b"".join(content), status=int(status[:3]), headers=dict(headers))


def _close_unless_in_a_test() -> None:
    """A test that rolls back holds its transaction beyond the request; Django's client knows."""
    if not connection.in_atomic_block:
        close_old_connections()


door.close_old_connections = _close_unless_in_a_test
