"""The phone's app under /phone/: the built files, for whoever asks, with the headers they need."""

import gzip
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from xiachen.site.phone_app import FILES


@pytest.mark.django_db
def test_the_app_opens_without_cookie_or_question_to_the_database(client: Client) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page = client.get("/phone/")
    assert page.status_code == 200
    assert page.content == (FILES / "index.html").read_bytes()
    assert page["Cache-Control"] == "no-cache"
    assert "Set-Cookie" not in page and not page.cookies
    assert len(asked) == 0


def test_every_file_of_the_page_is_there_and_lasts(client: Client) -> None:
    named = re.findall(r'(?:src|href)="(/phone/[^"]+)"', client.get("/phone/").content.decode())
    assert any(name.endswith(".js") for name in named)
    for name in named:
        answer = client.get(name)
        assert answer.status_code == 200, name
        assert ("immutable" in answer["Cache-Control"]) == name.startswith("/phone/assets/")


def test_the_service_worker_knows_every_file_and_is_asked_for_each_time(client: Client) -> None:
    worker = client.get("/phone/sw.js")
    assert worker["Content-Type"].startswith("text/javascript")
    assert worker["Cache-Control"] == "no-cache"
    names = {path.relative_to(FILES).as_posix() for path in FILES.rglob("*") if path.is_file()}
    for name in names - {"index.html", "sw.js"}:
        assert name in worker.content.decode(), name


def test_scripts_travel_compressed(client: Client) -> None:
    plain = client.get("/phone/sw.js")
    small = client.get("/phone/sw.js", headers={"accept-encoding": "gzip, br"})
    assert small["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.content) == plain.content


def test_what_is_known_is_not_sent_again(client: Client) -> None:
    tag = client.get("/phone/")["ETag"]
    again = client.get("/phone/", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/phone/", headers={"if-none-match": '"other"'}).status_code == 200


def test_the_policy_lets_no_foreign_script_run(client: Client) -> None:
    policy = client.get("/phone/")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_nothing_else_lies_there(client: Client) -> None:
    assert client.post("/phone/").status_code == 405
    assert client.get("/phone")["Location"] == "/phone/"
    for name in ("/phone/../settings.py", "/phone/assets/", "/phone/none.js"):
        assert client.get(name).status_code == 404, name
