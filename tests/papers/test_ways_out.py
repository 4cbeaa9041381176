"""The three ways in which a list leaves its page."""

from datetime import date
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest
from django.http import Http404
from django.test import Client, RequestFactory

from tests.world import World, prove_twice
from xiachen.base.errors import Forbidden
from xiachen.papers.tables import Table
from xiachen.papers.ways_out import exported
from xiachen.privacy.doors import ScopedRequest
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role, Scope

ROWS = "/command/figures/mobilisation.reported/"


def made() -> Table:
    return Table(title="名单", about=(), headings=("姓名",), tags=("",), lines=[("欧阳**",)])


def never() -> Table:
    raise AssertionError("the table is made only when it leaves")


def asking(query: str, role: Role = Role.HEADQUARTERS) -> ScopedRequest:
    request: Any = RequestFactory().get(f"/?{query}")
    request.scope = Scope(account=uuid4(), role=role)
    request.day = date(2020, 3, 1)
    request.user = SimpleNamespace(get_username=lambda: "值班员")
    return cast(ScopedRequest, request)


def test_without_the_wish_the_page_is_shown_and_no_table_made() -> None:
    assert exported(asking("page=2"), never) is None


def test_what_is_no_way_out_is_not_there() -> None:
    with pytest.raises(Http404):
        exported(asking("as=exe"), never)


def test_a_role_that_takes_nothing_out_is_refused_before_the_table_is_made() -> None:
    with pytest.raises(Forbidden):
        exported(asking("as=csv", Role.MEMBER), never)


def test_a_file_is_an_attachment(db: None) -> None:
    answer = exported(asking("as=xlsx"), made)
    assert answer is not None
    assert answer["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert AuditEntry.objects.filter(action="papers.export").count() == 1


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_text_is_a_page_with_a_button_that_copies_it(world: World, language: str) -> None:
    client = signed_in(world, Role.HEADQUARTERS)
    prove_twice(client)
    page = client.get(f"{ROWS}?as=text", headers={"accept-language": language}).content.decode()
    assert 'data-copy="#text"' in page
    assert "headquarters" in page.partition('id="text"')[2]


def test_only_roles_that_take_data_out_are_offered_the_ways(world: World) -> None:
    assert "as=csv" in signed_in(world, Role.SECRETARY).get(ROWS).content.decode()
    worker = signed_in(world, Role.COMMUNITY_WORKER).get(ROWS)
    assert worker.status_code == 200
    assert "as=csv" not in worker.content.decode()


def signed_in(world: World, role: Role) -> Client:
    client = Client()
    client.force_login(world.accounts[role])
    return client
