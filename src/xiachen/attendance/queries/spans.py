"""
The time of people on site, by person and day: what fatigue, the ledger and certificates read.

One statement for all of them, so that no two pages count differently. A stay lasts from sign-in to
sign-out and belongs to the day of its sign-in, after midnight too. Of stays that overlap, in two
communities or over midnight, the time counts once, for the one that began first. A sign-in without
a sign-out is a day on duty of no length, until the sign-out is recorded or somebody corrects the
hours of the day. Corrections are added to the day; no day has less than no time.
"""

from typing import Any

from django.db.models import Q

from xiachen.attendance.models.hours import HoursCorrection
from xiachen.attendance.models.records import CheckIn, CheckOut
from xiachen.base.owned.models import FactQuerySet
from xiachen.figures.figure import Cutoff
from xiachen.privacy.scope import Scope

Sql = tuple[str, list[Any]]

# Nothing is joined, all facts are put side by side and grouped: the planner knows no size of what
# stands between. Of stays in the order in which they began, each adds what lies behind the end of
# all before it.
_DAYS = """
    with facts as (
        select member, day, community_id, began, null::timestamptz as ended, null::int as minutes,
            null::int as instead
        from ({signed}) as signed
        union all
        select member, day, community_id, null, ended, null, null from ({left}) as left_at
        union all
        select member, day, community_id, null, null, minutes, null from ({corrected}) as corrected
        union all
        select member, day, community_id, null, null, null, minutes from ({instead}) as instead
    ),
    stays as (
        select member, day, max(began) as began, max(ended) as ended,
            case when max(ended) is null and count(instead) > 0
                then coalesce(sum(minutes), 0) + sum(instead) else sum(minutes) end as minutes
        from facts group by member, day, community_id
    ),
    pieces as (
        select member, day, began, ended, minutes,
            case when ended > began then extract(epoch from greatest(
                '0'::interval, ended - greatest(began, max(
                    case when ended > began then ended end
                ) over (
                    partition by member order by began, ended
                    rows between unbounded preceding and 1 preceding
                ))
            )) end as seconds
        from stays where began is not null or minutes is not null
    )
    select member, day,
        min(began) as came,
        max(ended) as gone,
        bool_or(began is not null and ended is null) as without_sign_out,
        coalesce(sum(minutes), 0)::int as corrected,
        (floor(sum(seconds) / 60))::int as stayed,
        case when count(seconds) > 0 or count(minutes) > 0 then
            60 * greatest(0, least(
                floor(coalesce(sum(seconds), 0) / 60) + coalesce(sum(minutes), 0),
                greatest(floor(coalesce(sum(seconds), 0) / 60), 24 * 60)
            ))
        end::bigint as seconds
    from pieces group by member, day
    having count(began) > 0 or sum(minutes) > 0
"""


def days_sql(scope: Scope, cutoff: Cutoff, *reached: Q, **chosen: object) -> Sql:
    """
    Return the statement of days on duty.

    It gives member, day, came, gone, without_sign_out, corrected (minutes), stayed (minutes between
    sign-ins and sign-outs) and seconds (of both together); null where nothing tells how long.

    :param reached: conditions that keep records within what somebody reaches
    :param chosen: narrows down the facts that are read: some days, some people
    """
    incident = cutoff.incident if scope.incident == cutoff.incident else None
    narrowed = {"day__lte": cutoff.day, **chosen, "incident": incident}
    signed = CheckIn.objects.standing(cutoff.marks).filter(
        *reached, occurred_at__lte=cutoff.occurred_until, **narrowed
    )
    left = CheckOut.objects.standing(cutoff.marks).filter(*reached, **narrowed)
    corrected = HoursCorrection.objects.standing(cutoff.marks).filter(*reached, **narrowed)
    parts = {
        "signed": _named(signed, "occurred_at", "began"),
        "left": _named(left, "occurred_at", "ended"),
        "corrected": _named(corrected.filter(for_sign_out=False), "minutes", "minutes"),
        "instead": _named(corrected.filter(for_sign_out=True), "minutes", "minutes"),
    }
    sql = _DAYS.format(**{name: text for name, (text, _params) in parts.items()})
    return sql, [value for _text, params in parts.values() for value in params]


def _named(rows: FactQuerySet[Any], field: str, name: str) -> Sql:
    """Return the statement of some facts, with what each tells under a name."""
    chosen = rows.order_by().values_list("member", "day", "community_id", field)
    sql, params = chosen.query.sql_with_params()
    return f"select * from ({sql}) as facts (member, day, community_id, {name})", list(params)
