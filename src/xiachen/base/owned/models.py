"""The bases of every row that belongs to one community."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django.db import DatabaseError, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q, QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.utils.translation import gettext_lazy as _

from xiachen.base.ids import uuid7
from xiachen.base.owned.fields import CommunityForeignKey, OwnedId

# The counter and the marks of what belongs to no community.
CENTRE = 0


class OwnedQuerySet(QuerySet[Any]):
    """Rows of communities, deleted by their whole keys."""

    def delete(self) -> tuple[int, dict[str, int]]:
        """
        Delete the rows in one statement; the database refuses while others refer to them.

        Django would collect them and delete by `id` alone, a neighbour's row of the same id too.
        """
        if self.query.is_sliced:
            raise TypeError("a slice cannot be deleted")
        count = self.order_by()._raw_delete(self.db)
        return count, {self.model._meta.label: count}


_Row = TypeVar("_Row", bound=models.Model)


class OwnedManager(models.Manager[_Row]):
    """The manager of every owned model that names no other."""

    def get_queryset(self) -> QuerySet[_Row]:
        """Return all rows, to be narrowed down and perhaps deleted."""
        return OwnedQuerySet(model=self.model, using=self._db)


class Owned(models.Model):
    """
    A row of one community; the community never changes.

    Unique and exclusion constraints of subclasses contain `community`; there are no one-to-one
    and no plain many-to-many relations between owned models.
    """

    placement: ClassVar[str] = "owned"
    append_only: ClassVar[bool] = False

    id = OwnedId(primary_key=True, default=uuid7, editable=False)
    community = models.ForeignKey(
        "places.Community", models.PROTECT, related_name="+", verbose_name=_("community")
    )

    if not TYPE_CHECKING:  # for types it is the default manager; it only deletes otherwise
        objects = OwnedManager()

    class Meta:
        abstract = True

    def delete(self, *_: object, **__: object) -> tuple[int, dict[str, int]]:
        """Delete by the whole key."""
        return OwnedQuerySet(type(self)).filter(community_id=self.community_id, pk=self.pk).delete()

    def _do_update(self, base_qs: QuerySet[Self], *rest: Any) -> Any:
        """Update by the whole key, and never silently do nothing."""
        within = base_qs.filter(community_id=self.community_id)
        updated = super()._do_update(within, *rest)
        if not updated and not self._state.adding:
            raise DatabaseError("the row is gone or its community was changed")
        return updated

    def refresh_from_db(
        self,
        using: str | None = None,
        fields: Any = None,
        from_queryset: QuerySet[Self] | None = None,
    ) -> None:
        """Read the row again by its whole key."""
        rows = from_queryset if from_queryset is not None else type(self)._base_manager.all()
        community = self.__dict__.get("community_id")
        super().refresh_from_db(
            using, fields, rows.filter(community_id=community) if community else rows
        )


_F = TypeVar("_F", bound=models.Model, covariant=True)


class FactQuerySet(QuerySet[_F, _F]):
    """Facts, with the reading that leaves out what was reversed."""

    def standing(self, marks: Mapping[int, int] | None = None) -> Self:
        """
        Return the facts that hold: not void, and not reversed by a later fact.

        :param marks: read as the records stood when each community (key) had reached that
            sequence number (value); a community without a mark had no records then
        """
        later = self.model._base_manager.filter(
            community_id=models.OuterRef("community_id"), reverses_id=models.OuterRef("id")
        )
        known = self.filter(void=False)
        if marks is not None:
            later = later.filter(sequence__lte=MarkOfCommunity(marks))
            known = known.filter(sequence__lte=MarkOfCommunity(marks))
        return known.filter(~models.Exists(later))


class MarkOfCommunity(models.Func):
    """The sequence number that a set of marks gives the row's community, or null."""

    output_field = models.BigIntegerField()

    def __init__(self, marks: Mapping[int, int]) -> None:
        super().__init__(models.F("community_id"))
        self.marks = json.dumps({str(community): mark for community, mark in marks.items()})

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[object]]:
        column, params = compiler.compile(self.source_expressions[0])
        return f"(%s::jsonb ->> ({column})::text)::bigint", [self.marks, *params]


class Fact(Owned):
    """
    Something that happened, written once.

    It has two times, occurred and received. `sequence` numbers the facts of a community in the
    order of commit: it is taken under a lock that lasts until the transaction ends, so a reader
    who has seen number n has seen everything below it. A mistake is reversed by a later fact:
    `reverses` names the row, `void` says that nothing stands in its place.
    """

    append_only: ClassVar[bool] = True

    sequence = models.BigIntegerField(editable=False)
    occurred_at = models.DateTimeField(_("occurred"))
    received_at = models.DateTimeField(_("received"))
    recorded_by = models.UUIDField(_("recorded by"))
    reverses = CommunityForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by"
    )
    void = models.BooleanField(default=False)

    objects = FactQuerySet.as_manager()  # type: ignore[misc, assignment]

    class Meta:
        abstract = True


def fact_constraints(name: str, *, owned: bool = True) -> list[models.BaseConstraint]:
    """Return what holds for every fact: only a reversal is void, and none is reversed twice."""
    key = ("community", "reverses") if owned else ("reverses",)
    return [
        models.CheckConstraint(
            name=f"{name}_void", condition=Q(void=False) | Q(reverses__isnull=False)
        ),
        models.UniqueConstraint(
            name=f"{name}_reversed_once", fields=key, condition=Q(reverses__isnull=False)
        ),
    ]


class CentralFactQuerySet(QuerySet[_F, _F]):
    """Facts of the centre, read like those of a community."""

    def standing(self, marks: Mapping[int, int] | None = None) -> Self:
        """Return the facts that hold; `marks[0]` is the centre's sequence number."""
        later = self.model._base_manager.filter(reverses_id=models.OuterRef("id"))
        known = self.filter(void=False)
        if marks is not None:
            later = later.filter(sequence__lte=marks.get(CENTRE, 0))
            known = known.filter(sequence__lte=marks.get(CENTRE, 0))
        return known.filter(~models.Exists(later))


class CentralFact(models.Model):
    """A fact about people or units that belongs to no single community; see Fact."""

    placement: ClassVar[str] = "central"
    append_only: ClassVar[bool] = True

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sequence = models.BigIntegerField(editable=False)
    occurred_at = models.DateTimeField(_("occurred"))
    received_at = models.DateTimeField(_("received"))
    recorded_by = models.UUIDField(_("recorded by"))
    reverses = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by"
    )
    void = models.BooleanField(default=False)

    objects = CentralFactQuerySet.as_manager()

    class Meta:
        abstract = True
