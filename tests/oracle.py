"""
The canary oracle: whatever the test run gives away is searched for the town's people.

Every person of `tests.world` has a name, a phone and an identity number that stand nowhere else.
During the whole run every response, log record and job argument is searched for them, at its end
also the files that tests have written and PostgreSQL's log. A find makes the run fail and says
where.

    phones, identity numbers    nowhere, but for responses inside `ORACLE.revealing()`
    names                       only in responses, and only to those who may see the person

What a test feeds in (a sheet to be imported) it writes into a folder named `given`, which is not
searched.
"""

import io
import json
import logging
import os
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from xiachen.privacy.scope import Scope
    from xiachen.sync.api.asking import Answer

GIVEN = "given"
_ENCODINGS = ("utf-8", "gb18030", "utf-16-le")
_LARGEST_FILE = 50 << 20


class Kind(StrEnum):
    """What a canary is of a person."""

    NAME = "name"
    PHONE = "phone"
    IDENTITY = "identity number"


@dataclass(frozen=True, slots=True)
class Leak:
    """A canary where it must not be: in which test, where, and what."""

    test: str
    where: str
    kind: Kind
    canary: str

    def __str__(self) -> str:
        return f"{self.test}: {self.kind} {self.canary} in {self.where}"


class Oracle:
    """What was found so far, and in which test we are."""

    def __init__(self) -> None:
        self.leaks: dict[Leak, None] = {}
        self.searched: dict[str, int] = {}
        self.test = "before the first test"
        self._kinds: dict[str, Kind] = {}
        self._pattern: re.Pattern[str] | None = None
        self._revealing = 0

    def search(
        self, where: str, text: str | bytes, *, forbidden: Callable[[Kind, str], bool] | None = None
    ) -> None:
        """Note every canary in a text, but for those that are allowed there."""
        place = where.partition(" ")[0]
        self.searched[place] = self.searched.get(place, 0) + 1
        texts = (
            [text.decode(name, "replace") for name in _ENCODINGS]
            if isinstance(text, bytes)
            else [text]
        )
        for found in {found for one in texts for found in self._known().findall(one)}:
            canary = _plain(found)
            kind = self._kinds[canary]
            if forbidden is None or forbidden(kind, canary):
                self.leaks[Leak(self.test, where, kind, canary)] = None

    def search_response(self, request: "HttpRequest", response: "HttpResponseBase") -> None:
        """Search an answer's body and headers for what its reader may not see."""
        scope: Scope | None = getattr(request, "scope", None)
        where = _answer_to(request.method, request.path, scope)
        forbidden = self._forbidden_to(scope)
        self.search(where, f"{response.headers}", forbidden=forbidden)
        if getattr(response, "streaming", False):
            content = response.streaming_content  # type: ignore[attr-defined]
            response.streaming_content = (  # type: ignore[attr-defined]
                self._passed(part, where, forbidden) for part in content
            )
        else:
            self._search_content(where, response.content, forbidden)  # type: ignore[attr-defined]

    def search_phone_answer(
        self, environ: "Mapping[str, Any]", answer: "Answer", body: bytes
    ) -> None:
        """Search what the door of phones says for what its reader may not see."""
        where = _answer_to(environ["REQUEST_METHOD"], environ["PATH_INFO"], answer.reader)
        forbidden = self._forbidden_to(answer.reader)
        self.search(where, f"{answer.headers}", forbidden=forbidden)
        self.search(where, body, forbidden=forbidden)

    def _forbidden_to(self, scope: "Scope | None") -> Callable[[Kind, str], bool]:
        revealing = self._revealing > 0

        def forbidden(kind: Kind, canary: str) -> bool:
            return canary in hidden_names(scope) if kind is Kind.NAME else not revealing

        return forbidden

    def search_file(self, path: Path) -> None:
        """Search a written file for phones and identity numbers, inside archives as well."""
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= _LARGEST_FILE:
            not_a_name = lambda kind, _canary: kind is not Kind.NAME  # noqa: E731
            self._search_content(f"file {path}", path.read_bytes(), not_a_name)

    @contextmanager
    def revealing(self) -> Iterator[None]:
        """Allow phones and identity numbers in the responses of this block: they are meant to."""
        self._revealing += 1
        try:
            yield
        finally:
            self._revealing -= 1

    @contextmanager
    def expecting(self) -> Iterator[dict[Leak, None]]:
        """Give the leaks of this block to the caller, instead of failing the run."""
        kept, self.leaks = self.leaks, {}
        try:
            yield self.leaks
        finally:
            self.leaks = kept

    def _passed(self, part: bytes, where: str, forbidden: Callable[[Kind, str], bool]) -> bytes:
        self.search(where, part, forbidden=forbidden)
        return part

    def _search_content(
        self, where: str, content: bytes, forbidden: Callable[[Kind, str], bool]
    ) -> None:
        self.search(where, content, forbidden=forbidden)
        if content[:2] == b"PK" and zipfile.is_zipfile(io.BytesIO(content)):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for name in archive.namelist():
                    self.search(f"{where} ({name})", archive.read(name), forbidden=forbidden)

    def _known(self) -> re.Pattern[str]:
        # Read late: the town needs Django's settings.
        if self._pattern is None:
            from tests.world import CANARIES, NAMES

            for canary in CANARIES:
                number = Kind.PHONE if len(canary) == 11 else Kind.IDENTITY
                self._kinds[canary] = Kind.NAME if canary in NAMES else number
            spellings = {*CANARIES, *(json.dumps(canary)[1:-1] for canary in CANARIES)}
            self._pattern = re.compile("|".join(map(re.escape, sorted(spellings))))
        return self._pattern


ORACLE = Oracle()


def hidden_names(scope: "Scope | None") -> frozenset[str]:
    """Return whose names must not be in an answer to this scope."""
    from tests.world import FENGLIN, NAMES, NEIGHBOUR, OUTSIDER, ZISONG
    from xiachen.privacy.scope import Role

    if scope is None or scope.role in {Role.ADMINISTRATOR, Role.AUDITOR}:
        return frozenset(NAMES)
    if scope.covers(ZISONG) and not scope.covers(FENGLIN):
        return frozenset(NAMES) - {OUTSIDER, NEIGHBOUR}
    return frozenset()


def _answer_to(method: str | None, path: str, scope: "Scope | None") -> str:
    return f"response {method} {path} to {scope.role if scope else 'nobody'}"


def _plain(found: str) -> str:
    return json.loads(f'"{found}"') if "\\" in found else found


class _Listening(logging.Handler):
    """Hears what the product's own handler would write, after its filter."""

    def emit(self, record: logging.LogRecord) -> None:
        from xiachen.site.logs import WithoutValues

        # The filter changes the record, which other handlers are still to see.
        heard = copy(record)
        WithoutValues().filter(heard)
        ORACLE.search(f"log {record.name}", logging.Formatter().format(heard))


def _watch(owner: Any, name: str, seen: Callable[..., None]) -> None:
    original = getattr(owner, name)

    @wraps(original)
    def watched(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        seen(result, *args, **kwargs)
        return result

    setattr(owner, name, watched)


def _see_response(response: "HttpResponseBase", _handler: object, request: "HttpRequest") -> None:
    ORACLE.search_response(request, response)


def _see_phone_answer(
    result: "tuple[Answer, bytes]", environ: "Mapping[str, Any]", *_args: object
) -> None:
    ORACLE.search_phone_answer(environ, *result)


def _see_job(job: Any, *_args: object, **_kwargs: object) -> None:
    ORACLE.search(f"job {job.task_name}", json.dumps(job.task_kwargs, default=str))


def search_files(folders: Iterable[Path]) -> None:
    """Search every file below the folders, but for what tests have fed in."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if GIVEN not in path.relative_to(folder).parts:
                ORACLE.search_file(path)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Listen from before the first test."""
    from django.core.handlers.base import BaseHandler
    from procrastinate.jobs import JobDeferrer

    logging.getLogger().addHandler(_Listening())
    _watch(BaseHandler, "get_response", _see_response)
    _watch(JobDeferrer, "make_new_job", _see_job)
    if _runs_tests():
        from xiachen.sync.api import door

        _watch(door, "_answered", _see_phone_answer)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Know in which test we are."""
    ORACLE.test = item.nodeid
    try:
        return (yield)
    finally:
        ORACLE.test = "after the last test"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Search what is left on the disk; a find makes the run fail."""
    if _runs_tests():
        base = getattr(session.config._tmp_path_factory, "_basetemp", None)  # type: ignore[attr-defined]
        search_files([base] if base else [])
        _search_server_log()
    if hasattr(session.config, "workeroutput"):
        leaks = [(one.test, one.where, one.kind.value, one.canary) for one in ORACLE.leaks]
        session.config.workeroutput["oracle"] = (leaks, ORACLE.searched)
    if ORACLE.leaks and session.exitstatus in (
        pytest.ExitCode.OK,
        pytest.ExitCode.NO_TESTS_COLLECTED,
    ):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a run beside ours has searched and found."""
    leaks, searched = getattr(node, "workeroutput", {}).get("oracle", ((), {}))
    for test, where, kind, canary in leaks:
        ORACLE.leaks[Leak(test, where, Kind(kind), canary)] = None
    for place, count in searched.items():
        ORACLE.searched[place] = ORACLE.searched.get(place, 0) + count


def _runs_tests() -> bool:
    """Tell whether tests run in this very process; else others run them, and search their own."""
    return bool(os.environ.get("XIACHEN_HOME"))


def _search_server_log() -> None:
    from django.conf import settings

    for log in (settings.HOME / "postgres").glob("server.log*"):
        ORACLE.search(f"server-log {log.name}", log.read_text("utf-8", "replace"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was searched and where something was found."""
    counts = ", ".join(f"{count} × {place}" for place, count in sorted(ORACLE.searched.items()))
    if ORACLE.leaks:
        terminalreporter.section("personal data where they must not be", red=True)
        for leak in ORACLE.leaks:
            terminalreporter.write_line(str(leak))
    terminalreporter.write_line(f"Searched for the town's people: {counts or 'nothing'}.")
