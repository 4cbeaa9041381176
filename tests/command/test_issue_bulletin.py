"""Issuing a bulletin: what it freezes, when a revision is due, and what opens behind a number."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.attendance.town import clock_at, entry
from tests.command.first_day import NEXT_DAY, NEXT_MIDNIGHT, FirstDay
from tests.world import DAY, FENGLIN, ZISONG, World
from xiachen.attendance.operations.check_ins import check_in
from xiachen.base.errors import Forbidden, Invalid, NotFound
from xiachen.command.models import Bulletin, FrozenFigure
from xiachen.command.operations.bulletins import (
    DayNotBegun,
    NothingHasChanged,
    ReasonMissing,
    issue_bulletin,
)
from xiachen.command.queries.bulletins import (
    bulletin,
    bulletin_text,
    bulletins,
    difference,
)
from xiachen.command.queries.house import figure
from xiachen.command.queries.rows import Behind, rows_behind
from xiachen.command.rules.template import DAILY, figures_of
from xiachen.people.models.members import Member
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role

S0 = (
    "派出10人",
    "到岗11人（含就地加入1人）",
    "到岗率100%（8:30前）",
    "4个小组（3/3/3/2）",
    "只报到不到岗0人",
    "只到岗不干事0人",
    "需求2项/已办2项",
    "临时党支部1个（书记1 副书记1）",
)


def test_the_first_day_prints_every_line_that_it_must(first_day: FirstDay) -> None:
    issued = first_day.issue()
    text = bulletin_text(first_day.headquarters, issued.pk, "zh-hans")
    missing = [line for line in S0 if line not in text]
    assert missing == [], text
    assert "3月1日0—24时" in text
    assert "截至3月1日24时" in text
    assert "截至3月2日1时" in text
    assert "第1版" in text


def test_the_english_text_says_the_same(first_day: FirstDay) -> None:
    text = bulletin_text(first_day.headquarters, first_day.issue().pk, "en")
    assert "11 people on site (of them 1 person joined on the spot)" in text
    assert "4 groups (3/3/3/2)" in text
    assert "0 people reported in but not on site" in text
    assert "1 March 2020, 0:00–24:00" in text
    assert "2 items needed, 2 of them met" in text


def opened(first_day: FirstDay, behind: Behind, value: Decimal) -> Decimal | int:
    """Return what the rows behind a number add up to; a mean or a maximum says what it said."""
    found = figure(behind.code)
    rows = rows_behind(first_day.headquarters, behind)
    return value if found.measured and rows.count() else found.counted(rows)


def test_every_number_opens_to_as_many_rows(first_day: FirstDay) -> None:
    issued = first_day.issue()
    assert {row.figure for row in issued.figures.all()} == set(figures_of(DAILY))
    for row in issued.figures.all():
        behind = Behind(code=row.figure, bulletin=issued.pk)
        assert opened(first_day, behind, row.value) == row.value, row.figure


def test_a_later_correction_changes_nothing_of_what_was_frozen(first_day: FirstDay) -> None:
    issued = first_day.issue()
    frozen = {row.figure: row.value for row in issued.figures.all()}
    first_day.take_back(first_day.town.people[3], at=NEXT_DAY + timedelta(minutes=5))
    for code, value in frozen.items():
        behind = Behind(code=code, bulletin=issued.pk)
        assert opened(first_day, behind, value) == value, code
    view = bulletin(first_day.headquarters, issued.pk)
    assert "到岗11人" in view.prose


def test_forces_and_service_are_printed_with_what_they_are_made_of(first_day: FirstDay) -> None:
    issued = first_day.issue(division=420100000000)
    text = bulletin_text(first_day.headquarters, issued.pk, "zh-hans")
    assert "下沉力量11人" in text
    assert "就近就地到社区报到1人" in text
    assert "累计参与11人次（当日11人次）" in text
    assert "报名" not in text and "督办" not in text and "服务0" not in text
    frozen = issued.figures.get(figure="mobilisation.forces")
    assert dict(frozen.groups["kind"]) == {"party-member": 11}
    assert frozen.rows is None  # facts choose them, and the marks fix those


def test_a_correction_makes_revision_two_with_its_difference(first_day: FirstDay) -> None:
    first_day.issue()
    first_day.take_back(first_day.town.people[3], at=NEXT_DAY + timedelta(minutes=5))
    second = first_day.issue(at=NEXT_DAY + timedelta(minutes=10), reason="一人误签")
    assert second.revision == 2
    changes = {one.title: one for one in difference(first_day.headquarters, second.pk)}
    present = changes["到岗"]
    assert (present.before, present.after, present.taken_back, present.late) == (
        "11人 / 11",
        "10人 / 11",
        1,
        0,
    )
    text = bulletin_text(first_day.headquarters, second.pk, "zh-hans")
    assert "到岗核减1人" in text
    assert "一人误签" in text
    assert "到岗10人" in text


def test_a_record_that_comes_late_is_told_as_such(world: World) -> None:
    from tests.command.first_day import play

    day = play(world, signed=10, worked=10)
    first = day.issue()
    late = check_in(
        day.town.worker,
        entries=[entry(day.town.people[10], clock_at(8, 20))],
        at=NEXT_DAY + timedelta(minutes=3),
    )
    assert late[0].new
    second = day.issue(at=NEXT_DAY + timedelta(minutes=10), reason="一部手机迟传")
    frozen = second.figures.get(figure="attendance.present")
    assert (frozen.value, frozen.late, frozen.taken_back) == (11, 1, 0)
    assert "到岗补报1人" in bulletin_text(day.headquarters, second.pk, "zh-hans")
    assert first.figures.get(figure="attendance.present").value == 10


def test_what_happens_after_the_former_cut_off_is_not_called_late(world: World) -> None:
    from tests.command.first_day import play

    day = play(world, signed=10, worked=10)
    noon = clock_at(18, 0)
    first = day.issue(at=noon)
    assert first.occurred_until == noon
    check_in(
        day.town.worker,
        entries=[entry(day.town.people[10], clock_at(19, 0))],
        at=clock_at(19, 1),
    )
    second = day.issue(reason="全天", until=NEXT_MIDNIGHT)
    frozen = second.figures.get(figure="attendance.present")
    assert (frozen.value, frozen.late) == (11, 0)
    assert "3月1日0—18时" in bulletin_text(day.headquarters, first.pk, "zh-hans")
    text = bulletin_text(day.headquarters, second.pk, "zh-hans")
    assert "3月1日0—24时" in text
    assert "统计时段有变化：上一版为3月1日0—18时" in text
    assert bulletin(day.headquarters, second.pk).former_period == "3月1日0—18时"


def test_a_revision_keeps_the_former_cut_off_and_its_columns_add_up(world: World) -> None:
    from tests.command.first_day import play

    day = play(world)
    first = day.issue(at=clock_at(18, 0))
    day.take_back(day.town.people[3], at=clock_at(20, 0))
    second = day.issue(reason="一人误签")
    assert second.occurred_until == first.occurred_until == clock_at(18, 0)
    before = {row.figure: row for row in first.figures.all()}
    for now in second.figures.all():
        assert before[now.figure].value + now.late - now.taken_back == now.value, now.figure
    view = bulletin(day.headquarters, second.pk)
    assert view.former_period == ""
    assert "3月1日0—18时" in view.text
    assert "到岗核减1人" in view.text
    present = next(one for one in view.changes if one.title == "到岗")
    assert (present.before, present.after, present.taken_back) == ("11人 / 11", "10人 / 11", 1)


def test_work_without_a_sign_in_is_a_line_of_its_own(world: World) -> None:
    from tests.command.first_day import play

    day = play(world, signed=10, worked=11)
    text = bulletin_text(day.headquarters, day.issue().pk, "zh-hans")
    assert "未签到有干事记录1人" in text
    assert "只报到不到岗0人" in text


def test_opened_rows_stand_in_the_order_of_their_names(first_day: FirstDay) -> None:
    issued = first_day.issue()
    keys = {one.pk: one.sort_key for one in Member.objects.filter(pk__in=first_day.town.people)}
    for behind in (
        Behind(code="attendance.present", bulletin=issued.pk),
        Behind(code="attendance.signed-in", division=FENGLIN, day=DAY),
    ):
        rows = rows_behind(first_day.headquarters, behind)
        named = [keys[getattr(row, "member_id", None) or row.member] for row in rows]
        assert len(named) == 11
        assert named == sorted(named), behind.code


def test_a_day_beyond_the_calendar_is_refused(first_day: FirstDay) -> None:
    for day in (date.min, date.max):
        with pytest.raises(Invalid):
            issue_bulletin(first_day.headquarters, division=FENGLIN, day=day, at=NEXT_DAY)


def test_nothing_new_is_no_revision(first_day: FirstDay) -> None:
    first_day.issue()
    with pytest.raises(NothingHasChanged):
        first_day.issue(at=NEXT_DAY + timedelta(minutes=1), reason="再发一次")
    assert Bulletin.objects.count() == 1
    assert FrozenFigure.objects.values("bulletin").distinct().count() == 1


def test_a_revision_says_why(first_day: FirstDay) -> None:
    first_day.issue()
    first_day.take_back(first_day.town.people[0])
    with pytest.raises(ReasonMissing):
        first_day.issue(at=NEXT_DAY + timedelta(minutes=1), reason=" ")
    assert Bulletin.objects.count() == 1


def test_a_bulletin_of_a_time_to_come_is_refused(first_day: FirstDay) -> None:
    for day, until in ((DAY + timedelta(days=1), None), (DAY, clock_at(22, 0))):
        with pytest.raises(DayNotBegun):
            issue_bulletin(
                first_day.headquarters,
                division=FENGLIN,
                day=day,
                at=clock_at(20, 0),
                occurred_until=until,
            )
    with pytest.raises(Invalid):
        first_day.issue(division=12)


def test_a_bulletin_of_the_city_counts_all_its_communities(first_day: FirstDay) -> None:
    issued = first_day.issue(division=420100000000)
    assert issued.completeness == {"expected": [ZISONG, FENGLIN], "heard": [FENGLIN]}
    view = bulletin(first_day.headquarters, issued.pk)
    assert [one.pk for one in view.silent] == [ZISONG]
    assert (view.heard, view.expected) == (1, 2)
    covered = issued.figures.get(figure="attendance.covered-communities")
    assert (covered.value, covered.of) == (1, 2)
    missing = Behind(code=covered.figure, bulletin=issued.pk, missing=True)
    opened = rows_behind(first_day.headquarters, missing)
    assert [row.community_id for row in opened] == [ZISONG]


def test_only_who_may_publish_issues_and_outsiders_see_nothing(first_day: FirstDay) -> None:
    issued = first_day.issue()
    with pytest.raises(Forbidden):
        issue_bulletin(first_day.town.secretary, division=FENGLIN, day=DAY, at=NEXT_DAY)
    outsider = first_day.town.outsider
    with pytest.raises(NotFound):
        bulletin(outsider, issued.pk)
    with pytest.raises(NotFound):
        rows_behind(outsider, Behind(code="attendance.present", bulletin=issued.pk))
    assert not bulletins(outsider).exists()
    assert [one.pk for one in bulletins(first_day.town.secretary)] == [issued.pk]


def test_a_bulletin_of_another_incident_is_not_there(first_day: FirstDay) -> None:
    from dataclasses import replace
    from uuid import uuid4

    issued = first_day.issue()
    elsewhere = replace(first_day.headquarters, incident=uuid4())
    with pytest.raises(NotFound):
        bulletin(elsewhere, issued.pk)


def test_rows_that_name_people_need_the_right_to_see_people(first_day: FirstDay) -> None:
    issued = first_day.issue()
    inspector = first_day.town.world.scope(Role.INSPECTOR)
    assert bulletin(inspector, issued.pk).place == "枫林上城社区居民委员会"
    with pytest.raises(Forbidden):
        rows_behind(inspector, Behind(code="attendance.present", bulletin=issued.pk))


def test_issuing_is_audited_with_its_reason(first_day: FirstDay) -> None:
    issued = first_day.issue()
    entry = AuditEntry.objects.get(action="command.issue-bulletin")
    assert (entry.targets, entry.community) == ([issued.pk], FENGLIN)
