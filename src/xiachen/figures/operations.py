"""Roll-ups are posted with the facts, folded by a job, and can be made again from the rows."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from django.db import connection, transaction

from xiachen.base.ids import uuid7
from xiachen.base.owned.bulk import insert_new
from xiachen.figures.figure import Figure
from xiachen.figures.models import Delta, FirstSeen, Rollup
from xiachen.figures.queries import Cell, counted_cells, first_days, one_moment
from xiachen.privacy.scope import Can, Scope

_CHUNK = 1000


def post_deltas(incident: UUID, deltas: Iterable[tuple[int, str, date, int]]) -> None:
    """
    Add changes of figures to the roll-ups, in the transaction of the facts behind them.

    :param deltas: community, code of the figure, day, signed amount; alike ones are put together
    """
    _within_a_transaction()
    totals: Counter[tuple[int, str, date]] = Counter()
    for community, figure, day, amount in deltas:
        totals[community, figure, day] += amount
    insert_new(
        [
            Delta(community_id=community, incident=incident, figure=figure, day=day, amount=amount)
            for (community, figure, day), amount in sorted(totals.items())
            if amount
        ]
    )


def count_first_seen(incident: UUID, figure: str, day: date, members: Iterable[UUID]) -> set[UUID]:
    """
    Note the people who count in a figure of the incident, and return those seen for the first time.

    Of two transactions that see the same person the second waits and gets nobody.
    """
    _within_a_transaction()
    people = sorted(set(members))
    if not people:
        return set()
    table = connection.ops.quote_name(FirstSeen._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into {table} (incident, figure, member, day) "
            "select %s, %s, member, %s from unnest(%s::uuid[]) as member "
            "on conflict (incident, figure, member) do nothing returning member",
            [incident, figure, day, people],
        )
        return {row[0] for row in cursor.fetchall()}


def forget_first_seen(incident: UUID, figure: str, members: Iterable[UUID]) -> dict[UUID, date]:
    """Take back people whose record in a figure was reversed; return who counted on which day."""
    _within_a_transaction()
    seen = FirstSeen.objects.filter(incident=incident, figure=figure, member__in=set(members))
    gone = dict(seen.select_for_update().values_list("member", "day"))
    seen.filter(member__in=list(gone)).delete()
    return gone


def fold(scope: Scope) -> int:
    """
    Fold what waits into the roll-ups, one transaction per community; return how many deltas.

    Each delta counts exactly once: it is deleted in the transaction that adds it.
    """
    waiting = Delta.objects.filter(scope.within()).order_by("community_id")
    return sum(
        _fold_community(community)
        for community in list(waiting.values_list("community_id", flat=True).distinct())
    )


@transaction.atomic
def _fold_community(community: int) -> int:
    table = connection.ops.quote_name(Delta._meta.db_table)
    with connection.cursor() as cursor:
        # One fold of a community at a time: two could lock the same roll-ups crosswise.
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"figures.fold:{community}"]
        )
        cursor.execute(
            f"delete from {table} where community_id = %s returning incident, figure, day, amount",
            [community],
        )
        gone = cursor.fetchall()
    totals: Counter[tuple[UUID, str, date]] = Counter()
    for incident, figure, day, amount in gone:
        totals[incident, figure, day] += amount
    _add(community, totals)
    return len(gone)


def _add(community: int, totals: Counter[tuple[UUID, str, date]]) -> None:
    table = connection.ops.quote_name(Rollup._meta.db_table)
    lines = sorted((key, amount) for key, amount in totals.items() if amount)
    if not lines:
        return
    values = [
        value
        for (incident, figure, day), amount in lines
        for value in (uuid7(), community, incident, figure, day, amount)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into {table} as held (id, community_id, incident, figure, day, amount) "
            f"values {', '.join(['(%s, %s, %s, %s, %s, %s)'] * len(lines))} "
            "on conflict (community_id, incident, figure, day) "
            "do update set amount = held.amount + excluded.amount",
            values,
        )


def rebuild_rollups(
    scope: Scope, *, incident: UUID, figures: Iterable[Figure], days: Sequence[date]
) -> int:
    """
    Make the roll-ups of some days again from the rows; return how many there are now.

    Reads one moment: a fact and its delta are both in it or both later. A fold in between makes
    the database refuse, and nothing is changed. People first seen are made again for the whole
    incident, so `days` must then hold every day of it.
    """
    scope.require(Can.MANAGE_INCIDENTS)
    made = 0
    with one_moment(), transaction.atomic():
        for figure in figures:
            if figure.rollup:
                made += _rebuild(scope, incident, figure, days)
    return made


def _rebuild(scope: Scope, incident: UUID, figure: Figure, days: Sequence[date]) -> int:
    true = counted_cells(scope, incident=incident, figure=figure, days=days)
    for model in (Delta, Rollup):
        model.objects.filter(
            scope.within(), incident=incident, figure=figure.code, day__in=days
        ).delete()
    if figure.first_seen:
        _see_again(scope, incident, figure, days)
    by_community: dict[int, dict[Cell, int]] = defaultdict(dict)
    for cell, amount in true.items():
        by_community[cell[2]][cell] = amount
    for community, cells in sorted(by_community.items()):
        _add(
            community,
            Counter({(incident, code, day): amount for (code, day, _), amount in cells.items()}),
        )
    return len(true)


def _see_again(scope: Scope, incident: UUID, figure: Figure, days: Sequence[date]) -> None:
    FirstSeen.objects.filter(incident=incident, figure=figure.code).delete()
    seen = first_days(scope, incident=incident, figure=figure, days=days)
    FirstSeen.objects.bulk_create(
        [
            FirstSeen(incident=incident, figure=figure.code, member=member, day=day)
            for member, (day, _) in sorted(seen.items())
        ],
        batch_size=_CHUNK,
    )


def _within_a_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("deltas are posted in the transaction of the facts they count")
