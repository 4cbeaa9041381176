"""Statements that are asked with every request, and take longer to plan than to do."""

from typing import Any, Self

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg import Cursor


class _PlannedOnce(Cursor[Any]):
    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        return super().execute(query, params, **{**options, "prepare": True})


def planned_once() -> CursorWrapper:
    """
    Return a cursor whose statements each connection plans once, and then only does.

    Values travel beside the statement, which must say their types where nothing else does
    (`%s::uuid[]`). Source: PostgreSQL, "PREPARE"; psycopg, "Prepared statements".
    """
    connection.ensure_connection()
    with connection.wrap_database_errors:
        raw = _PlannedOnce(connection.connection)
        wrapped: CursorWrapper = connection._prepare_cursor(raw)  # type: ignore[attr-defined]
        return wrapped
