"""Doors as offices write them."""

import pytest

from xiachen.places.rules import addresses
from xiachen.places.rules.addresses import Address, parse_address


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("枫林一期3栋2单元501", ("枫林一期", "3栋", "2", "501")),
        ("枫林一期３栋２单元５０１室", ("枫林一期", "3栋", "2", "501")),
        ("枫林一期十二栋一单元302", ("枫林一期", "十二栋", "一", "302")),
        ("枫林一期3-2-501", ("枫林一期", "3", "2", "501")),
        ("枫林一期 3—501", ("枫林一期", "3", "", "501")),
        ("3#2-501", ("", "3#", "2", "501")),
        ("香樟园A座1203", ("香樟园", "A座", "", "1203")),
        ("金色家园2-3栋1单元402", ("金色家园", "2-3栋", "1", "402")),
        ("枫林苑3栋2单元5楼501", ("枫林苑", "3栋", "2", "501")),
        ("枫林路12号501", ("枫林路", "12号", "", "501")),
        ("枫林一期3号楼", ("枫林一期", "3号楼", "", "")),
    ],
)
def test_an_address_is_read_into_its_parts(written: str, parts: tuple[str, ...]) -> None:
    assert parse_address(written) == Address(*parts)


@pytest.mark.parametrize("written", ["枫林苑", "枫林苑3楼501", "三号楼对面", "桥下", ""])
def test_what_can_be_read_in_several_ways_is_not_read(written: str) -> None:
    assert parse_address(written) is None


def test_spellings_of_one_place_share_a_key() -> None:
    same = {addresses.building_key(one) for one in ("3栋", "三栋", "03", "3号楼", "第3栋", "3#")}
    assert same == {"3"}
    assert addresses.building_key("A座") != addresses.building_key("B座")
    assert {addresses.unit_key(one) for one in ("2单元", "二", "02")} == {"2"}
    assert {addresses.door_key(one) for one in ("501", "501室", "５０１号")} == {"501"}
    names = ("枫林一期", "枫林1期", "枫林一期小区", "枫林 一期")
    assert {addresses.compound_key(one) for one in names} == {"枫林1期"}
    assert [addresses.grid_number(one) for one in ("第3网格", "网格三", "03", "枫叶网格")] == [
        3,
        3,
        3,
        None,
    ]


def test_only_names_that_may_be_the_same_are_asked_about() -> None:
    known = ["枫林花园", "枫林一期", "紫竹苑"]
    assert addresses.may_be_meant("枫林花苑", known) == ["枫林花园"]
    assert addresses.may_be_meant("枫林二期", known) == []
    assert addresses.may_be_meant("紫竹苑小区", known) == []
    assert addresses.may_be_meant("东湖花园", known) == []


def test_divisions_before_a_compound_go() -> None:
    above = ("湖北省", "武汉市", "市辖区", "洪山区", "关山街道")
    for written in (
        "武汉市洪山区关山街道枫林上城社区枫林一期",
        "枫林上城社区枫林一期",
        "民族大道158号枫林一期",
        "枫林一期",
    ):
        found = addresses.without_divisions(written, above, "枫林上城社区居民委员会")
        assert found == "枫林一期"
