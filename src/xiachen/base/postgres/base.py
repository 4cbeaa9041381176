"""
The PostgreSQL backend with the two differences that community-owned tables need, and a third.

Django sees `id` as the primary key; in the database it is (id, community_id). The third: some
statements may be planned once for each connection, those that ask for it (`planning.py`).
"""

import sys
from typing import Any, Self

from django.db.backends.postgresql import base, features, schema
from django.db.models import Model


class DatabaseFeatures(features.DatabaseFeatures):
    """PostgreSQL's features, less one that rests on the primary key."""

    def allows_group_by_selected_pks_on_model(self, model: type[Model]) -> bool:
        """Name every column in GROUP BY: `id` alone does not determine a row's other columns."""
        return False


class SchemaEditor(schema.DatabaseSchemaEditor):
    """The schema editor, sequential where Citus spreads a statement over shards."""

    def __enter__(self) -> Self:
        editor = super().__enter__()
        if not self.collect_sql:
            # Plain PostgreSQL accepts any dotted setting and ignores it.
            self.execute("set citus.multi_shard_modify_mode = 'sequential'", None)
            self.execute("set lock_timeout = '10s'", None)
        return editor


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's PostgreSQL connection with the two classes above."""

    features_class = DatabaseFeatures
    SchemaEditorClass = SchemaEditor

    def get_connection_params(self) -> dict[str, Any]:
        """Let statements be planned once that ask for it, and none by being asked often."""
        # Without a number the driver plans nothing ahead, whatever it is asked.
        return {**super().get_connection_params(), "prepare_threshold": sys.maxsize}
