"""The community's briefing is edited with versions, so that nobody overwrites unseen."""

import pytest
from django.db import transaction

from tests.deployment.crew import Crew
from tests.mobilisation.cast import HERE
from xiachen.base.errors import Forbidden
from xiachen.deployment import rules
from xiachen.deployment.models import Briefing
from xiachen.deployment.operations.briefings import write_briefing
from xiachen.privacy.scope import Scope


def write(scope: Scope, done: str, version: int | None = None) -> Briefing:
    return write_briefing(
        scope,
        community=HERE,
        done_so_far=done,
        key_points="独居老人",
        difficulties="缺车辆",
        version=version,
    )


def test_it_is_written_once_and_then_changed_from_what_was_read(crew: Crew) -> None:
    scope = crew.cast.secretary
    assert write(scope, "封闭出入口").version == 1
    assert write(scope, "封闭两个出入口", version=1).version == 2
    assert Briefing.objects.get().done_so_far == "封闭两个出入口"


@pytest.mark.parametrize("read", [None, 1, 7])
def test_who_has_read_an_older_text_gets_both(crew: Crew, read: int | None) -> None:
    scope = crew.cast.secretary
    write(scope, "第一稿")
    write(scope, "第二稿", version=1)
    with pytest.raises(rules.BriefingChanged) as refused, transaction.atomic():
        write(scope, "第三稿", version=read)
    assert refused.value.theirs["done_so_far"] == "第二稿"
    assert refused.value.version == 2
    assert Briefing.objects.get().done_so_far == "第二稿"


def test_only_the_community_writes_it(crew: Crew) -> None:
    for scope in (crew.leader, crew.cast.outsider, crew.cast.organiser):
        with pytest.raises(Forbidden):
            write(scope, "不该写")
    assert not Briefing.objects.exists()
