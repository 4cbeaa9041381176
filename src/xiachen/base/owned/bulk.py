"""Rows by the thousand: one statement, an array for each column."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, models
from django.db.models.base import ModelState

from xiachen.base.owned.fields import OwnedId

_Row = TypeVar("_Row", bound=models.Model)
_Rows = Sequence[models.Model]


def insert_new(rows: Sequence[Any], *, model: type[models.Model] | None = None) -> set[Any]:
    """
    Write rows of one model and return the keys of those that were new.

    A row whose key or unique constraint exists already is left out, silently here: the caller
    compares the answer with what it gave.

    :param model: of rows that only look like the model's; they cost a tenth to make
    """
    if not rows:
        return set()
    written: type[models.Model] = model or type(rows[0])
    statement, columns = _insertion(written)
    with connection.cursor() as cursor:
        cursor.execute(statement, [column(rows) for column in columns])
        return {row[0] for row in cursor.fetchall()}


def unsaved(model: type[_Row], **values: Any) -> _Row:
    """
    Return a row to be written by `insert_new`, made without asking each of its fields.

    For rows that come by the thousand: most of the time of taking them in went there.

    :param values: by the names of columns; what has no plain default must be among them
    :raises TypeError: there is no such column
    """
    columns = _plain_defaults(model)
    row = model.__new__(model)
    row.__dict__ |= columns
    row.__dict__ |= values
    row.__dict__["_state"] = ModelState()
    if len(row.__dict__) != len(columns) + 1:
        raise TypeError(f"{model.__name__} has no {set(values) - set(columns)}")
    return row


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


def spelt(values: Iterable[UUID | int | date | None]) -> str:
    """
    Return ids, numbers or days as one value for a place of the type uuid[], bigint[] or date[].

    The driver asks each element of a list what it is, which costs ten times as much.
    """
    return "{" + ",".join([_ELEMENTS[one.__class__](one) for one in values]) + "}"


def among(values: Collection[Any], kind: str) -> Any:
    """
    Return what `__in` is given for thousands of values: one array, not a place for each.

    :param kind: the database's name of their type, such as "uuid" or "bytea"
    """
    return models.expressions.RawSQL(f"select unnest(%s::{kind}[])", [list(values)])


_Column = Callable[[_Rows], Any]
_Spelling = Mapping[type, Callable[[Any], str]]


@cache
def _insertion(model: type[models.Model]) -> tuple[str, tuple[_Column, ...]]:
    """Return the statement that inserts rows of a model, and what makes each of its arrays."""
    fields = [
        field
        for field in model._meta.local_concrete_fields
        if not field.generated and not isinstance(field, models.AutoField)
    ]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    # An array for each column: as a line for each row the statement itself is most of the work.
    arrays = ", ".join(f"%s::{_kind(field)}[]" for field in fields)
    statement = (
        f"insert into {quote(model._meta.db_table)} ({columns}) "
        f"select * from unnest({arrays}) on conflict do nothing "
        f"returning {quote(str(model._meta.pk.column))}"
    )
    return statement, tuple(_column(field) for field in fields)


@cache
def _plain_defaults(model: type[models.Model]) -> dict[str, Any]:
    return {
        field.attname: None if callable(field.default) or not field.has_default() else field.default
        for field in model._meta.concrete_fields
    }


def _column(field: "models.Field[Any, Any]") -> _Column:
    """
    Return what makes a field's array from rows.

    Values of the plain types, as they come by the ten thousand, are spelt here; a list with any
    other value is prepared as Django does.
    """
    value_of = attrgetter(field.attname)
    spelling = {} if getattr(field, "auto_now_add", False) else _spelling(field)

    def column(rows: _Rows) -> Any:
        try:
            spelt = [spelling[(value := value_of(row)).__class__](value) for row in rows]
        except KeyError:
            return [
                field.get_db_prep_save(field.pre_save(row, add=True), connection) for row in rows
            ]
        return "{" + ",".join(spelt) + "}"

    return column


def _spelling(field: "models.Field[Any, Any]") -> _Spelling:
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    return _SPELLINGS.get(type(target), {})


def _text(value: str) -> str:
    """Spell a text as an element of an array."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _moment(value: datetime) -> str:
    """Spell an aware moment; a naive one is left to Django, which warns of it."""
    if value.tzinfo is None:
        raise KeyError(datetime)
    return value.isoformat()


_NULL: _Spelling = {type(None): lambda _: "NULL"}
_UUIDS: _Spelling = {UUID: attrgetter("hex"), **_NULL}
_TEXTS: _Spelling = {str: _text, **_NULL}
_NUMBERS: _Spelling = {int: str, **_NULL}
_ELEMENTS: _Spelling = {**_UUIDS, **_NUMBERS, date: date.isoformat}
# By the very type: a field of one's own may write something else than it holds.
_SPELLINGS: Mapping[type, _Spelling] = {
    models.UUIDField: _UUIDS,
    OwnedId: _UUIDS,
    models.CharField: _TEXTS,
    models.TextField: _TEXTS,
    models.IntegerField: _NUMBERS,
    models.BigIntegerField: _NUMBERS,
    models.BigAutoField: _NUMBERS,
    models.SmallIntegerField: _NUMBERS,
    models.PositiveIntegerField: _NUMBERS,
    models.PositiveSmallIntegerField: _NUMBERS,
    models.BooleanField: {bool: lambda value: "t" if value else "f", **_NULL},
    models.BinaryField: {bytes: lambda value: f'"\\\\x{value.hex()}"', **_NULL},
    models.DateField: {date: date.isoformat, **_NULL},
    models.DateTimeField: {datetime: _moment, **_NULL},
}


def _kind(field: "models.Field[Any, Any]") -> str:
    """Return the column's type without its length: a cast would cut off what is too long."""
    return str(field.db_type(connection)).partition("(")[0]
