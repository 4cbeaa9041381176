"""Appending facts: numbered per community, once each, in two statements per batch."""

from collections import Counter as Tally
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import connection

from xiachen.base.models import Counter
from xiachen.base.owned.bulk import insert_new, spelt
from xiachen.base.owned.models import CENTRE, CentralFact, Fact
from xiachen.base.postgres.planning import planned_once

AnyFact = Fact | CentralFact
_Kind = TypeVar("_Kind", bound=AnyFact)

# What a fact says of its own writing; everything else is what it says of the world.
_OF_THE_WRITING = frozenset({"id", "sequence", "received_at", "recorded_by", "reverses", "void"})


def take_numbers(counts: Mapping[int, int]) -> dict[int, int]:
    """
    Take consecutive numbers of communities and return the first of each.

    A counter's row stays locked until the transaction ends: numbers follow commit order. They are
    locked from the lowest community to the highest.

    :param counts: how many numbers each community (key) needs
    """
    table = connection.ops.quote_name(Counter._meta.db_table)
    communities = sorted(counts)
    with planned_once() as cursor:
        cursor.execute(
            f"insert into {table} as held (community_id, value) "
            "select * from unnest(%s::bigint[], %s::bigint[]) "
            "on conflict (community_id) do update set value = held.value + excluded.value "
            "returning community_id, value",
            [spelt(communities), spelt(counts[community] for community in communities)],
        )
        return {community: last - counts[community] + 1 for community, last in cursor.fetchall()}


def hold_numbers(communities: Iterable[int]) -> None:
    """
    Lock the counters of communities, for a transaction that appends to them in several turns.

    Two such transactions would otherwise wait for each other's communities.
    """
    take_numbers(dict.fromkeys(communities, 0))


def append(facts: Sequence[AnyFact]) -> set[UUID]:
    """
    Write facts of one model and return the ids that were new.

    A fact whose key or unique constraint exists already is left out, silently here: the caller
    compares the answer with what it gave and says so per item. Numbers taken for facts left out
    stay unused.
    """
    ordered = sorted(facts, key=_community)
    numbers = take_numbers(Tally(map(_community, ordered)))
    for fact in ordered:
        community = _community(fact)
        fact.sequence = numbers[community]
        numbers[community] += 1
    return insert_new(ordered)


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


def _community(fact: AnyFact) -> int:
    return fact.community_id if isinstance(fact, Fact) else CENTRE
