"""Verbs of tasks, and of what headquarters publish."""

from decimal import Decimal
from uuid import UUID

from xiachen.command.operations.bulletins import issue_bulletin
from xiachen.command.operations.declared import declare_figure
from xiachen.drill.operations.stage import Act, Made, moment
from xiachen.drill.rules.grammar import Thing
from xiachen.needs.operations.claims import claim_task, finish_task, release_claim
from xiachen.needs.operations.tasks import (
    confirm_task,
    issue_task,
    send_back_task,
    withdraw_task,
)


def issues_task(act: Act) -> Made:
    """Put a task or a need on the community's list."""
    made = issue_task(
        act.scope,
        community=act.community,
        kind=act.text("kind"),
        title=act.text("title"),
        grid=act.optional(Thing.GRID, "grid"),
        people_wanted=act.number("people_wanted", 1),
        at=act.at,
    )
    task: UUID = made.id
    return task


def claims_task(act: Act) -> Made:
    """Claim a task, for each of the people named."""
    for member in act.ids(Thing.PERSON, "members"):
        claim_task(
            act.scope,
            community=act.community,
            task=act.id(Thing.TASK, "task"),
            member=member,
            at=act.at,
        )
    return None


def releases_claim(act: Act) -> Made:
    """Give a claim back."""
    release_claim(
        act.scope,
        community=act.community,
        task=act.id(Thing.TASK, "task"),
        member=act.id(Thing.PERSON, "member"),
        at=act.at,
    )
    return None


def finishes_task(act: Act) -> Made:
    """Finish a task, for each of the people named; the persons served are those of the first."""
    for place, member in enumerate(act.ids(Thing.PERSON, "members")):
        finish_task(
            act.scope,
            community=act.community,
            task=act.id(Thing.TASK, "task"),
            member=member,
            at=act.at,
            note=act.text("note"),
            times=act.number("times", 1),
            persons_served=act.number("persons_served") if place == 0 else 0,
            occurred_at=act.occurred_at,
        )
    return None


def confirms_task(act: Act) -> Made:
    """Confirm finished tasks."""
    for task in act.ids(Thing.TASK, "tasks"):
        confirm_task(act.scope, community=act.community, task=task, at=act.at)
    return None


def sends_task_back(act: Act) -> Made:
    """Send a finished task back with a reason."""
    send_back_task(
        act.scope,
        community=act.community,
        task=act.id(Thing.TASK, "task"),
        reason=act.text("reason"),
        at=act.at,
    )
    return None


def withdraws_task(act: Act) -> Made:
    """Take a task off the list."""
    withdraw_task(act.scope, community=act.community, task=act.id(Thing.TASK, "task"), at=act.at)
    return None


def declares_figure(act: Act) -> Made:
    """State a figure of another authority."""
    as_of = act.event.arguments.moment("as_of")
    declare_figure(
        act.scope,
        division=act.number("division"),
        name=act.text("name"),
        value=Decimal(act.number("value")),
        unit=act.text("unit"),
        source=act.text("source"),
        document_number=act.text("document_number"),
        as_of=moment(as_of) if as_of else act.at,
        at=act.at,
    )
    return None


def issues_bulletin(act: Act) -> Made:
    """Issue the bulletin of a day, or a revision of it."""
    made = issue_bulletin(
        act.scope,
        division=act.place or act.number("division"),
        day=act.day("day"),
        at=act.at,
        reason=act.text("reason"),
    )
    return made.pk
