"""
Marks of records: one number over all rows from which the docs of a part are made.

A phone asks many times before anything has changed for it. Putting the docs together takes ten
times as long as the database takes to tell that nothing has: it hashes each row whole and adds the
hashes up, whatever their order. Rows too many are harmless, a row that is missing is not: a test
compares the tables.
"""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from xiachen.attendance.models.calendars import CalendarLink
from xiachen.attendance.models.health import HealthStatement
from xiachen.attendance.models.hours import HoursCorrection
from xiachen.attendance.models.records import CheckIn, CheckOut
from xiachen.attendance.models.signing import SignInPlace
from xiachen.attendance.rules.records import DEADLINE
from xiachen.base.postgres.planning import planned_once
from xiachen.deployment.models import Assignment, Membership, Team
from xiachen.incidents.models import Incident, Parameter
from xiachen.mobilisation.models.stays import Enrolment, Excuse, Release
from xiachen.needs.models import Claim, Task, TaskKind
from xiachen.notices.models.notices import Delivery, Notice, Receipt
from xiachen.people.models.accounts import Account, Grant
from xiachen.people.models.members import Member, OffDuty
from xiachen.people.models.residents import Appointment, Resident
from xiachen.people.models.units import Organisation
from xiachen.places.models import Building, Community, Compound, Gate, Household
from xiachen.privacy.scope import Scope

_TABLES = {
    model.__name__.lower(): model._meta.db_table
    for model in (
        Account,
        Appointment,
        Assignment,
        Building,
        CalendarLink,
        CheckIn,
        CheckOut,
        Claim,
        Community,
        Compound,
        Delivery,
        Enrolment,
        Excuse,
        Gate,
        Grant,
        HealthStatement,
        HoursCorrection,
        Household,
        Incident,
        Member,
        Membership,
        Notice,
        OffDuty,
        Organisation,
        Parameter,
        Receipt,
        Release,
        Resident,
        SignInPlace,
        Task,
        TaskKind,
        Team,
    )
}


def _named(statement: str) -> str:
    """Put in the names of the tables."""
    return statement.format(**_TABLES)


# What somebody's own part is made of.
OWN = _named(
    """
    with recursive mine (id) as (
        select team_id from {membership} where member_id = %(member)s
        union
        select team.parent_id from {team} as team join mine on mine.id = team.id
        where team.parent_id is not null
    ),
    person as (select * from {member} where id = %(member)s),
    stay as (
        select * from {enrolment} where member_id = %(member)s and incident_id = %(incident)s
    ),
    lead as (select * from {membership} where post = 'leader' and team_id in (select id from mine)),
    called as (select * from {grant} where division in (select community_id from stay)),
    called_account as (
        select id, is_active, member_id from {account} where id in (select account_id from called)
    ),
    place (low, high) as (select * from unnest(%(lows)s::bigint[], %(highs)s::bigint[])),
    work as (
        select task.* from place
        join {task} as task on task.community_id between place.low and place.high
        where task.incident_id = %(incident)s and task.state = 'open'
        union
        select task.* from place
        join {claim} as held on held.community_id between place.low and place.high
        join {task} as task on (task.community_id, task.id) = (held.community_id, held.task_id)
        where held.member = %(member)s and task.incident_id = %(incident)s
    ),
    post as (
        select * from {delivery} where member_id = %(member)s
        union
        select * from {delivery} where account_id = %(account)s
    ),
    rows (hash) as (
        select hash_record_extended(row(person.*), 0) from person
        union all select hash_record_extended(row(one.*), 0) from {organisation} as one
            where id in (select organisation_id from person)
        union all select hash_record_extended(row(stay.*), 0) from stay
        union all select hash_record_extended(row(one.*), 0) from {community} as one
            where id in (select community_id from stay union select unnest(%(posts)s::bigint[]))
        union all select hash_record_extended(row(one.*), 0) from {release} as one
            where enrolment_id in (select id from stay)
        union all select hash_record_extended(row(one.*), 0) from {excuse} as one
            where member_id = %(member)s
        union all select hash_record_extended(row(one.*), 0) from {membership} as one
            where member_id = %(member)s
        union all select hash_record_extended(row(one.*), 0) from {team} as one
            where id in (select id from mine)
        union all select hash_record_extended(row(one.*), 0) from {assignment} as one
            where team_id in (select id from mine)
        union all select hash_record_extended(row(lead.*), 0) from lead
        union all select hash_record_extended(row(one.*), 0) from {member} as one
            where id in (
                select member_id from lead union select member_id from called_account
            )
        union all select hash_record_extended(row(called.*), 0) from called
        union all select hash_record_extended(row(one.*), 0) from called_account as one
        union all select hash_record_extended(row(one.*), 0) from {calendarlink} as one
            where member_id = %(member)s and incident_id = %(incident)s
        union all select hash_record_extended(row(one.*), 0) from {parameter} as one
            where incident_id = %(incident)s and name = %(deadline)s
        union all select hash_record_extended(row(one.*), 0) from {incident} as one
            where id = %(incident)s
        union all select hash_record_extended(row(work.*), 0) from work
        union all select hash_record_extended(row(one.*), 0) from {claim} as one
            join work on work.community_id = one.community_id and work.id = one.task_id
        union all select hash_record_extended(row(one.*), 0) from {taskkind} as one
        union all select hash_record_extended(row(post.*), 0) from post
        union all select hash_record_extended(row(one.*), 0) from {notice} as one
            where id in (select notice_id from post)
        union all select hash_record_extended(row(one.*), 0) from {notice} as one
            where reverses_id in (select notice_id from post)
        union all select hash_record_extended(row(one.*), 0) from {receipt} as one
            where delivery_id in (select id from post)
        union all select hash_record_extended(row(one.*), 0) from {checkin} as one
            where member = %(member)s and incident_id = %(incident)s
        union all select hash_record_extended(row(one.*), 0) from {checkout} as one
            where member = %(member)s and incident_id = %(incident)s
        union all select hash_record_extended(row(one.*), 0) from {hourscorrection} as one
            where member = %(member)s and incident_id = %(incident)s
        union all select hash_record_extended(row(one.*), 0) from {healthstatement} as one
            where member = %(member)s and incident_id = %(incident)s
        union all select hash_record_extended(row(one.*), 0) from {offduty} as one
            where member_id = %(member)s
        union all select hash_record_extended(row(one.*), 0) from {signinplace} as one
            where incident_id = %(incident)s and community_id = any(%(communities)s)
    )
    select count(*), sum(hash) from rows
    """
)

# What a team's part is made of.
TEAM = _named(
    """
    with crew as (select * from {membership} where team_id = any(%(teams)s)),
    rows (hash) as (
        select hash_record_extended(row(crew.*), 0) from crew
        union all select hash_record_extended(row(one.*), 0) from {member} as one
            where id in (select member_id from crew)
        union all select hash_record_extended(row(one.*), 0) from {offduty} as one
            where member_id in (select member_id from crew)
        union all select hash_record_extended(row(one.*), 0) from {healthstatement} as one
            where member in (select member_id from crew)
            and incident_id = %(incident)s and day = %(day)s
        union all select hash_record_extended(row(one.*), 0) from {checkin} as one
            where member in (select member_id from crew)
            and incident_id = %(incident)s and day = %(day)s
        union all select hash_record_extended(row(one.*), 0) from {checkout} as one
            where member in (select member_id from crew)
            and incident_id = %(incident)s and day = %(day)s
    )
    select count(*), sum(hash) from rows
    """
)

# What the part of a grid, or of a building of it, is made of.
GROUND = _named(
    """
    with house as (
        select * from {building}
        where community_id = %(community)s and (grid_id = %(grid)s or id = %(building)s)
    ),
    door as (
        select * from {household}
        where community_id = %(community)s and building_id in (select id from house)
    ),
    head as (
        select * from {appointment}
        where community_id = %(community)s
        and (grid_id = %(grid)s or building_id in (select id from house))
    ),
    called as (select * from {grant} where division = %(community)s),
    account as (
        select id, is_active, member_id from {account} where id in (select account_id from called)
    ),
    rows (hash) as (
        select hash_record_extended(row(house.*), 0) from house
        union all select hash_record_extended(row(one.*), 0) from {compound} as one
            where community_id = %(community)s and id in (select compound_id from house)
        union all select hash_record_extended(row(one.*), 0) from {gate} as one
            where community_id = %(community)s and compound_id in (select compound_id from house)
        union all select hash_record_extended(row(door.*), 0) from door
        union all select hash_record_extended(row(one.*), 0) from {resident} as one
            where community_id = %(community)s and household_id in (select id from door)
        union all select hash_record_extended(row(head.*), 0) from head
        union all select hash_record_extended(row(called.*), 0) from called
        union all select hash_record_extended(row(account.*), 0) from account
        union all select hash_record_extended(row(one.*), 0) from {member} as one
            where id in (
                select member from head
                union select substitute from head
                union select member_id from account
            )
    )
    select count(*), sum(hash) from rows
    """
)


def own_mark(scope: Scope, *, posts: Collection[int], communities: Collection[int]) -> str:
    """
    Return what changes whenever something does that somebody's own part is made of.

    :param posts: communities in which the person has a role
    :param communities: those at whose places the person signs in
    """
    return _mark(
        OWN,
        member=scope.member,
        account=scope.account,
        incident=scope.incident,
        lows=[low for low, _high in scope.places],
        highs=[high for _low, high in scope.places],
        posts=list(posts),
        communities=list(communities),
        deadline=DEADLINE,
    )


def team_mark(scope: Scope, *, day: date) -> str:
    """Return what changes whenever something does that the part of a scope's teams is made of."""
    return _mark(TEAM, teams=list(scope.teams), incident=scope.incident, day=day)


def ground_mark(scope: Scope, *, community: int, grid: UUID | None, building: UUID | None) -> str:
    """Return what changes whenever something does that a grid's or building's part is made of."""
    return _mark(GROUND, community=community, grid=grid, building=building)


def _mark(statement: str, **values: Any) -> str:
    # Planning such a statement takes as long as doing it: each connection plans it once.
    with planned_once() as cursor:
        cursor.execute(statement, values)
        count, together = cursor.fetchone()
    return f"{count} {together}"
