"""Playing scenarios through the real operations, and checking what the records say."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.contrib.auth import authenticate

from tests.drill.files import SEND, SMALL, SMALLER, documented
from xiachen.attendance.models.records import CheckIn
from xiachen.command.models import Bulletin
from xiachen.command.queries import house
from xiachen.command.queries.bulletins import bulletin_text
from xiachen.deployment.queries.scopes import scope_of
from xiachen.drill.models import Playing
from xiachen.drill.operations.playing import play
from xiachen.drill.queries.checking import check, printed
from xiachen.drill.queries.files import folder, names
from xiachen.drill.queries.logins import logins
from xiachen.drill.rules.faults import (
    AnotherScenario,
    EventFailed,
    NotPlayed,
    RealRecords,
    ScenarioFaulty,
)
from xiachen.drill.rules.scenario import DEMONSTRATION_PASSWORD
from xiachen.figures.queries import verify_rollups
from xiachen.incidents.models import Incident
from xiachen.incidents.operations import open_incident
from xiachen.people.models.accounts import Account, Grant
from xiachen.people.models.members import Member
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role, system_scope

S0_LINES = [
    "派出10人",
    "到岗11人(含就地加入1人)",
    "到岗率100%(8:30前)",
    "迟到0人",
    "4个小组(3/3/3/2)",
    "只报到不到岗0人",
    "只到岗不干事0人",
    "需求2项/已办2项",
    "临时党支部1个(书记1 副书记1)",
]

DAY = date(2020, 3, 1)

Written = Callable[[str], str]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Write a scenario file and return its path."""

    def write(text: str) -> str:
        path = tmp_path / "mine.toml"
        path.write_text(text, "utf-8")
        return str(path)

    return write


def test_the_first_day_prints_what_was_published(db: None) -> None:
    play("s0")
    lines = check("s0")
    assert [line.actual for line in lines] == S0_LINES
    assert all(line.equal for line in lines)


def test_the_bulletin_says_the_same_and_what_only_the_story_knows(db: None) -> None:
    play("s0")
    scope = scope_of(Grant.objects.get(account__username="headquarters"), day=DAY)
    text = bulletin_text(scope, Bulletin.objects.get().pk, "zh-hans")
    for said in ("派出10人", "到岗11人（含就地加入1人）", "4个小组（3/3/3/2）", "需求2项/已办2项"):
        assert said in text
    assert "临时党支部1个（书记1 副书记1）" in text
    assert "两个全覆盖机制2个（演练背景" in text


def test_roll_ups_agree_with_the_rows_of_a_played_day(db: None) -> None:
    played = play("s0")
    differ = verify_rollups(
        system_scope(played.incident),
        incident=played.incident,
        figures=house.figures_of_the_house(),
        days=[DAY - timedelta(days=1), DAY],
    )
    assert differ == []


@pytest.mark.parametrize("name", [name for name in names() if name[:3] == "s0-"])
def test_every_variant_of_the_first_day_says_what_it_expects(db: None, name: str) -> None:
    play(name)
    lines = check(name)
    assert lines and printed([line for line in lines if not line.equal]).count("\n") == 0


@pytest.mark.parametrize("path", sorted(SMALLER.glob("*.toml")), ids=lambda path: path.stem)
def test_the_great_operations_say_what_they_expect_with_fewer_people(db: None, path: Path) -> None:
    play(str(path))
    lines = check(str(path))
    assert lines and printed([line for line in lines if not line.equal]) == printed([])


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("s0-late", "迟到1人"),
        ("s0-idle", "只到岗不干事1人"),
        ("s0-absent", "只报到不到岗1人"),
        ("s0-three-groups", "squads refused: deployment.split-impossible"),
    ],
)
def test_each_variant_shows_what_went_wrong(db: None, name: str, line: str) -> None:
    play(name)
    assert line in [one.actual for one in check(name)]


@pytest.mark.parametrize("page", ["scenarios.md", "scenarios.zh.md"])
def test_the_example_of_the_documentation_plays(db: None, written: Written, page: str) -> None:
    path = written(documented(page))
    play(path)
    lines = check(path)
    assert len(lines) == 5
    assert [line for line in lines if not line.equal] == []


def test_playing_again_changes_nothing(db: None) -> None:
    first = play("s0")
    entries, signed = AuditEntry.objects.count(), CheckIn.objects.count()
    again = play("s0")
    assert (first.new, again.new) == (True, False)
    assert again.incident == first.incident and again.events == first.events
    assert (AuditEntry.objects.count(), CheckIn.objects.count()) == (entries, signed)


def test_progress_is_told_event_by_event(db: None) -> None:
    told: list[tuple[int, int, str]] = []
    played = play("s0", progress=lambda number, total, do: told.append((number, total, do)))
    assert [number for number, _, _ in told] == list(range(played.events + 1))
    assert told[-1] == (played.events, played.events, "command.issue-bulletin")


def test_everybody_is_invented_and_a_seed_draws_their_names(db: None, written: Written) -> None:
    play(written(SMALL), seed=5)
    drawn = set(Member.objects.values_list("name", flat=True))
    assert len(drawn) == 4
    assert not Member.objects.filter(invented=False).exists()
    assert Incident.objects.get().demonstration
    with pytest.raises(AnotherScenario):
        play(written(SMALL), seed=6)


def test_events_are_done_by_the_accounts_that_the_file_names(db: None) -> None:
    played = play("s0")
    leader = Account.objects.get(username="leader")
    acts = AuditEntry.objects.filter(account=leader.pk, incident=played.incident)
    assert "attendance.check-in" in set(acts.values_list("action", flat=True))
    assert {entry.role for entry in acts} == {Role.TEAM_LEADER}


def test_an_account_may_do_no_more_than_its_role(db: None, written: Written) -> None:
    wrong = SEND.replace('by = "organiser"', 'by = "headquarters"')
    with pytest.raises(EventFailed) as refused:
        play(written(SMALL + wrong))
    assert "base.forbidden" in str(refused.value)
    assert "mine.toml, line 41, [[event]] 2" in str(refused.value)


def test_nothing_is_kept_of_a_scenario_that_fails(db: None, written: Written) -> None:
    again = SEND.replace('"send"', '"again"').replace("09:00", "10:00")
    with pytest.raises(EventFailed):
        play(written(SMALL + SEND + again))
    assert not Incident.objects.exists()
    assert not Member.objects.exists() and not Account.objects.exists()
    assert not Playing.objects.exists()


def test_a_branch_of_two_full_members_is_refused(db: None, written: Written) -> None:
    branch = """
[[party]]
handle = "party"
name = "机关党委"

[[people]]
handle = "full"
count = 2
standing = "full"
unit = "bureau"

[[event]]
at = "10:00"
by = "organiser"
do = "people.form-branch"
[event.with]
name = "支部"
approved_by = "party"
members = ["full"]
secretary = "full-1"
"""
    with pytest.raises(EventFailed, match=r"people\.too-few-full-members"):
        play(written(SMALL + branch))


def test_one_person_is_not_enrolled_twice_on_the_same_days(db: None, written: Written) -> None:
    again = SEND.replace('members = ["staff"]', 'members = ["staff-2"], batch = 2')
    again = again.replace('"send"', '"again"').replace("09:00", "10:00")
    with pytest.raises(EventFailed, match=r"mobilisation\.enrolled-already"):
        play(written(SMALL + SEND + again))


def test_one_person_is_not_sent_to_two_communities_at_once(db: None, written: Written) -> None:
    elsewhere = '[[community]]\nhandle = "there"\nis = "420111002011"\n'
    here = SEND.replace('["staff"]', '["staff"], community = "here"')
    there = here.replace('"here"', '"there"').replace('"send"', '"again"')
    with pytest.raises(EventFailed, match=r"mobilisation\.sent-elsewhere"):
        play(written(SMALL + elsewhere + here + there))


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("紫菘枫林上城社区", ("420111002011", "420111002044")),
        ("滨湖社区", ("420106012020",)),
    ],
)
def test_an_ambiguous_community_is_answered_with_its_candidates(
    db: None, written: Written, text: str, candidates: tuple[str, ...]
) -> None:
    with pytest.raises(ScenarioFaulty) as refused:
        play(written(SMALL.replace("武汉市洪山区关山街道枫林上城社区", text)))
    said = str(refused.value)
    assert "[[community]] 1" in said
    assert all(candidate in said for candidate in candidates)


def test_an_unknown_community_is_named(db: None, written: Written) -> None:
    with pytest.raises(ScenarioFaulty, match="没有这样的社区"):
        play(written(SMALL.replace("枫林上城社区", "没有这样的社区")))


def test_a_refusal_that_does_not_come_is_not_equal(db: None, written: Written) -> None:
    path = written(SMALL + SEND + 'refused = "mobilisation.enrolled-already"\n')
    play(path)
    (line,) = check(path)
    assert not line.equal and line.actual == "send was done"


def test_another_refusal_than_the_expected_is_not_equal(db: None, written: Written) -> None:
    wrong = SEND.replace('by = "organiser"', 'by = "headquarters"')
    path = written(SMALL + wrong + 'refused = "mobilisation.enrolled-already"\n')
    play(path)
    (line,) = check(path)
    assert line.actual == "send refused: base.forbidden" and not line.equal


def test_a_line_that_the_records_do_not_say_is_not_equal(db: None, written: Written) -> None:
    expected = """
[[expect]]
line = "派出{mobilisation.dispatched}人"
values = { "mobilisation.dispatched" = 5 }
"""
    path = written(SMALL + SEND + expected)
    play(path)
    (line,) = check(path)
    assert (line.expected, line.actual, line.equal) == ("派出5人", "派出4人", False)
    assert "NOT EQUAL" in printed([line])


def test_a_figure_that_does_not_exist_is_named_with_the_nearest(db: None, written: Written) -> None:
    expected = '[[expect]]\nline = "{mobilisation.dispached}"\n'
    path = written(SMALL + expected + 'values = { "mobilisation.dispached" = 4 }\n')
    play(path)
    with pytest.raises(ScenarioFaulty, match=r"mobilisation\.dispatched"):
        check(path)


def test_a_scenario_is_not_played_among_real_records(db: None) -> None:
    open_incident(system_scope(), name="真实事件", kind="flood", began_on=DAY)
    with pytest.raises(RealRecords):
        play("s0")
    assert not Playing.objects.exists()


def test_a_changed_file_is_played_afresh_only(db: None, written: Written) -> None:
    play(written(SMALL))
    path = written(SMALL + "# changed\n")
    with pytest.raises(AnotherScenario):
        play(path)
    with pytest.raises(AnotherScenario):
        check(path)


def test_what_was_not_played_cannot_be_checked(db: None) -> None:
    with pytest.raises(NotPlayed):
        check("s0")


def test_one_signs_in_with_every_login(db: None) -> None:
    play("s0")
    found = logins("s0")
    assert [one.username for one in found][:2] == ["administrator", "headquarters"]
    assert all(len(one.roles) == 1 for one in found)
    assert authenticate(username="leader", password=DEMONSTRATION_PASSWORD) is not None
    assert not Account.objects.filter(demonstration=False).exists()


def test_the_outsider_counts_nothing(db: None) -> None:
    play("s0")
    scope = scope_of(Grant.objects.get(account__username="outsider"), day=DAY)
    figures = [one.code for one in house.figures_of_the_house()]
    stated = house.stated(scope, cutoff=house.day_so_far(scope, DAY), codes=figures)
    assert {code for code, one in stated.items() if one.value} == set()


def test_no_scenario_is_known_to_the_code() -> None:
    source = Path(folder()).parent / "src" / "xiachen" / "drill"
    code = "\n".join(path.read_text("utf-8") for path in source.rglob("*.py"))
    known = [name for name in names() if f'"{name}"' in code]
    assert known == []
    assert "420111002044" not in code and "shangcheng" not in code
