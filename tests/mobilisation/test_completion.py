"""The report-in completed, by both denominators, and who is missing and why."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from tests.mobilisation.cast import EVE, FAR, FIRST, HERE, MORNING, Cast
from tests.mobilisation.test_dispatch import send
from tests.mobilisation.test_excuse import excused
from tests.mobilisation.test_figures import cutoff
from tests.mobilisation.test_report_in import entry, report
from xiachen.base.errors import Forbidden, NotFound, Outcome, Refused
from xiachen.base.ids import uuid7
from xiachen.base.models import Counter
from xiachen.figures.figure import Figure
from xiachen.mobilisation.figures import completion as figures
from xiachen.mobilisation.models.duties import ReportDuty
from xiachen.mobilisation.operations.duties import lift_duty, oblige
from xiachen.mobilisation.operations.slips import SlipEntry, enter_slips, take_back_slip
from xiachen.mobilisation.queries.duties import Standing, called_members
from xiachen.mobilisation.queries.slips import slips
from xiachen.mobilisation.rules import duties as rules
from xiachen.mobilisation.rules import stays as staying
from xiachen.people.models.members import Identity, Member
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import EVERYWHERE, Role, Scope


def called(cast: Cast, **other: Any) -> list[Outcome]:
    """Oblige the bureau, and the office below it, to report in."""
    given: dict[str, Any] = {
        "document": cast.document.pk,
        "organisations": [cast.department.pk],
        "from_day": EVE,
        "below": True,
        "at": MORNING,
        **other,
    }
    return oblige(given.pop("scope", province(cast)), **given)


def province(cast: Cast) -> Scope:
    """The organising office of the province."""
    return cast.scope(Role.MOBILISER, places=((420000000000, 429999999999),))


def slip(member: UUID, **other: Any) -> SlipEntry:
    given: dict[str, Any] = {
        "id": uuid7(),
        "member": member,
        "place": str(FAR),
        "day": FIRST,
        **other,
    }
    return SlipEntry(**given)


def enter(scope: Scope, *entries: SlipEntry) -> list[Outcome]:
    return enter_slips(scope, entries=entries, at=MORNING)


def values(cast: Cast, scope: Scope | None = None, **other: object) -> dict[str, int]:
    found = scope or province(cast)
    return {
        one.code.removeprefix("mobilisation."): one.value(found, cutoff(cast, **other))
        for one in figures.FIGURES
    }


def test_a_document_obliges_units_and_those_below_with_a_contact_point(cast: Cast) -> None:
    outcomes = called(cast)
    assert [(one.id, one.new) for one in outcomes] == [
        (cast.department.pk, True),
        (cast.office.pk, True),
    ]
    assert all(outcome.already for outcome in called(cast))
    assert AuditEntry.objects.filter(action="mobilisation.oblige").count() == 1


def test_both_denominators_and_what_is_missing(cast: Cast) -> None:
    called(cast)
    Member.objects.filter(pk__in=cast.people[:3]).update(home_community_id=HERE)
    Member.objects.filter(pk=cast.people[3]).update(home_community_id=FAR)
    report(cast.secretary, entry(None, organisation=cast.office.pk))
    report(cast.secretary, *(entry(one, channel="residence") for one in cast.people[:2]))
    excused(cast, member=cast.people[9])
    assert values(cast) == {
        "units-obliged": 2,
        "units-reported": 1,
        "members-called": 13,
        "members-obliged": 12,
        "members-excused": 1,
        "members-reported": 2,
        "slips": 0,
    }
    missing = figures.MEMBERS_REPORTED.opened_missing(province(cast), cutoff(cast))
    why = {row.pk: row.standing for row in missing}
    assert why[cast.people[2]] == Standing.WAITING == why[cast.neighbour]
    assert why[cast.people[3]] == Standing.OUTSIDE
    assert why[cast.people[4]] == Standing.NO_HOME
    assert cast.people[9] not in why
    (unit,) = figures.UNITS_REPORTED.opened_missing(province(cast), cutoff(cast))
    assert unit == cast.department


def test_the_opened_rows_say_why_somebody_is_missing(cast: Cast) -> None:
    called(cast)
    rows = figures.MEMBERS_REPORTED.opened_missing(province(cast), cutoff(cast))
    page = figures.MEMBERS_REPORTED.page(province(cast), rows)
    assert {str(line[3]) for line in page.lines} == {
        str(figures.STANDINGS[Standing.NO_HOME]),
        str(figures.STANDINGS[Standing.WAITING]),
    }
    units = figures.UNITS_REPORTED.opened_missing(province(cast), cutoff(cast))
    lines = figures.UNITS_REPORTED.page(province(cast), units).lines
    assert [str(line[1]) for line in lines] == [cast.world.fenglin.name, "未登记联系点社区"]


def test_only_party_members_in_service_have_to_report(cast: Cast) -> None:
    called(cast)
    Member.objects.filter(pk=cast.people[0]).update(party_standing="none")
    Member.objects.filter(pk=cast.people[1]).update(party_standing="probationary")
    Identity.objects.create(member_id=cast.people[2], kind="retired-party-member")
    left = set(called_members(province(cast), cutoff(cast)).values_list("pk", flat=True))
    assert cast.people[1] in left
    assert not left & {cast.people[0], cast.people[2]}


def test_a_member_of_the_units_party_organisation_without_a_unit_belongs_to_it(cast: Cast) -> None:
    called(cast)
    Member.objects.filter(pk=cast.people[0]).update(organisation=None, home_community_id=HERE)
    assert called_members(province(cast), cutoff(cast)).filter(pk=cast.people[0]).exists()


def test_nobody_has_to_report_before_the_day_or_without_a_document(cast: Cast) -> None:
    assert values(cast)["members-called"] == 0
    called(cast, from_day=FIRST + timedelta(days=1))
    assert values(cast)["members-called"] == 0
    assert values(cast)["units-obliged"] == 0


def test_lifting_the_duty_leaves_nobody_obliged_and_it_can_be_laid_on_again(cast: Cast) -> None:
    called(cast, below=False)
    duty = ReportDuty.objects.get()
    lift_duty(province(cast), duty=duty.pk, at=MORNING, reason="另发文")
    assert values(cast)["units-obliged"] == 0
    with pytest.raises(staying.ReversedAlready), transaction.atomic():
        lift_duty(province(cast), duty=duty.pk, at=MORNING, reason="另发文")
    assert called(cast, below=False)[0].new
    assert values(cast)["units-obliged"] == 1


def test_each_place_counts_those_who_live_there(cast: Cast) -> None:
    called(cast)
    assert values(cast, cast.secretary)["members-called"] == 1
    assert values(cast, cast.liaison)["members-called"] == 12
    # Next door she counts herself, whom the bureau's committee has as a member, and nobody else.
    assert values(cast, cast.outsider)["members-called"] == 1
    assert values(cast, cast.outsider)["units-obliged"] == 0


def test_a_bulletin_keeps_the_figures_of_its_mark(cast: Cast) -> None:
    called(cast)
    marks = dict(Counter.objects.values_list("community_id", "value"))
    report(cast.secretary, entry(cast.neighbour, channel="residence"))
    enter(cast.liaison, slip(cast.people[0]))
    assert values(cast)["members-reported"] == 2
    assert values(cast, marks=marks)["members-reported"] == 0
    assert values(cast, marks=marks)["units-obliged"] == 2


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda cast: {"scope": cast.liaison}, Forbidden),
        (lambda cast: {"scope": cast.secretary}, Forbidden),
        (lambda cast: {"scope": cast.organiser}, NotFound),
        (lambda cast: {"organisations": []}, rules.NobodyObliged),
        (lambda cast: {"document": uuid7()}, NotFound),
        (lambda cast: {"organisations": [uuid7()]}, NotFound),
    ],
)
def test_who_may_not_oblige_obliges_nobody(cast: Cast, change: Any, refusal: type[Refused]) -> None:
    with pytest.raises(refusal), transaction.atomic():
        called(cast, **change(cast))
    assert not ReportDuty.objects.exists()


def test_a_slip_completes_the_duty_and_adds_no_force(cast: Cast) -> None:
    called(cast)
    (outcome,) = enter(cast.liaison, slip(cast.people[0]))
    assert outcome.new
    kept = slips(cast.liaison, incident=cast.incident.pk).get()
    assert (kept.community_id == FAR and kept.accepted_by == cast.liaison.account) or kept.community
    found = values(cast)
    assert (found["members-reported"], found["slips"]) == (1, 1)


def test_a_slip_of_an_unknown_place_stays_as_written(cast: Cast) -> None:
    enter(cast.liaison, slip(cast.people[0], place="  某县某镇   某村  "))
    kept = slips(cast.liaison, incident=cast.incident.pk).get()
    assert (kept.place, kept.community_id) == ("某县某镇 某村", None)


def test_the_same_slip_counts_once_and_another_is_refused(cast: Cast) -> None:
    one, again = slip(cast.people[0]), slip(cast.people[0])
    first, second = enter(cast.liaison, one, again)
    assert first.new and second.already
    (other,) = enter(cast.liaison, slip(cast.people[0], day=EVE))
    assert isinstance(other.refusal, rules.SlipAlready)


def test_a_slip_taken_back_no_longer_counts_and_can_be_entered_anew(cast: Cast) -> None:
    called(cast)
    one = slip(cast.people[0])
    enter(cast.liaison, one)
    take_back_slip(cast.liaison, slip=one.id, at=MORNING, reason="看错了人")
    assert values(cast)["members-reported"] == 0
    with pytest.raises(staying.ReversedAlready), transaction.atomic():
        take_back_slip(cast.liaison, slip=one.id, at=MORNING, reason="看错了人")
    assert enter(cast.liaison, slip(cast.people[0]))[0].new
    assert values(cast)["members-reported"] == 1


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"place": "枫林上城社区"}, rules.SlipInside),
        ({"place": "  "}, rules.PlaceMissing),
        ({"day": FIRST + timedelta(days=1)}, rules.SlipOutsideDates),
        ({"day": FIRST - timedelta(days=400)}, rules.SlipOutsideDates),
        ({"member": uuid7()}, NotFound),
    ],
)
def test_a_slip_that_cannot_be_is_refused_and_the_others_stand(
    cast: Cast, change: dict[str, Any], refusal: type[Refused]
) -> None:
    bad, good = enter(
        cast.liaison, slip(**{"member": cast.people[0], **change}), slip(cast.people[1])
    )
    assert isinstance(bad.refusal, refusal)
    assert good.new


def test_only_those_who_answer_for_a_person_accept_the_slip(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        enter(cast.secretary, slip(cast.people[0]))
    other = cast.scope(Role.LIAISON, organisations=frozenset({cast.office.pk}))
    (outcome,) = enter(other, slip(cast.people[0]))
    assert isinstance(outcome.refusal, NotFound)
    enter(cast.liaison, slip(cast.people[0]))
    assert not slips(cast.outsider, incident=cast.incident.pk).exists()
    kept = slips(cast.liaison, incident=cast.incident.pk).get()
    with pytest.raises(NotFound), transaction.atomic():
        take_back_slip(other, slip=kept.pk, at=MORNING, reason="看错了人")


@pytest.mark.parametrize("figure", figures.FIGURES, ids=lambda one: one.code)
def test_the_country_reads_every_figure(cast: Cast, figure: Figure) -> None:
    called(cast)
    send(cast)
    report(cast.secretary, entry(cast.people[0]))
    country = cast.scope(Role.HEADQUARTERS, places=EVERYWHERE)
    page = figure.page(country, figure.opened(country, cutoff(cast)))
    assert page.total == figure.value(country, cutoff(cast))
