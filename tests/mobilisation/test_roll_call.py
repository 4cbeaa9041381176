"""A roll-call of a chat, pasted."""

from uuid import uuid4

import pytest

from tests.mobilisation.cast import FIRST, HERE, Cast
from tests.mobilisation.sheet_lines import MISTYPED, UNKNOWN
from tests.mobilisation.test_dispatch import send
from tests.mobilisation.test_report_in import entry, report
from tests.mobilisation.test_screens import browser
from tests.world import LOCAL, SENT, identity_of, phone_of
from xiachen.base.errors import Forbidden
from xiachen.mobilisation.models.report_ins import ReportIn
from xiachen.mobilisation.operations.roll_calls import Match, recognise_roll_call
from xiachen.mobilisation.rules.recognising import PersonUnsure
from xiachen.people.models.members import Member
from xiachen.people.models.units import Organisation
from xiachen.privacy.models import AuditEntry

ROLL_CALL = f"/mobilisation/{HERE}/roll-call"


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
