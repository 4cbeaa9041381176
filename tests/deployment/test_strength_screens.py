"""Where people are needed, saying how many, and moving teams, in a browser without JavaScript."""

import pytest
from django.urls import reverse

from tests.deployment.crew import Crew
from tests.deployment.test_form_squads import form
from tests.deployment.test_moves import NEXT, ask, expected
from tests.deployment.test_strength import say
from tests.mobilisation.cast import FIRST, HERE, THERE, clock_at
from tests.mobilisation.test_screens import browser
from tests.world import SENT, prove_twice
from xiachen.base import clock
from xiachen.deployment.models import MoveState, Strength, TeamMove
from xiachen.deployment.queries.strength import strength
from xiachen.privacy.scope import Role

NEEDED = reverse("deployment:needed")
MOVES = reverse("deployment:moves")


@pytest.fixture(autouse=True)
def _on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: clock_at(9))


def test_the_largest_gap_comes_first_and_leads_to_sending_people_there(crew: Crew) -> None:
    say(crew, 5)
    say(crew, 8, community=THERE, scope=crew.cast.outsider)
    page = browser(crew.cast, Role.ORGANISER).get(NEEDED).content.decode()
    first, second = (
        page.index(reverse("deployment:strength", args=[one])) for one in (THERE, HERE)
    )
    assert first < second and "8 missing" in page
    assert f"{reverse('mobilisation:new-dispatch')}?community={THERE}" in page
    sending = browser(crew.cast, Role.ORGANISER).get(
        reverse("mobilisation:new-dispatch"), {"community": THERE}
    )
    assert f'value="{THERE}" selected' in sending.content.decode()


@pytest.mark.parametrize(
    ("show", "here", "there"),
    [("short", False, True), ("surplus", True, False), ("enough", False, False), ("x", True, True)],
)
def test_the_list_is_narrowed_by_what_stands_in_the_address(
    crew: Crew, show: str, here: bool, there: bool
) -> None:
    say(crew, 5)
    say(crew, 8, community=THERE, scope=crew.cast.outsider)
    page = browser(crew.cast, Role.STREET).get(NEEDED, {"show": show}).content.decode()
    for community, seen in ((HERE, here), (THERE, there)):
        assert (reverse("deployment:strength", args=[community]) in page) is seen
    assert reverse("mobilisation:new-dispatch") not in page  # the street does not send


def test_the_secretary_says_how_many_and_that_it_is_enough(crew: Crew) -> None:
    client = browser(crew.cast)
    address = reverse("deployment:strength", args=[HERE])
    assert "Say how many" in client.get(address).content.decode()
    given = {"wanted": 14, "from_day": FIRST.isoformat(), "words": "卡口"}
    assert "Said." in client.post(address, given, follow=True).content.decode()
    wrong = client.post(address, given | {"wanted": -3})
    assert wrong.status_code == 422 and Strength.objects.count() == 1
    client.post(reverse("deployment:enough", args=[HERE]), {"from_day": FIRST.isoformat()})
    (force,) = strength(crew.cast.secretary, day=FIRST)
    assert force.enough and force.wanted == 11
    assert "enough, thank you" in browser(crew.cast, Role.ORGANISER).get(NEEDED).content.decode()


def test_the_secretary_next_door_opens_nothing_here(crew: Crew) -> None:
    move = ask(crew)
    client = browser(crew.cast, "outsider")
    assert client.get(reverse("deployment:strength", args=[HERE])).status_code == 404
    assert reverse("deployment:strength", args=[HERE]) not in client.get(NEEDED).content.decode()
    assert client.post(reverse("deployment:enough", args=[HERE]), {}).status_code in (302, 403)
    page = client.get(reverse("deployment:answer-move", args=[move.pk])).content.decode()
    assert "Let them go" not in page  # told of it, not asked
    assert not Strength.objects.exists()


def test_the_street_asks_and_the_secretary_lets_the_team_go(crew: Crew) -> None:
    form(crew)
    street, secretary = browser(crew.cast, Role.STREET), browser(crew.cast)
    address = reverse("deployment:ask-move")
    page = street.get(address, {"giving": HERE, "receiving": THERE, "people": 2}).content.decode()
    assert f'value="{THERE}" selected' in page
    given = {
        "team": f"{crew.team.pk}|{HERE}",
        "receiving": THERE,
        "people": 2,
        "from_day": NEXT.isoformat(),
        "reason": "紫菘缺人",
    }
    assert "Asked." in street.post(address, given, follow=True).content.decode()
    again = street.post(address, given)
    assert again.status_code == 422 and "has asked to move this team" in again.content.decode()
    move = TeamMove.objects.get()
    answering = reverse("deployment:answer-move", args=[move.pk])
    page = secretary.get(answering).content.decode()
    assert SENT[3] in page and "Let them go" in page
    assert SENT[3] not in street.get(answering).content.decode()
    few = {"agree": "1", "members": crew.people[3:4], "first_day": NEXT.isoformat()}
    refused = secretary.post(answering, few)
    assert refused.status_code == 422 and "Choose exactly 2" in refused.content.decode()
    answered = secretary.post(answering, few | {"members": crew.people[3:5]}, follow=True)
    assert "Answered." in answered.content.decode()
    assert expected(crew, THERE) == set(crew.people[3:5])
    assert "agreed" in street.get(MOVES, {"state": "agreed"}).content.decode()


def test_a_decline_is_said_with_its_reason(crew: Crew) -> None:
    move = ask(crew)
    answering = reverse("deployment:answer-move", args=[move.pk])
    secretary = browser(crew.cast)
    assert secretary.post(answering, {"decline": "1"}).status_code == 422
    secretary.post(answering, {"decline": "1", "words": "封控期间离不开"})
    assert "封控期间离不开" in browser(crew.cast, Role.STREET).get(MOVES).content.decode()


def test_the_street_takes_its_request_back(crew: Crew) -> None:
    move = ask(crew)
    street = browser(crew.cast, Role.STREET)
    address = reverse("deployment:take-back-move", args=[move.pk])
    assert "Taken back." in street.post(address, follow=True).content.decode()
    assert TeamMove.objects.get().state == MoveState.TAKEN_BACK
    assert "answered or taken back before" in street.post(address, follow=True).content.decode()


def test_a_member_is_refused_everywhere(crew: Crew) -> None:
    client = browser(crew.cast, Role.MEMBER)
    assert client.get(reverse("deployment:ask-move")).status_code == 403
    assert "Nobody has asked to move a team." in client.get(MOVES).content.decode()


def test_the_lists_leave_the_house_with_the_filters_of_the_page(crew: Crew) -> None:
    say(crew, 5)
    say(crew, 8, community=THERE, scope=crew.cast.outsider)
    client = browser(crew.cast, Role.ORGANISER)
    assert client.get(NEEDED, {"as": "csv"}).status_code == 403
    prove_twice(client)
    taken = client.get(NEEDED, {"as": "csv", "show": "short"}).content.decode()
    assert "紫菘社区" in taken and "枫林上城社区" not in taken
    teams = client.get(reverse("deployment:teams"), {"as": "csv"}).content.decode()
    assert "支援工作组" in teams and SENT[0] not in teams
    outside = browser(crew.cast, "outsider")
    prove_twice(outside)
    assert (
        "支援工作组" not in outside.get(reverse("deployment:teams"), {"as": "csv"}).content.decode()
    )
