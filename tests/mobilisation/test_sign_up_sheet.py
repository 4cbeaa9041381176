"""The unit's sheet of sign-ups: people known and unknown, bad cells, and the same sheet again."""

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid5

from django.utils.translation import override

from tests.mobilisation.calling import call, liaison
from tests.mobilisation.cast import FIRST, HERE, MORNING, Cast
from tests.people.sheets.lines import told, words
from tests.world import SENT, identity_of, phone_of
from xiachen.mobilisation.models.call_ups import CallUp
from xiachen.mobilisation.models.sign_ups import SignUp
from xiachen.mobilisation.operations.call_ups import QuotaEntry
from xiachen.mobilisation.operations.sign_up_sheets import CALL, SIGN_UPS
from xiachen.papers.intake import Line, LineOutcome, Setting
from xiachen.people.models.members import Member
from xiachen.people.rules import check_digit
from xiachen.privacy.scope import Role, Scope

_FILE = UUID("0d2f1a06-0f0c-4a1c-8a93-3c9e5a3b7c55")


def lines(*rows: Mapping[str, str], file: str = "a") -> list[Line]:
    names = {field.name for field in SIGN_UPS.fields}
    return [
        Line(
            number=number,
            id=uuid5(_FILE, f"{file}:{number}"),
            values=dict.fromkeys(names, "") | dict(row),
        )
        for number, row in enumerate(rows, 2)
    ]


def enter(
    scope: Scope, made: CallUp, *rows: Mapping[str, str], file: str = "a"
) -> Sequence[LineOutcome]:
    setting = Setting(values={CALL: str(made.pk)})
    with override("en"):
        return SIGN_UPS.enter(scope, setting, lines(*rows, file=file), MORNING)


def known(cast: Cast, number: int, **other: str) -> dict[str, str]:
    name = SENT[number]
    return {
        "name": name,
        "phone": phone_of(name),
        "organisation": cast.department.name,
        **other,
    }


def test_known_and_unknown_people_are_signed_up(cast: Cast) -> None:
    made = call(cast)
    new = {
        "name": "郁时雨",
        "phone": "13911112222",
        "organisation": cast.department.name,
        "identities": "党员、志愿者",
        "wished_community": "枫林上城社区",
        "from_day": "2020-03-03",
        "days": "5",
        "words": "会开车",
    }
    done = enter(liaison(cast), made, known(cast, 0), new)
    assert told(done) == ["new", "new"]
    row = SignUp.objects.get(member__name="郁时雨")
    assert (row.state, row.community_id, row.words) == ("ready", HERE, "会开车")
    assert (row.from_day - FIRST).days == 2 and (row.to_day - row.from_day).days == 4
    assert row.member.identities.count() == 2


def test_the_same_sheet_again_changes_nothing(cast: Cast) -> None:
    made = call(cast)
    rows = [known(cast, 0), {"name": "郁时雨", "organisation": cast.department.name}]
    for file, expected in (("a", ["new", "new"]), ("a", ["already"] * 2), ("b", ["already"] * 2)):
        assert told(enter(liaison(cast), made, *rows, file=file)) == expected, file
    assert SignUp.objects.count() == 2
    assert Member.objects.filter(name="郁时雨").count() == 1


def test_bad_cells_are_named_and_nothing_of_their_rows_is_entered(cast: Cast) -> None:
    made = call(cast, quotas=[QuotaEntry(organisation=cast.office.pk)])
    here = {"organisation": cast.office.name}
    wrong_digit = identity_of(SENT[0])[:17]
    wrong_digit += "0" if check_digit(wrong_digit) != "0" else "1"
    rows = [
        {"name": "甲一", **here},
        {"name": "乙二", "phone": "1391111222", **here},
        {"name": "丙三", "identity_number": wrong_digit, **here},
        {"name": "丁四", "identity_number": "340524800101001", **here},
        {"name": "戊五", "organisation": "观测局二处"},
        {"name": "己六", "wished_community": "滨湖社区", **here},
        {"name": "庚七", "days": "31", **here},
        {"name": "辛八", "organisation": cast.department.name},
        {"name": "壬九", "phone": phone_of(SENT[0]), **here},
        {"name": "癸十", "phone": "13911112222", **here},
        {"name": "癸拾", "phone": "13911112222", **here},
    ]
    done = enter(liaison(cast), made, *rows)
    assert told(done) == [
        "new",
        "phone",
        "identity_number",
        "identity_number",
        "organisation",
        "wished_community",
        "days",
        "organisation",
        "phone",
        "new",
        "phone",
    ]
    said = words(done)
    assert not any(text in said for text in ("乙二", "1391111222", wrong_digit, SENT[0]))
    assert set(SignUp.objects.values_list("member__name", flat=True)) == {"甲一", "癸十"}
    assert not Member.objects.filter(name__in=["己六", "庚七", "辛八", "癸拾"]).exists()


def test_only_whoever_signs_people_up_enters_the_sheet(cast: Cast) -> None:
    made = call(cast)
    from xiachen.base.errors import Refused

    for role in (Role.SECRETARY, Role.MEMBER, Role.HEADQUARTERS):
        try:
            enter(cast.world.scope(role), made, known(cast, 0))
        except Refused as refusal:
            assert refusal.status in (403, 404)
        else:
            raise AssertionError(role)
    assert not SignUp.objects.exists()


def test_open_calls_are_offered_to_choose_from(cast: Cast) -> None:
    made = call(cast)
    (ask,) = SIGN_UPS.asks
    assert [key for key, _words in ask.choices(liaison(cast))] == [str(made.pk)]
    assert list(ask.choices(cast.world.stranger)) == []
    assert told(enter(cast.world.scope(Role.MOBILISER), made, known(cast, 1))) == ["new"]
