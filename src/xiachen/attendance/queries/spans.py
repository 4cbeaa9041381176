"""
The time of people on site, by person and day: what fatigue, the ledger and certificates read.

One statement for all of them, so that no two pages count differently. Stays are put together from
all sign-ins and sign-outs as in `rules.stays`, in whatever order those were recorded; a stay
belongs to the day of its sign-in, after midnight too. Of stays that overlap, in two communities or
over midnight, the time counts once, for the one that began first. A stay without a sign-out is a
day on duty of no length, until the sign-out is recorded or somebody corrects the hours of the day.
Corrections are added to the day; no day has less than no time.
"""

from datetime import timedelta
from typing import Any

from django.db.models import Q

from xiachen.attendance.models.hours import HoursCorrection
from xiachen.attendance.models.records import CheckIn, CheckOut
from xiachen.attendance.rules.stays import LONGEST_STAY
from xiachen.base.owned.models import FactQuerySet
from xiachen.figures.figure import Cutoff
from xiachen.privacy.scope import Scope

Sql = tuple[str, list[Any]]
_DAY = timedelta(days=1)

# Nothing is joined, all facts are put side by side: the planner knows no size of what stands
# between.
_STAYS = """
    turns as (
        select *, arrives and (
            lag(arrives) over turn is not true or lag(day) over turn <> day
        ) as begins
        from ({punches}) as punches (member, day, community_id, at, arrives)
        window turn as (partition by member, community_id order by at, arrives desc)
    ),
    placed as (
        select member, community_id, at, arrives,
            max(day) filter (where begins) over turn as day,
            max(at) filter (where begins) over turn as began
        from turns window turn as (
            partition by member, community_id order by at, arrives desc rows unbounded preceding
        )
    ),
    stays as (
        select member, day, community_id, began,
            max(at) filter (where not arrives and at <= began + %s) as ended
        from placed where began <= %s and day <= %s
        group by member, day, community_id, began
    )
"""

# Of stays in the order in which they began, each adds what lies behind the end of all before it.
# Minutes given for a missing sign-out count for as long as it is missing.
_DAYS = """
    with {stays},
    facts as (
        select *, null::int as minutes, null::int as instead from stays
        union all
        select member, day, community_id, null, null, minutes, null from ({corrected}) as corrected
        union all
        select member, day, community_id, null, null, null, minutes from ({instead}) as instead
    ),
    pieces as (
        select *,
            case when ended > began then extract(epoch from greatest(
                '0'::interval, ended - greatest(began, max(
                    case when ended > began then ended end
                ) over (
                    partition by member order by began, ended
                    rows between unbounded preceding and 1 preceding
                ))
            )) end as seconds
        from facts
    ),
    places as (
        select member, day, min(began) as began, max(ended) as ended,
            count(began) > count(ended) and count(instead) = 0 as unended,
            count(began) as stays,
            case when count(instead) > 0 and (count(began) > count(ended) or count(began) = 0)
                then coalesce(sum(minutes), 0) + sum(instead) else sum(minutes) end as minutes,
            sum(seconds) as seconds
        from pieces group by member, day, community_id
    )
    select member, day,
        min(began) as came,
        max(ended) as gone,
        bool_or(unended) as without_sign_out,
        sum(stays)::int as stays,
        coalesce(sum(minutes), 0)::int as corrected,
        (floor(sum(seconds) / 60))::int as stayed,
        case when count(seconds) > 0 or count(minutes) > 0 then
            60 * greatest(0, least(
                floor(coalesce(sum(seconds), 0) / 60) + coalesce(sum(minutes), 0),
                greatest(floor(coalesce(sum(seconds), 0) / 60), 24 * 60)
            ))
        end::bigint as seconds
    from places group by member, day
    having count(began) > 0 or sum(minutes) > 0
"""


def days_sql(scope: Scope, cutoff: Cutoff, *reached: Q, **chosen: object) -> Sql:
    """
    Return the statement of days on duty.

    It gives member, day, came, gone, without_sign_out, stays (how many), corrected (minutes),
    stayed (minutes between sign-ins and sign-outs) and seconds (of both together); null where
    nothing tells how long.

    :param reached: conditions that keep records within what somebody reaches
    :param chosen: narrows down the facts that are read: days from one on, some people
    """
    stays, params = _stays(scope, cutoff, *reached, **chosen)
    added = _standing(HoursCorrection.objects.all(), scope, cutoff, *reached, **chosen)
    corrected = added.filter(day__lte=cutoff.day)
    parts = [
        _selected(corrected.filter(for_sign_out=instead), "minutes") for instead in (False, True)
    ]
    sql = _DAYS.format(
        stays=stays,
        **{
            name: f"select * from ({text}) as facts (member, day, community_id, minutes)"
            for name, (text, _params) in zip(("corrected", "instead"), parts, strict=True)
        },
    )
    return sql, [*params, *(value for _text, held in parts for value in held)]


def _stays(scope: Scope, cutoff: Cutoff, *reached: Q, **chosen: object) -> Sql:
    # Read is also the day after: who works through the night signs out on it, and a sign-in on it
    # ends what was left open.
    (came, came_params), (left, left_params) = (
        _selected(
            _standing(model.objects.all(), scope, cutoff, *reached, **chosen).filter(
                day__lte=cutoff.day + _DAY
            ),
            "occurred_at",
        )
        for model in (CheckIn, CheckOut)
    )
    punches = (
        f"select *, true from ({came}) as came union all select *, false from ({left}) as gone"
    )
    params = [*came_params, *left_params, LONGEST_STAY, cutoff.occurred_until, cutoff.day]
    return _STAYS.format(punches=punches), params


def _standing(
    rows: FactQuerySet[Any], scope: Scope, cutoff: Cutoff, *reached: Q, **chosen: object
) -> FactQuerySet[Any]:
    incident = cutoff.incident if scope.incident == cutoff.incident else None
    return rows.standing(cutoff.marks).filter(*reached, incident=incident, **chosen)


def _selected(rows: FactQuerySet[Any], field: str) -> Sql:
    chosen = rows.order_by().values_list("member", "day", "community_id", field)
    sql, params = chosen.query.sql_with_params()
    return sql, list(params)
