"""The report-in board in a browser without JavaScript."""

from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse

from tests.mobilisation.cast import FIRST, HERE, THERE, Cast
from tests.mobilisation.test_dispatch import send
from tests.mobilisation.test_excuse import excused
from tests.mobilisation.test_report_in import entry, report
from tests.oracle import ORACLE
from tests.world import LOCAL, SENT, phone_of, prove_twice
from xiachen.mobilisation.models.report_ins import ReportIn
from xiachen.mobilisation.models.stays import Enrolment, Excuse
from xiachen.mobilisation.queries.report_ins import reported_on
from xiachen.mobilisation.queries.stays import expected_on
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role

BOARD = reverse("mobilisation:community", args=[HERE])


def browser(cast: Cast, role: Role | str = Role.SECRETARY, language: str = "en") -> Client:
    """Return a browser signed in, looking at the first day."""
    from xiachen.people.models.accounts import Account

    client = Client(headers={"accept-language": language})
    client.force_login(Account.objects.get(username=str(role)), BACKEND)
    client.get("/", {"day": FIRST.isoformat()})
    return client


BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def test_the_board_shows_who_is_expected_and_is_recorded(cast: Cast) -> None:
    send(cast)
    page = browser(cast).get(BOARD).content.decode()
    assert all(name in page for name in SENT)
    seen = AuditEntry.objects.filter(action="mobilisation.view-board").latest("at")
    assert set(seen.targets) == set(cast.people)


def test_an_empty_board_says_how_people_get_there(cast: Cast) -> None:
    assert "Nobody is expected on this day." in browser(cast).get(BOARD).content.decode()


def test_those_ticked_are_reported_in_on_the_day_looked_at(cast: Cast) -> None:
    send(cast)
    client = browser(cast)
    take = reverse("mobilisation:report-in", args=[HERE])
    ticked = {"members": cast.people[:9], "channel": "unit", "at_time": "08:05"}
    answer = client.post(take, ticked, follow=True)
    assert "9 report-ins taken." in answer.content.decode()
    assert reported_on(cast.secretary, day=FIRST).count() == 9
    client.post(take, {"member": cast.people[9], "channel": "unit", "at_time": "08:06"})
    assert reported_on(cast.secretary, day=FIRST).count() == 10


def test_the_wrong_channel_is_explained_and_nothing_is_written(cast: Cast) -> None:
    send(cast)
    ticked = {"members": cast.people[:1], "channel": "residence", "at_time": "08:05"}
    answer = browser(cast).post(reverse("mobilisation:report-in", args=[HERE]), ticked, follow=True)
    assert "not registered as the person&#x27;s home" in answer.content.decode()
    assert not ReportIn.objects.exists()


def test_nobody_ticked_is_said_beside_the_button(cast: Cast) -> None:
    send(cast)
    answer = browser(cast).post(reverse("mobilisation:report-in", args=[HERE]), {"channel": "unit"})
    assert answer.status_code == 422
    assert "Choose who has reported in." in answer.content.decode()


def test_somebody_found_by_name_joins_on_the_spot(cast: Cast) -> None:
    client = browser(cast)
    address = reverse("mobilisation:join", args=[HERE])
    assert LOCAL in client.get(address).content.decode()
    client.post(address, {"member": str(cast.neighbour)})
    assert Enrolment.objects.get().source == "joined"
    again = client.post(address, {"member": str(cast.neighbour)})
    assert again.status_code == 409
    assert "already belong to this community" in again.content.decode()
    assert client.post(address, {"member": "nobody"}).status_code == 409


def test_the_address_of_a_search_for_somebody_who_joins_names_nobody(cast: Cast) -> None:
    client = browser(cast)
    address = reverse("mobilisation:join", args=[HERE])
    for text, found in ((LOCAL, True), (phone_of(LOCAL), True), (SENT[0], False)):
        answer = client.post(address, {"q": text})
        assert answer.status_code == 302
        assert text not in unquote(answer["Location"])
        with ORACLE.revealing():  # whoever typed a number reads it again in the field
            found_here = client.get(answer["Location"]).context["found"]
        names = [name for _, name in found_here]
        assert (LOCAL in names) is found
    assert 'method="get" role="search"' not in client.get(address).content.decode()
    assert client.post(address, {"q": ""})["Location"] == address
    # A refused one stays beside the search that found him or her.
    searched = client.post(address, {"q": LOCAL})["Location"]
    assert client.post(searched, {"member": "nobody"}).context["text"] == LOCAL
    assert browser(cast, "outsider").post(address, {"q": LOCAL}).status_code == 404


def test_a_report_in_is_taken_back_with_a_reason(cast: Cast) -> None:
    send(cast)
    one = entry(cast.people[0])
    report(cast.secretary, one)
    client = browser(cast)
    address = reverse("mobilisation:take-back", args=[HERE, one.id])
    assert SENT[0] in client.get(address).content.decode()
    assert client.post(address, {"reason": ""}).status_code == 200
    client.post(address, {"reason": "错按"})
    assert reported_on(cast.secretary, day=FIRST).count() == 0
    assert client.get(address).status_code == 404


def test_a_liaison_excuses_people_and_takes_it_back(cast: Cast) -> None:
    send(cast)
    client = browser(cast, Role.LIAISON)
    address = reverse("mobilisation:excuses")
    given = {"member": cast.people[0], "reason": "away", "from_day": FIRST, "to_day": FIRST}
    assert "Excused." in client.post(address, given, follow=True).content.decode()
    assert "excused from" in client.post(address, given).content.decode()
    excuse = Excuse.objects.get()
    client.post(reverse("mobilisation:end-excuse", args=[excuse.pk]), {"reason": "已返回"})
    assert expected_on(cast.secretary, day=FIRST).count() == 10


def test_the_secretary_sees_that_somebody_is_excused_but_never_why(cast: Cast) -> None:
    send(cast)
    excused(cast, reason="pregnant")
    client = browser(cast)
    page = client.get(BOARD, {"show": "excused"}).content.decode()
    assert SENT[0] in page and "pregnant" not in page
    assert client.get(reverse("mobilisation:excuses")).status_code == 403


@pytest.mark.parametrize("name", ["community", "join"])
def test_the_outsider_is_shown_nobody(cast: Cast, name: str) -> None:
    send(cast)
    client = browser(cast, "outsider")
    assert client.get(reverse(f"mobilisation:{name}", args=[HERE])).status_code == 404
    page = client.get(reverse("mobilisation:board"), follow=True).content.decode()
    assert not any(person in page for person in SENT)
    taken: dict[str, Any] = {"members": cast.people, "channel": "unit"}
    for community in (HERE, THERE):
        client.post(reverse("mobilisation:report-in", args=[community]), taken)
    assert not ReportIn.objects.exists()


def test_the_board_speaks_chinese(cast: Cast) -> None:
    send(cast)
    client = browser(cast)
    client.post(reverse("set_language"), {"language": "zh-hans", "next": "/"})
    assert "报到" in client.get(BOARD).content.decode()


def test_the_board_leaves_as_a_table_with_masked_names(cast: Cast) -> None:
    send(cast)
    client = browser(cast)
    prove_twice(client)
    answer = client.get(BOARD, {"as": "csv", "show": "waiting"})
    text = answer.content.decode("utf-8-sig")
    assert text.count(cast.department.name) == 10
    assert not [name for name in SENT if name in text]
