"""Skills: a list by which people are found, and what each of them can do."""

import pytest

from tests.people.test_screens import client_of
from tests.world import LOCAL, NEIGHBOUR, World, id_of
from xiachen.base.errors import Forbidden, Invalid, NotFound
from xiachen.people.models.members import Member, Skill
from xiachen.people.operations.skills import SkillExists, register_skill, set_skills
from xiachen.people.queries.members import Wanted, member_page
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role


@pytest.fixture
def driving(world: World) -> Skill:
    scope = world.scope(Role.MOBILISER)
    register_skill(scope, code="nursing", name="护理", name_en="nursing")
    return register_skill(scope, code="driving", name="驾驶", name_en="driving")


def codes(member: object) -> set[str]:
    return set(Member.objects.get(pk=member).skills.values_list("code", flat=True))


def test_what_somebody_can_do_replaces_what_was_said_before(world: World, driving: Skill) -> None:
    scope = world.scope(Role.SECRETARY)
    set_skills(scope, member=world.local, skills=["driving", "nursing"])
    set_skills(scope, member=world.local, skills=["driving"])
    assert codes(world.local) == {"driving"}
    found = member_page(scope, Wanted(skill="driving"))
    assert [row.member.pk for row in found.rows] == [world.local]
    assert AuditEntry.objects.filter(action="people.set-skills", subject=world.local).count() == 2


def test_everybody_says_what_they_can_do_themselves(world: World, driving: Skill) -> None:
    set_skills(world.scope(Role.MEMBER), member=world.local, skills=["driving"])
    assert codes(world.local) == {"driving"}
    with pytest.raises(Forbidden):
        set_skills(world.scope(Role.MEMBER), member=world.sent[0], skills=["driving"])


def test_a_skill_that_is_not_on_the_list_is_refused(world: World, driving: Skill) -> None:
    with pytest.raises(Invalid) as refused:
        set_skills(world.scope(Role.SECRETARY), member=world.local, skills=["flying"])
    assert refused.value.field == "skills"


def test_the_outsider_changes_nobody_next_door(world: World, driving: Skill) -> None:
    with pytest.raises(NotFound):
        set_skills(world.stranger, member=world.local, skills=["driving"])
    set_skills(world.stranger, member=id_of(NEIGHBOUR), skills=["driving"])
    assert codes(world.local) == set()


def test_a_code_stands_once_on_the_list(world: World, driving: Skill) -> None:
    scope = world.scope(Role.MOBILISER)
    with pytest.raises(SkillExists):
        register_skill(scope, code="driving", name="开车", name_en="driving a car")
    with pytest.raises(Invalid):
        register_skill(scope, code="cooking", name=" ", name_en="cooking")
    with pytest.raises(Forbidden):
        register_skill(world.scope(Role.SECRETARY), code="cooking", name="烹饪", name_en="cooking")


def test_the_screens_add_a_skill_and_give_it_to_somebody(world: World) -> None:
    office = client_of(world, Role.MOBILISER)
    given = {"code": "driving", "name": "驾驶", "name_en": "driving"}
    assert office.post("/people/skills", given).status_code == 302
    assert office.post("/people/skills", given).context["form"].errors.keys() == {"code"}
    secretary = client_of(world, Role.SECRETARY)
    page = f"/people/{world.local}"
    assert secretary.post(f"{page}/skills", {"skills": ["driving"]}).status_code == 302
    assert codes(world.local) == {"driving"}
    shown = secretary.get(page).content.decode()
    assert "driving" in shown
    listed = secretary.get("/people/", {"skill": "driving"}).content.decode()
    assert LOCAL in listed
    assert client_of(world, Role.SECRETARY).get("/people/skills").status_code == 403
