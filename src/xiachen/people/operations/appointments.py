"""Grid heads and heads of buildings, each with a substitute."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Invalid, NotFound, Refused
from xiachen.people import rules
from xiachen.people.models.residents import Appointment, AppointmentPost
from xiachen.people.queries.appointments import HeadChoices, HeadsPage, head_choices, heads_page
from xiachen.people.queries.members import members_by_id
from xiachen.places.models import Building, Grid
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope


class HeadStands(Refused):
    """The grid or building has a head in these days."""

    code = "people.head-stands"
    message = _(
        "There is a head from %(from_day)s on. End that appointment before the new one begins."
    )


class HeadsAnother(Refused):
    """Nobody heads two grids at the same time."""

    code = "people.heads-another"
    message = _(
        "This person is head of grid %(grid)s at the same time. "
        "Appoint somebody else, or make the person a substitute here."
    )


class OwnSubstitute(Refused):
    """Head and substitute are two people."""

    code = "people.own-substitute"
    message = _("Nobody can be their own substitute. Choose another person.")


@transaction.atomic
def appoint_grid_head(
    scope: Scope,
    *,
    community: int,
    grid: UUID,
    member: UUID,
    substitute: UUID | None = None,
    from_day: date,
    to_day: date | None = None,
) -> Appointment:
    """
    Appoint the head (网格长) of a grid.

    :raises HeadStands: the grid has a head in these days
    :raises HeadsAnother: the person heads another grid in these days
    """
    scope.require(Can.APPOINT, community=community)
    # All grids of the community are locked: one person must not become head of two at once.
    grids = Grid.objects.select_for_update().filter(community_id=community).order_by("number")
    if grid not in {one.pk for one in grids}:
        raise NotFound(field="grid")
    made = Appointment(
        community_id=community,
        post=AppointmentPost.GRID_HEAD,
        grid_id=grid,
        member=member,
        substitute=substitute,
        from_day=from_day,
        to_day=to_day,
    )
    _check_people(scope, made)
    standing = _standing(made)
    for other in standing:
        if other.grid_id == grid:
            raise HeadStands(field="grid", from_day=other.from_day)
        if other.member == member:
            raise HeadsAnother(field="member", grid=other.grid)
    return _appointed(scope, made)


@transaction.atomic
def appoint_building_head(
    scope: Scope,
    *,
    community: int,
    building: UUID,
    member: UUID,
    substitute: UUID | None = None,
    from_day: date,
    to_day: date | None = None,
) -> Appointment:
    """
    Appoint the head (楼栋长) of a building; a person may head several buildings.

    :raises HeadStands: the building has a head in these days
    """
    scope.require(Can.APPOINT, community=community)
    held = Building.objects.select_for_update().filter(community_id=community, pk=building)
    if not held:
        raise NotFound(field="building")
    made = Appointment(
        community_id=community,
        post=AppointmentPost.BUILDING_HEAD,
        building_id=building,
        member=member,
        substitute=substitute,
        from_day=from_day,
        to_day=to_day,
    )
    _check_people(scope, made)
    for other in _standing(made):
        if other.building_id == building:
            raise HeadStands(field="building", from_day=other.from_day)
    return _appointed(scope, made)


@transaction.atomic
def end_appointment(
    scope: Scope, *, community: int, appointment: UUID, last_day: date
) -> Appointment:
    """End an appointment on a day; the day belongs to it."""
    scope.require(Can.APPOINT, community=community)
    rows = Appointment.objects.select_for_update(of=("self",))
    held = rows.filter(community_id=community, pk=appointment).first()
    if held is None:
        raise NotFound()
    if last_day < held.from_day:
        raise Invalid(field="last_day", reason=_("the last day lies before the first"))
    if held.to_day is not None and held.to_day < last_day:
        raise Invalid(field="last_day", reason=_("it has ended before"))
    held.to_day = last_day
    held.save(update_fields=["to_day"])
    audit.record(
        scope,
        "people.end-appointment",
        community=community,
        subject=held.member,
        targets=[held.pk],
    )
    return held


@transaction.atomic
def view_heads(scope: Scope, *, community: int, day: date) -> HeadsPage:
    """Return who looks after a community's grids and buildings, and note who looked."""
    scope.require(Can.SEE_PEOPLE, community=community)
    page = heads_page(scope, community=community, day=day)
    audit.record(scope, "people.view-heads", community=community, targets=sorted(page.named))
    return page


@transaction.atomic
def offer_heads(scope: Scope, *, community: int) -> HeadChoices:
    """Return whom and what an appointment can join; names in clear, noted as seen."""
    scope.require(Can.APPOINT, community=community)
    offered = head_choices(scope, community=community)
    named = [one.pk for one in offered.people]
    audit.record(scope, "people.view-members", community=community, targets=named)
    return offered


def _check_people(scope: Scope, made: Appointment) -> None:
    if made.to_day is not None and made.to_day < made.from_day:
        raise Invalid(field="to_day", reason=_("the last day lies before the first"))
    if made.substitute == made.member:
        raise OwnSubstitute(field="substitute")
    wanted = {made.member} | ({made.substitute} if made.substitute else set())
    if missing := wanted - members_by_id(scope, wanted).keys():
        raise NotFound(field="member" if made.member in missing else "substitute")


def _standing(made: Appointment) -> list[Appointment]:
    """The community's appointments to the same post that share a day with the new one."""
    rows = Appointment.objects.filter(community_id=made.community_id, post=made.post)
    period = (made.from_day, made.to_day)
    return [
        other
        for other in rows.select_related("grid").order_by("from_day", "pk")
        if rules.overlap((other.from_day, other.to_day), period)
    ]


def _appointed(scope: Scope, made: Appointment) -> Appointment:
    made.save(force_insert=True)
    audit.record(
        scope,
        "people.appoint",
        community=made.community_id,
        subject=made.member,
        targets=[made.pk],
    )
    return made
