"""Signing up: by the unit, by the person, twice, and back again."""

from datetime import date, timedelta
from functools import partial

import pytest

from tests.mobilisation.calling import (
    LAST,
    call,
    codes,
    day,
    entries,
    himself,
    liaison,
    office,
    refused,
    signed,
    states,
)
from tests.mobilisation.cast import FIRST, HERE, MORNING, Cast
from tests.world import NEIGHBOUR, SENT
from xiachen.base.ids import uuid7
from xiachen.mobilisation.models.sign_ups import Decision, SignUp
from xiachen.mobilisation.operations.call_ups import CriterionEntry, QuotaEntry
from xiachen.mobilisation.operations.confirming import confirm_for_unit
from xiachen.mobilisation.operations.selections import refuse, withdraw
from xiachen.mobilisation.operations.sign_ups import SignUpEntry, sign_up
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role


def test_a_unit_signs_its_people_up_and_they_are_ready(cast: Cast) -> None:
    made = call(cast)
    signed(cast, made, cast.people, community=HERE, from_day=day(3), days=5, words="会开车")
    rows = list(SignUp.objects.filter(call_up=made))
    assert {row.state for row in rows} == {"ready"} and len(rows) == 10
    assert {(row.from_day, row.to_day) for row in rows} == {(day(3), day(7))}
    assert {row.organisation_id for row in rows} == {cast.department.pk}
    # What is decided is a fact, and says the state from which it can be read again.
    assert set(Decision.objects.values_list("sign_up", "state")) == {
        (row.pk, "ready") for row in rows
    }
    seen = AuditEntry.objects.get(action="mobilisation.sign-up")
    assert set(seen.targets) == {row.pk for row in rows}


def test_the_same_list_again_changes_nothing(cast: Cast) -> None:
    made = call(cast)
    given = entries(cast.people[:3])
    for expected in (["new"] * 3, ["already"] * 3):
        outcomes = sign_up(liaison(cast), call_up=made.pk, entries=given, at=MORNING)
        assert codes(outcomes) == expected
    # Another sheet with the same people, one of them twice.
    other = entries([*cast.people[1:4], cast.people[3]])
    outcomes = sign_up(liaison(cast), call_up=made.pk, entries=other, at=MORNING)
    assert codes(outcomes) == ["already", "already", "new", "already"]
    assert SignUp.objects.count() == Decision.objects.count() == 4


def test_an_id_means_one_sign_up(cast: Cast) -> None:
    made = call(cast)
    (id,) = signed(cast, made, cast.people[:1])
    same = SignUpEntry(id=id, member=cast.people[1])
    outcomes = sign_up(liaison(cast), call_up=made.pk, entries=[same], at=MORNING)
    assert codes(outcomes) == ["other-content"]


def test_wrong_entries_are_answered_one_by_one(cast: Cast) -> None:
    made = call(cast, quotas=[QuotaEntry(organisation=cast.office.pk)])
    given = [
        SignUpEntry(id=uuid7(), member=cast.neighbour),
        SignUpEntry(id=uuid7(), member=cast.people[0]),
        SignUpEntry(id=uuid7(), member=uuid7()),
        SignUpEntry(id=uuid7(), member=cast.people[1], from_day=FIRST - timedelta(days=1)),
        SignUpEntry(id=uuid7(), member=cast.people[1], days=31),
        SignUpEntry(id=uuid7(), member=cast.people[1], community=5),
    ]
    outcomes = sign_up(liaison(cast), call_up=made.pk, entries=given, at=MORNING)
    assert codes(outcomes) == [
        "new",
        "not-invited",
        "unknown-people",
        "outside-days",
        "outside-days",
        "not-found",
    ]
    said = " ".join(str(one.refusal) for one in outcomes if one.refusal)
    assert not any(name in said for name in (*SENT, NEIGHBOUR))


def test_people_of_units_below_count_in_the_unit_asked(cast: Cast) -> None:
    made = call(cast)
    signed(cast, made, [cast.neighbour])
    assert SignUp.objects.get().organisation == cast.department


def test_whoever_signs_up_alone_waits_for_the_unit(cast: Cast) -> None:
    made = call(cast)
    person = cast.people[0]
    (entry,) = entries([person])
    outcomes = sign_up(himself(cast, person), call_up=made.pk, entries=[entry], at=MORNING)
    assert codes(outcomes) == ["new"] and states(made) == {entry.id: "signed"}
    someone_else = lambda: sign_up(  # noqa: E731
        himself(cast, person), call_up=made.pk, entries=entries([cast.people[1]]), at=MORNING
    )
    assert refused(someone_else).status == 403
    for expected in ("new", "already"):
        done = confirm_for_unit(liaison(cast), call_up=made.pk, sign_ups=[entry.id], at=MORNING)
        assert codes(done) == [expected]
    assert states(made) == {entry.id: "ready"}


def test_a_unit_refuses_its_own_before_they_have_a_place(cast: Cast) -> None:
    made = call(cast)
    person = cast.people[0]
    (entry,) = entries([person])
    sign_up(himself(cast, person), call_up=made.pk, entries=[entry], at=MORNING)
    done = refuse(
        liaison(cast), call_up=made.pk, sign_ups=[entry.id], reason="not-of-unit", at=MORNING
    )
    assert codes(done) == ["new"] and states(made) == {entry.id: "refused"}
    assert Decision.objects.latest("sequence").reason == "not-of-unit"


def test_whoever_withdrew_comes_back_alone_but_not_by_a_sheet(cast: Cast) -> None:
    made = call(cast)
    (id,) = signed(cast, made, cast.people[:1])
    me = himself(cast, cast.people[0])
    assert codes(withdraw(me, call_up=made.pk, sign_ups=[id], at=MORNING)) == ["new"]
    again = sign_up(liaison(cast), call_up=made.pk, entries=entries(cast.people[:1]), at=MORNING)
    assert codes(again) == ["has-withdrawn"] and states(made) == {id: "withdrawn"}
    assert "2020-03-01" in str(again[0].refusal)
    # The same entry sent twice was answered before.
    same = [SignUpEntry(id=id, member=cast.people[0])]
    assert codes(sign_up(liaison(cast), call_up=made.pk, entries=same, at=MORNING)) == ["already"]
    back = sign_up(me, call_up=made.pk, entries=entries(cast.people[:1]), at=MORNING)
    assert codes(back) == ["new"] and states(made) == {id: "signed"}


def test_whoever_comes_back_is_taken_at_the_new_word(cast: Cast) -> None:
    both = [QuotaEntry(organisation=one.pk) for one in (cast.department, cast.office)]
    wanted = [CriterionEntry(kind="home", value="420111000000", weight=7)]
    made = call(cast, quotas=both, criteria=wanted)
    (id,) = signed(
        cast, made, [cast.neighbour], organisation=cast.department.pk, days=2, words="会开车"
    )
    me = himself(cast, cast.neighbour)
    withdraw(me, call_up=made.pk, sign_ups=[id], at=MORNING)
    SignUp.objects.filter(pk=id).update(score=0, met=[])
    wishes = entries([cast.neighbour], from_day=day(3), days=5, words="改做后勤", community=HERE)
    assert codes(sign_up(me, call_up=made.pk, entries=wishes, at=MORNING)) == ["new"]
    row = SignUp.objects.get()
    assert (row.pk, row.state, row.source) == (id, "signed", "person")
    assert (row.from_day, row.to_day) == (day(3), day(7))
    assert (row.words, row.community_id) == ("改做后勤", HERE)
    assert row.organisation == cast.office and row.score == 7


def test_nobody_signs_up_for_a_unit_that_is_not_theirs(cast: Cast) -> None:
    both = [QuotaEntry(organisation=one.pk) for one in (cast.department, cast.office)]
    made = call(cast, quotas=both)
    person = cast.people[0]
    other = entries([person], organisation=cast.office.pk)
    outcomes = sign_up(himself(cast, person), call_up=made.pk, entries=other, at=MORNING)
    assert codes(outcomes) == ["other-unit"]
    above = entries([cast.neighbour], organisation=cast.department.pk)
    outcomes = sign_up(himself(cast, cast.neighbour), call_up=made.pk, entries=above, at=MORNING)
    assert codes(outcomes) == ["new"]
    # The unit below does not let go who counts in the one above.
    below = cast.scope(Role.LIAISON, organisations=frozenset({cast.office.pk}))
    ids = [above[0].id]
    asked = {"call_up": made.pk, "sign_ups": ids, "at": MORNING}
    for scope in (below, office(cast)):
        assert codes(confirm_for_unit(scope, **asked)) == ["other-unit-confirms"]
    assert codes(confirm_for_unit(liaison(cast), **asked)) == ["new"]


@pytest.mark.parametrize("first, days", [(date.max, 5), (FIRST, 10**12), (FIRST, 0)])
def test_days_beyond_the_calendar_are_refused(cast: Cast, first: date, days: int) -> None:
    made = call(cast)
    given = entries([cast.people[0]], from_day=first, days=days)
    me = himself(cast, cast.people[0])
    assert codes(sign_up(me, call_up=made.pk, entries=given, at=MORNING)) == ["outside-days"]


def test_nobody_reaches_the_sign_ups_of_others(cast: Cast) -> None:
    made = call(cast)
    (id,) = signed(cast, made, cast.people[:1])
    fellow = himself(cast, cast.people[1])
    assert codes(withdraw(fellow, call_up=made.pk, sign_ups=[id], at=MORNING)) == ["not-found"]
    for scope in (cast.world.stranger, cast.outsider):
        act = partial(withdraw, scope, call_up=made.pk, sign_ups=[id], at=MORNING)
        assert refused(act).status in (403, 404)
    assert states(made) == {id: "ready"}


def test_people_without_a_unit_sign_up_where_everybody_is_asked(cast: Cast) -> None:
    made = call(cast, quotas=[])
    outcomes = sign_up(office(cast), call_up=made.pk, entries=entries([cast.stranger]), at=MORNING)
    assert codes(outcomes) == ["new"]
    assert SignUp.objects.get().organisation is None and made.to_day == LAST


@pytest.mark.parametrize("count", [0, 1])
def test_an_audit_that_cannot_be_written_takes_the_sign_up_along(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    from xiachen.mobilisation.operations import sign_ups

    made = call(cast)

    def broken(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr(sign_ups.audit, "record", broken)
    given = entries(cast.people[:count])
    if count:
        with pytest.raises(OSError):
            sign_up(liaison(cast), call_up=made.pk, entries=given, at=MORNING)
    else:
        assert sign_up(liaison(cast), call_up=made.pk, entries=given, at=MORNING) == []
    assert not SignUp.objects.exists()
