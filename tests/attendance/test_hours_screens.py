"""The screens of hours, health, stand-ins and injuries."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.attendance.screens import signed_in, text
from tests.attendance.test_duty import serve
from tests.attendance.test_hours import correct
from tests.attendance.test_injuries import hurt
from tests.attendance.town import Town
from tests.world import DAY, FENGLIN
from xiachen.attendance.models.health import HealthStatement
from xiachen.attendance.models.hours import HoursCorrection
from xiachen.attendance.models.injuries import Injury
from xiachen.attendance.models.stand_ins import StandIn
from xiachen.base import clock
from xiachen.base.ids import uuid7
from xiachen.people.models.members import OffDuty
from xiachen.privacy.scope import Role


def test_the_list_of_hours_opens_to_a_ledger_and_leaves_masked(town: Town) -> None:
    serve(town, town.world.sent[0], 0, 3, until=17)
    client = signed_in(town, Role.SECRETARY)
    page = text(client.get(f"/attendance/hours/?day={DAY + timedelta(days=2)}"))
    assert "闫澄砚" in page and "27.0" in page
    assert f"/attendance/hours/{town.world.sent[0]}/" in page
    taken = text(client.get(f"/attendance/hours/?day={DAY + timedelta(days=2)}&as=text"))
    assert "闫*" in taken and "闫澄砚" not in taken and "27" in taken
    ledger = text(client.get(f"/attendance/hours/{town.world.sent[0]}/"))
    assert ledger.count("9:00") >= 3


def test_people_see_their_own_hours_and_no_form(town: Town) -> None:
    serve(town, town.world.local, 0, 1)
    client = signed_in(town, Role.MEMBER)
    page = text(client.get(f"/attendance/hours/mine?day={DAY}"))
    assert "no sign-out" in page and "Record the correction" not in page
    assert client.get(f"/attendance/hours/{town.world.sent[0]}/").status_code == 403
    assert client.get("/attendance/hours/").status_code == 403


def test_a_correction_is_recorded_on_the_ledger_and_taken_back_there(town: Town) -> None:
    member = town.world.sent[0]
    serve(town, member, 0, 1)
    client = signed_in(town, Role.SECRETARY)
    given = {
        "id": str(uuid7()),
        "day": f"{DAY}",
        "community": FENGLIN,
        "way": "more",
        "hours": "7",
        "minutes": "30",
        "reason": "忘记签退",
    }
    address = f"/attendance/hours/{member}/"
    client.get(f"{address}?day={DAY}")
    assert client.post(address, given).status_code == 302
    assert client.post(address, given).status_code == 302, "sent twice, recorded once"
    row = HoursCorrection.objects.get()
    assert (row.minutes, row.reason) == (450, "忘记签退")
    assert "+7:30" in text(client.get(address))
    refused = client.post(address, given | {"id": str(uuid7()), "hours": "20"})
    assert refused.status_code == 422 and "more than 24 hours" in text(refused)
    for wrong, words in (
        ({"hours": "25"}, ["Write whole hours from 0 to 24."]),
        ({"minutes": "1.5"}, ["Write whole minutes from 0 to 59"]),
        ({"hours": "", "minutes": ""}, ["between 1 minute and 24 hours"]),
        ({"hours": "25", "day": "2090-01-01"}, ["Write whole hours", "has not come yet"]),
    ):
        refused = client.post(address, given | {"id": str(uuid7())} | wrong)
        assert refused.status_code == 422, wrong
        assert all(one in text(refused) for one in words), wrong
    assert HoursCorrection.objects.count() == 1
    back = f"{address}{FENGLIN}/take-back/{row.pk}"
    assert client.post(back, {"reason": "记错"}).status_code == 302
    assert "+7:30" not in text(client.get(address))


def test_the_neighbour_reads_nobodys_ledger(town: Town) -> None:
    serve(town, town.world.sent[0], 0, 1)
    client = Client()
    client.force_login(
        town.world.outsider.account, "allauth.account.auth_backends.AuthenticationBackend"
    )
    assert client.get(f"/attendance/hours/{town.world.sent[0]}/").status_code == 404
    assert "闫澄砚" not in text(client.get(f"/attendance/hours/?day={DAY}"))


def test_unwell_in_one_tap_takes_off_duty_and_the_place_is_filled(town: Town) -> None:
    member = signed_in(town, Role.MEMBER)
    assert "I am unwell" in text(member.get("/attendance/health/"))
    assert member.post(f"/attendance/{FENGLIN}/health", {"well": "no"}).status_code == 302
    assert HealthStatement.objects.get().well is False
    page = text(member.get("/attendance/health/"))
    assert "until the doctor or the community says that you are fit again" in page
    place = StandIn.objects.get()
    secretary = signed_in(town, Role.SECRETARY)
    shown = text(secretary.get("/attendance/stand-ins/"))
    assert "郗归晚" in shown and "until somebody says fit again" in shown
    offered = text(secretary.get(f"/attendance/stand-ins/{place.pk}/find"))
    assert "郗归晚" not in offered
    found = secretary.post(f"/attendance/stand-ins/{place.pk}/find", {"q": "宓安澜"}, follow=True)
    (person,) = [one for one in [town.world.members["宓安澜"]] if str(one) in text(found)]
    chosen = secretary.post(found.redirect_chain[-1][0], {"member": str(person)})
    assert chosen.status_code == 302
    place.refresh_from_db()
    assert place.found_id == person
    day = clock.local_day(clock.now())
    fit = secretary.post(f"/attendance/fit/{town.world.local}", {"from_day": f"{day}"})
    assert fit.status_code == 302 and OffDuty.objects.get().until == day - timedelta(days=1)
    assert "you are well today" in text(
        member.post(f"/attendance/{FENGLIN}/health", {"well": "yes"}, follow=True)
    )


def test_an_injury_in_three_taps_leads_to_its_papers(town: Town) -> None:
    member = signed_in(town, Role.MEMBER)
    given = {"id": str(uuid7()), "happened": "traffic", "stand_in": "on"}
    answer = member.post(f"/attendance/{FENGLIN}/hurt", given, follow=True)
    page = text(answer)
    assert answer.status_code == 200 and "term set by law: 30 days" in page
    assert "finding on who was responsible" in page
    injury = Injury.objects.get()
    address = f"/attendance/{FENGLIN}/injuries/{injury.pk}/"
    member.post(f"{address}tick", {"step": "treatment", "done": "yes"})
    secretary = signed_in(town, Role.SECRETARY)
    listed = text(secretary.get("/attendance/injuries/"))
    assert "郗归晚" in listed and "1/8" in listed
    nothing = member.post(f"/attendance/{FENGLIN}/hurt", {"id": str(uuid7())})
    assert nothing.status_code == 422
    assert secretary.post(f"{address}take-back", {"reason": "误报"}).status_code == 302
    assert secretary.get(address).status_code == 404


def test_somebody_on_site_records_it_for_the_injured(town: Town) -> None:
    worker = signed_in(town, Role.COMMUNITY_WORKER)
    address = f"/attendance/{FENGLIN}/injuries/record"
    assert "郗归晚" in text(worker.get(address))
    given = {"id": str(uuid7()), "member": str(town.world.local), "happened": "heat"}
    assert worker.post(address, given).status_code == 302
    assert Injury.objects.get().stand_in is False
    assert not StandIn.objects.exists()


@pytest.mark.parametrize(
    "address", ["/attendance/stand-ins/", "/attendance/injuries/", "/attendance/hours/"]
)
def test_empty_lists_teach(town: Town, address: str) -> None:
    page = text(signed_in(town, Role.SECRETARY).get(address))
    assert 'class="empty"' in page


@pytest.mark.parametrize("address", ["/attendance/stand-ins/", "/attendance/injuries/"])
def test_lists_leave_with_names_masked(town: Town, address: str) -> None:
    hurt(town, town.world.sent[0], by=town.worker)
    taken = text(signed_in(town, Role.SECRETARY).get(f"{address}?as=csv"))
    assert "闫*" in taken and "闫澄砚" not in taken


def test_an_account_of_nobody_is_told_so(town: Town) -> None:
    client = signed_in(town, Role.HEADQUARTERS)
    assert "belongs to nobody" in text(client.get("/attendance/hours/mine"))
    assert "belongs to nobody" in text(client.get("/attendance/health/"))
    assert correct(town, town.world.local, 10).new
    assert client.get(f"/attendance/hours/{town.world.local}/").status_code == 200
