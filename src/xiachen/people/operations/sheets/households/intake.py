"""The intake of households: doors with what they are, and who lives behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import NotFound, Refused
from xiachen.papers.answering import Answers
from xiachen.papers.intake import Content, Field, Intake, Line, LineOutcome, Setting
from xiachen.people.operations.completing.residents import complete_residents
from xiachen.people.operations.residents import register_residents
from xiachen.people.operations.sheets.households.doors import Doors, Use
from xiachen.people.operations.sheets.households.residents import Occupants, Person, Said
from xiachen.places.models import Household
from xiachen.places.operations.sheets.ground import Ground
from xiachen.places.operations.sheets.premises import BUILDING, COMPOUND, GRID
from xiachen.privacy.scope import Can, Scope

_PARTS = ("compound", "building", "unit", "door")


class VacantWithPeople(Refused):
    """The line says that nobody lives there, and who lives there."""

    code = "people.vacant-with-people"
    message = _("It says vacant, and names people who live there. Leave one of the two empty.")
    status = 422


class OnceVacant(Refused):
    """The door is registered as vacant, or with people, and the line says otherwise."""

    code = "people.once-vacant"
    message = _(
        "This door is registered otherwise: vacant there, or with people. Open the door and "
        "correct it first."
    )


@dataclass(slots=True)
class _Row:
    """A line whose door is found."""

    line: Line
    door: Household
    said: list[Said]
    vacant: bool


@transaction.atomic
def enter_households(
    scope: Scope, setting: Setting, lines: Sequence[Line], at: datetime
) -> list[LineOutcome]:
    """
    Register the doors and residents of a community's sheet, and complete those registered.

    :raises NotFound: no community is chosen
    """
    if setting.community is None:
        raise NotFound(field="community")
    community = setting.community
    scope.require(Can.MANAGE_PLACES, community=community)
    scope.require(Can.SEE_PEOPLE, community=community)
    answers = Answers(lines)
    ground = Ground.of(scope, community)
    rows = _read(ground, answers, lines)
    said = [one for row in rows for one in row.said]
    occupants = Occupants.of(answers, community, [row.door for row in rows], said)
    people = _take(ground, answers, occupants, rows)
    refused = ground.write(scope)
    for row in rows:
        if row.door.pk in refused and not answers.is_faulty(row.line):
            answers.refuse(row.line, refused[row.door.pk])
    _enter_people(scope, community, answers, people, at)
    return answers.outcomes()


def _read(ground: Ground, answers: Answers, lines: Sequence[Line]) -> list[_Row]:
    """Return the lines whose doors and people are understood; say at the others why not."""
    doors = Doors(ground)
    rows = []
    for line in lines:
        door = None
        said: list[Said] = []
        vacant = False
        try:
            door = doors.door(line)
            _kind, vacant = Use.of(line.values["kind"])
        except Refused as refusal:
            answers.refuse(line, refusal, _in_address(line))
        names = line.values["name"]
        vacant = vacant or bool(line.values["vacant"]) or Use.is_vacant(names)
        try:
            said = Said.all_of({**line.values, "name": ""} if Use.is_vacant(names) else line.values)
            if vacant and said:
                raise VacantWithPeople(field="vacant")
        except Refused as refusal:
            answers.refuse(line, refusal)
        if door is not None:
            answers.understood(line, _understood(line, door))
            rows.append(_Row(line, door, said, vacant))
    return rows


def _understood(line: Line, door: Household) -> dict[str, str]:
    """Return the parts of the door; they stand in the cell of the address or in their own."""
    if line.values["address"]:
        return {}
    parts = (
        door.building.compound.name,
        door.building.number,
        door.unit and f"{door.unit}单元",
        door.door,
    )
    own = dict(zip(_PARTS, (*parts[:2], door.unit, door.door), strict=True))
    return own if any(line.values[part] for part in _PARTS) else own | {"address": "".join(parts)}


def _in_address(line: Line) -> dict[str, str]:
    """Return which parts of the door stand in the cell of the address."""
    if not line.values["address"]:
        return {}
    return {part: "address" for part in _PARTS if not line.values[part]}


def _take(
    ground: Ground, answers: Answers, occupants: Occupants, rows: Sequence[_Row]
) -> list[tuple[Line, Person]]:
    """Keep the doors of good lines, and return the people whom they name."""
    people: list[tuple[Line, Person]] = []
    for row in rows:
        occupants.check(row.line, row.door, row.said)
        lives = bool(occupants.behind.get(row.door.pk))
        if (row.vacant and lives) or (row.said and row.door.vacant):
            answers.refuse(row.line, OnceVacant(field="vacant"))
        if answers.is_faulty(row.line):
            continue
        if row.vacant:
            ground.vacate(row.door)
        building = row.door.building
        new, changed = ground.keep(building.grid, building.compound, building, row.door)
        if new:
            answers.new(row.line)
        if changed:
            answers.changed(row.line)
        people += [(row.line, one) for one in occupants.take(row.line, row.door, row.said)]
    return people


def _enter_people(
    scope: Scope,
    community: int,
    answers: Answers,
    people: Sequence[tuple[Line, Person]],
    at: datetime,
) -> None:
    """Register those who are new, and complete those of whom more is known now."""
    once: dict[UUID, tuple[Line, Person]] = {}
    for line, one in people:
        if not answers.is_faulty(line):
            once.setdefault(one.id, (line, one))
    fresh = [(line, one) for line, one in once.values() if not one.registered]
    entries = [one.entry() for _line, one in fresh]
    outcomes = register_residents(scope, community=community, entries=entries, at=at)
    for (line, _one), outcome in zip(fresh, outcomes, strict=True):
        answers.answer(line, new=outcome.new, refusal=outcome.refusal)
    known = [(line, one) for line, one in once.values() if one.registered and one.completed]
    entries = [one.entry() for _line, one in known]
    completions = complete_residents(scope, community=community, entries=entries)
    for (line, _one), done in zip(known, completions, strict=True):
        answers.answer(line, changed=done.completed, refusal=done.refusal)


# fmt: off
HOUSEHOLDS = Intake(
    kind="households",
    title=_("Households with residents"),
    can=Can.MANAGE_PLACES,
    in_community=True,
    enter=enter_households,
    fields=(
        COMPOUND,
        BUILDING,
        Field(
            name="unit",
            title=_("entrance"),
            synonyms=("单元", "单元号", "门洞", "门洞号", "梯", "entrance"),
        ),
        Field(
            name="door",
            title=_("door"),
            synonyms=(
                "房号", "门牌号", "室", "室号", "门牌", "户号", "房间号", "房屋号", "房屋编号",
                "门号", "房间", "房屋", "房屋门牌", "楼栋房号", "单元房号", "door", "room",
            ),
        ),
        Field(
            name="address",
            title=_("address"),
            synonyms=(
                "地址", "住址", "家庭住址", "详细地址", "现住址", "居住地址", "现居住地",
                "房屋地址", "家庭地址", "具体地址", "居住地", "住房地址", "现居住地址",
                "现住地址", "address",
            ),
        ),
        GRID,
        Field(
            name="kind",
            title=_("kind of premises"),
            synonyms=(
                "房屋类型", "房屋性质", "类型", "性质", "居住类型", "房屋用途", "用途",
                "房屋类别", "居住性质", "住房性质", "房屋状态", "kind",
            ),
        ),
        Field(
            name="vacant",
            title=_("vacant"),
            synonyms=("空置", "是否空置", "空置房", "是否空房", "空房", "是否空关", "vacant"),
            content=Content.FLAG,
        ),
        Field(
            name="name",
            title=_("residents"),
            personal=True,
            synonyms=(
                "姓名", "居民姓名", "居民", "住户姓名", "住户", "家庭成员", "人员姓名", "业主",
                "业主姓名", "家庭成员姓名", "居住人", "居住人姓名", "居住人员", "成员姓名",
                "租客", "租户姓名", "同住人", "name", "resident", "residents",
            ),
        ),
        Field(
            name="phone",
            title=_("phone"),
            personal=True,
            synonyms=(
                "联系电话", "电话", "手机", "手机号", "手机号码", "联系方式", "电话号码",
                "业主电话", "居民电话", "住户电话", "移动电话", "phone", "mobile",
            ),
        ),
        Field(
            name="identity_number",
            title=_("identity number"),
            personal=True,
            synonyms=(
                "身份证号", "身份证号码", "身份证", "证件号码", "证件号", "公民身份号码",
                "身份号码", "居民身份证号码", "identity number",
            ),
        ),
        Field(
            name="head",
            title=_("head of household"),
            personal=True,
            synonyms=("户主", "户主姓名", "房主", "房主姓名", "户代表", "head of household"),
        ),
        Field(
            name="head_phone",
            title=_("phone of the head of household"),
            personal=True,
            synonyms=("户主电话", "户主联系电话", "户主手机", "户主手机号", "户主联系方式"),
        ),
        Field(
            name="head_identity",
            title=_("identity number of the head of household"),
            personal=True,
            synonyms=("户主身份证号", "户主身份证", "户主身份证号码", "户主证件号码"),
        ),
    ),
)
# fmt: on
