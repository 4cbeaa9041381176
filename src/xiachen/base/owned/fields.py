"""
Relations between rows of one community.

In the database the key of an owned table is (id, community_id) and every relation between
owned tables is the pair. Django sees the single column `id`; the field and the lookups below
add the second column to each join and comparison, so that the planner, the foreign key and,
on Citus, the shard agree. Sources: Django's ForeignObject, docs "Custom lookups".
"""

from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Col, ResolvedOuterRef
from django.db.models.fields.related_lookups import RelatedExact, RelatedIn
from django.db.models.lookups import Exact, In
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.query import Query


class OwnedId(models.UUIDField):  # type: ignore[type-arg]
    """The id of an owned row: alone unique in practice, with the community unique by key."""


class CommunityForeignKey(models.ForeignKey):  # type: ignore[type-arg]
    """
    A relation to an owned row of the same community.

    The composite foreign key itself is made by `keeping.keep_tables` after migration.
    """

    def __init__(self, to: Any, on_delete: Any, **options: Any) -> None:
        super().__init__(to, on_delete, **{**options, "db_constraint": False})

    def get_extra_restriction(  # type: ignore[override]
        self, alias: str | None, related_alias: str
    ) -> "Exact[Any]":
        """Join on the community too; in exclude()'s subquery the outer row's community."""
        mine = community_column(self.model, related_alias)
        theirs = (
            community_column(self.related_model, alias)
            if alias
            else ResolvedOuterRef("community_id")
        )
        return Exact(mine, theirs)

    def get_extra_descriptor_filter(self, instance: models.Model) -> dict[str, Any]:
        """Fetch the related object by its whole key."""
        return {"community_id": instance.community_id}  # type: ignore[attr-defined]

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        """Refuse in forms what the composite key would refuse in the database."""
        models.Field.validate(self, value, model_instance)
        community = getattr(model_instance, "community_id", None)
        related = self.related_model
        if value and not related._base_manager.filter(pk=value, community_id=community).exists():
            raise ValidationError(self.error_messages["invalid"], code="invalid")


def community_column(model: type[models.Model], alias: str) -> Col:
    """Return the community column of a model under an alias of the query."""
    return cast(Col, model._meta.get_field("community").get_col(alias))  # type: ignore[union-attr]


class _WithCommunity:
    """Compare an owned id, or a relation to one, together with its community."""

    lhs: Any
    rhs: Any

    def __init__(self, lhs: Any, rhs: Any) -> None:
        compared = rhs if isinstance(rhs, (list, tuple, set)) else [rhs]
        self.communities = {
            vars(one).get("community_id") if hasattr(one, "__dict__") else None for one in compared
        }
        super().__init__(lhs, rhs)  # type: ignore[call-arg]

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        if selected := _selected_key(self.rhs):
            return self._among(selected, compiler, connection)
        sql, params = super().as_sql(compiler, connection)  # type: ignore[misc]
        also = self._restriction()
        if also is None:
            return sql, tuple(params)
        more, more_params = compiler.compile(also)
        return f"({sql} AND {more})", (*params, *more_params)

    def _among(
        self, selected: Col, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        """Compare the pair with the pairs of a query: its community is selected beside its key."""
        query = self.rhs.clone()
        query.selected = None  # the order of the columns is the one below
        query.select = (selected, community_column(selected.target.model, str(selected.alias)))
        rows, row_params = query.as_sql(compiler, connection)
        key, key_params = compiler.compile(self.lhs)
        mine, my_params = compiler.compile(community_column(self.lhs.target.model, self.lhs.alias))
        return f"({key}, {mine}) IN {rows}", (*key_params, *my_params, *row_params)

    def _restriction(self) -> Exact | In | None:
        mine = community_column(self.lhs.target.model, self.lhs.alias)
        if isinstance(self.rhs, Col) and isinstance(
            self.rhs.target, (OwnedId, CommunityForeignKey)
        ):
            return Exact(mine, community_column(self.rhs.target.model, self.rhs.alias))
        if self.communities and None not in self.communities:
            return In(mine, sorted(cast(set[int], self.communities)))
        return None


def _selected_key(compared: object) -> Col | None:
    """Return the owned key that a query selects, where it selects that and nothing else."""
    if not isinstance(compared, Query) or compared.combinator or len(compared.select) != 1:
        return None
    selected = compared.select[0]
    if compared.annotation_select or not isinstance(selected, Col):
        return None
    return selected if isinstance(selected.target, (OwnedId, CommunityForeignKey)) else None


@OwnedId.register_lookup
class OwnedExact(_WithCommunity, Exact):
    """`pk=` another owned row, and OuterRef of one."""


@OwnedId.register_lookup
class OwnedIn(_WithCommunity, In):
    """`pk__in=` owned rows or a query of them; Django's updates and deletes over joins use it."""


@CommunityForeignKey.register_lookup
class CommunityExact(_WithCommunity, RelatedExact):
    """`relation=` an owned object."""


@CommunityForeignKey.register_lookup
class CommunityIn(_WithCommunity, RelatedIn):
    """`relation__in=` owned objects or a query of them."""
