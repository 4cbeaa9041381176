"""The team tree, squads with their preview, the hand-over sheet, and going home."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.deployment.crew import Crew
from tests.deployment.test_briefing import write
from tests.deployment.test_form_squads import form
from tests.deployment.test_teams import branch_of
from tests.mobilisation.cast import EVE, FIRST, HERE, clock_at
from tests.mobilisation.test_screens import BACKEND, browser
from tests.world import LOCAL, PASSWORD, SECRETARY, SENT
from xiachen.base import clock
from xiachen.deployment.models import (
    Briefing,
    Membership,
    Squad,
    SquadMember,
    Team,
    TeamType,
    Withdrawal,
)
from xiachen.deployment.queries.squads import squads_of
from xiachen.deployment.queries.trees import team_tree
from xiachen.notices.models.notices import Delivery, Notice
from xiachen.people.operations.accounts import give_grant, open_account
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role


@pytest.fixture
def leader(crew: Crew) -> Client:
    """A browser of the team's leader."""
    system = crew.cast.world.system
    account = open_account(
        system, username="leader", password=PASSWORD, member=crew.people[0], language="en"
    )
    give_grant(
        system,
        account=account.pk,
        role=Role.TEAM_LEADER,
        incident=crew.cast.incident.pk,
        team=crew.team.pk,
        from_day=EVE,
    )
    client = Client()
    client.force_login(account, BACKEND)
    client.get("/", {"day": FIRST.isoformat()})
    return client


def page_of(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(f"deployment:{name}", args=args))
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_the_tree_names_team_leader_and_place(crew: Crew, leader: Client) -> None:
    form(crew, grids=crew.grids)
    page = page_of(leader, "teams")
    assert crew.team.name in page and SENT[0] in page and "Squad 4" in page
    assert "work team" in page
    seen = AuditEntry.objects.filter(action="deployment.view-teams").latest("at")
    assert set(seen.targets) == set(crew.people)


def test_the_split_is_previewed_before_anything_changes(crew: Crew, leader: Client) -> None:
    address = reverse("deployment:squads", args=[crew.team.pk, HERE])
    asked = {"count": 4, "smallest": 2, "largest": 3}
    assert "3 / 3 / 3 / 2" in leader.get(address, asked).content.decode()
    refused = leader.get(address, asked | {"count": 3}).content.decode()
    assert "need at least 4 and at most 5 groups" in refused
    assert not Squad.objects.exists()
    leader.post(address, asked | {"grids": crew.grids})
    assert [squad.grid_id for squad in Squad.objects.order_by("number")] == crew.grids
    assert "need at least 4" in leader.post(address, asked | {"count": 3}).content.decode()
    assert Squad.objects.filter(dissolved_at=None).count() == 4
    assert "Form squads anew" in page_of(leader, "squads", crew.team.pk, HERE)


def test_the_leader_forms_a_sub_team_and_fills_it(crew: Crew, leader: Client) -> None:
    given = {"type": "detachment", "name": "买菜小分队", "formed_on": FIRST, "parent": crew.team.pk}
    leader.post(reverse("deployment:new-team"), given)
    sub = Team.objects.get(name="买菜小分队")
    assert sub.parent == crew.team
    again = leader.post(reverse("deployment:new-team"), given)
    assert "A team of this name exists there" in again.content.decode()
    added = {"members": crew.people[2:4], "post": "member", "from_day": FIRST}
    answer = leader.post(reverse("deployment:add-members", args=[sub.pk]), added, follow=True)
    assert "2 people added." in answer.content.decode()
    nobody = leader.post(reverse("deployment:add-members", args=[sub.pk]), {"post": "member"})
    assert nobody.status_code == 422


def test_posts_change_and_a_second_leader_is_refused(crew: Crew, leader: Client) -> None:
    address = reverse("deployment:set-post", args=[crew.team.pk, crew.people[1]])
    answer = leader.post(address, {"post": "leader"}, follow=True)
    assert "This team has a leader" in answer.content.decode()
    leader.post(address, {"post": "deputy"})
    assert Membership.objects.get(member=crew.people[1], to_day=None).post == "deputy"
    leader.post(
        reverse("deployment:set-post", args=[crew.team.pk, crew.people[2]]), {"post": "leave"}
    )
    assert not Membership.objects.filter(member=crew.people[2], to_day=None).exists()


def test_the_sheet_holds_what_the_team_must_know(crew: Crew, leader: Client) -> None:
    form(crew, grids=crew.grids)
    write(crew.cast.secretary, "封闭出入口")
    page = page_of(leader, "hand-over", HERE, crew.team.pk)
    for word in ("封闭出入口", "独居老人", "缺车辆", "第1网格", SECRETARY, LOCAL, SENT[0]):
        assert word in page
    seen = AuditEntry.objects.get(action="deployment.view-hand-over-sheet")
    assert set(crew.people) <= set(seen.targets)


def test_the_secretary_writes_the_briefing_and_sees_what_another_wrote(crew: Crew) -> None:
    client = browser(crew.cast)
    address = reverse("deployment:briefing", args=[HERE])
    client.post(address, {"done_so_far": "甲", "version": ""})
    assert Briefing.objects.get().done_so_far == "甲"
    answer = client.post(address, {"done_so_far": "乙", "version": ""})
    assert answer.status_code == 409
    assert "What stands now" in answer.content.decode()
    client.post(address, {"done_so_far": "甲乙", "version": "1"})
    assert Briefing.objects.get().done_so_far == "甲乙"


def test_people_go_home_from_the_page(crew: Crew, leader: Client) -> None:
    address = reverse("deployment:going-home", args=[HERE])
    chosen = {"members": crew.people[:2], "unfit": crew.people[:1], "thanks": "谢谢"}
    missing = leader.post(address, chosen | {"thanks": ""})
    assert missing.status_code == 200 and not Withdrawal.objects.exists()
    assert "2 people go home." in leader.post(address, chosen, follow=True).content.decode()
    fit = dict(Withdrawal.objects.values_list("member", "fit_on_leaving"))
    assert fit == {crew.people[0]: False, crew.people[1]: True}


def test_the_outsider_opens_nothing(crew: Crew) -> None:
    client = browser(crew.cast, "outsider")
    assert crew.team.name not in page_of(client, "teams")
    for name, args in (
        ("team", (crew.team.pk,)),
        ("hand-over", (HERE, crew.team.pk)),
        ("going-home", (HERE,)),
        ("briefing", (HERE,)),
        ("squads", (crew.team.pk, HERE)),
    ):
        answer = client.get(reverse(f"deployment:{name}", args=args))
        assert answer.status_code in (403, 404), name
        assert not any(person in answer.content.decode() for person in SENT)


def test_an_office_without_teams_is_told_how_to_begin(crew: Crew) -> None:
    client = browser(crew.cast, Role.ORGANISER)
    early = client.get(reverse("deployment:teams"), {"day": "2020-01-01"}).content.decode()
    assert "There is no team on this day." in early
    assert team_tree(crew.cast.organiser, day=FIRST)


@pytest.fixture
def on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be the first day, at nine."""
    monkeypatch.setattr(clock, "now", lambda: clock_at(9))


@pytest.fixture
def organiser(crew: Crew) -> Client:
    """A browser of the office that sends and assigns."""
    return browser(crew.cast, Role.ORGANISER)


def squads_address(crew: Crew, name: str = "squads") -> str:
    return reverse(f"deployment:{name}", args=[crew.team.pk, HERE])


def test_a_person_moves_between_squads(crew: Crew, leader: Client, on_the_day: None) -> None:
    form(crew, grids=crew.grids)
    first, *_, last = squads_of(crew.leader, community=HERE)
    page = page_of(leader, "squads", crew.team.pk, HERE)
    assert all(name in page for name in (*SENT, LOCAL))
    seen = AuditEntry.objects.filter(action="deployment.view-squads").latest("at")
    assert set(crew.people) <= set(seen.targets)
    given = {"member": first.members[0], "squad": last.squad.pk}
    answer = leader.post(squads_address(crew, "move"), given, follow=True)
    assert "The person is in the other squad now." in answer.content.decode()
    sizes = [len(line.members) for line in squads_of(crew.leader, community=HERE)]
    assert sizes == [2, 3, 3, 3]


def test_somebody_in_no_squad_is_shown_and_put_into_one(
    crew: Crew, leader: Client, on_the_day: None
) -> None:
    form(crew)
    line = squads_of(crew.leader, community=HERE)[0]
    SquadMember.objects.filter(member=line.members[0]).update(left_at=clock_at(8, 30))
    assert "Expected here, in no squad" in page_of(leader, "squads", crew.team.pk, HERE)
    given = {"member": line.members[0], "squad": line.squad.pk}
    leader.post(squads_address(crew, "move"), given)
    assert "Expected here, in no squad" not in page_of(leader, "squads", crew.team.pk, HERE)
    assert len(squads_of(crew.leader, community=HERE)[0].members) == 3


def test_one_squad_changes_its_grid_and_gives_it_up(
    crew: Crew, leader: Client, on_the_day: None
) -> None:
    form(crew)
    squad = squads_of(crew.leader, community=HERE)[1].squad
    for grid, held in ((crew.grids[2], crew.grids[2]), ("", None)):
        leader.post(squads_address(crew, "set-grid"), {"squad": squad.pk, "grid": grid})
        assert Squad.objects.get(pk=squad.pk).grid_id == held


def test_a_squad_that_was_formed_anew_meanwhile_is_said(
    crew: Crew, leader: Client, on_the_day: None
) -> None:
    form(crew)
    gone = squads_of(crew.leader, community=HERE)[0]
    form(crew)
    given = {"member": gone.members[0], "squad": gone.squad.pk, "grid": ""}
    for name in ("move", "set-grid"):
        answer = leader.post(squads_address(crew, name), given, follow=True)
        assert "The team has changed meanwhile." in answer.content.decode()


def test_an_office_adds_a_type_and_forms_a_team_of_it(crew: Crew, organiser: Client) -> None:
    address = reverse("deployment:types")
    assert "突击队" in organiser.get(address).content.decode()
    given = {"code": "night-watch", "name": "夜巡队", "name_en": "night watch"}
    assert "night watch" in organiser.post(address, given, follow=True).content.decode()
    other = organiser.post(address, given | {"name": "别的"})
    assert "with this code that is called differently" in other.content.decode()
    spaced = organiser.post(address, given | {"code": "night watch"})
    assert TeamType.objects.filter(code__startswith="night").count() == 1
    assert spaced.status_code == 200
    organiser.post(
        reverse("deployment:new-team"),
        {"type": "night-watch", "name": "枫林夜巡队", "formed_on": FIRST},
    )
    assert Team.objects.get(name="枫林夜巡队").type.code == "night-watch"


def test_a_branch_is_noted_on_the_page_of_its_team(crew: Crew, organiser: Client) -> None:
    branch = branch_of(crew)
    page = page_of(organiser, "team", crew.team.pk)
    assert branch.name in page
    assert reverse("people:form-branch", args=[crew.team.organisation_id]) in page
    address = reverse("deployment:link-branch", args=[crew.team.pk])
    organiser.post(address, {"branch": branch.pk})
    assert Team.objects.get(pk=crew.team.pk).branch == branch
    assert organiser.post(address, {"branch": crew.team.pk}).status_code == 422
    organiser.post(address, {"branch": ""})
    assert Team.objects.get(pk=crew.team.pk).branch is None


def test_work_in_a_community_ends_from_the_page(crew: Crew, organiser: Client) -> None:
    address = reverse("deployment:end-assignment", args=[crew.team.pk, HERE])
    early = organiser.post(address, {"last_day": "2020-01-01"}, follow=True)
    assert "lies before the first" in early.content.decode()
    organiser.post(address, {"last_day": FIRST})
    assert crew.team.assignments.get().to_day == FIRST


def test_a_team_is_disbanded_by_the_office_and_not_by_its_leader(
    crew: Crew, organiser: Client, leader: Client, on_the_day: None
) -> None:
    address = reverse("deployment:disband", args=[crew.team.pk])
    assert address not in page_of(leader, "team", crew.team.pk)
    assert leader.post(address, {"last_day": FIRST}).status_code in (403, 422)
    assert address in page_of(organiser, "team", crew.team.pk)
    assert organiser.post(address, {"last_day": "2020-03-09"}).status_code == 422
    done = organiser.post(address, {"last_day": FIRST}, follow=True)
    assert "The team is disbanded" in done.content.decode()
    page = page_of(organiser, "team", crew.team.pk)
    assert "disbanded on 2020-03-01" in page and address not in page


def test_the_outsider_changes_nothing(crew: Crew) -> None:
    form(crew)
    client = browser(crew.cast, "outsider")
    squad = squads_of(crew.leader, community=HERE)[0].squad
    for name, args in (
        ("move", (crew.team.pk, HERE)),
        ("set-grid", (crew.team.pk, HERE)),
        ("end-assignment", (crew.team.pk, HERE)),
        ("link-branch", (crew.team.pk,)),
        ("disband", (crew.team.pk,)),
        ("types", ()),
    ):
        given = {"member": crew.people[0], "squad": squad.pk, "last_day": FIRST}
        answer = client.post(reverse(f"deployment:{name}", args=args), given)
        assert answer.status_code in (403, 404), name


def test_a_team_is_notified_from_its_page(crew: Crew, leader: Client) -> None:
    page = page_of(leader, "team", crew.team.pk)
    assert "Notify this team" in page
    handed = re.findall(r'type="hidden" name="members" value="([^"]+)"', page)
    assert set(handed) == {str(one) for one in crew.people}
    form = leader.post(reverse("notices:write"), {"members": handed}).content.decode()
    # Nothing is sent yet; everybody of the team stands ticked.
    assert form.count('name="members"') == form.count("checked> ") == len(crew.people)
    assert not Notice.objects.exists()
    given = {"title": "集合", "body": "八点集合", "members": handed, "send": "1"}
    assert leader.post(reverse("notices:write"), given).status_code == 302
    # The leader, who sent it, does not get it.
    assert Delivery.objects.count() == len(crew.people) - 1
