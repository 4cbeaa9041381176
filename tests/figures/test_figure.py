"""A figure's rows as cells: who reads names, who reads them masked, and how they are paged."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from xiachen.figures.figure import Column, Cutoff, Figure, reads_names
from xiachen.figures.units import PERSON
from xiachen.incidents.models import Incident
from xiachen.privacy.masking import mask_name
from xiachen.privacy.scope import Role, Scope

DAY = date(2020, 3, 1)
CUTOFF = Cutoff(incident=UUID(int=1), day=DAY, occurred_until=datetime(2020, 3, 2, tzinfo=UTC))
NAMED = Figure(
    code="test.named",
    title="Named",
    means="Rows with a name.",
    unit=PERSON,
    rows=lambda scope, cutoff: Incident.objects.order_by("name"),
    columns=(
        Column(heading="Name", cell=lambda row: row.name, mask=mask_name),
        Column(heading="Kind", cell=lambda row: row.kind),
    ),
)


def acting(role: Role) -> Scope:
    return Scope(account=uuid4(), role=role)


def name(*names: str) -> None:
    for one in names:
        Incident.objects.create(name=one, kind="flood", began_on=DAY)


@pytest.mark.parametrize(
    ("role", "read"),
    [
        (Role.TEAM_LEADER, "欧阳明月"),
        (Role.SECRETARY, "欧阳明月"),
        (Role.LIAISON, "欧阳明月"),
        (Role.HEADQUARTERS, "欧阳**"),
        (Role.STREET, "欧阳**"),
        (Role.INSPECTOR, "欧阳**"),
        (Role.AUDITOR, "欧阳**"),
    ],
)
def test_only_those_who_work_with_the_people_read_their_names(
    db: None, role: Role, read: str
) -> None:
    name("欧阳明月")
    page = NAMED.page(acting(role), NAMED.opened(acting(role), CUTOFF))
    assert page.lines == [(read, "flood")]
    assert reads_names(acting(role)) is (read == "欧阳明月")


def test_an_empty_cell_is_left_empty_rather_than_masked() -> None:
    column = Column(heading="Name", cell=lambda row: row, mask=mask_name)
    assert column.shown("", masked=True) == ""
    assert column.shown(None, masked=True) is None


def test_pages_hold_all_rows_once_and_a_page_too_far_gives_the_last(db: None) -> None:
    name(*(f"事件{number:03}" for number in range(7)))
    scope = acting(Role.SECRETARY)
    rows = NAMED.opened(scope, CUTOFF)
    pages = [NAMED.page(scope, rows, number, size=3) for number in (1, 2, 3)]
    assert [line[0] for page in pages for line in page.lines] == [f"事件{n:03}" for n in range(7)]
    assert [page.number for page in pages] == [1, 2, 3]
    assert NAMED.page(scope, rows, 9, size=3).number == 3
    assert pages[0].total == 7 and pages[0].pages == 3


def test_no_rows_make_one_empty_page(db: None) -> None:
    scope = acting(Role.SECRETARY)
    page = NAMED.page(scope, NAMED.opened(scope, CUTOFF))
    assert (page.lines, page.number, page.pages, page.total) == ([], 1, 1, 0)
