"""Signing in by codes and posters: when it was, how well it is known, and each code once."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from tests.attendance.town import EVENING, Town, arrive, clock_at
from tests.world import DAY, FENGLIN, ZISONG, World
from xiachen.attendance.models.records import CheckIn, CheckOut, CodeUse
from xiachen.attendance.models.signing import SignInPlace
from xiachen.attendance.operations.check_ins import (
    CheckInEntry,
    check_in,
    check_in_all,
    correct_check_in,
)
from xiachen.attendance.operations.check_outs import CheckOutEntry, check_out
from xiachen.attendance.operations.signing import (
    PlaceEntry,
    close_place,
    register_place,
    renew_poster,
)
from xiachen.attendance.queries.signing import code_now, poster_of
from xiachen.attendance.rules import codes, evidence
from xiachen.attendance.rules import records as rules
from xiachen.base.errors import Outcome
from xiachen.base.ids import uuid7
from xiachen.privacy.keyring.store import KeyMissing
from xiachen.privacy.scope import Scope

EIGHT = clock_at(8, 0)


def gate(town: Town, name: str = "北门") -> SignInPlace:
    return register_place(town.secretary, community=FENGLIN, entry=PlaceEntry(name=name), at=EIGHT)


def shown(town: Town, place: SignInPlace, moment: datetime = EIGHT) -> str:
    from xiachen.base import clock

    return code_now(town.secretary, place=place, day=clock.local_day(moment), at=moment).code


def by_code(place: SignInPlace, member: UUID, code: str, **change: object) -> CheckInEntry:
    given: dict[str, object] = {
        "id": uuid7(),
        "community": FENGLIN,
        "member": member,
        "occurred_at": clock_at(8, 0, 40),
        "method": "code",
        "place": place.pk,
        "code": code,
        "near": "near",
    }
    return CheckInEntry(**(given | change))  # type: ignore[arg-type]


def signed(scope: Scope, entry: CheckInEntry, at: datetime = EVENING) -> Outcome:
    (outcome,) = check_in(scope, entries=[entry], at=at)
    return outcome


def test_the_code_tells_the_time_and_the_evidence_is_kept(town: Town) -> None:
    place = gate(town)
    outcome = signed(town.local, by_code(place, town.world.local, shown(town, place)))
    assert outcome.new
    row = CheckIn.objects.get()
    assert row.occurred_at == EIGHT
    assert (row.method, row.place_id, row.near, row.doubtful) == ("code", place.pk, "near", False)
    assert not row.by_proxy
    use = CodeUse.objects.get()
    assert (use.pk, use.day, use.step) == (row.pk, DAY, 480)


def test_the_same_again_is_known_already(town: Town) -> None:
    place = gate(town)
    entry = by_code(place, town.world.local, shown(town, place))
    assert signed(town.local, entry).new
    assert signed(town.local, entry).already
    assert CodeUse.objects.count() == 1


def test_far_away_or_long_after_is_marked_and_counts(town: Town) -> None:
    place = gate(town)
    code = shown(town, place)
    one, two, three = town.people[:3]
    for member, change in (
        (one, {"near": "far"}),
        (two, {"occurred_at": clock_at(8, 10, 1)}),
        (three, {"near": "unknown", "occurred_at": clock_at(8, 9)}),
    ):
        scope = replace(town.local, member=member)
        assert signed(scope, by_code(place, member, code, **change)).new
    doubtful = dict(CheckIn.objects.values_list("member", "doubtful"))
    assert doubtful == {one: True, two: True, three: False}


def test_a_phone_that_cannot_tell_the_time_is_told_it_by_the_code(town: Town) -> None:
    place = gate(town)
    code = shown(town, place)
    entry = by_code(place, town.world.local, code, occurred_at=EVENING, certain=False)
    assert signed(town.local, entry).new
    row = CheckIn.objects.get()
    assert (row.day, row.occurred_at, row.doubtful) == (DAY, EIGHT, False)


def test_an_earlier_days_code_from_a_phone_that_cannot_tell_the_day_is_marked(town: Town) -> None:
    place = gate(town)
    code = shown(town, place)
    late = EVENING + timedelta(days=2)
    entry = by_code(place, town.world.local, code, occurred_at=late, certain=False)
    assert signed(town.local, entry, at=late).new
    row = CheckIn.objects.get()
    assert (row.day, row.occurred_at, row.doubtful) == (DAY, EIGHT, True)


def test_a_code_of_just_before_midnight_is_of_no_earlier_day(town: Town) -> None:
    place = gate(town)
    before, after = clock_at(23, 57), clock_at(23, 57) + timedelta(minutes=5)
    code = shown(town, place, before)
    entry = by_code(place, town.world.local, code, occurred_at=after, certain=False)
    assert signed(town.local, entry, at=after).new
    row = CheckIn.objects.get()
    assert (row.day, row.doubtful) == (DAY, False)


def test_another_days_code_is_refused_in_words(town: Town) -> None:
    place = gate(town)
    yesterday = EIGHT - timedelta(days=1)
    outcome = signed(town.local, by_code(place, town.world.local, shown(town, place, yesterday)))
    assert isinstance(outcome.refusal, codes.OtherDaysCode)
    assert "2020" in str(outcome.refusal)
    assert not CheckIn.objects.exists()
    assert not CodeUse.objects.exists()


def test_around_midnight_the_day_before_is_no_other_day(town: Town) -> None:
    place = gate(town)
    before = clock_at(0, 0) - timedelta(minutes=1)
    entry = by_code(
        place, town.world.local, shown(town, place, before), occurred_at=clock_at(0, 0, 30)
    )
    assert signed(town.local, entry).new
    assert CheckIn.objects.get().day == DAY - timedelta(days=1)


@pytest.mark.parametrize("code", ["", "00000000", "not a code", "0" * 500])
def test_a_forged_code_is_refused_and_holds_nobody_up(town: Town, code: str) -> None:
    place = gate(town)
    forged = by_code(place, town.world.local, code)
    other = CheckInEntry(id=uuid7(), community=FENGLIN, member=town.people[0], occurred_at=EIGHT)
    scopes = {forged.id: town.local, other.id: town.worker}
    outcomes = check_in_all(scopes, entries=[forged, other], at=EVENING)
    assert isinstance(outcomes[0].refusal, codes.WrongCode)
    assert outcomes[1].new


def test_a_code_that_is_not_shown_yet_has_not_happened(town: Town) -> None:
    place = gate(town)
    entry = by_code(place, town.world.local, shown(town, place, clock_at(8, 20)))
    outcome = signed(town.local, entry, at=clock_at(8, 1))
    assert isinstance(outcome.refusal, rules.InFuture)


def test_a_code_belongs_to_its_place(town: Town) -> None:
    north, south = gate(town), gate(town, "南门")
    outcome = signed(town.local, by_code(south, town.world.local, shown(town, north)))
    assert isinstance(outcome.refusal, codes.WrongCode)


def test_a_place_of_another_community_or_of_nobody_is_refused(town: Town) -> None:
    place = gate(town)
    code = shown(town, place)
    for change in ({"place": uuid7()}, {"place": None}, {"community": ZISONG}):
        entry = replace(by_code(place, town.world.local, code), **change)  # type: ignore[arg-type]
        assert isinstance(signed(town.local, entry).refusal, evidence.UnknownPlace)


def test_a_code_signs_nobody_in_twice_not_even_after_a_correction(town: Town) -> None:
    place = gate(town)
    code = shown(town, place)
    assert signed(town.local, by_code(place, town.world.local, code)).new
    correct_check_in(
        town.secretary,
        community=FENGLIN,
        check_in=CheckIn.objects.get().pk,
        occurred_at=None,
        at=EVENING,
        reason="was at home",
    )
    outcome = signed(town.local, by_code(place, town.world.local, code))
    assert isinstance(outcome.refusal, codes.CodeUsed)
    assert not CheckIn.objects.standing().exists()
    later = shown(town, place, clock_at(8, 5))
    entry = by_code(place, town.world.local, later, occurred_at=clock_at(8, 5, 20))
    assert signed(town.local, entry).new


def test_the_code_that_signed_somebody_in_does_not_sign_them_out(town: Town) -> None:
    place = gate(town)
    code = shown(town, place)
    assert signed(town.local, by_code(place, town.world.local, code)).new
    leaving = CheckOutEntry(
        id=uuid7(),
        community=FENGLIN,
        member=town.world.local,
        occurred_at=clock_at(8, 0, 50),
        method="code",
        place=place.pk,
        code=code,
    )
    (outcome,) = check_out(town.local, entries=[leaving], at=EVENING)
    assert isinstance(outcome.refusal, codes.CodeUsed)
    at_five = replace(
        leaving,
        id=uuid7(),
        code=shown(town, place, clock_at(17, 0)),
        occurred_at=clock_at(17, 1),
    )
    (outcome,) = check_out(town.local, entries=[at_five], at=EVENING)
    assert outcome.new
    row = CheckOut.objects.get()
    assert (row.occurred_at, row.method, row.place_id) == (clock_at(17, 0), "code", place.pk)


def test_two_people_may_read_the_same_code(town: Town) -> None:
    place = gate(town)
    code = shown(town, place)
    entries = [by_code(place, member, code) for member in town.people]
    scopes = {one.id: replace(town.local, member=one.member) for one in entries}
    assert all(one.new for one in check_in_all(scopes, entries=entries, at=EVENING))


def test_one_list_with_a_code_twice_uses_it_once(town: Town) -> None:
    place = gate(town)
    code = shown(town, place)
    entries = [by_code(place, town.world.local, code) for _ in range(3)]
    scopes = {one.id: town.local for one in entries}
    outcomes = check_in_all(scopes, entries=entries, at=EVENING)
    assert sorted(one.new for one in outcomes) == [False, False, True]
    # Whoever scans twice is told that it is done, not that something is wrong.
    said = {type(one.refusal) for one in outcomes if not one.new}
    assert said == {rules.SignedInAlready}
    again = signed(town.local, by_code(place, town.world.local, code))
    assert isinstance(again.refusal, rules.SignedInAlready)
    assert "8:00" in str(again.refusal)


def test_the_poster_signs_in_at_the_phones_time(town: Town) -> None:
    place = gate(town)
    printed = poster_of(town.secretary, place=place)
    entry = by_code(place, town.world.local, printed.lower(), method="poster", near="unknown")
    assert signed(town.local, entry).new
    row = CheckIn.objects.get()
    assert (row.method, row.occurred_at, row.doubtful) == ("poster", clock_at(8, 0, 40), False)
    assert not CodeUse.objects.exists()


def test_a_poster_that_was_replaced_is_marked_and_a_forged_one_refused(town: Town) -> None:
    place = gate(town)
    former = poster_of(town.secretary, place=place)
    place = renew_poster(town.secretary, community=FENGLIN, place=place.pk, at=EIGHT)
    assert poster_of(town.secretary, place=place) != former
    assert signed(town.local, by_code(place, town.world.local, former, method="poster")).new
    assert CheckIn.objects.get().doubtful
    scope = replace(town.local, member=town.people[0])
    outcome = signed(scope, by_code(place, town.people[0], "A" * 10, method="poster"))
    assert isinstance(outcome.refusal, codes.WrongCode)


def test_nobody_signs_in_at_a_closed_place_but_late_sign_ins_from_before_stand(
    town: Town,
) -> None:
    place = gate(town)
    before, after = shown(town, place), shown(town, place, clock_at(10, 0))
    close_place(town.secretary, community=FENGLIN, place=place.pk, at=clock_at(9, 0))
    entry = by_code(place, town.world.local, after, occurred_at=clock_at(10, 0))
    assert isinstance(signed(town.local, entry).refusal, evidence.PlaceClosed)
    assert signed(town.local, by_code(place, town.world.local, before)).new


def test_a_place_whose_secret_does_not_open_holds_up_nobody_else(town: Town) -> None:
    spoilt, sound = gate(town), gate(town, "南门")
    code = shown(town, spoilt)
    other = by_code(sound, town.people[0], shown(town, sound))
    SignInPlace.objects.filter(pk=spoilt.pk).update(secret=bytes(sound.secret))
    entries = [by_code(spoilt, town.world.local, code), other]
    scopes = {
        entries[0].id: town.local,
        other.id: replace(town.local, member=other.member, account=uuid7()),
    }
    outcomes = check_in_all(scopes, entries=entries, at=EVENING)
    assert isinstance(outcomes[0].refusal, KeyMissing)
    assert outcomes[1].new


def test_a_leader_signs_in_by_the_list_whatever_is_sent_along(town: Town) -> None:
    place = gate(town)
    entry = by_code(place, town.people[0], "forged", near="far")
    assert signed(town.worker, entry).new
    row = CheckIn.objects.get()
    assert (row.method, row.by_proxy, row.doubtful) == ("list", True, True)


def test_own_word_is_kept_as_such_and_an_unknown_place_with_it_is_forgotten(town: Town) -> None:
    entry = by_code(gate(town), town.world.local, "", method="list")
    assert signed(town.local, replace(entry, place=uuid7())).new
    row = CheckIn.objects.get()
    assert (row.method, row.place_id, row.by_proxy) == ("self", None, False)


def test_codes_cost_the_same_few_statements_whatever_their_number(town: Town) -> None:
    place = gate(town)
    counts = []
    for members in (town.people[:1], town.people[1:]):
        entries = [by_code(place, member, shown(town, place)) for member in members]
        scopes = {
            one.id: replace(town.local, member=one.member, account=uuid7()) for one in entries
        }
        with CaptureQueriesContext(connection) as captured:
            assert all(one.new for one in check_in_all(scopes, entries=entries, at=EVENING))
        counts.append(len([q["sql"] for q in captured if "SAVEPOINT" not in (q["sql"] or "")]))
    assert counts == [9, 9]


def test_a_correction_keeps_how_it_is_known(town: Town) -> None:
    place = gate(town)
    assert signed(town.local, by_code(place, town.world.local, shown(town, place))).new
    row = correct_check_in(
        town.secretary,
        community=FENGLIN,
        check_in=CheckIn.objects.get().pk,
        occurred_at=clock_at(8, 15),
        at=EVENING,
        reason="wrong minute",
    )
    assert (row.method, row.place_id, row.near) == ("code", place.pk, "near")


def test_phones_that_use_one_code_at_once_use_it_once(committed_world: World) -> None:
    town = arrive(committed_world)
    place = gate(town)
    code = shown(town, place)
    scope, member = town.local, town.world.local
    start = threading.Barrier(4)
    outcomes: list[Outcome] = []

    def send() -> None:
        try:
            start.wait(10)
            outcomes.append(signed(scope, by_code(place, member, code)))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(one.new for one in outcomes) == [False, False, False, True]
    assert {type(one.refusal) for one in outcomes if not one.new} == {rules.SignedInAlready}
    assert CodeUse.objects.count() == CheckIn.objects.count() == 1
