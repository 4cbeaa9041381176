"""Assignments by sheet: who is sent where."""

import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from tests.mobilisation.cast import EVE, FIRST, HERE, MORNING, THERE, Cast
from tests.mobilisation.sheet_lines import MISTYPED, UNKNOWN, fault, lines
from tests.mobilisation.test_dispatch import send
from tests.mobilisation.test_moves import at_once
from tests.world import NEIGHBOUR, SENT, identity_of, phone_of
from xiachen.base.errors import Forbidden, NotFound
from xiachen.mobilisation.models.stays import Dispatch, Enrolment
from xiachen.mobilisation.operations import dispatches
from xiachen.mobilisation.operations.sheets.assignments import ASSIGNMENTS
from xiachen.papers.intake import LineOutcome, Setting
from xiachen.people.models.members import Member
from xiachen.people.models.units import Organisation
from xiachen.people.operations.members import IDENTITY_FAULTS, BadIdentity, BadPhone
from xiachen.people.rules import IdentityFault
from xiachen.privacy.scope import Role, Scope


def assigned(cast: Cast, *rows: Mapping[str, str], **other: Any) -> list[LineOutcome]:
    given = [{"community": str(HERE), "first_day": str(EVE)} | dict(row) for row in rows]
    setting = Setting(values={"document": str(other.pop("document", cast.document.pk))})
    scope: Scope = other.pop("scope", cast.organiser)
    return ASSIGNMENTS.enter(scope, setting, lines(ASSIGNMENTS, *given), MORNING)


@pytest.fixture
def wide(cast: Cast) -> Scope:
    """The organising office of the province, which reaches everybody."""
    return cast.scope(Role.MOBILISER, places=((420000000000, 429999999999),))


def test_a_sheet_sends_people_in_groups(cast: Cast, wide: Scope) -> None:
    rows = [
        {"name": name, "community": str(THERE if n < 3 else HERE)} for n, name in enumerate(SENT)
    ]
    outcomes = assigned(cast, *rows, scope=wide)
    assert all(outcome.new for outcome in outcomes), outcomes
    sent = Dispatch.objects.values_list("organisation", "community", "batch").order_by("community")
    assert list(sent) == [(cast.department.pk, THERE, 1), (cast.department.pk, HERE, 1)]
    assert Enrolment.objects.filter(community=THERE).count() == 3


def test_the_same_sheet_changes_nothing_and_a_mended_row_joins_its_dispatch(
    cast: Cast, wide: Scope
) -> None:
    good = [{"name": name} for name in SENT[:3]]
    bad, mended = {"name": "无此人"}, {"name": SENT[3]}
    first = assigned(cast, *good, bad, scope=wide)
    assert [outcome.new for outcome in first] == [True, True, True, False]
    again = assigned(cast, *good, mended, scope=wide)
    assert [outcome.new for outcome in again] == [False, False, False, True]
    assert not any(outcome.faults for outcome in again)
    assert Dispatch.objects.count() == 1 and Enrolment.objects.count() == 4


def test_namesakes_are_told_apart_by_phone_identity_or_unit(cast: Cast, wide: Scope) -> None:
    Member.objects.create(name=SENT[0], sort_key="x", organisation=cast.office)
    unclear, *sure = assigned(
        cast,
        {"name": SENT[0]},
        {"name": SENT[0], "phone": phone_of(SENT[0])},
        scope=wide,
    )
    assert fault(unclear)[0] == "name" and "2" in fault(unclear)[1]
    assert sure[0].new
    (other,) = assigned(cast, {"name": SENT[0], "organisation": cast.office.name}, scope=wide)
    assert other.new
    by_number = assigned(
        cast, {"name": SENT[1], "identity_number": identity_of(SENT[1])}, scope=wide
    )
    assert by_number[0].new


@pytest.mark.parametrize(
    ("row", "cell"),
    [
        ({"name": "无此人"}, "name"),
        ({"name": SENT[0], "phone": phone_of(SENT[1])}, "phone"),
        ({"name": SENT[0], "phone": UNKNOWN}, "phone"),
        ({"name": SENT[0], "phone": UNKNOWN, "organisation": "省枫林观测局"}, "phone"),
        ({"name": SENT[0], "phone": "123"}, "phone"),
        ({"name": SENT[0], "identity_number": MISTYPED}, "identity_number"),
        ({"name": SENT[0], "identity_number": "420199600101701"}, "identity_number"),
        ({"name": SENT[0], "identity_number": identity_of(NEIGHBOUR)}, "identity_number"),
        (
            {
                "name": SENT[0],
                "identity_number": identity_of(SENT[0]),
                "phone": phone_of(SENT[1]),
            },
            "phone",
        ),
        (
            {"name": SENT[0], "identity_number": identity_of(SENT[0]), "phone": UNKNOWN},
            "phone",
        ),
        ({"name": SENT[0], "community": ""}, "community"),
        ({"name": SENT[0], "community": "滨湖社区"}, "community"),
        ({"name": SENT[0], "community": "420106001001"}, "community"),
        ({"name": SENT[0], "organisation": "无此单位"}, "organisation"),
        ({"name": SENT[0], "organisation": "市枫林观测局"}, "organisation"),
        ({"name": NEIGHBOUR}, "organisation"),
        ({"name": SENT[0], "batch": "first"}, "batch"),
        ({"name": SENT[0], "first_day": "soon"}, "first_day"),
    ],
)
def test_a_row_that_cannot_be_sent_says_why_at_its_cell(
    cast: Cast, wide: Scope, row: dict[str, str], cell: str
) -> None:
    bad, good = assigned(cast, row, {"name": SENT[9]}, scope=wide)
    assert fault(bad)[0] == cell
    assert not any(name in fault(bad)[1] for name in (*SENT, NEIGHBOUR))
    assert good.new
    assert Enrolment.objects.count() == 1


def test_a_number_that_is_not_on_record_needs_the_unit(cast: Cast, wide: Scope) -> None:
    Member.objects.create(name="游子衿", sort_key="x", organisation=cast.office)
    named = {"name": "游子衿", "phone": UNKNOWN}
    (unsure,) = assigned(cast, named, scope=wide)
    assert fault(unsure)[0] == "name" and UNKNOWN not in fault(unsure)[1]
    (elsewhere,) = assigned(cast, named | {"organisation": _other(cast).name}, scope=wide)
    assert fault(elsewhere)[0] == "organisation"
    (sure,) = assigned(cast, named | {"organisation": cast.office.name}, scope=wide)
    assert sure.new


def test_what_is_wrong_with_a_number_is_said_as_in_the_sheet_of_people(
    cast: Cast, wide: Scope
) -> None:
    short, card = assigned(
        cast,
        {"name": SENT[0], "phone": "123"},
        {"name": SENT[0], "identity_number": MISTYPED},
        scope=wide,
    )
    assert fault(short)[1] == str(BadPhone())
    assert fault(card)[1] == str(BadIdentity(fault=IDENTITY_FAULTS[IdentityFault.CHECK]))


def _other(cast: Cast) -> Organisation:
    return Organisation.objects.create(name="另一单位", level="city", division=420100000000)


def test_an_ambiguous_community_names_the_candidates(cast: Cast, wide: Scope) -> None:
    (bad,) = assigned(cast, {"name": SENT[0], "community": "滨湖社区"}, scope=wide)
    assert "滨湖社区" in fault(bad)[1]


def test_who_is_sent_elsewhere_is_said_and_the_others_of_the_group_go(
    cast: Cast, wide: Scope
) -> None:
    send(cast, members=cast.people[:1], community=THERE)
    bad, good = assigned(cast, {"name": SENT[0]}, {"name": SENT[1]}, scope=wide)
    assert fault(bad)[0] == "name"
    assert good.new


def test_the_same_person_twice_with_two_communities_is_said(cast: Cast, wide: Scope) -> None:
    same = {"name": SENT[0]}
    first, again, other = assigned(
        cast, same, same, {"name": SENT[0], "community": str(THERE)}, scope=wide
    )
    assert first.new and not again.new and not again.faults
    assert fault(other)[0] == "name" and "2" in fault(other)[1]


def test_a_batch_that_went_on_another_document_is_refused(cast: Cast, wide: Scope) -> None:
    send(cast, members=cast.people[:1], sent_on=FIRST)
    (bad,) = assigned(cast, {"name": SENT[1], "batch": "1"}, scope=wide)
    assert fault(bad)[0] == "batch"


def test_only_the_sending_office_enters_assignments(cast: Cast) -> None:
    for scope in (cast.secretary, cast.liaison, cast.outsider):
        with pytest.raises(Forbidden):
            assigned(cast, {"name": SENT[0]}, scope=scope)
    with pytest.raises(NotFound):
        assigned(cast, {"name": SENT[0]}, document="")


def test_a_long_sheet_takes_no_more_statements_than_a_short_one(cast: Cast, wide: Scope) -> None:
    with CaptureQueriesContext(connection) as short:
        assigned(cast, {"name": SENT[0]}, scope=wide)
    with CaptureQueriesContext(connection) as long:
        assigned(cast, *({"name": name} for name in SENT[1:]), scope=wide)
    assert len(long) <= len(short)


def test_of_two_sheets_with_one_person_at_once_one_has_the_fault(committed: Cast) -> None:
    cast = committed
    scope = cast.scope(Role.MOBILISER, places=((420000000000, 429999999999),))
    answers: list[LineOutcome] = []

    def enter(community: int) -> None:
        answers.extend(assigned(cast, {"name": SENT[0], "community": str(community)}, scope=scope))

    assert at_once(lambda: enter(HERE), lambda: enter(THERE)) == [None, None]
    assert sorted(outcome.new for outcome in answers) == [False, True]
    assert Enrolment.objects.count() == 1


def test_a_dispatch_and_a_sheet_with_its_people_wait_for_each_other(
    committed: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = committed
    wide = cast.scope(Role.MOBILISER, places=((420000000000, 429999999999),))
    check = dispatches._check_people

    def sheet() -> list[LineOutcome]:
        try:
            return assigned(cast, {"name": SENT[0], "first_day": str(FIRST)}, scope=wide)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as second:
        entered: list[Future[list[LineOutcome]]] = []

        def check_late(*given: Any) -> None:
            if not entered:
                entered.append(second.submit(sheet))
                wait_for_one_who_waits()
            check(*given)

        monkeypatch.setattr(dispatches, "_check_people", check_late)
        send(cast)
        (outcome,) = entered[0].result()
    assert not outcome.new and not outcome.faults
    assert Enrolment.objects.count() == len(cast.people)


def wait_for_one_who_waits() -> None:
    """Return when a connection waits for a row that another holds."""
    until = time.monotonic() + 10
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute("select count(*) from pg_locks where not granted")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.02)
    pytest.fail("nobody waits")
