"""The people of a unit with where each stands on a day, asked for all of them at once."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, CharField, Q, QuerySet, Value, When

from xiachen.attendance.models.records import GapKind
from xiachen.attendance.queries import records
from xiachen.command.rules.whereabouts import Whereabouts
from xiachen.figures.figure import Cutoff
from xiachen.mobilisation.models.stays import Excuse
from xiachen.mobilisation.queries import duties, stays
from xiachen.mobilisation.queries.report_ins import report_ins
from xiachen.people.models.members import Member
from xiachen.people.queries.fitness import away_on
from xiachen.privacy.scope import Can, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """The people of one kind: how many, and the first of them by name."""

    count: int
    ids: list[UUID]


def own_people(scope: Scope, cutoff: Cutoff) -> QuerySet[Any]:
    """
    Return the people of the scope's units, each with its `whereabouts` on the cut-off's day.

    The lists are read once each and looked up by person, so that five thousand people cost little
    more than fifty.
    """
    if scope.incident != cutoff.incident or not scope.allows(Can.SEE_PEOPLE):
        nowhere = Value(Whereabouts.FREE.value, output_field=CharField())
        return Member.objects.none().annotate(whereabouts=nowhere)
    rows = Member.objects.filter(organisation_id__in=scope.organisations)
    return rows.annotate(
        whereabouts=Case(
            *(When(condition, then=Value(one.value)) for one, condition in _states(scope, cutoff)),
            default=Value(Whereabouts.FREE.value),
            output_field=CharField(),
        )
    )


def by_whereabouts(scope: Scope, cutoff: Cutoff, *, most: int) -> dict[Whereabouts, Kind]:
    """
    Return how many people there are of each kind, and the first of them by name.

    In plain SQL around the same statement: thousands of ids would cost more to read than to find.

    :param most: so many of each kind
    """
    found = {one: Kind(count=0, ids=[]) for one in Whereabouts}
    people = own_people(scope, cutoff).order_by().values_list("pk", "sort_key", "whereabouts")
    try:
        sql, params = people.query.sql_with_params()
    except EmptyResultSet:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            "select whereabouts, count(*), (array_agg(id order by sort_key, id))[1:%s] "
            f"from ({sql}) as people (id, sort_key, whereabouts) group by whereabouts",
            [most, *params],
        )
        for kind, count, ids in cursor.fetchall():
            found[Whereabouts(kind)] = Kind(count=count, ids=ids)
    return found


def _states(scope: Scope, cutoff: Cutoff) -> list[tuple[Whereabouts, Q]]:
    """Return what puts somebody into each list; the first that holds is the one."""
    signed = records.check_ins(scope, cutoff).order_by().values("member")
    worked = records.works(scope, cutoff).order_by().values("member")
    answered = records.answers(scope, cutoff).filter(gap=GapKind.NOT_PRESENT, excuses=True)
    reported = report_ins(scope, cutoff).order_by().values("member")
    belonging = stays.belonging(scope, cutoff).order_by().values("member_id")
    recorded = belonging.filter(community_id__in=records.recording(scope, cutoff))
    here, expected = Q(pk__in=reported), Q(pk__in=belonging)
    # Whoever is neither expected on site nor obliged to report at home has nothing to miss.
    obliged = Q(pk__in=duties.members_not_reported(scope, cutoff).order_by().values("pk"))
    awaited = expected | (~here & obliged)
    away = Q(pk__in=away_on(scope, day=cutoff.day))
    done = Q(pk__in=duties.members_reported(scope, cutoff).order_by().values("pk"))
    return [
        (Whereabouts.WORKING, Q(pk__in=worked)),
        (Whereabouts.IDLE, Q(pk__in=signed)),
        (Whereabouts.EXCUSED, Q(pk__in=_excused(cutoff))),
        (Whereabouts.OFF_DUTY, away & here),
        (Whereabouts.OFF_BEFORE, away & awaited),
        (Whereabouts.EXPLAINED, here & Q(pk__in=answered.order_by().values("member"))),
        (Whereabouts.ABSENT, here & Q(pk__in=recorded)),
        (Whereabouts.UNRECORDED, here & expected),
        (Whereabouts.UNREPORTED, expected | (~here & obliged & Q(home_community__isnull=False))),
        (Whereabouts.NO_HOME, ~here & obliged),
        (Whereabouts.REPORTED, here | done),
    ]


def _excused(cutoff: Cutoff) -> QuerySet[Excuse, UUID]:
    rows = Excuse.objects.standing(cutoff.marks).filter(incident=cutoff.incident)
    on_the_day = rows.filter(from_day__lte=cutoff.day, to_day__gte=cutoff.day)
    return on_the_day.values_list("member_id", flat=True)
