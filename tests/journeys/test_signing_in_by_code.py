"""A place to sign in at, set up by somebody who stands there, used by somebody without the app."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.arrival import send
from tests.journeys.visitor import Visit, Visitor
from tests.world import FENGLIN, World
from xiachen.attendance.operations.signing import PlaceEntry, register_place
from xiachen.base import clock
from xiachen.privacy.scope import Role

pytestmark = pytest.mark.browser

PLACES = f"/attendance/{FENGLIN}/places/"


def test_a_place_is_set_up_on_site_and_signed_in_at(committed_world: World, visit: Visit) -> None:
    send(committed_world)
    secretary = visit("secretary", width=360)
    _sets_the_place_up(secretary)
    scanned, code = _shows_the_code(secretary)
    _prints_the_poster_on_one_sheet(secretary)
    member = visit("member", width=360)
    _signs_in_with_what_was_scanned(member, scanned, code)
    secretary.go("/attendance/")
    secretary.reads("by the code shown on site")
    member.check()
    secretary.check()


def _sets_the_place_up(secretary: Visitor) -> None:
    secretary.context.grant_permissions(["geolocation"])
    secretary.context.set_geolocation({"latitude": 30.51, "longitude": 114.4, "accuracy": 12})
    secretary.go(PLACES)
    secretary.link("Register a place")
    secretary.fill("Name of the place", "北门")
    secretary.button("I stand there: take the point")
    secretary.reads("taken, exact to 12 m")
    expect(secretary.page.locator("[name=latitude]")).to_have_value("30.510000")
    expect(secretary.page.locator("[name=longitude]")).to_have_value("114.400000")
    secretary.button("Register the place")
    secretary.reads("The place is registered.", "within 150 m")


def _shows_the_code(secretary: Visitor) -> tuple[str, str]:
    secretary.link("Show the code")
    shown = secretary.page.locator(".poster-code strong")
    expect(shown).to_have_text(re.compile(r"^\d{4} \d{4}$"))
    place = secretary.page.url.rsplit("/", 2)[1]
    code = shown.inner_text().replace(" ", "")
    return f"/attendance/at/#at={place}.{code}", code


def _prints_the_poster_on_one_sheet(secretary: Visitor) -> None:
    secretary.go(secretary.page.url.replace("/code", "/poster"))
    printed = secretary.page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


def _signs_in_with_what_was_scanned(member: Visitor, scanned: str, code: str) -> None:
    asked: list[str] = []
    member.page.on("request", lambda request: asked.append(request.url))
    member.go(scanned)
    expect(member.page.locator("[name=code]")).to_have_value(code)
    # Whoever is enrolled nowhere yet is offered no places; the code brings its own along.
    chosen = member.page.locator("[name=place] option:checked")
    expect(chosen).to_have_text("the place whose code was scanned")
    assert "#" not in member.page.url
    member.button("Sign in", member.page.locator("form[data-at]"))
    member.reads("You are signed in.")
    # What is asked stands in logs; the code stood only in the form.
    assert not any(code in address for address in asked)


def test_a_phone_compares_itself_with_the_place_and_sends_a_word(
    committed_world: World, visit: Visit
) -> None:
    arrival = send(committed_world)
    entry = PlaceEntry(name="北门", latitude=30.51, longitude=114.4)
    secretary = arrival.world.scope(Role.SECRETARY)
    register_place(secretary, community=FENGLIN, entry=entry, at=clock.now())
    visitor = visit("secretary", width=360)
    visitor.context.grant_permissions(["geolocation"])
    for latitude, words, word in (
        (30.511, "near the place", "near"),
        (30.52, "away from the place", "far"),
    ):
        visitor.context.set_geolocation({"latitude": latitude, "longitude": 114.4, "accuracy": 20})
        visitor.go("/attendance/at/")
        expect(visitor.page.locator("[data-near-box]")).to_be_hidden()
        visitor.page.select_option("[name=place]", label="北门")
        visitor.button("Say that I am there")
        visitor.reads(words)
        expect(visitor.page.locator("[name=near]")).to_have_value(word)
    visitor.page.select_option("[name=place]", label="choose the place")
    expect(visitor.page.locator("[name=near]")).to_have_value("")
    visitor.check()
