"""Units and party organisations from sheets: superiors in any order, nothing twice."""

from tests.people.sheets.lines import enter, told, words
from tests.world import FENGLIN, World
from xiachen.people.models.units import Organisation, PartyOrganisation
from xiachen.people.operations.sheets.organisations import ORGANISATIONS
from xiachen.people.operations.sheets.party_organisations import PARTY_ORGANISATIONS
from xiachen.privacy.scope import Role


def test_a_superior_may_stand_below_and_gives_its_division(world: World) -> None:
    rows = (
        {"name": "枫林观测一所", "parent": "观测中心", "level": "市级"},
        {
            "name": "市枫林观测中心",
            "short_name": "观测中心",
            "division": "武汉市",
            "contact_community": "枫林上城社区居委会",
        },
        {"name": "洪山区枫林办", "division": "420111", "parent": "市枫林观测中心"},
        {"name": "关山街道枫林办", "division": "关山街道"},
    )
    done = enter(world.scope(Role.ORGANISER), ORGANISATIONS, *rows)
    # A short name of the sheet itself is not known before it is entered.
    assert told(done) == ["parent", "new", "new", "new"]
    done = enter(world.scope(Role.ORGANISER), ORGANISATIONS, *rows)
    assert told(done) == ["new", "already", "already", "already"]
    one = Organisation.objects.get(name="枫林观测一所")
    centre = Organisation.objects.get(name="市枫林观测中心")
    assert (one.parent, one.division, one.level) == (centre, 420100000000, "city")
    assert (centre.level, centre.contact_community_id) == ("city", FENGLIN)
    assert Organisation.objects.get(name="洪山区枫林办").level == "district"
    assert Organisation.objects.get(name="关山街道枫林办").division == 420111002000


def test_a_unit_is_completed_and_never_overwritten(world: World) -> None:
    scope = world.system
    row = {"name": "市枫林观测局", "division": "武汉", "level": "市直", "short_name": "市观测局"}
    assert told(enter(scope, ORGANISATIONS, row)) == ["changed"]
    assert told(enter(scope, ORGANISATIONS, row, file="b")) == ["already"]
    other = row | {"contact_community": "紫菘社区", "level": "区级"}
    assert told(enter(scope, ORGANISATIONS, other, file="c")) == ["level"]
    assert Organisation.objects.get(name="市枫林观测局").contact_community_id == FENGLIN


def test_faults_of_units_are_said_at_the_cell(world: World) -> None:
    done = enter(
        world.system,
        ORGANISATIONS,
        {"name": "甲局", "level": "市级"},
        {"name": "乙局", "division": "大同"},
        {"name": "丙局", "division": "无此地"},
        {"name": "丁局", "division": "武汉市", "level": "高级"},
        {"name": "戊局", "division": "武汉市", "parent": "己局"},
        {"name": "己局", "division": "武汉市", "parent": "戊局"},
        {"name": "庚局", "division": "武汉市", "parent": "省枫林观测所"},
        {"name": "辛局", "division": "武汉市", "contact_community": "滨湖社区"},
        {"name": "壬局", "division": "武汉市"},
        {"name": "壬局", "division": "洪山区"},
        {"name": ""},
    )
    assert told(done) == [
        "division",
        "division",
        "division",
        "level",
        "parent",
        "parent",
        "parent",
        "contact_community",
        "new",
        "name",
        "name",
    ]
    assert "Similar names: 省枫林观测局" in words(done)
    assert "line 10" in words(done)


def test_what_stands_below_a_refused_unit_is_refused(world: World) -> None:
    done = enter(
        world.scope(Role.ORGANISER),
        ORGANISATIONS,
        {"name": "省外局", "division": "湖南省"},
        {"name": "省外局一处", "division": "武汉市", "parent": "省外局"},
    )
    assert told(done) == ["division", "parent"]
    assert not Organisation.objects.filter(name__startswith="省外局").exists()


def test_party_organisations_below_each_other(world: World) -> None:
    rows = (
        {"name": "第一党支部", "parent": "市枫林观测局党总支", "organisation": "市枫林观测局"},
        {"name": "市枫林观测局党总支", "organisation": "市枫林观测局"},
        {"name": "第一党支部", "organisation": "观测局", "parent": "省枫林观测局机关党委"},
    )
    done = enter(world.system, PARTY_ORGANISATIONS, *rows)
    assert told(done) == ["new"] * 3
    assert told(enter(world.system, PARTY_ORGANISATIONS, *rows, file="b")) == ["already"] * 3
    branch = PartyOrganisation.objects.get(name="第一党支部", organisation=world.city_bureau)
    assert branch.parent is not None
    assert (branch.kind, branch.parent.kind) == ("branch", "committee")
    wrong = enter(
        world.system,
        PARTY_ORGANISATIONS,
        {"name": "第一党支部"},
        {"name": "枫林临时党支部"},
        {"name": "第二党支部", "organisation": "无此单位"},
        {"name": "第三党支部", "kind": "协会"},
        file="c",
    )
    assert told(wrong) == ["name", "name", "organisation", "kind"]


def test_a_liaison_enters_party_organisations_of_its_own_unit_only(world: World) -> None:
    done = enter(
        world.scope(Role.LIAISON),
        PARTY_ORGANISATIONS,
        {"name": "观测局第二党支部", "organisation": "观测局"},
        {"name": "居委会第二党支部", "organisation": "枫林上城社区居委会"},
        {"name": "无单位党支部"},
    )
    assert told(done) == ["new", "organisation", "organisation"]
