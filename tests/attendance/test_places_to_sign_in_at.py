"""Places to sign in at: who keeps them, who shows their codes, and what a device is given."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.attendance.town import Town, clock_at
from tests.world import DAY, FENGLIN, ZISONG
from xiachen.attendance.models.signing import SignInPlace
from xiachen.attendance.operations.signing import (
    PlaceEntry,
    change_place,
    close_place,
    register_place,
)
from xiachen.attendance.queries.signing import code_now, codes_of, place_of, places_of, poster_of
from xiachen.attendance.rules import codes
from xiachen.attendance.rules.records import OutsideOperation
from xiachen.attendance.rules.signing import PlaceTaken
from xiachen.base.errors import Forbidden, Invalid, NotFound
from xiachen.places.operations.editing import ChangedMeanwhile
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role

EIGHT = clock_at(8, 0)
GATE = PlaceEntry(name=" 北门 ", latitude=30.6, longitude=114.3, radius=200)


def gate(town: Town) -> SignInPlace:
    return register_place(town.secretary, community=FENGLIN, entry=GATE, at=EIGHT)


def test_a_place_is_registered_with_a_sealed_secret_of_its_own(town: Town) -> None:
    north = gate(town)
    south = register_place(
        town.secretary, community=FENGLIN, entry=PlaceEntry(name="南门"), at=EIGHT
    )
    north = SignInPlace.objects.get(pk=north.pk)
    assert (north.name, north.latitude, north.longitude, north.radius) == ("北门", 30.6, 114.3, 200)
    secret = north.opened()
    assert len(secret) == 32
    assert secret not in bytes(north.secret)
    assert secret != south.opened()
    act = AuditEntry.objects.filter(action="attendance.register-place").first()
    assert act is not None
    assert act.community == FENGLIN


def test_two_open_places_have_two_names(town: Town) -> None:
    first = gate(town)
    with pytest.raises(PlaceTaken):
        gate(town)
    close_place(town.secretary, community=FENGLIN, place=first.pk, at=EIGHT)
    assert gate(town).pk != first.pk


@pytest.mark.parametrize(
    "change",
    [
        {"name": "  "},
        {"name": "门" * 61},
        {"name": "北\x00门"},
        {"latitude": None},
        {"latitude": 90.1},
        {"longitude": float("nan")},
        {"radius": 19},
        {"radius": 5001},
    ],
)
def test_what_no_place_can_be_is_refused(town: Town, change: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        register_place(
            town.secretary,
            community=FENGLIN,
            entry=replace(GATE, **change),  # type: ignore[arg-type]
            at=EIGHT,
        )


def test_only_who_is_responsible_there_keeps_places(town: Town) -> None:
    for scope in (town.local, town.outsider, town.liaison):
        with pytest.raises(Forbidden):
            register_place(scope, community=FENGLIN, entry=GATE, at=EIGHT)
    place = gate(town)
    with pytest.raises(Forbidden):
        close_place(town.outsider, community=FENGLIN, place=place.pk, at=EIGHT)
    with pytest.raises(NotFound):
        close_place(town.secretary, community=FENGLIN, place=town.world.local, at=EIGHT)
    with pytest.raises(OutsideOperation):
        register_place(
            replace(town.secretary, places=((0, 999_999_999_999),)),
            community=420111002001,
            entry=GATE,
            at=EIGHT,
        )


def test_whoever_saves_over_an_unseen_change_is_told(town: Town) -> None:
    place = gate(town)
    entry = replace(GATE, radius=300)
    changed = change_place(
        town.secretary, community=FENGLIN, place=place.pk, version=1, entry=entry, at=EIGHT
    )
    assert (changed.radius, changed.version) == (300, 2)
    with pytest.raises(ChangedMeanwhile):
        change_place(
            town.worker,
            community=FENGLIN,
            place=place.pk,
            version=1,
            entry=replace(GATE, radius=400),
            at=EIGHT,
        )


def test_a_member_is_given_the_places_and_never_their_codes(town: Town) -> None:
    place = gate(town)
    assert places_of(town.local, communities=[FENGLIN, ZISONG]) == [place]
    assert codes_of(town.local, places=[place], day=DAY) == []
    with pytest.raises(NotFound):
        code_now(town.local, place=place, day=DAY, at=EIGHT)
    with pytest.raises(NotFound):
        poster_of(town.local, place=place)


def test_the_outsider_is_given_nothing(town: Town) -> None:
    place = gate(town)
    assert places_of(town.outsider, communities=[FENGLIN, ZISONG]) == []
    assert codes_of(town.outsider, places=[place], day=DAY) == []
    with pytest.raises(NotFound):
        place_of(town.outsider, community=FENGLIN, place=place.pk)
    assert places_of(replace(town.secretary, incident=None), communities=[FENGLIN]) == []


def test_who_leads_on_site_is_given_the_days_codes(town: Town) -> None:
    place = gate(town)
    for role in (Role.SECRETARY, Role.COMMUNITY_WORKER, Role.GRID_HEAD, Role.BRANCH_SECRETARY):
        (given,) = codes_of(town.world.scope(role), places=[place], day=DAY)
        assert (given.place, given.community, given.day) == (place.pk, FENGLIN, DAY)
        assert (given.step, given.digits) == (60, 8)
        # A phone makes from it what the server shows.
        now = code_now(town.secretary, place=place, day=DAY, at=EIGHT + timedelta(seconds=59))
        assert codes.code_at(given.secret, EIGHT) == now.code
        assert now.until == EIGHT + timedelta(seconds=60)


def test_a_closed_place_is_given_to_nobody(town: Town) -> None:
    place = gate(town)
    close_place(town.secretary, community=FENGLIN, place=place.pk, at=EIGHT)
    place.refresh_from_db()
    assert places_of(town.secretary, communities=[FENGLIN]) == []
    assert codes_of(town.secretary, places=[place], day=DAY) == []
