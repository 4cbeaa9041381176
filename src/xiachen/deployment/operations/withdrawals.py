"""Everybody goes home with a last health check and the community's thanks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiachen.base import clock
from xiachen.base.errors import Outcome
from xiachen.base.ids import uuid7
from xiachen.base.owned.appending import append
from xiachen.deployment import figures, rules
from xiachen.deployment.models import Membership, SquadMember, Withdrawal
from xiachen.deployment.queries.teams import teams_here
from xiachen.figures.figure import Cutoff
from xiachen.figures.operations import post_deltas
from xiachen.incidents.models import Incident
from xiachen.mobilisation.models.stays import Enrolment
from xiachen.mobilisation.operations.releases import release_all
from xiachen.mobilisation.queries import stays as mobilisation
from xiachen.mobilisation.rules import stays as reporting
from xiachen.people.models.members import Member
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalEntry:
    """One person who goes home, and whether the last health check found them fit."""

    member: UUID
    fit_on_leaving: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A page of those who went home; `number` counts from 1, `total` people on all pages."""

    rows: list[figures.Gone]
    number: int
    pages: int
    total: int


@transaction.atomic
def withdraw(
    scope: Scope,
    *,
    community: int,
    members: Sequence[WithdrawalEntry],
    thanks: str,
    occurred_at: datetime,
    at: datetime,
) -> list[Outcome]:
    """
    Let people go home and answer for each; stays, memberships and squad places end that day.

    Outcomes carry the person's id. Who is unfit goes home too: the check is written down.

    :raises ThanksMissing: the community has said nothing
    """
    scope.require(Can.RECORD_HEALTH, community=community)
    incident = mobilisation.working_incident(scope)
    reporting.check_time(occurred_at, at)
    if not thanks.strip():
        raise rules.ThanksMissing(field="thanks")
    fit = {entry.member: entry.fit_on_leaving for entry in members}
    rows = Member.objects.filter(pk__in=fit).order_by("pk").select_for_update(no_key=True)
    list(rows.values_list("pk"))
    stays = _stays(scope, incident, community, occurred_at, list(fit))
    before = _withdrawn(incident, community, list(fit))
    teams = _teams(incident, stays)
    facts = [
        _fact(scope, stay, fit[member], thanks.strip(), teams.get(member), occurred_at, at)
        for member, stay in stays.items()
    ]
    if facts:
        _write(scope, incident, community, facts, at)
    return [
        Outcome(
            id=member,
            new=member in stays,
            refusal=None
            if member in stays or member in before
            else rules.NotEnrolledHere(field="members"),
        )
        for member in fit
    ]


@transaction.atomic
def view_returned(scope: Scope, *, cutoff: Cutoff, number: int, size: int) -> Returned:
    """Return a page of those who went home by the cut-off, the latest first; note whom it named."""
    scope.require(Can.SEE_PEOPLE)
    rows = figures.WITHDRAWN.rows(scope, cutoff).order_by("-occurred_at", "pk")
    total = rows.count()
    pages = max(1, -(-total // size))
    number = min(max(1, number), pages)
    found = list(rows[(number - 1) * size : number * size])
    if found:
        audit.record(scope, "deployment.view-returned", targets={row.member for row in found})
    return Returned(
        rows=figures.present_withdrawals(scope, found), number=number, pages=pages, total=total
    )


def _stays(
    scope: Scope, incident: Incident, community: int, occurred_at: datetime, members: list[UUID]
) -> dict[UUID, Enrolment]:
    """Return the stays that are not over, one for each person."""
    day = clock.local_day(occurred_at)
    rows = mobilisation.enrolled_on(scope, incident=incident.pk, day=day, community=community)
    open_ended = rows.filter(member__in=members, releases=None)
    return {stay.member_id: stay for stay in open_ended.order_by("from_day", "pk")}


def _withdrawn(incident: Incident, community: int, members: list[UUID]) -> set[UUID]:
    """Return those who have gone home from here; saying it again changes nothing."""
    rows = Withdrawal.objects.standing().filter(community=community, incident=incident)
    return set(rows.filter(member__in=members).values_list("member", flat=True))


def _teams(incident: Incident, members: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return the team of each of those who are in one, the first they joined."""
    held = Membership.objects.filter(team__incident=incident, member__in=list(members), to_day=None)
    rows = held.order_by("-from_day", "-pk")
    return {row.member_id: row.team_id for row in rows}


def _fact(
    scope: Scope,
    stay: Enrolment,
    fit: bool,
    thanks: str,
    team: UUID | None,
    occurred_at: datetime,
    at: datetime,
) -> Withdrawal:
    return Withdrawal(
        id=uuid7(),
        community_id=stay.community_id,
        incident_id=stay.incident_id,
        member=stay.member_id,
        enrolment=stay.pk,
        team=team,
        fit_on_leaving=fit,
        thanks=thanks,
        occurred_at=occurred_at,
        received_at=at,
        recorded_by=scope.account,
    )


def _write(
    scope: Scope, incident: Incident, community: int, facts: Sequence[Withdrawal], at: datetime
) -> None:
    append(facts)
    day = clock.local_day(facts[0].occurred_at)
    release_all(scope, enrolments=[fact.enrolment for fact in facts], last_day=day, at=at)
    _close_places(scope, incident, community, facts)
    post_deltas(incident.pk, [(community, figures.WITHDRAWN.code, day, len(facts))])
    audit.record(
        scope,
        "deployment.withdraw",
        community=community,
        targets=[one for fact in facts for one in (fact.pk, fact.member)],
    )


def _close_places(
    scope: Scope, incident: Incident, community: int, facts: Sequence[Withdrawal]
) -> None:
    """End squad places here, and memberships of those who work nowhere else any more."""
    gone = [fact.member for fact in facts]
    moment = facts[0].occurred_at
    day = clock.local_day(moment)
    places = SquadMember.objects.filter(community=community, member__in=gone, left_at=None)
    places.update(left_at=moment)
    open_elsewhere = {
        member
        for member, stays in mobilisation.stays(scope, members=gone).items()
        if any(last is None for _, last in stays)
    }
    here = teams_here(scope, community=community, day=day)
    held = Membership.objects.filter(team__incident=incident, member__in=gone, to_day=None)
    held.filter(team__in=here).update(to_day=day)
    held.exclude(member__in=open_elsewhere).update(to_day=day)
