"""Verbs of teams, squads, briefing and withdrawal."""

from xiachen.deployment.operations.briefings import write_briefing
from xiachen.deployment.operations.moves import answer_move, ask_move, take_back_move
from xiachen.deployment.operations.squads import form_squads
from xiachen.deployment.operations.strength import say_enough, say_strength
from xiachen.deployment.operations.teams import (
    add_members,
    assign_team,
    form_team,
    set_post,
)
from xiachen.deployment.operations.withdrawals import WithdrawalEntry, withdraw
from xiachen.drill.operations.setting import settled
from xiachen.drill.operations.stage import Act, Made
from xiachen.drill.rules.grammar import Thing


def forms_team(act: Act) -> Made:
    """Form a team."""
    made = form_team(
        act.scope,
        type=act.text("type"),
        name=act.text("name"),
        formed_on=act.day("formed_on"),
        organisation=act.optional(Thing.UNIT, "unit"),
        parent=act.optional(Thing.TEAM, "parent"),
        branch=act.optional(Thing.PARTY, "branch"),
        at=act.at,
    )
    return made.pk


def adds_members(act: Act) -> Made:
    """Take people into a team."""
    outcomes = add_members(
        act.scope,
        team=act.id(Thing.TEAM, "team"),
        members=act.ids(Thing.PERSON, "members"),
        from_day=act.day("from_day"),
        post=act.text("post", "member"),
    )
    settled(outcomes)
    return None


def sets_post(act: Act) -> Made:
    """Make somebody leader, deputy or member of a team."""
    set_post(
        act.scope,
        team=act.id(Thing.TEAM, "team"),
        member=act.id(Thing.PERSON, "member"),
        post=act.text("post"),
        day=act.day("day"),
    )
    return None


def assigns_team(act: Act) -> Made:
    """Assign a team to a community."""
    assign_team(
        act.scope,
        team=act.id(Thing.TEAM, "team"),
        community=act.community,
        from_day=act.day("from_day"),
    )
    return None


def forms_squads(act: Act) -> Made:
    """Divide a team into squads, one for each grid where grids are named."""
    form_squads(
        act.scope,
        community=act.community,
        team=act.id(Thing.TEAM, "team"),
        count=act.number("count"),
        smallest=act.number("smallest", 2),
        largest=act.number("largest", 3),
        grids=act.ids(Thing.GRID, "grids"),
        at=act.at,
    )
    return None


def says_strength(act: Act) -> Made:
    """Say how many people a community wants from a day on."""
    say_strength(
        act.scope,
        community=act.community,
        wanted=act.number("wanted"),
        from_day=act.day("from_day"),
        words=act.text("words"),
        at=act.at,
    )
    return None


def says_enough(act: Act) -> Made:
    """Say “enough, thank you”."""
    say_enough(
        act.scope,
        community=act.community,
        from_day=act.day("from_day"),
        words=act.text("words"),
        at=act.at,
    )
    return None


def asks_move(act: Act) -> Made:
    """Ask a community to let a team, or some of its people, go to another."""
    made = ask_move(
        act.scope,
        team=act.id(Thing.TEAM, "team"),
        giving=act.stage.communities[act.text("giving")],
        receiving=act.stage.communities[act.text("receiving")],
        people=act.number("people") or None,
        from_day=act.day("from_day"),
        reason=act.text("reason"),
        at=act.at,
    )
    return made.pk


def answers_move(act: Act) -> Made:
    """Let the people go, or say why not."""
    answer_move(
        act.scope,
        move=act.id(Thing.TEAM_MOVE, "move"),
        agrees=act.value("agrees") is True,
        words=act.text("words"),
        members=act.ids(Thing.PERSON, "members"),
        first_day=act.day("first_day") if act.has("first_day") else None,
        at=act.at,
    )
    return None


def takes_back_move(act: Act) -> Made:
    """Take a request back that nobody has answered."""
    take_back_move(act.scope, move=act.id(Thing.TEAM_MOVE, "move"), at=act.at)
    return None


def writes_briefing(act: Act) -> Made:
    """Write what the community tells an arriving team."""
    write_briefing(
        act.scope,
        community=act.community,
        done_so_far=act.text("done_so_far"),
        key_points=act.text("key_points"),
        difficulties=act.text("difficulties"),
    )
    return None


def withdraws(act: Act) -> Made:
    """Let people go home, with the last health check and a word of thanks."""
    fit = act.value("fit") is not False
    entries = [
        WithdrawalEntry(member=one, fit_on_leaving=fit) for one in act.ids(Thing.PERSON, "members")
    ]
    withdraw(
        act.scope,
        community=act.community,
        members=entries,
        thanks=act.text("thanks"),
        occurred_at=act.occurred_at,
        at=act.at,
    )
    return None
