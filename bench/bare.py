"""What the database takes of bare rows, eight clients at once: the limit beside which we stand."""

import threading
import time
from collections.abc import Callable
from uuid import uuid4

import psycopg

from bench.house import House

CLIENTS = 8
ROWS = 100  # in a statement, each its own transaction
_STATEMENTS = 60
_TABLE = """
    create table bench_bare (
        id uuid primary key, community bigint, member uuid, day date,
        occurred_at timestamptz, received_at timestamptz, recorded_by uuid
    )
"""
_MOMENT = "2020-03-01 08:12:00+08"


def insert_rate(house: House) -> float:
    """Return the rows per second of INSERT with a hundred rows a statement."""

    def prepared() -> list[str]:
        statements = []
        for _n in range(_STATEMENTS):
            rows = ",".join(
                f"('{uuid4()}',420111002044,'{uuid4()}','2020-03-01',"
                f"'{_MOMENT}','{_MOMENT}','{uuid4()}')"
                for _row in range(ROWS)
            )
            statements.append(f"insert into bench_bare values {rows}")
        return statements

    def write(connection: psycopg.Connection[tuple[object, ...]], statement: str) -> None:
        connection.execute(statement)  # type: ignore[call-overload]

    return _rate(house, prepared, write)


def copy_rate(house: House) -> float:
    """Return the rows per second of COPY with a hundred rows a transaction."""

    def prepared() -> list[str]:
        return [
            "".join(
                f"{uuid4()},420111002044,{uuid4()},2020-03-01,{_MOMENT},{_MOMENT},{uuid4()}\n"
                for _row in range(ROWS)
            )
            for _n in range(_STATEMENTS)
        ]

    def write(connection: psycopg.Connection[tuple[object, ...]], lines: str) -> None:
        with (
            connection.cursor() as cursor,
            cursor.copy("copy bench_bare from stdin (format csv)") as copy,
        ):
            copy.write(lines)

    return _rate(house, prepared, write)


def _rate(
    house: House,
    prepared: Callable[[], list[str]],
    write: Callable[[psycopg.Connection[tuple[object, ...]], str], None],
) -> float:
    with house.connect() as owner:
        owner.execute(_TABLE)
        work = [(house.connect(), prepared()) for _client in range(CLIENTS)]

        def run(connection: psycopg.Connection[tuple[object, ...]], pieces: list[str]) -> None:
            for piece in pieces:
                write(connection, piece)

        threads = [threading.Thread(target=run, args=one) for one in work]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.monotonic() - began
        for connection, _pieces in work:
            connection.close()
        owner.execute("drop table bench_bare")
    return CLIENTS * _STATEMENTS * ROWS / seconds
