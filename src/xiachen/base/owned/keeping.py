"""
After migration: keys, foreign keys, distribution and rights follow the models.

Idempotent. On Citus the first run is the cut-over: it turns the tables into reference and
distributed ones. The order of statements matters there: read pg_dist_partition, never the view
citus_tables, in a transaction that also changes tables.
"""

import hashlib
from typing import Any

from django.apps import apps as installed
from django.conf import settings
from django.db import connection, models, transaction
from django.db.backends.utils import CursorWrapper

from xiachen.base.owned.fields import CommunityForeignKey, OwnedId

Constraints = dict[str, dict[str, Any]]


@transaction.atomic
def keep_tables(**_signal: object) -> None:
    """Bring the database's keys, distribution and rights in line with the models."""
    with connection.cursor() as cursor:
        live = set(connection.introspection.table_names(cursor))
        owned = {
            model._meta.db_table: model
            for model in installed.get_models()
            if isinstance(model._meta.pk, OwnedId) and model._meta.db_table in live
        }
        found: Constraints = {
            table: dict(connection.introspection.get_constraints(cursor, table)) for table in owned
        }
        _widen_primary_keys(cursor, found)
        if _has_citus(cursor):
            _distribute(cursor, list(owned), live)
        _relate(cursor, owned, found)
        _grant(cursor, live)


def _widen_primary_keys(cursor: CursorWrapper, found: Constraints) -> None:
    for table, constraints in found.items():
        for name, facts in constraints.items():
            if facts["primary_key"] and facts["columns"] == ["id"]:
                cursor.execute(f'alter table "{table}" drop constraint "{name}"')
                cursor.execute(
                    f'alter table "{table}" add constraint "{name}" primary key (id, community_id)'
                )


def _has_citus(cursor: CursorWrapper) -> bool:
    cursor.execute("select 1 from pg_extension where extname = 'citus'")
    return cursor.fetchone() is not None


def _distribute(cursor: CursorWrapper, owned: list[str], live: set[str]) -> None:
    cursor.execute("set local citus.multi_shard_modify_mode = 'sequential'")
    cursor.execute(
        "select logicalrelid::text from pg_dist_partition where partmethod = 'h' or repmodel = 't'"
    )
    done = {row[0].strip('"') for row in cursor.fetchall()}
    for model in installed.get_models():
        table = model._meta.db_table
        if getattr(model, "placement", "") == "reference" and table in live - done:
            cursor.execute("select create_reference_table(%s)", [table])
    beside = next((table for table in owned if table in done), "default")
    for table in owned:
        if table not in done:
            cursor.execute(
                "select create_distributed_table(%s, 'community_id', colocate_with => %s)",
                [table, beside],
            )
            beside = table if beside == "default" else beside


def _relate(
    cursor: CursorWrapper, owned: dict[str, type[models.Model]], found: Constraints
) -> None:
    for table, model in owned.items():
        for field in model._meta.local_fields:
            if not isinstance(field, CommunityForeignKey):
                continue
            name = constraint_name(table, field.column)
            if name not in found[table]:
                target = field.related_model._meta.db_table
                cursor.execute(
                    f'alter table "{table}" add constraint "{name}" '
                    f'foreign key ("{field.column}", community_id) '
                    f'references "{target}" (id, community_id)'
                )


def constraint_name(table: str, column: str) -> str:
    """Return the composite foreign key's name, within PostgreSQL's 63 bytes."""
    digest = hashlib.sha256(f"{table}.{column}".encode()).hexdigest()[:8]
    return f"{table[:26]}_{column[:20]}_{digest}_own"


def _grant(cursor: CursorWrapper, live: set[str]) -> None:
    """
    Give the application's role its rights: facts and audit can be read and added to, only.

    What `ends` is deleted when its time is over; nobody changes what it says before.
    """
    role = connection.ops.quote_name(settings.APPLICATION_ROLE)
    cursor.execute("select 1 from pg_roles where rolname = %s", [settings.APPLICATION_ROLE])
    if cursor.fetchone() is None:
        cursor.execute(f"create role {role} nologin")
        # Whoever makes a role is not yet one of its members, and the site works as its member.
        cursor.execute(f"grant {role} to current_user")
    cursor.execute(f"grant usage on schema public to {role}")
    cursor.execute(f"grant select, insert, update, delete on all tables in schema public to {role}")
    cursor.execute(f"grant usage, select on all sequences in schema public to {role}")
    cursor.execute(f"revoke insert, update, delete on django_migrations from {role}")
    for model in installed.get_models():
        if getattr(model, "append_only", False) and model._meta.db_table in live:
            table = connection.ops.quote_name(model._meta.db_table)
            kept = "update" if getattr(model, "ends", False) else "update, delete"
            cursor.execute(f"revoke {kept}, truncate on {table} from {role}")
