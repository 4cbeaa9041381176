"""Places to sign in at in the browser's eyes: kept, printed, shown, and used without the app."""

import re
from datetime import datetime
from urllib.parse import urlencode

import pytest
from django.test import Client

from tests.attendance.test_board_screen import client_of
from tests.attendance.town import EVENING, Town, clock_at, entry
from tests.world import DAY, FENGLIN, LOCAL
from xiachen.attendance.models.records import CheckIn, CheckOut
from xiachen.attendance.models.signing import SignInPlace
from xiachen.attendance.operations.check_ins import CheckInEntry, check_in
from xiachen.attendance.operations.signing import PlaceEntry, register_place
from xiachen.attendance.queries.signing import code_now, poster_of
from xiachen.base import clock
from xiachen.privacy.scope import Role

PLACES = f"/attendance/{FENGLIN}/places/"
BOARD = f"/attendance/?{urlencode({'community': FENGLIN, 'day': DAY})}"
MORNING = clock_at(8, 1, 20)


@pytest.fixture(autouse=True)
def morning(monkeypatch: pytest.MonkeyPatch) -> None:
    """The doors' clock stands at the minute in which people come."""
    monkeypatch.setattr(clock, "now", lambda: MORNING)


def gate(town: Town) -> SignInPlace:
    return register_place(
        town.secretary, community=FENGLIN, entry=PlaceEntry(name="北门"), at=MORNING
    )


def shown(town: Town, place: SignInPlace, at: datetime = MORNING) -> str:
    return code_now(town.secretary, place=place, day=DAY, at=at).code


def test_an_empty_list_says_what_to_do_first(town: Town) -> None:
    page = client_of(town, Role.SECRETARY).get(PLACES).content.decode()
    assert "no place to sign in at yet" in page
    assert f"{PLACES}new" in page


def test_a_place_is_registered_from_a_chinese_map_and_kept_on_the_earth(town: Town) -> None:
    client = client_of(town, Role.SECRETARY)
    given = {
        "name": "北门",
        "latitude": "39.90874",
        "longitude": "116.39713",
        "system": "gcj02",
        "radius": "200",
    }
    assert client.post(f"{PLACES}new", given).status_code == 302
    place = SignInPlace.objects.get()
    assert place.latitude is not None
    assert place.longitude is not None
    assert (round(place.latitude, 4), round(place.longitude, 4)) == (39.9073, 116.3909)
    assert "within 200 m" in client.get(PLACES).content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"latitude": "30"}, "A point has a latitude and a longitude."),
        ({"name": "北门"}, "is a place to sign in at already"),
        ({"radius": "5"}, "A radius is a whole number of metres from 20 to 5,000."),
        ({"latitude": "300", "longitude": "114"}, "A latitude is a number from −90 to 90"),
        ({"latitude": "30", "longitude": "-181"}, "A longitude is a number from −180 to 180"),
        ({"latitude": "N30", "longitude": "114"}, "A latitude is a number from −90 to 90"),
    ],
)
def test_what_cannot_be_is_said_beside_the_form(
    town: Town, change: dict[str, str], words: str
) -> None:
    gate(town)
    given = {"name": "南门", "system": "wgs84", "radius": "150"} | change
    page = client_of(town, Role.SECRETARY).post(f"{PLACES}new", given).content.decode()
    assert words in page
    assert SignInPlace.objects.count() == 1


def test_a_place_is_changed_and_closed(town: Town) -> None:
    place = gate(town)
    client = client_of(town, Role.COMMUNITY_WORKER)
    address = f"{PLACES}{place.pk}"
    assert "北门" in client.get(address).content.decode()
    given = {"name": "大北门", "system": "wgs84", "radius": "150", "version": "1"}
    assert client.post(address, given).status_code == 302
    place.refresh_from_db()
    assert (place.name, place.version) == ("大北门", 2)
    stale = client.post(address, given | {"name": "小北门"})
    assert "Somebody else has changed this meanwhile" in stale.content.decode()
    assert client.post(f"{address}/close").status_code == 302
    assert client.get(address).status_code == 404
    assert "大北门" not in client.get(PLACES).content.decode()


def test_the_poster_shows_its_code_and_a_new_one_another(town: Town) -> None:
    place = gate(town)
    client = client_of(town, Role.SECRETARY)
    first = poster_of(town.secretary, place=place)
    answer = client.get(f"{PLACES}{place.pk}/poster")
    assert f"{first[:5]} {first[5:]}" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert client.post(f"{PLACES}{place.pk}/renew").status_code == 302
    page = client.get(f"{PLACES}{place.pk}/poster").content.decode()
    assert f"{first[:5]} {first[5:]}" not in page


def test_the_code_changes_by_itself_and_is_kept_by_no_cache(town: Town) -> None:
    place = gate(town)
    answer = client_of(town, Role.COMMUNITY_WORKER).get(f"{PLACES}{place.pk}/code")
    page = answer.content.decode()
    code = shown(town, place)
    assert f"{code[:4]} {code[4:]}" in page
    assert "load delay:41s" in page
    assert "8:02" in page
    assert "no-store" in answer["Cache-Control"]


def test_members_and_outsiders_are_shown_no_codes_and_keep_no_places(town: Town) -> None:
    place = gate(town)
    outsider = Client()
    outsider.force_login(
        town.world.outsider.account, "allauth.account.auth_backends.AuthenticationBackend"
    )
    for client in (client_of(town, Role.MEMBER), outsider):
        assert client.get(PLACES).status_code == 403
        assert client.get(f"{PLACES}new").status_code == 403
        for page in ("poster", "code"):
            assert client.get(f"{PLACES}{place.pk}/{page}").status_code == 404
        assert client.post(f"{PLACES}{place.pk}/close").status_code == 403
        assert client.post(f"{PLACES}{place.pk}/renew").status_code == 403


def sign(client: Client, place: SignInPlace, code: str, act: str = "in") -> tuple[int, str]:
    answer = client.post(
        "/attendance/at/", {"place": str(place.pk), "code": code, "act": act}, follow=True
    )
    return len(answer.redirect_chain), answer.content.decode()


def test_somebody_signs_in_by_the_code_and_out_by_the_poster(town: Town) -> None:
    place = gate(town)
    client = client_of(town, Role.MEMBER)
    assert "北门" in client.get("/attendance/at/").content.decode()
    code = shown(town, place)
    moved, page = sign(client, place, f"{code[:4]} {code[4:]}")
    assert moved == 1
    assert "You are signed in." in page
    moved, page = sign(client, place, shown(town, place))
    assert (moved, CheckIn.objects.count()) == (1, 1)
    assert "You signed in at 8:01; there is no need to do it again." in page
    row = CheckIn.objects.get(member=town.world.local)
    assert (row.method, row.place_id, row.occurred_at) == ("code", place.pk, clock_at(8, 1))
    moved, page = sign(client, place, poster_of(town.secretary, place=place).lower(), "out")
    assert "You are signed out" in page
    assert CheckOut.objects.get().method == "poster"


def test_a_phone_says_near_or_away_and_nobody_is_refused_for_it(town: Town) -> None:
    place = gate(town)
    client = client_of(town, Role.MEMBER)
    given = {"place": str(place.pk), "code": shown(town, place), "act": "in", "near": "far"}
    assert client.post("/attendance/at/", given).status_code == 302
    row = CheckIn.objects.get()
    assert (row.near, row.doubtful) == ("far", True)


def test_a_wrong_code_is_said_beside_it_and_the_code_stands_in_no_address(town: Town) -> None:
    place = gate(town)
    moved, page = sign(client_of(town, Role.MEMBER), place, "0000 0000")
    assert moved == 0
    assert "This code does not belong to this place" in page
    assert not CheckIn.objects.exists()


def test_a_place_elsewhere_is_signed_in_at_when_its_code_was_scanned(town: Town) -> None:
    from dataclasses import replace

    from tests.world import ZISONG

    there = replace(town.secretary, places=((ZISONG, ZISONG),))
    place = register_place(there, community=ZISONG, entry=PlaceEntry(name="东门"), at=MORNING)
    code = code_now(there, place=place, day=DAY, at=MORNING).code
    client = client_of(town, Role.MEMBER)
    assert "东门" not in client.get("/attendance/at/").content.decode()
    assert sign(client, place, code)[0] == 1
    assert CheckIn.objects.get().community_id == ZISONG


def test_whoever_has_no_record_or_signs_nobody_in_is_told_so(town: Town) -> None:
    assert client_of(town, Role.HEADQUARTERS).get("/attendance/at/").status_code == 403


def test_leaders_see_how_it_is_known_and_whom_to_look_at(town: Town) -> None:
    place = gate(town)
    far = CheckInEntry(
        id=entry(town.world.local).id,
        community=FENGLIN,
        member=town.world.local,
        occurred_at=MORNING,
        method="code",
        place=place.pk,
        code=shown(town, place),
        near="far",
    )
    assert check_in(town.local, entries=[far], at=EVENING)[0].new
    town.sign_in(town.world.sent[:2], MORNING)
    page = client_of(town, Role.SECRETARY).get(BOARD).content.decode()
    assert "by the code shown on site · away from the place" in page
    assert page.count(">have a look</span>") == 1
    assert "have a look 1" in page
    assert "by the list 2; by the code shown on site · away from the place 1" in page
    only = client_of(town, Role.SECRETARY).get(f"{BOARD}&show=doubtful").content.decode()
    table = only.split("</table>")[0]
    assert LOCAL in table
    assert len(re.findall(r"<th scope=\"row\">", table)) == 1
    # Headquarters reads figures of it, and weighs nobody.
    figures = client_of(town, Role.INSPECTOR).get(BOARD)
    assert "away from the place" not in figures.content.decode()
