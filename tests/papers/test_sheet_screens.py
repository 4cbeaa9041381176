"""The pages of a sheet on its way in."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.oracle import ORACLE
from tests.world import SENT, World, phone_of
from xiachen.papers.models.drafts import Draft, State
from xiachen.papers.models.matchings import Matching
from xiachen.papers.operations import drafts as operations
from xiachen.people.models.members import Member
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role

pytestmark = pytest.mark.urls("tests.papers.guests")
ROWS = ("顾一帆,13911110001", "顾二帆,139", "顾三帆,13911110003")


@pytest.fixture
def organiser(world: World) -> Client:
    client = Client()
    client.force_login(world.accounts[Role.ORGANISER])
    return client


def csv(*rows: str, headings: str = "姓名,手机号") -> SimpleUploadedFile:
    return SimpleUploadedFile("来客.csv", "\n".join([headings, *rows]).encode("gb18030"))


def send(client: Client, *rows: str, **more: str) -> Any:
    return client.post("/papers/guests/send", {"file": csv(*(rows or ROWS), **more)})


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def confirm(client: Client, *rows: str) -> str:
    address = send(client, *rows)["Location"]
    client.post(f"{address}columns", {"column-0": "name", "column-1": "phone"})
    return str(address)


def test_a_sheet_goes_in_by_its_steps(organiser: Client) -> None:
    assert "来客" in page(organiser, "/papers/")
    assert "手机号" in page(organiser, "/papers/guests/send")
    address = send(organiser)["Location"]
    columns = page(organiser, address)
    assert '<option value="name" selected>' in columns
    assert "139****0001" not in columns.replace("139****0001", "", 1)
    assert "顾一帆" not in columns and "13911110001" not in columns
    organiser.post(f"{address}columns", {"column-0": "name", "column-1": "phone"})
    found = page(organiser, address)
    assert 'name="cell.3.phone"' in found and 'value="顾二帆"' not in found
    organiser.post(f"{address}mend", {"cell.3.phone": "13911110002"})
    assert 'name="cell.3.phone"' not in page(organiser, address)
    organiser.post(f"{address}enter")
    assert Member.objects.filter(name__startswith="顾").count() == 3
    assert "3" in page(organiser, address)


def test_columns_are_set_as_they_were_confirmed_before(organiser: Client) -> None:
    address = send(organiser, *ROWS, headings="名字,乙")["Location"]
    organiser.post(f"{address}columns", {"column-0": "name", "column-1": "phone"})
    again = page(organiser, send(organiser, *ROWS, headings="乙,名字")["Location"])
    assert again.index('value="phone" selected') < again.index('value="name" selected')


def test_what_is_no_number_of_a_line_mends_nothing(organiser: Client) -> None:
    address = confirm(organiser)
    answer = organiser.post(f"{address}mend", {"cell.².phone": "1", "leave": ["²", "9" * 5000]})
    assert answer.status_code == 302
    assert Draft.objects.get().total == 3


COLUMNS = {"column-0": "name", "column-1": "phone"}


def test_the_first_person_of_a_sheet_without_headings_is_entered(organiser: Client) -> None:
    sheet = SimpleUploadedFile("来客.csv", "顾一帆,13911110001\n顾二帆,13911110002\n".encode())
    address = organiser.post("/papers/guests/send", {"file": sheet})["Location"]
    asked = page(organiser, address)
    assert 'name="first"' in asked
    assert "13911110001" not in asked and "顾一帆" not in asked
    answer = organiser.post(f"{address}columns", COLUMNS)
    assert answer.status_code == 200 and 'class="wrong"' in answer.content.decode()
    assert Draft.objects.get().state == State.MATCHING
    organiser.post(f"{address}columns", COLUMNS | {"first": "row"})
    assert 'name="first"' not in page(organiser, f"{address}columns")
    organiser.post(f"{address}columns", COLUMNS)
    organiser.post(f"{address}enter")
    assert Member.objects.filter(name__startswith="顾").count() == 2
    assert not Matching.objects.exists()


def test_unknown_headings_are_headings_where_somebody_says_so(organiser: Client) -> None:
    address = send(organiser, headings="甲,乙")["Location"]
    assert ">乙</label>" in page(organiser, address)
    organiser.post(f"{address}columns", COLUMNS | {"first": "headings"})
    assert Draft.objects.get().total == 3
    assert not Matching.objects.exists()
    again = page(organiser, send(organiser, headings="甲,乙")["Location"])
    assert 'name="first"' in again and 'value="phone" selected' not in again


def test_the_file_to_mend_of_a_sheet_without_headings_has_some(organiser: Client) -> None:
    sheet = SimpleUploadedFile("来客.csv", "顾一帆,139\n顾二帆,13911110002\n".encode())
    address = organiser.post("/papers/guests/send", {"file": sheet})["Location"]
    organiser.post(f"{address}columns", COLUMNS | {"first": "row"})
    errors = SimpleUploadedFile("a.xlsx", organiser.get(f"{address}errors").content)
    again = organiser.post("/papers/guests/send", {"file": errors})["Location"]
    assert 'value="phone" selected' in page(organiser, again)


def test_a_needed_column_is_asked_for(organiser: Client) -> None:
    address = send(organiser, headings="名字,乙")["Location"]
    answer = organiser.post(f"{address}columns", {"column-0": "", "column-1": "phone"})
    assert "姓名" in answer.content.decode()
    assert Draft.objects.get().state == State.MATCHING


def test_the_good_lines_are_entered_and_the_others_kept(organiser: Client) -> None:
    address = confirm(organiser)
    organiser.post(f"{address}enter", {"keep": "1"})
    assert Member.objects.filter(name__startswith="顾").count() == 2
    assert 'name="cell.3.phone"' in page(organiser, address)
    organiser.post(f"{address}mend", {"leave": "3"})
    assert Draft.objects.get().total == 0
    assert page(organiser, address)


def test_a_line_is_opened_and_mended_whole(organiser: Client) -> None:
    address = confirm(organiser)
    assert 'value="顾二帆"' in page(organiser, f"{address}lines/3")
    organiser.post(f"{address}lines/3", {"name": "顾二", "phone": "13911110002"})
    assert Draft.objects.get().faulty == 0
    assert organiser.get(f"{address}lines/99").status_code == 404


def test_the_lines_to_mend_are_taken_as_a_file(organiser: Client) -> None:
    answer = organiser.get(f"{confirm(organiser)}errors")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer.content.startswith(b"PK")


def test_a_number_is_shown_masked_but_where_its_cell_is_mended(
    world: World, organiser: Client
) -> None:
    address = confirm(organiser, f"{SENT[0]},{phone_of(SENT[0])}", "顾一帆,13911110001")
    with ORACLE.revealing():
        found = page(organiser, address)
        assert phone_of(SENT[0]) in found
        assert f'value="{phone_of(SENT[0])}"' in found
        assert SENT[0] in found and "顾一帆" in found
        assert "139****0001" in found and "13911110001" not in found
    assert AuditEntry.objects.filter(action="papers.view-draft").count() == 1


def test_good_lines_tell_what_becomes_of_them_and_how_many_more_there_are(
    organiser: Client,
) -> None:
    organiser.post(f"{confirm(organiser, ROWS[0])}enter")
    many = [f"顾{n}帆,139222200{n}" for n in range(10, 16)]
    address = send(organiser, *many)["Location"]
    columns = {"column-0": "name", "column-1": "phone", "same-came": "2020.3.1"}
    organiser.post(f"{address}columns", columns)
    found = page(organiser, address)
    assert found.count(">new</td>") == 5
    assert "and 1 more line<" in found
    assert "The same for every line: 到达日期 <b>2020-03-01</b>" in found


def test_others_do_not_find_the_sheet(world: World, organiser: Client) -> None:
    address = confirm(organiser)
    for role, status in ((Role.MOBILISER, 404), (Role.STREET, 404), (Role.ADMINISTRATOR, 404)):
        other = Client()
        other.force_login(world.accounts[role])
        for part in ("", "columns", "lines/3", "errors"):
            assert other.get(f"{address}{part}").status_code == status
        for part in ("mend", "enter", "give-up"):
            assert other.post(f"{address}{part}").status_code == status
    assert not Member.objects.filter(name__startswith="顾").exists()


def test_whose_role_enters_nobody_is_refused(world: World) -> None:
    street = Client()
    street.force_login(world.accounts[Role.STREET])
    assert "/papers/guests/send" not in street.get("/papers/").content.decode()
    assert street.get("/papers/guests/send").status_code == 403
    assert send(street).status_code == 403
    assert street.get("/papers/nothing/send").status_code == 404


def test_a_large_sheet_is_worked_on_while_the_page_is_left(
    organiser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "AT_ONCE", 2)
    address = confirm(organiser)
    assert Draft.objects.get().state == State.CHECKING
    assert 'hx-trigger="every 1s"' in page(organiser, address)
    assert organiser.post(f"{address}enter").status_code == 409


def test_a_sheet_is_deleted(organiser: Client) -> None:
    address = confirm(organiser)
    assert organiser.post(f"{address}give-up").status_code == 302
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    "content",
    [b"", b"%PDF-1.7", "姓名,手机号\n".encode(), b"PK\x03\x04torn", b"<html><table>"],
    ids=["empty", "pdf", "headings", "torn", "web page"],
)
def test_what_is_no_sheet_is_said_at_the_file(organiser: Client, content: bytes) -> None:
    answer = organiser.post("/papers/guests/send", {"file": SimpleUploadedFile("a.xlsx", content)})
    assert answer.status_code == 200
    assert 'class="wrong"' in answer.content.decode()
    assert not Draft.objects.exists()


class _Large(BytesIO):
    """Three hundred megabytes that take no memory."""

    name = "大.xlsx"
    _left = 300 * 1024 * 1024

    def read(self, size: int | None = -1) -> bytes:
        taken = min(self._left, 1 << 20 if size is None or size < 0 else size)
        self._left -= taken
        return bytes(taken)


def test_three_hundred_megabytes_are_dropped_while_they_come_in(world: World) -> None:
    from xiachen.papers.uploads import LARGEST, InMemory

    handler = InMemory()
    handler.new_file("file", "大.xlsx", "application/octet-stream", None)
    file = _Large()
    most = 0
    while block := file.read(256 * 1024):
        handler.receive_data_chunk(block, 0)
        most = max(most, handler._file.seek(0, 2))
    assert most <= LARGEST
    made = handler.file_complete(0)
    assert made.size == 300 * 1024 * 1024
    made.seek(0)
    assert made.read() == b""
    made.close()


def test_a_file_that_is_too_large_is_refused_in_words(organiser: Client) -> None:
    large = SimpleUploadedFile("a.csv", bytes(21 * 1024 * 1024))
    answer = organiser.post("/papers/guests/send", {"file": large})
    assert answer.status_code == 200
    assert "a.csv" in answer.content.decode()
    assert not Draft.objects.exists()
