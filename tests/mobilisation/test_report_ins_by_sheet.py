"""Report-ins by sheet."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.mobilisation.cast import FIRST, HERE, MORNING, Cast
from tests.mobilisation.sheet_lines import MISTYPED, UNKNOWN, fault, lines
from tests.mobilisation.test_dispatch import send
from tests.world import LOCAL, SENT, identity_of, phone_of
from xiachen.base.errors import Forbidden
from xiachen.mobilisation.models.report_ins import ReportIn
from xiachen.mobilisation.operations.sheets.report_ins import REPORT_INS
from xiachen.papers.intake import LineOutcome, Setting
from xiachen.privacy.scope import Scope


def reported(cast: Cast, *rows: Mapping[str, str], **other: Any) -> list[LineOutcome]:
    setting = Setting(community=HERE, values={"channel": other.pop("channel", "unit")})
    scope: Scope = other.pop("scope", cast.secretary)
    return REPORT_INS.enter(scope, setting, lines(REPORT_INS, *rows), MORNING)


def test_a_sheet_reports_people_in_once(cast: Cast) -> None:
    send(cast)
    rows = [{"name": name, "day": str(FIRST)} for name in SENT]
    assert all(outcome.new for outcome in reported(cast, *rows))
    again = reported(cast, *rows)
    assert not any(outcome.new or outcome.faults for outcome in again)
    assert ReportIn.objects.count() == 10


def test_who_is_not_expected_here_is_said_at_the_name(cast: Cast) -> None:
    send(cast, members=cast.people[:1])
    good, bad, unknown = reported(cast, {"name": SENT[0]}, {"name": LOCAL}, {"name": "无此人"})
    assert good.new
    assert fault(bad)[0] == "name" == fault(unknown)[0]
    (home,) = reported(cast, {"name": LOCAL}, channel="residence")
    assert home.new


def test_nobody_is_reported_in_beside_whose_name_something_else_stands(cast: Cast) -> None:
    send(cast)
    wrong = reported(
        cast,
        {"name": SENT[6], "phone": UNKNOWN},
        {"name": SENT[6], "organisation": cast.office.name},
        {"name": SENT[7], "identity_number": identity_of(SENT[7]), "phone": phone_of(SENT[8])},
        {"name": SENT[9], "identity_number": MISTYPED},
    )
    assert [fault(one)[0] for one in wrong] == [
        "phone",
        "organisation",
        "phone",
        "identity_number",
    ]
    assert not ReportIn.objects.exists()


def test_nobody_reports_people_in_for_another_community(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        reported(cast, {"name": SENT[0]}, scope=cast.outsider)
