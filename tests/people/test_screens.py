"""The screens of people: within the scope, numbers masked, refusals beside their field."""

import pytest
from django.test import Client

from tests.people.test_branches import form as form_branch
from tests.world import LOCAL, OUTSIDER, SENT, World, identity_of, phone_of, prove_twice
from xiachen.base.ids import uuid7
from xiachen.people.models.accounts import Grant
from xiachen.people.models.members import Member
from xiachen.people.models.units import Organisation, PartyOrganisation
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role


def client_of(world: World, role: Role | None) -> Client:
    client = Client()
    client.force_login(world.accounts[role] if role else world.outsider.account)
    return client


def test_the_list_shows_whom_the_role_reaches_and_is_noted(world: World) -> None:
    answer = client_of(world, Role.SECRETARY).post("/people/", {"q": "归晚"}, follow=True)
    assert answer.status_code == 200
    assert LOCAL in answer.content.decode()
    assert AuditEntry.objects.get(action="people.view-members").targets == [world.local]
    away = client_of(world, None).get("/people/").content.decode()
    assert OUTSIDER in away
    assert LOCAL not in away


def test_a_persons_page_shows_masked_numbers_only(world: World) -> None:
    page = client_of(world, Role.SECRETARY).get(f"/people/{world.local}").content.decode()
    assert "****" in page
    assert phone_of(LOCAL) not in page
    assert identity_of(LOCAL) not in page


def test_the_outsider_gets_no_page_of_a_person_next_door(world: World) -> None:
    answer = client_of(world, None).get(f"/people/{world.local}")
    assert answer.status_code == 404
    assert LOCAL not in answer.content.decode()


def test_headquarters_read_masked_names(world: World) -> None:
    page = client_of(world, Role.HEADQUARTERS).get("/people/").content.decode()
    assert "郗**" in page
    assert LOCAL not in page


@pytest.mark.parametrize(
    "address", ["/people/", "/people/units/", "/people/enter", "/people/accounts/"]
)
def test_whoever_is_not_signed_in_is_not_shown_anything(world: World, address: str) -> None:
    assert Client().get(address).status_code in (302, 403)


def test_a_person_is_entered_once_though_the_form_is_sent_twice(world: World) -> None:
    client = client_of(world, Role.LIAISON)
    given = {
        "id": uuid7(),
        "name": "苏晚晴",
        "organisation": world.bureau.pk,
        "party_standing": "none",
        "phone": "13900001111",
    }
    assert client.post("/people/enter", given).status_code == 302
    assert client.post("/people/enter", given).status_code == 302
    assert Member.objects.filter(name="苏晚晴").count() == 1


def test_a_refusal_stands_beside_its_field(world: World) -> None:
    answer = client_of(world, Role.LIAISON).post(
        "/people/enter",
        {
            "id": uuid7(),
            "name": "苏晚晴",
            "organisation": world.bureau.pk,
            "party_standing": "none",
            "phone": "12",
        },
    )
    assert answer.status_code == 200
    assert answer.context["form"].errors.keys() == {"phone"}
    assert not Member.objects.filter(name="苏晚晴").exists()


def test_units_are_a_tree_and_one_more_is_registered(world: World) -> None:
    client = client_of(world, Role.LIAISON)
    assert world.city_bureau.name in client.get("/people/units/").content.decode()
    given = {
        "name": "枫林监测站",
        "level": "province",
        "division": 420000000000,
        "parent": world.bureau.pk,
    }
    assert client.post("/people/units/register", given).status_code == 302
    assert Organisation.objects.get(name="枫林监测站").parent == world.bureau


def test_a_party_organisation_is_registered_with_its_unit_and_superior(world: World) -> None:
    client = client_of(world, Role.MOBILISER)
    given = {
        "name": "市枫林观测局党支部",
        "kind": "branch",
        "organisation": world.city_bureau.pk,
        "parent": world.committee.pk,
    }
    address = "/people/units/register-party"
    temporary = client.post(address, given | {"kind": "temporary"})
    assert temporary.context["form"].errors.keys() == {"kind"}
    assert client.post(address, given).status_code == 302
    made = PartyOrganisation.objects.get(name="市枫林观测局党支部")
    assert (made.organisation, made.parent) == (world.city_bureau, world.committee)
    assert made.name in client.get("/people/units/").content.decode()
    again = client.post(address, given)
    assert again.context["form"].errors.keys() == {"name"}
    assert client_of(world, Role.SECRETARY).get(address).status_code == 403


def test_a_person_is_entered_with_their_party_organisation(world: World) -> None:
    client = client_of(world, Role.LIAISON)
    given = {
        "id": uuid7(),
        "name": "苏晚晴",
        "organisation": world.bureau.pk,
        "party_organisation": world.committee.pk,
        "party_standing": "full",
    }
    assert client.post("/people/enter", given).status_code == 302
    assert Member.objects.get(name="苏晚晴").party_organisation == world.committee


def test_a_branch_is_formed_and_shown(world: World) -> None:
    client = client_of(world, Role.MOBILISER)
    given = {
        "name": "援枫工作组临时党支部",
        "approved_by": world.committee.pk,
        "approved_on": "2020-02-29",
        "members": world.sent[:3],
        "secretary": world.sent[0],
        "deputies": [world.sent[1]],
    }
    address = f"/people/units/{world.bureau.pk}/form-branch"
    two = client.post(address, given | {"members": world.sent[:2]})
    assert two.context["form"].errors.keys() == {"members"}
    made = client.post(address, given)
    assert made.status_code == 302
    page = client.get(f"{made['Location']}?day=2020-03-01").content.decode()
    assert "援枫工作组临时党支部" in page


def test_the_outsider_gets_no_page_of_a_branch(world: World) -> None:
    made = form_branch(world)
    answer = client_of(world, None).get(f"/people/branches/{made.pk}")
    assert answer.status_code == 404
    assert SENT[0] not in answer.content.decode()


def test_accounts_are_shown_after_a_second_factor_only(world: World) -> None:
    answer = client_of(world, Role.ADMINISTRATOR).get("/people/accounts/")
    assert answer.status_code == 403
    assert "outsider" not in answer.content.decode()


def test_the_administrator_opens_accounts_and_gives_roles(world: World) -> None:
    client = client_of(world, Role.ADMINISTRATOR)
    prove_twice(client)
    listed = client.get("/people/accounts/").content.decode()
    assert "outsider" in listed
    assert OUTSIDER not in listed
    given = {"username": "newcomer", "password": "long-enough-word", "language": "en"}
    made = client.post("/people/accounts/open", given)
    assert made.status_code == 302
    refused = client.post(made["Location"], {"role": "secretary", "from_day": "2020-03-01"})
    assert refused.context["form"].errors.keys() == {"role"}
    role = {"role": "auditor", "from_day": "2020-03-01"}
    assert client.post(made["Location"], role).status_code == 302
    assert Grant.objects.filter(account__username="newcomer", role="auditor").exists()


def test_nobody_else_gets_to_the_accounts(world: World) -> None:
    assert client_of(world, Role.HEADQUARTERS).get("/people/accounts/").status_code == 403
