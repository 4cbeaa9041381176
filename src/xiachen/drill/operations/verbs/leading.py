"""Verbs of branches, appointments and roles."""

from xiachen.base.errors import NotFound
from xiachen.drill.operations.setting import grant_role
from xiachen.drill.operations.stage import Act, Made
from xiachen.drill.rules.grammar import Thing
from xiachen.people.operations.accounts import approve_grant
from xiachen.people.operations.appointments import appoint_grid_head
from xiachen.people.operations.branches import appoint_in_branch, dissolve_branch, form_branch
from xiachen.people.queries.accounts import grants_to_approve


def forms_branch(act: Act) -> Made:
    """Form a temporary branch."""
    made = form_branch(
        act.scope,
        incident=act.stage.incident,
        name=act.text("name"),
        approved_by=act.id(Thing.PARTY, "approved_by"),
        approved_on=act.day("approved_on"),
        members=act.ids(Thing.PERSON, "members"),
        secretary=act.id(Thing.PERSON, "secretary"),
        deputies=act.ids(Thing.PERSON, "deputies"),
        organisation=act.optional(Thing.UNIT, "unit"),
    )
    return made.pk


def appoints_in_branch(act: Act) -> Made:
    """Appoint a secretary or deputy."""
    appoint_in_branch(
        act.scope,
        branch=act.id(Thing.PARTY, "branch"),
        member=act.id(Thing.PERSON, "member"),
        post=act.text("post"),
        from_day=act.day("from_day"),
    )
    return None


def dissolves_branch(act: Act) -> Made:
    """End a temporary branch."""
    dissolve_branch(act.scope, branch=act.id(Thing.PARTY, "branch"), last_day=act.day("last_day"))
    return None


def appoints_grid_head(act: Act) -> Made:
    """Appoint the head of a grid."""
    appoint_grid_head(
        act.scope,
        community=act.community,
        grid=act.id(Thing.GRID, "grid"),
        member=act.id(Thing.PERSON, "member"),
        substitute=act.optional(Thing.PERSON, "substitute"),
        from_day=act.day("from_day"),
    )
    return None


def gives_grant(act: Act) -> Made:
    """Give an account another role; one that waits for a second administrator is not held yet."""
    account = act.text("account")
    made = grant_role(act.scope, act.stage, account, act.event.arguments)
    if not made.waits:
        act.stage.grants[account].append(made)
    return None


def approves_grant(act: Act) -> Made:
    """Approve a role that another administrator has given."""
    account, wanted = act.id(Thing.ACCOUNT, "account"), act.text("role")
    for grant in grants_to_approve(act.scope):
        if grant.account_id == account and grant.role == wanted:
            made = approve_grant(act.scope, grant=grant.pk)
            act.stage.grants[act.text("account")].append(made)
            return None
    raise NotFound(field="role")
