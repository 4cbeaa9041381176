"""Two people send sheets of the same people or doors at the same moment: nobody stands twice."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from tests.people.sheets.lines import enter, told
from tests.world import FENGLIN, World
from xiachen.papers.intake import Intake
from xiachen.people.models.members import Member
from xiachen.people.models.residents import Resident
from xiachen.people.operations.sheets.households.intake import HOUSEHOLDS
from xiachen.people.operations.sheets.members import MEMBERS
from xiachen.places.models import Building, Compound, Household
from xiachen.privacy.scope import system_scope


def at_once(
    intake: Intake, rows: list[dict[str, str]], *files: str, community: int | None = None
) -> list[str]:
    start = Barrier(len(files))

    def send(file: str) -> list[str]:
        start.wait()
        try:
            return told(enter(system_scope(), intake, *rows, community=community, file=file))
        finally:
            connection.close()

    with ThreadPoolExecutor(len(files)) as pool:
        return sorted(word for words in pool.map(send, files) for word in words)


@pytest.mark.parametrize("files", [("a", "a"), ("a", "b")], ids=["one file", "two files"])
def test_members_without_a_number_are_entered_once(
    committed_world: World, files: tuple[str, str]
) -> None:
    rows = [{"name": f"甲{n}", "organisation": "观测局"} for n in "一二三"]
    rows.append({"name": "乙一", "home_community": str(FENGLIN)})
    assert at_once(MEMBERS, rows, *files) == ["already"] * 4 + ["new"] * 4
    assert Member.objects.filter(name__in=("甲一", "甲二", "甲三", "乙一")).count() == 4


def test_members_with_a_number_are_entered_once(committed_world: World) -> None:
    rows = [{"name": "甲一", "phone": "13912345678"}]
    words = at_once(MEMBERS, rows, "a", "b")
    # Whoever looked before the other had entered them is told that the number is taken.
    assert words in (["already", "new"], ["new", "phone"])
    assert Member.objects.filter(name="甲一").count() == 1


def test_doors_and_residents_are_registered_once(committed_world: World) -> None:
    rows = [{"address": f"枫林一期3栋{n}01", "name": "甲一、乙一"} for n in range(1, 6)]
    words = at_once(HOUSEHOLDS, rows, "a", "b", community=FENGLIN)
    assert words == ["already"] * 5 + ["new"] * 5
    assert Compound.objects.count() == 1
    assert Building.objects.count() == 1
    assert Household.objects.count() == 5
    assert Resident.objects.count() == 10
