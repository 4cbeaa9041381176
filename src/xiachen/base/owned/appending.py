"""Appending facts: numbered per community, once each, in one statement per batch."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import connection

from xiachen.base.models import Counter
from xiachen.base.owned.bulk import insert_new
from xiachen.base.owned.models import CENTRE, CentralFact, Fact

AnyFact = Fact | CentralFact
_Kind = TypeVar("_Kind", bound=AnyFact)

# What a fact says of its own writing; everything else is what it says of the world.
_OF_THE_WRITING = frozenset({"id", "sequence", "received_at", "recorded_by", "reverses", "void"})


def take_numbers(community: int, count: int) -> int:
    """
    Take `count` consecutive numbers of a community and return the first.

    The counter's row stays locked until the transaction ends: numbers follow commit order.
    """
    table = connection.ops.quote_name(Counter._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into {table} as held (community_id, value) values (%s, %s) "
            "on conflict (community_id) do update set value = held.value + excluded.value "
            "returning value",
            [community, count],
        )
        (last,) = cursor.fetchone()
    return int(last) - count + 1


def append(facts: Sequence[AnyFact]) -> set[UUID]:
    """
    Write facts of one model and return the ids that were new.

    A fact whose key or unique constraint exists already is left out, silently here: the caller
    compares the answer with what it gave and says so per item. Numbers taken for facts left out
    stay unused.
    """
    written: set[UUID] = set()
    for community, rows in sorted(_by_community(facts).items()):
        first = take_numbers(community, len(rows))
        for offset, row in enumerate(rows):
            row.sequence = first + offset
        written |= insert_new(rows)
    return written


def superseding(
    former: _Kind, *, by: UUID, at: datetime, void: bool = False, **changed: object
) -> _Kind:
    """
    Return the fact, not yet appended, that stands in the place of a former one.

    It says the same, except for what is changed.

    :param by: the account that records it
    :param void: nothing stands in the former's place
    """
    model = type(former)
    kept = {
        field.attname: getattr(former, field.attname)
        for field in model._meta.concrete_fields
        if field.name not in _OF_THE_WRITING
        and not field.generated
        and changed.keys().isdisjoint({field.name, field.attname})
    }
    return model(
        **kept, **changed, received_at=at, recorded_by=by, reverses_id=former.pk, void=void
    )


def _by_community(facts: Sequence[AnyFact]) -> dict[int, list[AnyFact]]:
    groups: dict[int, list[AnyFact]] = defaultdict(list)
    for fact in facts:
        groups[fact.community_id if isinstance(fact, Fact) else CENTRE].append(fact)
    return groups
