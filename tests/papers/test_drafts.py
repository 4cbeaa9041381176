"""A sheet on its way in: kept sealed, looked through, mended, entered once and for all."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections
from openpyxl import load_workbook
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.papers.guests import GUESTS
from tests.papers.sheets import cells as cells_of
from tests.world import World
from xiachen.base.errors import Forbidden, Invalid, NotFound
from xiachen.papers.intake import Setting
from xiachen.papers.models.drafts import Draft, DraftPart, State
from xiachen.papers.models.matchings import Matching
from xiachen.papers.operations import drafts as operations
from xiachen.papers.operations import entering
from xiachen.papers.operations.drafts import AtWork, ColumnMissing, ColumnTwice
from xiachen.papers.operations.taking import take_error_file
from xiachen.papers.queries import drafts as queries
from xiachen.papers.reading import read
from xiachen.papers.rules.matching import match
from xiachen.papers.uploads import in_memory
from xiachen.people.models.members import Member
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role, Scope

AT = datetime(2020, 3, 1, 8, tzinfo=UTC)
ROWS = ("顾一帆,13911110001,2020.3.1", "顾二帆,13911110002,43891", "顾三帆,13911110003,")


def sent(scope: Scope, *rows: str, headings: str = "姓名,手机号,到达日期") -> Draft:
    content = "\n".join([headings, *(rows or ROWS)]) + "\n"
    with in_memory(content.encode()) as file:
        return operations.begin_draft(
            scope,
            intake=GUESTS,
            file=file,
            name="来客.csv",
            sheet=None,
            setting=Setting(),
            grant=uuid4(),
            at=AT,
        )


def confirmed(scope: Scope, *rows: str, mapping: Sequence[str] = ("name", "phone", "came")) -> UUID:
    made = sent(scope, *rows)
    operations.confirm_columns(scope, draft=made.pk, intake=GUESTS, mapping=mapping, at=AT)
    return made.pk


def checked(scope: Scope, *rows: str) -> Draft:
    return entering.check_draft(scope, draft=confirmed(scope, *rows), intake=GUESTS, at=AT)


def entered(scope: Scope, draft: UUID, **more: bool) -> Draft:
    return entering.enter_draft(scope, draft=draft, intake=GUESTS, at=AT, **more)


def counts(draft: Draft) -> tuple[int, int, int, int]:
    return (draft.new, draft.changed, draft.already, draft.faulty)


def guests() -> set[str]:
    return set(Member.objects.filter(name__startswith="顾").values_list("name", flat=True))


@pytest.fixture
def scope(world: World) -> Scope:
    return world.scope(Role.ORGANISER)


def test_a_sheet_is_kept_sealed(scope: Scope) -> None:
    made = sent(scope)
    assert made.total == 3
    for sealed in (made.sealed, *DraftPart.objects.values_list("sealed", flat=True)):
        for text in ("顾一帆", "13911110001", "来客", "姓名"):
            assert text.encode() not in bytes(sealed)
    assert [row.cells[0] for row in made.parts.get().rows()] == ["顾一帆", "顾二帆", "顾三帆"]


def test_only_its_own_account_in_the_same_role_opens_it(world: World, scope: Scope) -> None:
    made = sent(scope)
    assert queries.draft(scope, made.pk) == made
    for other in (world.scope(Role.MOBILISER), world.scope(Role.LIAISON), world.stranger):
        with pytest.raises(NotFound):
            queries.draft(other, made.pk)
        with pytest.raises(NotFound):
            entered(other, made.pk)
        with pytest.raises(NotFound):
            operations.open_line(other, draft=made.pk, number=2)


def test_who_enters_nobody_sends_nothing(world: World) -> None:
    with pytest.raises(Forbidden):
        sent(world.scope(Role.STREET))
    assert not Draft.objects.exists()


def test_a_check_tells_what_would_be_and_leaves_nothing_behind(scope: Scope) -> None:
    found = checked(scope, *ROWS, "顾四帆,139,", "顾五帆,13911110005,昨天")
    assert counts(found) == (3, 0, 0, 2)
    assert guests() == set()
    faulty, pages = queries.faulty_page(scope, found.pk, page=1, size=10)
    assert [(one.row.number, one.faults[0].field) for one in faulty] == [(5, "phone"), (6, "came")]
    assert pages == 1
    said = str([fault.words for one in faulty for fault in one.faults])
    assert "139" not in said and "昨天" not in said


def test_all_lines_are_entered_once_and_nothing_of_the_sheet_stays(scope: Scope) -> None:
    found = checked(scope)
    done = entered(scope, found.pk)
    assert (done.state, done.entered_new) == (State.ENTERED, 3)
    assert guests() == {"顾一帆", "顾二帆", "顾三帆"}
    assert not DraftPart.objects.filter(draft=done).exists()
    assert done.about()["headings"] == []
    again = entered(scope, found.pk)
    assert again.entered_new == 3
    assert Member.objects.filter(name__startswith="顾").count() == 3


def test_the_same_file_again_changes_nothing(scope: Scope) -> None:
    entered(scope, checked(scope).pk)
    assert counts(checked(scope)) == (0, 0, 3, 0)
    assert entered(scope, checked(scope).pk).entered_already == 3
    assert len(guests()) == 3


def test_with_faults_nothing_is_entered_unless_the_good_lines_are_asked_for(scope: Scope) -> None:
    found = checked(scope, *ROWS, "顾四帆,139,")
    assert entered(scope, found.pk).state == State.CHECKED
    assert guests() == set()
    done = entered(scope, found.pk, keeps_faulty=True)
    assert (done.state, done.total, done.faulty, done.entered_new) == (State.CHECKED, 1, 1, 3)
    assert guests() == {"顾一帆", "顾二帆", "顾三帆"}
    operations.mend_lines(scope, draft=found.pk, cells={5: {"phone": "13911110004"}})
    assert counts(entering.check_draft(scope, draft=found.pk, intake=GUESTS, at=AT)) == (1, 0, 0, 0)
    last = entered(scope, found.pk)
    assert (last.state, last.entered_new) == (State.ENTERED, 4)


def test_a_line_is_left_out_and_told(scope: Scope) -> None:
    found = checked(scope, *ROWS, "顾四帆,139,")
    after = operations.mend_lines(scope, draft=found.pk, cells={}, leaving_out=[5])
    assert (after.total, after.left_out) == (3, [[5, "person"]])
    assert entered(scope, found.pk).state == State.ENTERED


def test_a_number_that_has_lost_digits_is_mended_in_its_cell(scope: Scope) -> None:
    found = checked(scope, "顾一帆,1.39E+10,")
    assert counts(found) == (0, 0, 0, 1)
    operations.mend_lines(scope, draft=found.pk, cells={2: {"phone": "13911110001"}})
    assert counts(entering.check_draft(scope, draft=found.pk, intake=GUESTS, at=AT)) == (1, 0, 0, 0)


def test_what_every_line_has_is_said_once(scope: Scope) -> None:
    made = sent(scope, "顾一帆", "顾二帆", headings="姓名,空")
    confirm = partial(
        operations.confirm_columns, scope, draft=made.pk, intake=GUESTS, mapping=("name", ""), at=AT
    )
    with pytest.raises(Invalid) as caught:
        confirm(same={"came": "昨天"})
    assert caught.value.field == "same-came"
    about = confirm(same={"came": "2020.3.1", "name": "不用"}).about()
    assert about["same"] == {"came": "2020-03-01"}
    assert counts(entering.check_draft(scope, draft=made.pk, intake=GUESTS, at=AT)) == (2, 0, 0, 0)


def test_confirmed_columns_are_remembered_without_a_word_of_the_sheet(scope: Scope) -> None:
    confirmed(scope)
    kept = Matching.objects.get()
    assert "姓名" not in str(kept.fields)
    headings = ["手机号", "到达日期", "姓 名*"]
    found = queries.confirmed(scope, kind="guests", headings=headings)
    assert found == kept
    assert found is not None
    assert found.by_heading(headings) == {
        "手机号": "phone",
        "到达日期": "came",
        "姓 名*": "name",
    }
    assert queries.confirmed(scope, kind="guests", headings=["姓名"]) is None
    confirmed(scope, mapping=("name", "", ""))
    assert Matching.objects.count() == 1


@pytest.mark.parametrize(
    ("mapping", "refusal"),
    [(("", "phone", ""), ColumnMissing), (("name", "phone", "phone"), ColumnTwice)],
)
def test_columns_that_cannot_be_are_refused(
    scope: Scope, mapping: Sequence[str], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        confirmed(scope, mapping=mapping)


def test_the_lines_to_mend_come_back_as_a_file_that_can_be_sent_again(scope: Scope) -> None:
    found = checked(scope, *ROWS, "顾四帆,139,", "=顾五帆,13911110005,昨天")
    paper = take_error_file(scope, draft=found.pk, intake=GUESTS)
    assert AuditEntry.objects.filter(action="papers.take-error-file").count() == 1
    with in_memory(paper.content) as file:
        sheet = read(file, name="a.xlsx", known=["姓名"])
    assert cells_of(sheet)[0] == ["原因", "姓名", "手机号", "到达日期"]
    assert [list(row.cells[1:]) for row in sheet.rows] == [
        ["顾四帆", "139", ""],
        ["=顾五帆", "13911110005", "昨天"],
    ]
    assert all(row.cells[0] for row in sheet.rows)


def test_the_mended_file_is_entered_as_it_is(scope: Scope) -> None:
    found = checked(scope, "顾一帆,+8613911110001,昨天", "顾二帆,-,昨天")
    assert counts(found) == (0, 0, 0, 2)
    book = load_workbook(BytesIO(take_error_file(scope, draft=found.pk, intake=GUESTS).content))
    lines = book.worksheets[0]
    for line in (2, 3):
        lines.cell(line, 4).value = "2020-03-01"
    mended = BytesIO()
    book.save(mended)
    with in_memory(mended.getvalue()) as file:
        made = operations.begin_draft(
            scope,
            intake=GUESTS,
            file=file,
            name="a.xlsx",
            sheet=None,
            setting=Setting(),
            grant=uuid4(),
            at=AT,
        )
    matches = match(GUESTS.fields, made.about()["headings"])
    mapping = [one.field for one in matches]
    operations.confirm_columns(scope, draft=made.pk, intake=GUESTS, mapping=mapping, at=AT)
    after = entering.check_draft(scope, draft=made.pk, intake=GUESTS, at=AT)
    assert counts(after) == (2, 0, 0, 0)


def test_after_a_day_a_sheet_is_gone(scope: Scope, world: World) -> None:
    old, new = sent(scope), sent(scope)
    Draft.objects.filter(pk=old.pk).update(
        begun_at=AT - timedelta(days=2), expires_at=AT - timedelta(days=1)
    )
    assert operations.expire_drafts(world.system, at=AT) == 1
    assert list(Draft.objects.values_list("pk", flat=True)) == [new.pk]
    assert set(DraftPart.objects.values_list("draft", flat=True)) == {new.pk}


def test_a_sheet_is_given_up(scope: Scope) -> None:
    operations.give_up_draft(scope, draft=sent(scope).pk)
    assert not Draft.objects.exists() and not DraftPart.objects.exists()


def test_a_large_sheet_is_worked_on_in_the_background_by_its_id_alone(scope: Scope) -> None:
    draft = confirmed(scope)
    operations.put_to_work(scope, draft=draft, state=State.ENTERING, at=AT)
    job = ProcrastinateJob.objects.get(task_name="site.jobs.work_on_draft")
    assert job.args == {"draft": str(draft)}
    with pytest.raises(AtWork):
        operations.mend_lines(scope, draft=draft, cells={})
    operations.stop_work(scope, draft=draft, words="why")
    assert queries.draft(scope, draft).failed == "why"


def test_the_job_works_as_whoever_has_sent_the_sheet(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.papers.guests import RECEPTION
    from xiachen.site import jobs

    monkeypatch.setattr(jobs, "RECEPTION", RECEPTION)
    scope = world.scope(Role.ORGANISER)
    draft = confirmed(scope)
    Draft.objects.filter(pk=draft).update(grant=world.grants[Role.ORGANISER].pk)
    operations.put_to_work(scope, draft=draft, state=State.CHECKING, at=AT)
    jobs.work_on_draft(str(draft))
    assert counts(queries.draft(scope, draft)) == (3, 0, 0, 0)
    operations.put_to_work(scope, draft=draft, state=State.ENTERING, at=AT)
    jobs.work_on_draft(str(draft))
    jobs.work_on_draft(str(draft))
    assert queries.draft(scope, draft).entered_new == 3
    lost = confirmed(scope)
    operations.put_to_work(scope, draft=lost, state=State.ENTERING, at=AT)
    jobs.work_on_draft(str(lost))
    after = queries.draft(scope, lost)
    assert after.state == State.CHECKED and after.failed


def test_a_file_is_entered_whole_where_nobody_can_be_asked(scope: Scope) -> None:
    def enter(*rows: str) -> entering.Entered:
        with in_memory("\n".join(["名字,电话", *rows]).encode()) as file:
            return entering.enter_file(scope, intake=GUESTS, file=file, name="a.csv", at=AT)

    found = enter("顾一帆,13911110001", "顾二帆,139")
    assert [(line, heading) for line, heading, _words in found.faults] == [(3, "电话")]
    assert guests() == set()
    assert enter("顾一帆,13911110001").new == 1
    assert enter("顾一帆,13911110001").already == 1
    with pytest.raises(ColumnMissing), in_memory("甲,乙\n1,2\n".encode()) as file:
        entering.enter_file(scope, intake=GUESTS, file=file, name="a.csv", at=AT)


def test_two_who_enter_the_same_sheet_at_once_enter_nobody_twice(committed_world: World) -> None:
    scope = committed_world.scope(Role.ORGANISER)
    rows = [f"顾{number}帆,139222{number:05d}," for number in range(40)]
    drafts = [checked(scope, *rows).pk for _ in range(2)]

    def enter(draft: UUID) -> Any:
        try:
            return entered(scope, draft)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(enter, [*drafts, *drafts]))
    assert all(one.state in {State.ENTERED, State.CHECKED} for one in done)
    assert Member.objects.filter(name__startswith="顾").count() == 40
