"""Finding a community by what people write, naming it, making one, and the tree of places."""

from datetime import date

import pytest
from django.utils.translation import override

from xiachen.base.errors import Forbidden, NotFound
from xiachen.base.ids import uuid7
from xiachen.places.models import Community
from xiachen.places.operations.communities import (
    CommunityMade,
    NameNeeded,
    StreetIsFull,
    add_alias,
    make_community,
    remove_alias,
)
from xiachen.places.queries.communities import (
    CommunityAmbiguous,
    CommunityMisspelt,
    CommunityUnknown,
    PlaceNode,
    communities_by_id,
    communities_within,
    community_within,
    full_names,
    place_tree,
    resolve,
)
from xiachen.places.rules.codes import ranges_of
from xiachen.privacy.scope import Role, Scope, system_scope

from .town import ELSEWHERE, secretary_of

HERE, THERE, STREET = 420111002044, 420111002011, 420111002000
BOTH = "紫菘枫林上城社区"
EVERYBODY = system_scope()


def scope_over(code: int, role: Role = Role.STREET) -> Scope:
    return Scope(account=uuid7(), role=role, places=ranges_of(code))


def test_two_committees_written_as_one_are_ambiguous_and_named(db: None) -> None:
    with override("zh-hans"), pytest.raises(CommunityAmbiguous) as refused:
        resolve(EVERYBODY, BOTH)
    assert [one.code for one in refused.value.candidates] == [THERE, HERE]
    with override("en"):
        words = str(refused.value)
    assert "洪山区关山街道紫菘社区居民委员会（420111002011）" in words
    assert "洪山区关山街道枫林上城社区居民委员会（420111002044）" in words
    assert refused.value.field == "community"


@pytest.mark.parametrize(
    "text", [BOTH, "湖北省武汉市洪山区关山街紫菘枫林上城社区居委会", "紫菘楓林上城社區(qū)"]
)
def test_an_alias_decides(db: None, text: str) -> None:
    add_alias(EVERYBODY, community=HERE, name=BOTH + "居委会")
    assert resolve(EVERYBODY, text).pk == HERE
    remove_alias(EVERYBODY, community=HERE, name=BOTH)
    with pytest.raises(CommunityAmbiguous):
        resolve(EVERYBODY, text)


def test_an_alias_is_added_once_and_only_at_home(db: None) -> None:
    assert add_alias(secretary_of(HERE), community=HERE, name="上城") == add_alias(
        secretary_of(HERE), community=HERE, name="上城社区"
    )
    with pytest.raises(Forbidden):
        add_alias(secretary_of(ELSEWHERE), community=HERE, name="上城")
    with pytest.raises(NameNeeded):
        add_alias(secretary_of(HERE), community=HERE, name="。")
    with pytest.raises(NotFound):
        add_alias(EVERYBODY, community=420111002999, name="上城")


def test_namesakes_are_told_apart_by_the_scope(db: None) -> None:
    with pytest.raises(CommunityAmbiguous) as refused:
        resolve(EVERYBODY, "滨湖社区", day=date(2020, 3, 1))
    assert len(refused.value.candidates) == 4
    assert resolve(scope_over(420106000000), "滨湖社区").pk == ELSEWHERE
    assert resolve(EVERYBODY, "滨湖社区", within=ranges_of(420106000000)).pk == ELSEWHERE


def test_a_scope_with_places_does_not_reach_beyond_them(db: None) -> None:
    with pytest.raises(CommunityUnknown):
        resolve(scope_over(420106000000), "枫林上城社区")
    with pytest.raises(CommunityUnknown):
        resolve(scope_over(420106000000), str(HERE), within=((HERE, HERE),))


def test_a_unit_without_places_may_mean_any_community(db: None) -> None:
    liaison = Scope(account=uuid7(), role=Role.LIAISON)
    assert resolve(liaison, "武铁社区").pk == 420106012003


def test_a_misspelt_name_is_answered_with_similar_ones(db: None) -> None:
    with pytest.raises(CommunityMisspelt) as refused:
        resolve(EVERYBODY, "武昌区水果湖街滨胡社区")
    assert refused.value.candidates[0].code == ELSEWHERE
    with override("en"):
        assert "水果湖街道滨湖社区" in str(refused.value)


def test_similar_names_of_the_city_that_is_named_go_first(db: None) -> None:
    with pytest.raises(CommunityMisspelt) as refused:
        resolve(EVERYBODY, "武汉市武昌区胜利街道滨湖社区")
    assert refused.value.candidates[0].code == ELSEWHERE
    assert refused.value.candidates[1].code // 10**8 == 4201


@pytest.mark.parametrize("text", ["", "Springfield", "。", "社区居委会", "420106012999", "\x00"])
def test_what_names_nothing_is_unknown(db: None, text: str) -> None:
    with pytest.raises(CommunityUnknown):
        resolve(EVERYBODY, text)


def test_a_long_text_is_shortened_in_the_answer(db: None) -> None:
    with pytest.raises(CommunityUnknown) as refused:
        resolve(EVERYBODY, "区" * 5000)
    assert len(str(refused.value)) < 300


def test_a_former_name_still_leads_there(db: None) -> None:
    assert resolve(EVERYBODY, "硚口区金阳社区").pk == 420104003015


def test_a_community_that_the_newest_list_left_out_is_found_on_its_day(db: None) -> None:
    from xiachen.places.models import CommunityCode

    closed = (
        CommunityCode.objects.exclude(valid_to=None)
        .exclude(community__codes__valid_to=None)
        .order_by("code")[0]
    )
    name = full_names(EVERYBODY, [closed.community_id])[closed.community_id]
    with pytest.raises((CommunityUnknown, CommunityAmbiguous)) as refused:
        resolve(EVERYBODY, name)
    assert closed.community_id not in [one.code for one in refused.value.candidates]
    assert resolve(EVERYBODY, name, day=closed.valid_from).pk == closed.community_id
    assert closed.community_id not in [
        one.pk for one in communities_within(scope_over(closed.code), limit=5)
    ]


def test_a_community_made_here_has_a_number_of_its_street(db: None) -> None:
    hotel = make_community(scope_over(STREET), name="枫林酒店隔离点", street=STREET)
    assert (hotel.pk, hotel.local) == (994201110021, True)
    assert full_names(EVERYBODY, [hotel.pk]) == {
        hotel.pk: "湖北省武汉市洪山区关山街道枫林酒店隔离点"
    }
    assert resolve(scope_over(420111000000), "关山街道枫林酒店隔离点") == hotel
    with pytest.raises(CommunityMade):
        make_community(scope_over(STREET), name="枫林酒店隔离点", street=STREET)
    with pytest.raises(CommunityUnknown):
        resolve(scope_over(420106000000), "枫林酒店隔离点")


def test_a_street_makes_nine_communities_and_no_more(db: None) -> None:
    for number in range(9):
        make_community(EVERYBODY, name=f"隔离点{number}", street=STREET)
    with pytest.raises(StreetIsFull):
        make_community(EVERYBODY, name="隔离点九", street=STREET)
    with pytest.raises(NotFound):
        make_community(EVERYBODY, name="隔离点", street=420111999000)
    with pytest.raises(NotFound):
        make_community(EVERYBODY, name="隔离点", street=420111000000)
    with pytest.raises(Forbidden):
        make_community(scope_over(420106000000), name="隔离点", street=STREET)


def test_the_tree_holds_what_the_scope_and_the_operation_share(db: None) -> None:
    hotel = make_community(EVERYBODY, name="枫林酒店隔离点", street=STREET)
    asked = [HERE, THERE, ELSEWHERE, hotel.pk, 420111002999]
    other, district = place_tree(scope_over(420100000000), asked)
    assert (district.name, district.code) == ("洪山区", 420111000000)
    (guanshan,) = district.children
    assert guanshan.name == "关山街道"
    assert [node.community for node in guanshan.children] == [THERE, HERE, hotel.pk]
    assert other.name == "武昌区"
    assert place_tree(scope_over(420103000000), asked) == ()
    assert place_tree(EVERYBODY, []) == ()


def test_a_community_is_shown_within_the_scope_only(db: None) -> None:
    assert community_within(secretary_of(HERE), HERE).pk == HERE
    with pytest.raises(NotFound):
        community_within(secretary_of(ELSEWHERE), HERE)
    assert [one.pk for one in communities_within(secretary_of(HERE), limit=9)] == [HERE]
    assert communities_within(Scope(account=uuid7(), role=Role.LIAISON), limit=9) == []
    assert set(communities_by_id(secretary_of(ELSEWHERE), [HERE, 1])) == {HERE}
    assert isinstance(community_within(secretary_of(HERE), HERE), Community)


def test_a_node_above_communities_is_none(db: None) -> None:
    (district,) = place_tree(EVERYBODY, [HERE])
    assert isinstance(district, PlaceNode) and district.community is None
