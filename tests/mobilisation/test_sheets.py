"""Assignments and report-ins by sheet, and a pasted roll-call."""

import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from tests.mobilisation.cast import EVE, FIRST, HERE, MORNING, THERE, Cast
from tests.mobilisation.test_dispatch import send
from tests.mobilisation.test_moves import at_once
from tests.mobilisation.test_report_in import entry, report
from tests.mobilisation.test_screens import browser
from tests.world import LOCAL, NEIGHBOUR, SENT, identity_of, phone_of
from xiachen.base.errors import Forbidden, NotFound
from xiachen.base.ids import uuid7
from xiachen.mobilisation.models.report_ins import ReportIn
from xiachen.mobilisation.models.stays import Dispatch, Enrolment
from xiachen.mobilisation.operations import dispatches
from xiachen.mobilisation.operations.roll_calls import Match, recognise_roll_call
from xiachen.mobilisation.operations.sheets.assignments import ASSIGNMENTS
from xiachen.mobilisation.operations.sheets.report_ins import REPORT_INS
from xiachen.mobilisation.rules.recognising import PersonUnsure
from xiachen.papers.intake import Intake, Line, LineOutcome, Setting
from xiachen.people.models.members import Member
from xiachen.people.models.units import Organisation
from xiachen.people.operations.members import IDENTITY_FAULTS, BadIdentity, BadPhone
from xiachen.people.rules import IdentityFault
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role, Scope

# Nobody's number, and one with a wrong last place.
UNKNOWN = "13911112222"
MISTYPED = identity_of(SENT[0])[:-1] + ("2" if identity_of(SENT[0])[-1] == "1" else "1")
ROLL_CALL = f"/mobilisation/{HERE}/roll-call"


def lines(intake: Intake, *rows: Mapping[str, str]) -> list[Line]:
    """Return rows of a sheet as the reading hands them over."""
    blank = {field.name: "" for field in intake.fields}
    return [
        Line(number=number, id=uuid7(), values=blank | dict(row))
        for number, row in enumerate(rows, 2)
    ]


def assigned(cast: Cast, *rows: Mapping[str, str], **other: Any) -> list[LineOutcome]:
    given = [{"community": str(HERE), "first_day": str(EVE)} | dict(row) for row in rows]
    setting = Setting(values={"document": str(other.pop("document", cast.document.pk))})
    scope: Scope = other.pop("scope", cast.organiser)
    return ASSIGNMENTS.enter(scope, setting, lines(ASSIGNMENTS, *given), MORNING)


def fault(outcome: LineOutcome) -> tuple[str, str]:
    (one,) = outcome.faults
    return one.field, one.words


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


def reported(cast: Cast, *rows: Mapping[str, str], **other: Any) -> list[LineOutcome]:
    setting = Setting(community=HERE, values={"channel": other.pop("channel", "unit")})
    scope: Scope = other.pop("scope", cast.secretary)
    return REPORT_INS.enter(scope, setting, lines(REPORT_INS, *rows), MORNING)


def test_a_sheet_reports_people_in_once(cast: Cast) -> None:
    send(cast)
    rows = [{"name": name, "day": str(FIRST)} for name in SENT]
    assert all(outcome.new for outcome in reported(cast, *rows))
    again = reported(cast, *rows)
    assert not any(outcome.new or outcome.faults for outcome in again)
    assert ReportIn.objects.count() == 10


def test_who_is_not_expected_here_is_said_at_the_name(cast: Cast) -> None:
    send(cast, members=cast.people[:1])
    good, bad, unknown = reported(cast, {"name": SENT[0]}, {"name": LOCAL}, {"name": "无此人"})
    assert good.new
    assert fault(bad)[0] == "name" == fault(unknown)[0]
    (home,) = reported(cast, {"name": LOCAL}, channel="residence")
    assert home.new


def test_nobody_is_reported_in_beside_whose_name_something_else_stands(cast: Cast) -> None:
    send(cast)
    wrong = reported(
        cast,
        {"name": SENT[6], "phone": UNKNOWN},
        {"name": SENT[6], "organisation": cast.office.name},
        {"name": SENT[7], "identity_number": identity_of(SENT[7]), "phone": phone_of(SENT[8])},
        {"name": SENT[9], "identity_number": MISTYPED},
    )
    assert [fault(one)[0] for one in wrong] == [
        "phone",
        "organisation",
        "phone",
        "identity_number",
    ]
    assert not ReportIn.objects.exists()


def test_nobody_reports_people_in_for_another_community(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        reported(cast, {"name": SENT[0]}, scope=cast.outsider)


TEXT = f"""#接龙
3月1日到岗
1. {SENT[0]} {phone_of(SENT[0])} 已到
2、{SENT[1]}（观测局）
3. {SENT[2]} 请假
4. {LOCAL} 已到岗🌸
5. 无此人 已到
"""


def test_a_roll_call_is_matched_to_the_people_of_the_community(cast: Cast) -> None:
    send(cast)
    found = recognise_roll_call(cast.secretary, community=HERE, day=FIRST, text=TEXT)
    matches = {one.line.number: one.match for one in found}
    assert matches == {
        1: Match.SURE,
        2: Match.SURE,
        3: Match.ASKED,
        4: Match.SURE,
        5: Match.UNKNOWN,
    }
    assert [one.absent for one in found] == [False, False, True, False, False]
    seen = AuditEntry.objects.get(action="mobilisation.recognise-roll-call")
    assert set(seen.targets) == {*cast.people[:3], cast.neighbour}


def test_namesakes_of_a_roll_call_are_asked_about(cast: Cast) -> None:
    send(cast)
    twin = Member.objects.create(
        id=uuid4(), name=SENT[0], sort_key="x", organisation=cast.office, home_community_id=HERE
    )
    text = f"1. {SENT[0]}\n2. {SENT[0]} {phone_of(SENT[0])}"
    first, second = recognise_roll_call(cast.secretary, community=HERE, day=FIRST, text=text)
    assert first.match is Match.ASKED
    assert {id for id, _name in first.choices} == {twin.pk, cast.people[0]}
    assert [id for id, _name in second.choices] == [cast.people[0]]


@pytest.mark.parametrize(
    ("beside", "match"),
    [
        (UNKNOWN, Match.ASKED),
        (f"{UNKNOWN} 观测局", Match.ASKED),
        (phone_of(SENT[1]), Match.ASKED),
        ("市枫林观测局", Match.ASKED),
        ("（市枫林观测局已到）", Match.ASKED),
        (MISTYPED, Match.ASKED),
        (identity_of(SENT[1]), Match.ASKED),
        (identity_of(SENT[0]), Match.SURE),
        ("省枫林观测局 已到", Match.SURE),
        ("3栋卡口", Match.SURE),
    ],
)
def test_what_contradicts_the_name_in_a_roll_call_is_asked_about(
    cast: Cast, beside: str, match: Match
) -> None:
    send(cast)
    (found,) = recognise_roll_call(
        cast.secretary, community=HERE, day=FIRST, text=f"1. {SENT[0]} {beside}"
    )
    assert found.match is match
    assert [id for id, _name in found.choices] == [cast.people[0]]
    assert bool(found.doubts) == (match is Match.ASKED)


def test_a_roll_call_without_a_number_on_record_is_asked_about(cast: Cast) -> None:
    Member.objects.create(
        name="游子衿", sort_key="x", organisation=cast.office, home_community_id=HERE
    )
    text = f"1. 游子衿\n2. 游子衿 {UNKNOWN}\n3. 游子衿 13922223333 市枫林观测局"
    found = recognise_roll_call(cast.secretary, community=HERE, day=FIRST, text=text)
    assert [str(one.doubts[-1]) if one.doubts else "" for one in found][1] == str(PersonUnsure())
    assert found[0].match is Match.SURE


def test_those_ticked_and_chosen_are_reported_in_on_the_page(cast: Cast) -> None:
    send(cast)
    client = browser(cast)
    page = client.post(ROLL_CALL, {"text": TEXT, "channel": "unit"}).content.decode()
    assert f'value="{cast.people[0]}" checked' in page
    assert "The line says that the person has not come." in page and "Nobody found" in page
    given = {
        "take": "1",
        "channel": "unit",
        "members": [cast.people[0], cast.people[1]],
        "chosen": ["", cast.people[2], "nonsense"],
    }
    page = client.post(ROLL_CALL, given, follow=True).content.decode()
    assert "3 report-ins taken." in page
    assert ReportIn.objects.count() == 3


def test_an_outsider_pastes_nothing_here(cast: Cast) -> None:
    send(cast)
    report(cast.secretary, entry(cast.people[0]))
    answer = browser(cast, "outsider").post(ROLL_CALL, {"text": TEXT, "channel": "unit"})
    assert answer.status_code == 404
    with pytest.raises(Forbidden):
        recognise_roll_call(cast.outsider, community=HERE, day=FIRST, text=TEXT)
    assert Organisation.objects.exists()
