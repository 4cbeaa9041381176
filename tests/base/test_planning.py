"""Statements that each connection plans once."""

from uuid import uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext

from xiachen.base.owned.bulk import spelt
from xiachen.base.postgres.planning import planned_once

_PREPARED = "select count(*) from pg_prepared_statements where statement like %s"


def prepared(words: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_PREPARED, [f"{words}%"])
        return int(cursor.fetchone()[0])


def test_a_statement_is_planned_once_and_takes_other_values(db: None) -> None:
    ids = [uuid4(), uuid4()]
    for given in (ids, [], ids[:1]):
        with planned_once() as cursor:
            cursor.execute("select 'planned', unnest(%s::uuid[])", [spelt(given)])
            assert [row[1] for row in cursor.fetchall()] == given
    assert prepared("select 'planned'") == 1


def test_other_statements_are_not_planned_ahead_however_often_they_are_asked(db: None) -> None:
    for _ in range(12):
        with connection.cursor() as cursor:
            cursor.execute("select 'not planned'")
    assert prepared("select 'not planned'") == 0


def test_such_statements_are_counted_like_others(db: None) -> None:
    with CaptureQueriesContext(connection) as counted, planned_once() as cursor:
        cursor.execute("select 'counted', %s::int", [7])
        assert cursor.fetchone() == ("counted", 7)
    assert len(counted) == 1
