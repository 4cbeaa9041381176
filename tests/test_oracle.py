"""The oracle itself: each kind of leak is made once, for real, and found."""

import io
import logging
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import psycopg
import pytest
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.test import Client
from django.urls import path
from procrastinate.contrib.django import app

from tests.oracle import ORACLE, Kind, Oracle, hidden_names, search_files
from tests.world import FENGLIN, NEIGHBOUR, OUTSIDER, SENT, ZISONG, identity_of, phone_of
from xiachen.privacy.scope import Role, Scope

NAME = SENT[0]
PHONE = phone_of(NAME)
IDENTITY = identity_of(NAME)
SECRETARY = Scope(account=Mock(), role=Role.SECRETARY, places=((FENGLIN, FENGLIN),))


def answer(request: HttpRequest) -> HttpResponse:
    if seeing := request.GET.get("seeing"):
        request.scope = {"secretary": SECRETARY}[seeing]  # type: ignore[attr-defined]
    return HttpResponse(request.GET.get("text", ""))


def as_json(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"name": NAME})


def as_parts(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(iter([b"a", PHONE.encode()]))


def as_sheet(request: HttpRequest) -> HttpResponse:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", f"<t>{IDENTITY}</t>" * 100)
    return HttpResponse(packed.getvalue())


urlpatterns = [
    path("answer", answer),
    path("json", as_json),
    path("parts", as_parts),
    path("sheet", as_sheet),
]


@pytest.fixture
def client(settings: Any, db: None) -> Client:
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = []
    return Client()


def kinds(leaks: object) -> set[Kind]:
    return {leak.kind for leak in leaks}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        (f"/answer?text={NAME}", Kind.NAME),
        (f"/answer?text={PHONE}", Kind.PHONE),
        (f"/answer?text={PHONE}&seeing=secretary", Kind.PHONE),
        ("/json", Kind.NAME),
        ("/sheet", Kind.IDENTITY),
    ],
)
def test_a_response_that_says_too_much_is_found(client: Client, address: str, kind: Kind) -> None:
    with ORACLE.expecting() as leaks:
        client.get(address)
    [leak] = {(leak.kind, leak.test) for leak in leaks}
    assert leak[0] == kind and "test_a_response_that_says_too_much" in leak[1]


def test_a_response_in_parts_is_searched_as_it_is_read(client: Client) -> None:
    with ORACLE.expecting() as leaks:
        assert PHONE.encode() in client.get("/parts").getvalue()
    assert kinds(leaks) == {Kind.PHONE}


def test_a_name_is_no_leak_to_who_may_see_the_person(client: Client) -> None:
    with ORACLE.expecting() as leaks:
        client.get(f"/answer?text={NAME}&seeing=secretary")
    assert not leaks


def test_a_phone_is_no_leak_where_the_test_says_that_it_is_revealed(client: Client) -> None:
    with ORACLE.expecting() as leaks:
        with ORACLE.revealing():
            client.get(f"/answer?text={PHONE}&seeing=secretary")
        assert not leaks
        client.get(f"/answer?text={PHONE}&seeing=secretary")
        assert leaks


def test_the_outsider_and_the_administrator_see_no_names_of_the_town() -> None:
    next_door = Scope(account=Mock(), role=Role.SECRETARY, places=((ZISONG, ZISONG),))
    assert NAME in hidden_names(next_door)
    assert not {OUTSIDER, NEIGHBOUR} & hidden_names(next_door)
    for role in (Role.ADMINISTRATOR, Role.AUDITOR):
        assert NAME in hidden_names(Scope(account=Mock(), role=role, places=((0, 10**12),)))


@pytest.mark.parametrize("canary", [NAME, PHONE, IDENTITY])
def test_a_log_record_with_a_value_is_found(canary: str) -> None:
    with ORACLE.expecting() as leaks:
        logging.getLogger("xiachen.invented").warning("about %s", canary)
    assert [leak.canary for leak in leaks] == [canary]


def test_an_exceptions_text_is_kept_out_of_the_log() -> None:
    with ORACLE.expecting() as leaks:
        try:
            raise ValueError(PHONE)
        except ValueError:
            logging.getLogger("xiachen.invented").exception("it failed")
    assert not leaks


def test_a_job_that_carries_a_value_is_found(db: None) -> None:
    with ORACLE.expecting() as leaks:
        app.configure_task("privacy.jobs.seal_audit").defer(timestamp=0, name=NAME)
    assert kinds(leaks) == {Kind.NAME}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_file_with_a_number_is_found_unless_it_was_fed_in(
    tmp_path_factory: pytest.TempPathFactory, encoding: str
) -> None:
    folder = Path(str(tmp_path_factory.mktemp("exports")))
    sheet = folder / "people.csv"
    sheet.write_text(f"{NAME},{PHONE}\n", encoding=encoding)
    with ORACLE.expecting() as leaks:
        search_files([folder])
    assert kinds(leaks) == {Kind.PHONE}, "a name may stand in an export"
    (folder / "given").mkdir()
    sheet.rename(folder / "given" / sheet.name)
    with ORACLE.expecting() as leaks:
        search_files([folder])
    assert not leaks


def test_a_value_in_postgresqls_log_is_found(owner_dsn: str, settings: Any, tmp_path: Path) -> None:
    from tests.oracle import _search_server_log

    log = tmp_path / "postgres" / "server.log"
    log.parent.mkdir()
    log.write_text("ERROR:  no such table\n")
    settings.HOME = tmp_path
    with ORACLE.expecting() as leaks:
        _search_server_log()
        assert not leaks
        log.write_text(f"ERROR:  invalid input syntax for type date: {NAME}\n")
        _search_server_log()
    log.unlink()
    assert kinds(leaks) == {Kind.NAME}


def test_the_servers_own_log_is_silent_about_what_a_failing_statement_said(
    django_db_setup: None, owner_dsn: str
) -> None:
    from django.conf import settings

    with psycopg.connect(owner_dsn) as owner, pytest.raises(psycopg.Error):
        owner.execute("select %s::date", [PHONE])
    logs = list((settings.HOME / "postgres").glob("server.log*"))
    assert logs or os.environ.get("DATABASE_URL")
    assert all(PHONE not in log.read_text() for log in logs)


def test_another_oracle_knows_what_it_has_searched() -> None:
    other = Oracle()
    other.search("log one", "nothing here")
    assert other.searched == {"log": 1} and not other.leaks


@pytest.mark.parametrize(("said", "status"), [(PHONE, 1), ("nothing", 0)])
def test_a_leak_makes_the_whole_run_fail(tmp_path: Path, said: str, status: int) -> None:
    test = tmp_path / "given" / "test_said.py"
    test.parent.mkdir()
    test.write_text(
        f"import logging\ndef test_it() -> None:\n    logging.getLogger().warning({said!r})\n"
    )
    alone = ["-p", "no:cacheprovider", "--rootdir", str(test.parent)]
    base = ["--basetemp", str(test.parent / "base")]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.oracle", *alone, *base, str(test)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
        cwd=test.parent,
    )
    assert "1 passed" in run.stdout, run.stdout
    assert run.returncode == status
    assert (f"phone {PHONE} in log root" in run.stdout) is bool(status)
