"""What everybody has on the phone: who I am, where I belong, my day, my work, my notices."""

from base64 import urlsafe_b64encode
from datetime import date, time, timedelta
from uuid import UUID

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from xiachen.attendance.queries.calendars import feed_path
from xiachen.attendance.queries.health import standings
from xiachen.attendance.queries.hours import HoursDay, HoursTotal, hours_of, hours_totals
from xiachen.attendance.queries.signing import DayCode, codes_of, places_of
from xiachen.base import clock
from xiachen.needs.models import Claim, TaskState
from xiachen.needs.queries.tasks import kinds, tasks
from xiachen.notices.queries.notices import inbox
from xiachen.people.models.members import Member
from xiachen.privacy.scope import Role, Scope
from xiachen.sync.queries.devices import KnownDevice
from xiachen.sync.queries.packs.duties import DutyLine, duties_of
from xiachen.sync.queries.packs.lines import called_in
from xiachen.sync.queries.packs.passes import link_of, team_shown
from xiachen.sync.queries.packs.reach import Reach
from xiachen.sync.rules import bodies
from xiachen.sync.rules.bodies import Doc, moment

# What a day brings; more is found on the back office's pages.
MOST_TASKS = 100
MOST_NOTICES = 50
DAYS_SHOWN = 31
# Who is called where a leader has no number, the first of these first, and no more than that.
_CALLED = (Role.SECRETARY, Role.COMMUNITY_WORKER)
MOST_CALLED = 2


def own_docs(scope: Scope, *, reach: Reach, device: KnownDevice, day: date) -> list[Doc]:
    """Return the docs of the person's own part."""
    member = Member.objects.select_related("organisation").get(pk=device.member)
    duties = duties_of(scope, day=day)
    return [
        Doc("me", "me", _me(reach, device, member)),
        *(_duty(one, device.member) for one in duties),
        *_lines(scope, duties, day),
        *_work(scope, device.member, day),
        *_kinds(scope),
        *_notices(scope),
        *_attendance(scope, device.member, day),
        *_places(scope, reach, day),
        *_pass(reach, device, member, duties, day),
    ]


def _me(reach: Reach, device: KnownDevice, member: Member) -> bodies.Me:
    return bodies.Me(
        member=str(member.pk),
        name=member.name,
        unit=str(member.organisation or ""),
        roles=list(reach.roles),
        language=device.language,
    )


def _duty(line: DutyLine, own: UUID) -> Doc:
    leader = line.team.leader if line.team else None
    body: bodies.Duty = {
        "community": line.community,
        "community_name": line.community_name,
        "team": str(line.team.id) if line.team else "",
        "team_name": line.team.name if line.team else "",
        "leader_name": leader.name if leader else "",
        "leader_phone": _duty_phone(line),
        "from": line.first.isoformat(),
        "to": line.last.isoformat() if line.last else None,
        "deadline": line.deadline,
        "today": line.today,
    }
    named = leader.pk if leader and leader.pk != own else None
    return Doc(str(line.stay), "duty", body, named)


def _duty_phone(line: DutyLine) -> str:
    """Return the number of the leader on a duty; empty where there is no leader or no number."""
    leader = line.team.leader if line.team else None
    return leader.opened_contact()["phone"] if leader else ""


def _lines(scope: Scope, duties: list[DutyLine], day: date) -> list[Doc]:
    """Whom to call in those communities in which no leader can be called."""
    unled = {one.community for one in duties if not _duty_phone(one)}
    found = called_in(scope, communities=sorted(unled), roles=_CALLED, day=day)
    reached = [one for one in found if one.member.pk != scope.member and one.phone]
    reached.sort(key=lambda one: [role.value for role in _CALLED].index(one.role))
    chosen = [
        one
        for community in sorted(unled)
        for one in [one for one in reached if one.community == community][:MOST_CALLED]
    ]
    return [
        Doc(
            f"line:{one.grant}",
            "line",
            bodies.Line(
                community=one.community, role=one.role, name=one.member.name, phone=one.phone
            ),
            one.member.pk,
        )
        for one in chosen
    ]


def _work(own: Scope, member: UUID, day: date) -> list[Doc]:
    """What the person has claimed and not finished before the day, then what could be claimed."""
    claims = Claim.objects.filter(
        community_id=OuterRef("community_id"), task_id=OuterRef("pk"), released_at=None
    )
    held = claims.order_by().values("task_id").annotate(count=Count("pk")).values("count")
    mine = claims.filter(member=member)
    current = Q(finished_at=None) | Q(finished_at__gte=clock.on_day(day, time()))
    rows = tasks(own).filter(Exists(mine.filter(current)) | Q(state=TaskState.OPEN) & ~Exists(mine))
    rows = rows.annotate(
        mine=Exists(mine),
        done=Subquery(mine.values("finished_at")[:1]),
        held=Coalesce(Subquery(held, output_field=IntegerField()), 0),
    ).order_by("-mine", "-kind__need", "issued_at", "pk")
    return [
        Doc(
            str(one.pk),
            "task",
            bodies.Task(
                community=one.community_id,
                kind=one.kind.code,
                title=one.title,
                state=one.state,
                people_wanted=one.people_wanted,
                places_left=max(0, one.people_wanted - one.held),
                mine="finished" if one.done else "claimed" if one.mine else "",
            ),
        )
        for one in rows[:MOST_TASKS]
    ]


def _kinds(scope: Scope) -> list[Doc]:
    # What the community lacks is asked for by it, and is nobody's work record.
    rows = [one for one in kinds(scope) if not one.need]
    return [
        Doc(
            f"work-kind:{one.code}",
            "work-kind",
            bodies.WorkKind(code=one.code, zh=one.name, en=one.name_en, order=order),
        )
        for order, one in enumerate(rows, 1)
    ]


def _notices(own: Scope) -> list[Doc]:
    return [
        Doc(
            str(one.notice.pk),
            "notice",
            bodies.Notice(
                title=one.notice.title,
                text=one.notice.body,
                at=int(one.notice.occurred_at.timestamp() * 1000),
                read=one.is_read,  # type: ignore[attr-defined]
            ),
        )
        for one in inbox(own)[:MOST_NOTICES]
    ]


def _attendance(scope: Scope, member: UUID, day: date) -> list[Doc]:
    now = standings(scope, members=[member], day=day)[member]
    standing = bodies.Standing(
        day=day.isoformat(),
        signed_in_at=moment(now.signed_in_at),
        signed_out_at=moment(now.signed_out_at),
        well=now.well,
        fit_until=now.fit_until.isoformat() if now.fit_until else None,
    )
    total = hours_totals(scope, members=[member], day=day).get(member, HoursTotal())
    shown_from = day - timedelta(days=DAYS_SHOWN - 1)
    days = hours_of(scope, members=[member], first=shown_from, last=day).get(member, [])
    return [
        Doc("standing", "standing", standing),
        Doc(
            "hours-total",
            "hours-total",
            bodies.HoursTotal(minutes=total.minutes, days=total.days, calendar=feed_path(scope)),
        ),
        *(Doc(f"hours:{one.day}", "hours", _hours(one)) for one in days),
    ]


def _hours(one: HoursDay) -> bodies.Hours:
    return {
        "day": one.day.isoformat(),
        "in": moment(one.came),
        "out": moment(one.left),
        "minutes": one.minutes,
        "stays": one.stays,
        "open": one.no_sign_out,
        "corrected": one.corrected,
    }


def own_communities(scope: Scope) -> list[int]:
    """Return the communities at whose places somebody signs in: each is named by a role."""
    return [low for low, high in scope.places if low == high]


def _places(scope: Scope, reach: Reach, day: date) -> list[Doc]:
    """Places to sign in at, and the codes of those where one of the person's roles shows them."""
    places = places_of(scope, communities=own_communities(scope))
    docs = [
        Doc(
            str(one.pk),
            "place",
            bodies.Place(
                name=one.name,
                community=one.community_id,
                lat=one.latitude,
                lon=one.longitude,
                radius=one.radius,
            ),
        )
        for one in places
    ]
    codes = {
        one.place: one for held in reach.scopes for one in codes_of(held, places=places, day=day)
    }
    return [*docs, *map(_code, codes.values())]


def _code(code: DayCode) -> Doc:
    body = bodies.Code(
        place=str(code.place),
        community=code.community,
        day=code.day.isoformat(),
        secret=urlsafe_b64encode(code.secret).decode().rstrip("="),
        step=code.step,
        digits=code.digits,
    )
    return Doc(f"code:{code.place}", "code", body)


def _pass(
    reach: Reach, device: KnownDevice, member: Member, duties: list[DutyLine], day: date
) -> list[Doc]:
    team = team_shown(reach.own, reach=reach, duties=duties, day=day)
    if team is None:
        return []
    body = bodies.Pass(
        day=day.isoformat(),
        name=member.name,
        team=team,
        link=link_of(reach.own, device=device.id, day=day),
    )
    return [Doc("pass", "pass", body)]
