"""Temporary branches by the rules: three full members, approved, led by appointment."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from tests.world import BEFORE, DAY, LOCAL, MORNING, NEIGHBOUR, SENT, World, id_of
from xiachen.base.errors import Forbidden, Invalid, NotFound
from xiachen.base.ids import uuid7
from xiachen.figures.figure import Cutoff
from xiachen.people import figures
from xiachen.people.models.branches import BranchMembership, BranchPost
from xiachen.people.models.members import Member
from xiachen.people.models.units import PartyOrganisation
from xiachen.people.operations import branches
from xiachen.people.operations.members import MemberEntry, enter_members
from xiachen.people.operations.units import PartyOrganisationExists
from xiachen.people.queries import branches as queries
from xiachen.privacy import audit
from xiachen.privacy.scope import Role, Scope


def form(world: World, scope: Scope | None = None, **changes: object) -> PartyOrganisation:
    given: dict[str, object] = {
        "incident": world.incident.pk,
        "name": "援枫工作组临时党支部",
        "approved_by": world.committee.pk,
        "approved_on": BEFORE,
        "members": world.sent,
        "secretary": world.sent[0],
        "deputies": [world.sent[1]],
        "organisation": world.bureau.pk,
    }
    return branches.form_branch(scope or world.system, **given | changes)  # type: ignore[arg-type]


def probationary(world: World) -> UUID:
    id = uuid7()
    entry = MemberEntry(id=id, name="方未满", party_standing="probationary", invented=True)
    (outcome,) = enter_members(world.system, entries=[entry], at=MORNING)
    assert outcome.new
    return id


def test_a_branch_is_formed_with_its_secretary_and_deputy(world: World) -> None:
    made = form(world)
    posts = set(made.posts.values_list("post", "member_id", "appointed_by"))
    assert posts == {
        ("secretary", world.sent[0], world.committee.pk),
        ("deputy", world.sent[1], world.committee.pk),
    }
    assert made.memberships.count() == 10


def test_the_regular_membership_stays_where_it_is(world: World) -> None:
    form(world)
    homes = Member.objects.filter(pk__in=world.sent).values_list("party_organisation", flat=True)
    assert set(homes) == {world.committee.pk}


def test_two_full_members_are_refused_even_with_a_probationary_third(world: World) -> None:
    people = [*world.sent[:2], probationary(world)]
    with pytest.raises(branches.TooFewFullMembers) as refused:
        form(world, members=people)
    assert refused.value.values == {"needed": 3, "full": 2}
    assert refused.value.field == "members"
    assert not PartyOrganisation.objects.filter(kind="temporary").exists()


def test_three_full_members_are_enough(world: World) -> None:
    assert form(world, members=world.sent[:3]).memberships.count() == 3


def test_a_branch_has_one_secretary(world: World) -> None:
    made = form(world)
    with pytest.raises(branches.SecretaryStands):
        branches.appoint_in_branch(
            world.system, branch=made.pk, member=world.sent[2], post="secretary", from_day=DAY
        )
    branches.release_from_post(world.system, branch=made.pk, member=world.sent[0], last_day=BEFORE)
    branches.appoint_in_branch(
        world.system, branch=made.pk, member=world.sent[2], post="secretary", from_day=DAY
    )
    held = queries.branch_posts(world.system, incident=world.incident.pk, day=DAY)
    assert {(row.post, row.member_id) for row in held} == {
        ("secretary", world.sent[2]),
        ("deputy", world.sent[1]),
    }


def test_nobody_is_secretary_and_deputy_at_once(world: World) -> None:
    with pytest.raises(branches.HoldsPost):
        form(world, deputies=[world.sent[0]])
    made = form(world)
    with pytest.raises(branches.HoldsPost):
        branches.appoint_in_branch(
            world.system, branch=made.pk, member=world.sent[0], post="deputy", from_day=DAY
        )


def test_whoever_leads_belongs_to_the_branch_and_is_a_full_member(world: World) -> None:
    with pytest.raises(branches.NotInBranch):
        form(world, secretary=world.local)
    people = [*world.sent, young] if (young := probationary(world)) else []
    with pytest.raises(branches.NotFullMember):
        form(world, members=people, deputies=[young])


def test_a_branch_has_party_members_only(world: World) -> None:
    with pytest.raises(branches.NotPartyMember):
        form(world, members=[*world.sent, id_of(NEIGHBOUR)])


def test_a_branch_needs_the_approval_of_a_committee(world: World) -> None:
    with pytest.raises(branches.NoApproval):
        form(world, approved_by=uuid7())
    first = form(world)
    with pytest.raises(branches.NoApproval):
        form(world, name="另一个", approved_by=first.pk)


def test_nobody_stands_twice_in_a_branch(world: World) -> None:
    with pytest.raises(branches.InBranchAlready):
        form(world, members=[*world.sent, world.sent[0]])
    made = form(world)
    with pytest.raises(branches.InBranchAlready):
        branches.add_to_branch(world.system, branch=made.pk, members=[world.sent[3]], from_day=DAY)
    branches.add_to_branch(world.system, branch=made.pk, members=[world.local], from_day=DAY)
    assert made.memberships.count() == 11


def test_two_branches_of_one_superior_have_two_names(world: World) -> None:
    form(world)
    with pytest.raises(PartyOrganisationExists):
        form(world)


def test_a_branch_ends_with_its_task_and_with_it_posts_and_memberships(world: World) -> None:
    made = form(world)
    with pytest.raises(Invalid):
        branches.dissolve_branch(world.system, branch=made.pk, last_day=date(2020, 2, 1))
    branches.dissolve_branch(world.system, branch=made.pk, last_day=DAY)
    assert not BranchMembership.objects.filter(to_day=None).exists()
    assert not BranchPost.objects.filter(to_day=None).exists()
    with pytest.raises(branches.BranchDissolved):
        branches.add_to_branch(world.system, branch=made.pk, members=[world.local], from_day=DAY)
    assert queries.branches(world.system, incident=world.incident.pk, day=DAY).exists()
    assert not queries.branches(
        world.system, incident=world.incident.pk, day=date(2020, 3, 2)
    ).exists()


def test_the_outsider_sees_no_branch_and_changes_none(world: World) -> None:
    made = form(world)
    assert not queries.branches(world.stranger, incident=world.incident.pk).exists()
    with pytest.raises(NotFound):
        queries.branch(world.stranger, made.pk)
    with pytest.raises(Forbidden):
        branches.dissolve_branch(world.stranger, branch=made.pk, last_day=DAY)


def test_an_office_forms_a_branch_of_the_people_whom_it_reaches(world: World) -> None:
    assert form(world, world.scope(Role.MOBILISER)).pk
    # The city's organisation department does not reach the province's people.
    with pytest.raises(NotFound):
        form(world, world.scope(Role.ORGANISER), name="另一个")


def test_a_branch_secretary_changes_her_own_branch_only(world: World) -> None:
    made = form(world)
    leader = replace(world.scope(Role.BRANCH_SECRETARY), members=frozenset(world.sent))
    branches.add_to_branch(leader, branch=made.pk, members=[world.local], from_day=DAY)
    other = form(world, name="另一个", members=world.sent[2:], secretary=world.sent[2], deputies=[])
    with pytest.raises(Forbidden):
        branches.dissolve_branch(leader, branch=other.pk, last_day=DAY)


def test_a_branch_of_another_incident_is_not_there(world: World) -> None:
    scope = replace(world.scope(Role.MOBILISER), incident=uuid7())
    with pytest.raises(NotFound):
        form(world, scope)


def test_without_its_audit_no_branch_is_formed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: object, **named: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(OSError, match="disk"):
        form(world)
    assert not PartyOrganisation.objects.filter(kind="temporary").exists()
    assert not BranchMembership.objects.exists()


def test_the_figures_count_branches_and_their_leaders(world: World) -> None:
    form(world)
    form(world, name="第二临时党支部", members=world.sent[:4], deputies=world.sent[1:3])
    cutoff = Cutoff(incident=world.incident.pk, day=DAY, occurred_until=MORNING)
    values = {one.code: one.value(world.system, cutoff) for one in figures.FIGURES}
    # The same person leads both branches and counts once.
    assert values == {
        "people.temporary-branches": 2,
        "people.branch-secretaries": 1,
        "people.branch-deputies": 2,
    }
    assert {one.value(world.stranger, cutoff) for one in figures.FIGURES} == {0}


def test_a_figure_opens_to_names_masked_for_headquarters(world: World) -> None:
    form(world)
    cutoff = Cutoff(incident=world.incident.pk, day=DAY, occurred_until=MORNING)
    above = replace(world.scope(Role.HEADQUARTERS), members=frozenset(world.sent))
    figure = figures.BRANCH_SECRETARIES
    assert figure.page(above, figure.opened(above, cutoff)).lines[0][0] == "闫**"
    on_site = replace(world.scope(Role.SECRETARY), members=frozenset(world.sent))
    assert figure.page(on_site, figure.opened(on_site, cutoff)).lines[0][0] == SENT[0]
    assert LOCAL not in str(figure.page(above, figure.opened(above, cutoff)))
