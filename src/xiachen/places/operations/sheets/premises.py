"""The intake of premises: compounds with their gates, buildings and grids, a line for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Invalid, NotFound, Refused
from xiachen.papers.answering import Answers
from xiachen.papers.intake import Content, Field, Intake, Line, LineOutcome, Setting
from xiachen.papers.several import items_in
from xiachen.places.models import CompoundKind, Edited
from xiachen.places.operations.sheets.ground import Ground
from xiachen.places.rules.names import plain
from xiachen.privacy.scope import Can, Scope

# fmt: off
_KINDS = {
    CompoundKind.OLD: ("old", "老旧小区", "老小区", "老旧", "旧小区"),
    CompoundKind.OPEN: ("open", "开放式小区", "开放小区", "开放式", "散居", "散居楼栋", "零散楼栋"),
    CompoundKind.STAFF: ("staff", "单位宿舍", "宿舍", "家属院", "家属区", "单位小区", "职工宿舍"),
    CompoundKind.COMMERCIAL: (
        "commercial", "商品房", "商品房小区", "商品小区", "封闭小区", "物业小区",
    ),
}
# fmt: on
_MEANT = {plain(word): kind.value for kind, words in _KINDS.items() for word in words}


@dataclass(frozen=True, slots=True)
class _Row:
    """A line whose places were found or made."""

    line: Line
    places: tuple[Edited, ...]


@transaction.atomic
def enter_premises(
    scope: Scope, setting: Setting, lines: Sequence[Line], at: datetime
) -> list[LineOutcome]:
    """
    Register what the lines name and the community does not have, and complete what it has.

    :raises NotFound: no community is chosen
    """
    if setting.community is None:
        raise NotFound(field="community")
    scope.require(Can.MANAGE_PLACES, community=setting.community)
    ground = Ground.of(scope, setting.community)
    answers = Answers(lines)
    rows = []
    for line in lines:
        try:
            row = _Row(line, _places(ground, line))
            ground.check(*row.places)
            rows.append(row)
        except Refused as refusal:
            answers.refuse(line, refusal)
    for row in rows:
        new, changed = ground.keep(*row.places)
        if new:
            answers.new(row.line)
        if changed:
            answers.changed(row.line)
    refused = ground.write(scope)
    for row in rows:
        for place in row.places:
            if place.pk in refused:
                answers.refuse(row.line, refused[place.pk])
    return answers.outcomes()


def _places(ground: Ground, line: Line) -> tuple[Edited, ...]:
    values = line.values
    if not (values["compound"] or values["building"] or values["grid"]):
        raise Invalid(field="compound", reason=_("the line names no compound, building or grid"))
    floors, units = _number(values, "floors"), _number(values, "units")
    expected = _number(values, "households_expected")
    places: list[Edited] = []
    grid = ground.grid(values["grid"], expected=expected) if values["grid"] else None
    if grid is not None:
        places.append(grid)
    if values["compound"] or values["building"]:
        compound = ground.compound(
            values["compound"],
            kind=_kind(values["compound_kind"]),
            unmanaged=bool(values["unmanaged"]),
            closed=bool(values["closed"]),
        )
        places.append(compound)
        places += [ground.gate(compound, name) for name in items_in(values["gates"])]
        if values["building"]:
            places.append(
                ground.building(compound, values["building"], grid=grid, floors=floors, units=units)
            )
    return tuple(places)


def _kind(said: str) -> str:
    if not said:
        return ""
    if plain(said) not in _MEANT:
        raise Invalid(
            field="compound_kind", reason=_("write 商品房, 老旧小区, 开放式小区 or 单位宿舍")
        )
    return _MEANT[plain(said)]


def _number(values: Mapping[str, str], name: str) -> int | None:
    said = values[name]
    if not said:
        return None
    try:
        return int(said)
    except ValueError:
        raise Invalid(field=name, reason=_("it is no whole number")) from None


# fmt: off
COMPOUND = Field(
    name="compound",
    title=_("compound"),
    synonyms=(
        "小区", "小区名称", "小区名", "所属小区", "所在小区", "居住小区", "院落", "院落名称",
        "楼盘", "物业小区", "小区（院落）", "compound", "estate",
    ),
)
BUILDING = Field(
    name="building",
    title=_("building"),
    synonyms=(
        "楼栋", "楼栋号", "栋", "栋号", "栋数", "楼号", "楼", "幢", "幢号", "座", "座号",
        "楼幢号", "楼幢", "栋楼号", "楼房号", "楼宇", "building", "building number",
    ),
)
GRID = Field(
    name="grid",
    title=_("grid"),
    synonyms=("网格", "网格号", "网格编号", "网格名称", "所属网格", "所在网格", "片区", "grid"),
)

PREMISES = Intake(
    kind="premises",
    title=_("Compounds, buildings and grids"),
    can=Can.MANAGE_PLACES,
    in_community=True,
    enter=enter_premises,
    fields=(
        COMPOUND,
        Field(
            name="compound_kind",
            title=_("kind of compound"),
            synonyms=("小区类型", "小区性质", "小区类别", "类型", "kind of compound"),
        ),
        Field(
            name="unmanaged",
            title=_("unmanaged"),
            synonyms=("三无", "三无小区", "是否三无", "是否三无小区", "无物业", "unmanaged"),
            content=Content.FLAG,
        ),
        Field(
            name="closed",
            title=_("closed"),
            synonyms=("封闭", "是否封闭", "是否封控", "封闭管理", "是否封闭管理", "closed"),
            content=Content.FLAG,
        ),
        Field(
            name="gates",
            title=_("gates"),
            synonyms=("出入口", "门岗", "卡口", "大门", "出入口名称", "卡口名称", "gates", "gate"),
        ),
        BUILDING,
        Field(
            name="floors",
            title=_("floors"),
            synonyms=("层数", "楼层", "楼层数", "总层数", "层高", "floors"),
            content=Content.NUMBER,
        ),
        Field(
            name="units",
            title=_("units"),
            synonyms=("单元数", "单元", "门洞数", "单元个数", "units"),
            content=Content.NUMBER,
        ),
        GRID,
        Field(
            name="households_expected",
            title=_("households expected"),
            synonyms=("户数", "应有户数", "总户数", "网格户数", "households"),
            content=Content.NUMBER,
        ),
    ),
)
# fmt: on
