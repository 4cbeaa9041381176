"""A community says how many people it wants; everybody who sends or moves people sees the gap."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from tests.deployment.crew import Crew
from tests.mobilisation.cast import EVE, FAR, FIRST, HERE, THERE, clock_at
from tests.mobilisation.test_excuse import excused
from xiachen.base.errors import Forbidden, Invalid, Refused
from xiachen.deployment.models import Strength
from xiachen.deployment.operations.strength import say_enough, say_strength
from xiachen.deployment.queries.strength import Force, said_by, strength
from xiachen.mobilisation.rules.stays import OutsideIncident
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role, Scope

NEXT = FIRST + timedelta(days=1)


def say(crew: Crew, wanted: int, **other: Any) -> Strength:
    given: dict[str, Any] = {
        "community": HERE,
        "from_day": FIRST,
        "at": clock_at(9),
        **other,
    }
    return say_strength(given.pop("scope", crew.cast.secretary), wanted=wanted, **given)


def enough(crew: Crew, **other: Any) -> Strength:
    given: dict[str, Any] = {"community": HERE, "from_day": FIRST, "at": clock_at(10), **other}
    return say_enough(given.pop("scope", crew.cast.secretary), **given)


def force(scope: Scope, community: int = HERE, day: Any = FIRST) -> Force:
    (found,) = (one for one in strength(scope, day=day) if one.community.pk == community)
    return found


def test_the_gap_is_what_is_wanted_less_those_who_belong_there(crew: Crew) -> None:
    assert force(crew.cast.organiser).kind == "unsaid"
    say(crew, 15, words="两个大门昼夜值守")
    here, there = force(crew.cast.organiser), force(crew.cast.organiser, THERE)
    assert (here.wanted, here.belonging, here.expected, here.reported) == (15, 11, 11, 11)
    assert (here.gap, here.surplus, here.teams, here.kind) == (4, 0, 1, "short")
    assert (there.wanted, there.belonging, there.gap, there.teams) == (None, 0, 0, 0)
    assert here.said is not None and here.said.words == "两个大门昼夜值守"
    assert AuditEntry.objects.get(action="deployment.say-strength").community == HERE


def test_long_words_are_cut_to_what_is_kept(crew: Crew) -> None:
    long = "两个大门昼夜值守" * 50
    assert say(crew, 15, words=long).words == long[:200]
    assert say(crew, 15, words=long).words == long[:200]
    assert Strength.objects.count() == 1
    assert enough(crew, words=long).words == long[:200]


def test_what_is_said_holds_from_its_day_until_the_next(crew: Crew) -> None:
    say(crew, 5)
    say(crew, 20, from_day=NEXT)
    assert force(crew.cast.organiser, day=EVE).wanted is None
    assert (force(crew.cast.organiser).wanted, force(crew.cast.organiser).surplus) == (5, 6)
    assert force(crew.cast.organiser, day=NEXT).gap == 9


def test_said_again_for_the_same_day_it_replaces_and_the_record_stays(crew: Crew) -> None:
    first = say(crew, 5)
    assert say(crew, 5) == first
    assert say(crew, 7).reverses_id == first.pk
    assert force(crew.cast.secretary).wanted == 7
    assert [one.wanted for one in said_by(crew.cast.secretary, community=HERE)] == [7]
    assert Strength.objects.count() == 2


def test_enough_wants_those_who_belong_there_and_nothing_later(crew: Crew) -> None:
    say(crew, 5)
    later = say(crew, 40, from_day=NEXT)
    assert enough(crew, words="谢谢大家").wanted == 11
    now, next_day = force(crew.cast.organiser), force(crew.cast.organiser, day=NEXT)
    assert (now.enough, now.gap, now.surplus, now.kind) == (True, 0, 0, "enough")
    assert (next_day.enough, next_day.gap) == (True, 0)
    assert Strength.objects.filter(reverses=later, void=True, community=HERE).exists()
    assert say(crew, 50, from_day=NEXT).wanted == 50
    assert force(crew.cast.organiser, day=NEXT).gap == 39


def test_who_is_excused_is_among_those_who_are_there(crew: Crew) -> None:
    say(crew, 11)
    excused(crew.cast, member=crew.people[3])
    here = force(crew.cast.secretary)
    assert (here.belonging, here.excused, here.expected, here.gap) == (11, 1, 10, 0)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"community": THERE}, Forbidden),
        ({"wanted": -1}, Invalid),
        ({"wanted": 10_001}, Invalid),
        ({"role": Role.LIAISON}, Forbidden),
        ({"role": Role.COMMUNITY_WORKER}, Forbidden),
        ({"role": Role.HEADQUARTERS}, Forbidden),
        ({"community": FAR, "role": Role.STREET}, OutsideIncident),
    ],
)
def test_what_cannot_be_said_is_refused(
    crew: Crew, change: dict[str, Any], refusal: type[Refused]
) -> None:
    given = dict(change)
    scope = crew.cast.secretary
    if role := given.pop("role", None):
        scope = replace(scope, role=role, places=((HERE, HERE), (FAR, FAR)))
    with pytest.raises(refusal), transaction.atomic():
        say(crew, given.pop("wanted", 5), scope=scope, **given)
    assert not Strength.objects.exists()


def test_the_street_speaks_for_its_communities(crew: Crew) -> None:
    street = crew.cast.scope(Role.STREET, places=((420111002000, 420111002999),))
    assert say(crew, 3, scope=street).wanted == 3


def test_the_secretary_next_door_learns_nothing(crew: Crew) -> None:
    say(crew, 15)
    assert [one.community.pk for one in strength(crew.cast.outsider, day=FIRST)] == [THERE]
    assert said_by(crew.cast.outsider, community=HERE) == []
    assert strength(crew.cast.member(crew.people[0]), day=FIRST) == []
    assert strength(replace(crew.cast.secretary, incident=None), day=FIRST) == []


def test_a_district_takes_as_many_statements_as_a_community(crew: Crew) -> None:
    say(crew, 15)
    counts = []
    for scope in (crew.cast.secretary, crew.cast.organiser):
        with CaptureQueriesContext(connection) as asked:
            strength(scope, day=FIRST)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 8


def test_of_many_who_speak_at_once_one_number_stands(committed: Crew) -> None:
    def speak(wanted: int) -> None:
        try:
            say(committed, wanted)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(speak, range(1, 17)))
    standing = Strength.objects.standing().filter(community=HERE)
    assert standing.count() == 1
    assert Strength.objects.filter(community=HERE).count() == 16
