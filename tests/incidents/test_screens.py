"""The incident's page: read by those on site, changed by headquarters."""

from django.test import Client

from tests.world import World, prove_twice
from xiachen.incidents.models import IncidentCommunity, Parameter
from xiachen.privacy.scope import Role


def client_of(world: World, role: Role) -> Client:
    client = Client()
    client.force_login(world.accounts[role])
    return client


def test_the_secretary_reads_the_incident_and_changes_nothing(world: World) -> None:
    client = client_of(world, Role.SECRETARY)
    page = client.get("/incidents/").content.decode()
    assert "枫林上城社区" in page
    assert "紫菘社区" not in page
    assert "<textarea" not in page
    address = f"/incidents/{world.incident.pk}/include"
    given = {"communities": "420111002003", "from_day": "2020-03-01"}
    assert client.post(address, given).status_code in (200, 403)
    assert IncidentCommunity.objects.count() == 2


def test_headquarters_include_a_community_and_set_a_parameter(world: World) -> None:
    client = client_of(world, Role.HEADQUARTERS)
    prove_twice(client)
    base = f"/incidents/{world.incident.pk}"
    wrong = client.post(f"{base}/include", {"communities": "4201 枫林", "from_day": "2020-03-01"})
    assert wrong.context["communities_form"].errors.keys() == {"communities"}
    given = {"communities": "420111002003，", "from_day": "2020-03-01"}
    answer = client.post(f"{base}/include", given)
    assert answer.status_code == 302, answer.context["communities_form"].errors
    assert IncidentCommunity.objects.count() == 3
    never = {"name": "attendance.deadline", "value": "08:30", "from_day": "2020-02-30"}
    refused = client.post(f"{base}/parameter", never)
    assert refused.context["parameter_form"].errors.keys() == {"from_day"}
    client.post(f"{base}/parameter", never | {"from_day": "2020-03-01"})
    assert Parameter.objects.get().value == "08:30"
