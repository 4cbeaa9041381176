"""One figure, one source: nothing is added up from two places, and page and bulletin agree."""

from decimal import Decimal

import pytest
from django.test import Client

from tests.command.first_day import NEXT_DAY, FirstDay
from tests.world import DAY, FENGLIN, MORNING
from xiachen.base.ids import uuid7
from xiachen.command.models import FrozenFigure
from xiachen.command.operations.declared import AlreadyDeclared, declare_figure
from xiachen.command.queries import house
from xiachen.mobilisation.operations.report_ins import ReportInEntry, report_in
from xiachen.privacy.scope import Role


def test_a_person_in_two_channels_is_one_person_and_two_report_ins_wherever_it_stands(
    first_day: FirstDay,
) -> None:
    local = first_day.town.world.local
    at_home = ReportInEntry(
        id=uuid7(), community=FENGLIN, channel="residence", occurred_at=MORNING, member=local
    )
    joined = ReportInEntry(
        id=uuid7(), community=FENGLIN, channel="unit", occurred_at=MORNING, member=local
    )
    # Whoever joins on the spot has reported in with it; what was there already stays as it is.
    report_in(first_day.town.secretary, entries=[at_home, joined], at=MORNING)
    inner = house.narrowed(first_day.headquarters, FENGLIN)
    cutoff = house.day_so_far(first_day.headquarters, DAY)
    people = house.figure("mobilisation.reported").value(inner, cutoff)
    records = house.figure("mobilisation.report-ins").value(inner, cutoff)
    assert (people, records) == (11, 12)
    issued = first_day.issue()
    frozen = FrozenFigure.objects.get(bulletin=issued, figure="mobilisation.reported")
    assert frozen.value == people
    client = Client()
    client.cookies["django_language"] = "zh-hans"
    client.force_login(first_day.town.world.accounts[Role.HEADQUARTERS])
    page = client.get(f"/command/bulletins/{issued.pk}/text").content.decode()
    assert "报到11人" in page
    board = client.get(f"/command/figures/?day={DAY}&division={FENGLIN}").content.decode()
    assert "11人" in board
    rows = house.figure("mobilisation.reported").opened(inner, cutoff)
    assert rows.count() == people


def test_of_two_authorities_that_say_1_and_2_the_first_stands_and_3_is_never_printed(
    first_day: FirstDay,
) -> None:
    said = {"division": FENGLIN, "name": "确诊病例", "unit": "例", "as_of": MORNING}
    declare_figure(first_day.headquarters, value=Decimal(1), source="区卫健局", at=NEXT_DAY, **said)
    with pytest.raises(AlreadyDeclared):
        declare_figure(
            first_day.headquarters, value=Decimal(2), source="市疾控中心", at=NEXT_DAY, **said
        )
    issued = first_day.issue()
    client = Client()
    client.cookies["django_language"] = "zh-hans"
    client.force_login(first_day.town.world.accounts[Role.HEADQUARTERS])
    for address in (f"/command/bulletins/{issued.pk}/text", f"/command/bulletins/{issued.pk}/"):
        page = client.get(address).content.decode()
        assert "确诊病例" in page and "1例" in page
        assert "2例" not in page and "3例" not in page
