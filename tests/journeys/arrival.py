"""The town on today's date: the bureau has sent its ten people, who form a team in Fenglin."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tests.world import BEGAN, FENGLIN, LOCAL, PASSWORD, World
from xiachen.base import clock
from xiachen.deployment.operations.teams import add_members, assign_team, form_team
from xiachen.incidents.operations import set_parameter
from xiachen.mobilisation.operations.dispatches import dispatch
from xiachen.needs.operations.catalogue import install_catalogue
from xiachen.people.operations.accounts import give_grant, open_account
from xiachen.privacy.scope import Role

TEAM = "枫林工作队"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What stands before anybody opens a browser."""

    world: World
    day: date
    team: UUID

    @property
    def local(self) -> str:
        """Whoever will join on the spot, by name."""
        return LOCAL


def send(world: World) -> Arrival:
    """Send the ten people today and put them into a team with a leader who has an account."""
    now = clock.now()
    day = clock.local_day(now)
    install_catalogue()
    organiser = world.scope(Role.ORGANISER)
    # Whatever the hour is, everybody who signs in during a test is late.
    set_parameter(
        world.system,
        incident=world.incident.pk,
        name="attendance.deadline",
        value="00:00",
        from_day=BEGAN,
    )
    dispatch(
        organiser,
        document=world.document.pk,
        organisation=world.bureau.pk,
        community=FENGLIN,
        members=world.sent,
        sent_on=day,
        at=now,
    )
    team = form_team(
        organiser,
        type="work-team",
        name=TEAM,
        formed_on=day,
        organisation=world.bureau.pk,
        at=now,
    ).pk
    leader, *others = world.sent
    added = add_members(organiser, team=team, members=[leader], from_day=day, post="leader")
    added += add_members(organiser, team=team, members=others, from_day=day)
    assert all(one.new for one in added), [str(one.refusal) for one in added]
    assign_team(organiser, team=team, community=FENGLIN, from_day=day)
    account = open_account(
        world.system,
        username="leader",
        password=PASSWORD,
        member=leader,
        language="en",
        demonstration=True,
    )
    give_grant(
        world.system,
        account=account.pk,
        role=Role.TEAM_LEADER,
        incident=world.incident.pk,
        team=team,
        from_day=day,
    )
    return Arrival(world=world, day=day, team=team)
