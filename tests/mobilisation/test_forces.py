"""The forces: people once over both channels, in groups that say whether they add up."""

import pytest

from tests.mobilisation.cast import FIRST, HERE, THERE, Cast
from tests.mobilisation.test_completion import province
from tests.mobilisation.test_dispatch import send
from tests.mobilisation.test_figures import cutoff
from tests.mobilisation.test_join_on_the_spot import join
from tests.mobilisation.test_moves import moved
from tests.mobilisation.test_report_in import entry, report
from xiachen.figures.figure import Breakdown, Figure
from xiachen.mobilisation.figures import forces as figures
from xiachen.people.models.members import Identity, IdentityKind, Member

STREET = "420111002000"


@pytest.fixture
def both(cast: Cast) -> Cast:
    """Ten are sent, two of them report in at home as well, the neighbour joins at home."""
    Member.objects.filter(pk__in=cast.people[:2]).update(home_community_id=HERE)
    send(cast)
    report(cast.secretary, *map(entry, cast.people))
    report(cast.secretary, *(entry(one, channel="residence") for one in cast.people[:2]))
    join(cast)
    return cast


def counted(cast: Cast, breakdown: Breakdown) -> dict[str, int]:
    groups = breakdown.groups(province(cast), cutoff(cast))
    assert all(group.name for group in groups)
    return {group.key: group.value for group in groups}


def test_who_is_in_both_channels_is_one_person(both: Cast) -> None:
    scope, read = province(both), cutoff(both)
    assert figures.FORCES.value(scope, read) == 11
    assert figures.AT_HOME.value(scope, read) == 3
    assert figures.BOTH_CHANNELS.value(scope, read) == 2


def test_who_only_reports_at_home_belongs_to_the_forces(cast: Cast) -> None:
    report(cast.secretary, entry(cast.neighbour, channel="residence"))
    assert figures.FORCES.value(province(cast), cutoff(cast)) == 1
    assert counted(cast, figures.BY_COMMUNITY) == {str(HERE): 1}


def test_kinds_overlap_and_say_so(both: Cast) -> None:
    Identity.objects.create(member_id=both.people[0], kind="deputy")
    assert counted(both, figures.BY_KIND) == {"party-member": 11, "deputy": 1}
    assert not figures.BY_KIND.additive
    by_code = {one.code: one.value(province(both), cutoff(both)) for one in figures.OF_KINDS}
    assert by_code["mobilisation.forces-party-member"] == 11
    assert by_code["mobilisation.forces-deputy"] == 1
    assert by_code["mobilisation.forces-volunteer"] == 0


def test_units_add_up_and_open_to_their_people(both: Cast) -> None:
    found = counted(both, figures.BY_UNIT)
    assert found == {str(both.department.pk): 10, str(both.office.pk): 1}
    assert figures.BY_UNIT.additive
    rows = figures.BY_UNIT.rows(province(both), cutoff(both), str(both.office.pk))
    assert [row.pk for row in rows] == [both.neighbour]
    assert not figures.BY_UNIT.rows(province(both), cutoff(both), "nonsense").exists()


def test_somebody_without_a_unit_is_in_a_group_of_their_own(cast: Cast) -> None:
    join(cast, member=cast.stranger)
    assert counted(cast, figures.BY_UNIT) == {"none": 1}
    assert figures.RESIDENT_VOLUNTEERS.value(province(cast), cutoff(cast)) == 1
    rows = figures.BY_UNIT.rows(province(cast), cutoff(cast), "none")
    assert [row.pk for row in rows] == [cast.stranger]


def test_somebody_in_two_communities_counts_in_each_and_once_in_the_street(both: Cast) -> None:
    moved(both, both.people[0])
    assert counted(both, figures.BY_COMMUNITY) == {str(HERE): 11, str(THERE): 1}
    assert counted(both, figures.BY_STREET) == {STREET: 11}
    there = figures.BY_COMMUNITY.rows(province(both), cutoff(both), str(THERE))
    assert [row.pk for row in there] == [both.people[0]]
    assert figures.BY_STREET.rows(province(both), cutoff(both), STREET).count() == 11
    assert not figures.BY_COMMUNITY.rows(province(both), cutoff(both), "x").exists()


def test_batches_units_streets_and_communities_are_counted(both: Cast) -> None:
    Member.objects.filter(pk=both.stranger).update(organisation=both.office)
    send(both, organisation=both.office.pk, members=[both.stranger], batch=2, sent_on=FIRST)
    scope, read = province(both), cutoff(both)
    assert figures.BATCHES.value(scope, read) == 2
    assert figures.SENDING_UNITS.value(scope, read) == 2
    assert figures.COMMUNITIES.value(scope, read) == 1
    assert figures.STREETS.value(scope, read) == 1


def test_the_people_of_a_page_stand_with_unit_and_kinds(both: Cast) -> None:
    rows = figures.FORCES.opened(both.secretary, cutoff(both))
    page = figures.FORCES.page(both.secretary, rows)
    assert page.total == 11
    assert {line[2] for line in page.lines} == {str(IdentityKind.PARTY_MEMBER.label)}
    assert all(line[0] and line[1] for line in page.lines)


@pytest.mark.parametrize("figure", figures.FIGURES, ids=lambda one: one.code)
def test_an_outsider_counts_nothing(both: Cast, figure: Figure) -> None:
    assert figure.value(both.outsider, cutoff(both)) == 0
    for breakdown in figure.breakdowns:
        assert breakdown.groups(both.outsider, cutoff(both)) == []
