"""Both channels of the report-in, once each, and taken back by a later row."""

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from tests.mobilisation.cast import FAR, FIRST, HERE, MORNING, THERE, Cast
from tests.mobilisation.test_dispatch import send
from xiachen.base.errors import Forbidden, NotFound, Outcome, Refused
from xiachen.base.ids import uuid7
from xiachen.figures.figure import Cutoff
from xiachen.figures.operations import fold
from xiachen.figures.queries import counted_cells, rolled_cells, rolled_total, verify_rollups
from xiachen.mobilisation.figures import stays as figures
from xiachen.mobilisation.models.report_ins import ReportIn
from xiachen.mobilisation.operations.report_ins import (
    ReportInEntry,
    report_in,
    reverse_report_in,
)
from xiachen.mobilisation.queries.report_ins import reported_on
from xiachen.mobilisation.rules import stays as rules
from xiachen.people.models.members import Member
from xiachen.people.models.units import Organisation
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Scope, system_scope


def entry(member: UUID | None, **other: Any) -> ReportInEntry:
    given: dict[str, Any] = {
        "id": uuid7(),
        "community": HERE,
        "channel": "unit",
        "occurred_at": MORNING,
        "member": member,
        **other,
    }
    return ReportInEntry(**given)


def report(scope: Scope, *entries: ReportInEntry) -> list[Outcome]:
    return report_in(scope, entries=entries, at=MORNING)


def _other_unit() -> UUID:
    unit = Organisation.objects.create(name="另一单位", level="city", division=420100000000)
    return unit.pk


def test_everybody_sent_reports_in_in_one_call(cast: Cast) -> None:
    send(cast)
    outcomes = report(cast.secretary, *map(entry, cast.people))
    assert all(outcome.new for outcome in outcomes)
    assert reported_on(cast.secretary, day=FIRST, community=HERE).count() == 10


def test_many_are_reported_in_with_as_few_statements_as_one(cast: Cast) -> None:
    send(cast)
    with CaptureQueriesContext(connection) as one:
        report(cast.secretary, entry(cast.people[0]))
    with CaptureQueriesContext(connection) as many:
        assert all(outcome.new for outcome in report(cast.secretary, *map(entry, cast.people[1:])))
    assert len(many) == len(one)


def test_sent_again_it_is_known_already(cast: Cast) -> None:
    send(cast)
    one = entry(cast.people[0])
    assert report(cast.secretary, one)[0].new
    assert report(cast.secretary, one)[0].already
    assert ReportIn.objects.count() == 1


def test_the_same_id_with_other_content_is_refused(cast: Cast) -> None:
    send(cast)
    one = entry(cast.people[0])
    other = entry(cast.people[0], id=one.id, occurred_at=MORNING - timedelta(minutes=1))
    report(cast.secretary, one)
    (outcome,) = report(cast.secretary, other)
    assert isinstance(outcome.refusal, rules.OtherContent)


def test_the_same_id_twice_in_one_batch_is_one_report_in(cast: Cast) -> None:
    send(cast)
    one = entry(cast.people[0])
    other = entry(cast.people[1], id=one.id)
    first, second, third = report(cast.secretary, one, one, other)
    assert first.new
    assert second.refusal is None
    assert ReportIn.objects.get().member == cast.people[0]
    assert isinstance(third.refusal, rules.OtherContent)


def test_two_devices_record_the_same_person_once(cast: Cast) -> None:
    send(cast)
    first, second = report(cast.secretary, entry(cast.people[0]), entry(cast.people[0]))
    assert first.new and second.already
    assert report(cast.secretary, entry(cast.people[0]))[0].already
    assert ReportIn.objects.count() == 1


def test_one_bad_entry_does_not_stop_the_others(cast: Cast) -> None:
    send(cast)
    good, bad = report(cast.secretary, entry(cast.people[0]), entry(uuid4()))
    assert good.new
    assert isinstance(bad.refusal, NotFound)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (lambda cast: {"member": cast.stranger}, rules.NotExpectedHere),
        (lambda cast: {"channel": "residence"}, rules.NotHome),
        (lambda cast: {"channel": "pigeon"}, Refused),
        (lambda cast: {"occurred_at": MORNING + timedelta(hours=1)}, rules.InFuture),
        (lambda cast: {"community": THERE}, Forbidden),
        (lambda cast: {"community": FAR}, Forbidden),
        (lambda cast: {"member": None}, NotFound),
        (lambda cast: {"organisation": cast.department.pk}, NotFound),
        (lambda cast: {"member": None, "organisation": uuid4()}, NotFound),
        (
            lambda cast: {"member": None, "organisation": _other_unit()},
            rules.NotContactPoint,
        ),
    ],
)
def test_a_report_in_that_cannot_be_is_refused_with_its_reason(
    cast: Cast, change: Any, refusal: type[Refused]
) -> None:
    send(cast)
    (outcome,) = report(cast.secretary, entry(**{"member": cast.people[0], **change(cast)}))
    assert isinstance(outcome.refusal, refusal)
    assert not ReportIn.objects.exists()


def test_the_unit_reports_in_at_its_contact_point(cast: Cast) -> None:
    one = entry(None, organisation=cast.office.pk)
    assert report(cast.secretary, one)[0].new
    assert report(cast.secretary, entry(None, organisation=cast.office.pk))[0].already


def test_both_channels_count_one_person_and_two_report_ins(cast: Cast) -> None:
    person = cast.people[0]
    Member.objects.filter(pk=person).update(home_community_id=HERE)
    send(cast)
    assert all(
        outcome.new
        for outcome in report(cast.secretary, entry(person), entry(person, channel="residence"))
    )
    cutoff = Cutoff(incident=cast.incident.pk, day=FIRST, occurred_until=MORNING)
    assert figures.REPORTED.value(cast.secretary, cutoff) == 1
    assert figures.PEOPLE_REPORTED.value(cast.secretary, cutoff) == 1
    assert figures.REPORT_INS.value(cast.secretary, cutoff) == 2


def test_a_member_reports_in_alone_and_for_nobody_else(cast: Cast) -> None:
    send(cast)
    own, other = cast.people[:2]
    first, second = report(cast.member(own), entry(own), entry(other))
    assert first.new
    assert isinstance(second.refusal, rules.ReportsForSelfOnly)


def test_a_mistake_is_taken_back_and_may_be_recorded_anew(cast: Cast) -> None:
    send(cast)
    one = entry(cast.people[0])
    report(cast.secretary, one)
    reverse_report_in(cast.secretary, community=HERE, report_in=one.id, at=MORNING, reason="错按")
    assert reported_on(cast.secretary, day=FIRST).count() == 0
    assert report(cast.secretary, entry(cast.people[0]))[0].new
    assert reported_on(cast.secretary, day=FIRST).count() == 1


def test_a_mistake_is_taken_back_once_with_a_reason_and_only_here(cast: Cast) -> None:
    send(cast)
    one = entry(cast.people[0])
    report(cast.secretary, one)

    def take_back(scope: Scope, reason: str = "错按") -> None:
        with transaction.atomic():
            reverse_report_in(scope, community=HERE, report_in=one.id, at=MORNING, reason=reason)

    with pytest.raises(rules.ReasonMissing):
        take_back(cast.secretary, "  ")
    with pytest.raises(Forbidden):
        take_back(cast.outsider)
    take_back(cast.secretary, "错按" * 150)
    said = AuditEntry.objects.get(action="mobilisation.reverse-report-in")
    assert said.reason == "错按" * 100
    with pytest.raises(rules.ReversedAlready):
        take_back(cast.secretary)


def test_rollups_follow_report_ins_and_reversals(cast: Cast) -> None:
    Member.objects.filter(pk=cast.people[0]).update(home_community_id=HERE)
    send(cast)
    at_home = entry(cast.people[0], channel="residence")
    entries = [*map(entry, cast.people), at_home]
    report(cast.secretary, *entries)
    for mistaken in (entries[1], at_home):
        reverse_report_in(
            cast.secretary, community=HERE, report_in=mistaken.id, at=MORNING, reason="错按"
        )
    fold(system_scope(cast.incident.pk))

    def total(code: str) -> int:
        return rolled_total(cast.secretary, incident=cast.incident.pk, figure=code)

    assert total("mobilisation.report-ins") == 9
    assert total("mobilisation.people-reported") == 9
    wrong = verify_rollups(
        system_scope(cast.incident.pk),
        incident=cast.incident.pk,
        figures=figures.FIGURES,
        days=[FIRST, cast.incident.began_on],
    )
    assert wrong == []


@pytest.mark.parametrize("taken_back", [(0,), (1,), (0, 1), (1, 0), (0, 1, 2), (2, 0), (2, 1)])
def test_after_a_reversal_people_count_where_they_still_have_reported(
    cast: Cast, taken_back: tuple[int, ...]
) -> None:
    person = cast.people[0]
    Member.objects.filter(pk=person).update(home_community_id=THERE)
    send(cast)
    places = ((HERE, "unit", 0), (THERE, "residence", 0), (HERE, "residence", -1))
    entries = [
        entry(person, community=place, channel=way, occurred_at=MORNING + timedelta(days=days))
        for place, way, days in places
    ]
    system = system_scope(cast.incident.pk)
    for minutes, one in enumerate(entries):
        Member.objects.filter(pk=person).update(
            home_community_id=one.community if one.channel == "residence" else THERE
        )
        at = MORNING + timedelta(minutes=minutes)
        assert report_in(system, entries=[one], at=at)[0].new
    for number in taken_back:
        one = entries[number]
        reverse_report_in(
            system, community=one.community, report_in=one.id, at=MORNING, reason="错按"
        )
    code, days = figures.PEOPLE_REPORTED.code, [FIRST - timedelta(days=1), FIRST]
    given: dict[str, Any] = {"incident": cast.incident.pk, "days": days}
    posted = rolled_cells(system, figures=[code], **given)
    if 0 in taken_back or 2 in taken_back:
        assert posted == counted_cells(system, figure=figures.PEOPLE_REPORTED, **given)
    else:
        assert posted == {(code, FIRST, HERE): 1}
    assert verify_rollups(system, figures=[figures.PEOPLE_REPORTED], **given) == []


def test_of_two_clerks_at_once_one_is_first_and_nothing_counts_twice(committed: Cast) -> None:
    send(committed)
    together, outcomes = Barrier(2), []

    def clerk() -> None:
        together.wait()
        outcomes.extend(report(committed.secretary, *map(entry, committed.people)))
        connections.close_all()

    clerks = [Thread(target=clerk) for _ in range(2)]
    for one in clerks:
        one.start()
    for one in clerks:
        one.join()
    assert sum(outcome.new for outcome in outcomes) == 10
    assert sum(outcome.already for outcome in outcomes) == 10
    assert (
        rolled_total(
            committed.secretary,
            incident=committed.incident.pk,
            figure="mobilisation.people-reported",
        )
        == 10
    )
