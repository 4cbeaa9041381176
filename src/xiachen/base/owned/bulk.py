"""Rows by the thousand: one statement, an array for each column."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection, models


def insert_new(rows: Sequence[models.Model]) -> set[Any]:
    """
    Write rows of one model and return the keys of those that were new.

    A row whose key or unique constraint exists already is left out, silently here: the caller
    compares the answer with what it gave.
    """
    if not rows:
        return set()
    model = type(rows[0])
    fields = [
        field
        for field in model._meta.local_concrete_fields
        if not field.generated and not isinstance(field, models.AutoField)
    ]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    # An array for each column: as a line for each row the statement itself is most of the work.
    arrays = ", ".join(f"%s::{_kind(field)}[]" for field in fields)
    values = [[_prepared(row, field) for row in rows] for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into {quote(model._meta.db_table)} ({columns}) "
            f"select * from unnest({arrays}) on conflict do nothing "
            f"returning {quote(str(model._meta.pk.column))}",
            values,
        )
        return {row[0] for row in cursor.fetchall()}


def update_rows(rows: Sequence[models.Model], columns: Sequence[str]) -> None:
    """
    Write these columns (attribute names) of rows of one model that stand in the database.

    :raises IntegrityError: a constraint forbids it; nothing is written
    """
    if not rows:
        return
    meta = type(rows[0])._meta
    quote = connection.ops.quote_name
    fields = {field.attname: field for field in meta.local_concrete_fields}
    keys = [fields[name] for name in (meta.pk.attname, "community_id") if name in fields]
    written = [fields[name] for name in columns]
    arrays = ", ".join(f"%s::{_kind(field)}[]" for field in (*keys, *written))
    names = ", ".join(quote(str(field.column)) for field in (*keys, *written))
    sets = ", ".join(f"{quote(str(f.column))} = given.{quote(str(f.column))}" for f in written)
    same = " and ".join(f"held.{quote(str(f.column))} = given.{quote(str(f.column))}" for f in keys)
    with connection.cursor() as cursor:
        cursor.execute(
            f"update {quote(meta.db_table)} as held set {sets} "
            f"from unnest({arrays}) as given ({names}) where {same}",
            [
                [field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows]
                for field in (*keys, *written)
            ],
        )


def among(values: Collection[Any], kind: str) -> Any:
    """
    Return what `__in` is given for thousands of values: one array, not a place for each.

    :param kind: the database's name of their type, such as "uuid" or "bytea"
    """
    return models.expressions.RawSQL(f"select unnest(%s::{kind}[])", [list(values)])


def _kind(field: "models.Field[Any, Any]") -> str:
    """Return the column's type without its length: a cast would cut off what is too long."""
    return str(field.db_type(connection)).partition("(")[0]


def _prepared(row: models.Model, field: "models.Field[Any, Any]") -> Any:
    return field.get_db_prep_save(field.pre_save(row, add=True), connection)
