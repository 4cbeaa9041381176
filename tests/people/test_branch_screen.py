"""The page of a temporary branch: people join, are appointed and released, and it ends."""

from dataclasses import replace
from datetime import date

import pytest
from django.test import Client

from tests.people.test_branches import form as form_branch
from tests.people.test_screens import client_of
from tests.world import DAY, SENT, World
from xiachen.people.models.branches import BranchMembership, BranchPost
from xiachen.people.models.units import PartyOrganisation
from xiachen.people.queries.branches import branch_page
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import EVERYWHERE, Role

LATER = "2020-03-05"


@pytest.fixture
def branch(world: World) -> PartyOrganisation:
    return form_branch(world, members=world.sent[:5])


@pytest.fixture
def office(world: World) -> Client:
    client = client_of(world, Role.MOBILISER)
    client.get("/", {"day": DAY.isoformat()})
    return client


def address(branch: PartyOrganisation) -> str:
    return f"/people/branches/{branch.pk}"


def test_those_outside_are_offered_and_join(
    world: World, office: Client, branch: PartyOrganisation
) -> None:
    inside = set(BranchMembership.objects.values_list("member_id", flat=True))
    page = office.get(address(branch))
    offered = {key for key, _name in page.context["join_form"].fields["members"].choices}
    newcomer = next(one for one in world.sent if one not in inside)
    assert str(newcomer) in offered and not offered & {str(one) for one in inside}
    seen = AuditEntry.objects.filter(action="people.view-members").latest("id")
    assert newcomer in seen.targets
    answer = office.post(f"{address(branch)}/join", {"members": [newcomer], "from_day": LATER})
    assert answer.status_code == 302
    assert BranchMembership.objects.get(member=newcomer).from_day == date(2020, 3, 5)


def test_leaders_stand_first_and_whoever_changes_the_branch_reads_names(
    world: World, office: Client, branch: PartyOrganisation
) -> None:
    rows = office.get(address(branch)).context["page"].rows
    assert [row.kind for row in rows[:3]] == ["secretary", "deputy", ""]
    assert rows[0].name == SENT[0]
    watching = replace(world.scope(Role.HEADQUARTERS), places=EVERYWHERE)
    masked = branch_page(watching, branch.pk, day=DAY).rows
    assert masked[0].name == f"{SENT[0][0]}**"


def test_a_second_secretary_is_refused_and_a_released_one_replaced(
    world: World, office: Client, branch: PartyOrganisation
) -> None:
    first = BranchPost.objects.get(post="secretary").member_id
    held = set(BranchPost.objects.values_list("member_id", flat=True))
    members = set(BranchMembership.objects.values_list("member_id", flat=True))
    other = min(members - held)
    wanted = {"member": other, "post": "secretary", "from_day": "2020-03-06"}
    refused = office.post(f"{address(branch)}/appoint", wanted)
    assert refused.context["post_form"].errors.keys() == {"post"}
    assert office.post(f"{address(branch)}/{first}/release", {"last_day": LATER}).status_code == 302
    assert office.post(f"{address(branch)}/appoint", wanted).status_code == 302
    standing = BranchPost.objects.get(post="secretary", to_day=None)
    assert standing.member_id == other


def test_a_release_before_the_appointment_is_refused_in_words(
    world: World, office: Client, branch: PartyOrganisation
) -> None:
    first = BranchPost.objects.get(post="secretary")
    answer = office.post(f"{address(branch)}/{first.member_id}/release", {"last_day": "2019-12-31"})
    assert answer.status_code == 200
    assert "the last day lies before the first" in answer.content.decode()
    first.refresh_from_db()
    assert first.to_day is None


def test_a_branch_ends_and_offers_nothing_more(
    world: World, office: Client, branch: PartyOrganisation
) -> None:
    assert office.post(f"{address(branch)}/end", {"last_day": LATER}).status_code == 302
    branch.refresh_from_db()
    assert branch.dissolved_on == date(2020, 3, 5)
    page = office.get(address(branch)).content.decode()
    assert SENT[0][0] in page
    assert "End the branch" not in page


def test_those_who_form_no_branches_are_offered_no_change(
    world: World, office: Client, branch: PartyOrganisation
) -> None:
    liaison = client_of(world, Role.LIAISON)
    page = liaison.get(f"{address(branch)}?day={DAY.isoformat()}").content.decode()
    assert SENT[0] in page
    assert "End the branch" not in page
    assert liaison.post(f"{address(branch)}/join", {}).status_code == 403
    assert liaison.post(f"{address(branch)}/end", {"last_day": LATER}).status_code == 403
    stranger = client_of(world, None)
    assert stranger.post(f"{address(branch)}/end", {"last_day": LATER}).status_code in (403, 404)
    branch.refresh_from_db()
    assert branch.dissolved_on is None
