"""The incident's page: read by those on site, changed by headquarters."""

from datetime import date

from django.test import Client

from tests.world import FENGLIN, ZISONG, World, prove_twice
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
    assert client.post(address, given).status_code == 403
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


def test_headquarters_leave_a_community_out_after_a_day(world: World) -> None:
    client = client_of(world, Role.HEADQUARTERS)
    prove_twice(client)
    address = f"/incidents/{world.incident.pk}/communities/{ZISONG}/leave-out"
    early = client.post(address, {"last_day": "2019-12-31"})
    assert "the last day lies before the first" in early.content.decode()
    row = IncidentCommunity.objects.get(community=ZISONG)
    assert row.to_day is None
    assert client.post(address, {"last_day": "2020-03-05"}).status_code == 302
    row.refresh_from_db()
    assert row.to_day == date(2020, 3, 5)
    # What has ended offers no second end; the other community still does.
    page = client.get(f"/incidents/{world.incident.pk}").content.decode()
    assert page.count("/leave-out") == 1


def test_headquarters_end_a_parameters_value(world: World) -> None:
    client = client_of(world, Role.HEADQUARTERS)
    prove_twice(client)
    base = f"/incidents/{world.incident.pk}"
    given = {"name": "attendance.deadline", "value": "08:00", "from_day": "2020-03-01"}
    client.post(f"{base}/parameter", given)
    row = Parameter.objects.get()
    end = f"{base}/parameters/{row.pk}/end"
    assert end in client.get(base).content.decode()
    assert client.post(end, {"last_day": ""}).status_code == 200
    assert client.post(end, {"last_day": "2020-03-03"}).status_code == 302
    row.refresh_from_db()
    assert row.to_day == date(2020, 3, 3)


def test_the_outsider_reads_name_and_dates_and_nothing_of_the_neighbours(world: World) -> None:
    chief = client_of(world, Role.HEADQUARTERS)
    prove_twice(chief)
    base = f"/incidents/{world.incident.pk}"
    given = {"name": "attendance.deadline", "from_day": "2020-03-01"}
    chief.post(f"{base}/parameter", given | {"value": "07:41", "community": FENGLIN})
    outsider = Client()
    outsider.force_login(world.outsider.account)
    # Below the head, whose watermark tells the time of the clock.
    page = outsider.get(base).content.decode().split("</head>")[1]
    assert world.incident.name in page
    assert "07:41" not in page and "枫林上城社区" not in page
    for name in ("include", "parameter"):
        assert outsider.get(f"{base}/{name}").status_code == 403
        assert outsider.post(f"{base}/{name}", {}).status_code == 403
    assert outsider.post(f"{base}/communities/{FENGLIN}/leave-out", {}).status_code == 403


def test_whoever_works_in_no_community_of_it_is_not_told_its_protocol(world: World) -> None:
    chief = client_of(world, Role.HEADQUARTERS)
    prove_twice(chief)
    base = f"/incidents/{world.incident.pk}"
    given = {"name": "attendance.deadline", "value": "07:41", "from_day": "2020-03-01"}
    chief.post(f"{base}/parameter", given)
    assert "07:41" in client_of(world, Role.SECRETARY).get(base).content.decode()
    page = client_of(world, Role.MEMBER).get(base).content.decode().split("</head>")[1]
    assert world.incident.name in page
    assert "07:41" not in page


def test_a_parameter_is_shown_in_words(world: World) -> None:
    client = client_of(world, Role.HEADQUARTERS)
    prove_twice(client)
    base = f"/incidents/{world.incident.pk}"
    given = {"name": "attendance.deadline", "value": "08:00", "from_day": "2020-03-01"}
    client.post(f"{base}/parameter", given)
    page = client.get(base).content.decode()
    assert '<th scope="row" title="attendance.deadline">sign-in deadline</th>' in page


def test_nobody_else_ends_anything(world: World) -> None:
    secretary = client_of(world, Role.SECRETARY)
    base = f"/incidents/{world.incident.pk}"
    assert "/leave-out" not in secretary.get(base).content.decode()
    given = {"last_day": "2020-03-05"}
    assert secretary.post(f"{base}/communities/{FENGLIN}/leave-out", given).status_code == 403
    assert not IncidentCommunity.objects.exclude(to_day=None).exists()
