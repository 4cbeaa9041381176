"""The intake of units: name, level, superior, division and contact community."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Invalid, Refused
from xiachen.papers.answering import Answers
from xiachen.papers.intake import Field, Intake, Line, LineOutcome, Setting
from xiachen.people.models.units import Organisation, OrganisationLevel
from xiachen.people.operations.completing.units import (
    OrganisationEntry,
    enter_or_complete_organisations,
)
from xiachen.people.queries.naming import NameBook
from xiachen.places.models import Community
from xiachen.places.queries.communities import resolve_all
from xiachen.places.queries.divisions import resolve_divisions
from xiachen.places.rules.codes import Level, level_of
from xiachen.places.rules.names import plain
from xiachen.privacy.scope import Can, Scope

# fmt: off
_LEVELS = {
    OrganisationLevel.PROVINCE: (
        "province", "省级", "省", "省直", "省属", "自治区级", "厅级", "省直单位",
    ),
    OrganisationLevel.CITY: (
        "city", "市级", "市", "市直", "市属", "地市级", "地级市", "州级", "市直单位",
    ),
    OrganisationLevel.DISTRICT: (
        "district", "区级", "区", "县级", "县", "区直", "县直", "区县级", "区属", "县属",
        "区直单位", "区县", "县区", "市辖区", "县直单位",
    ),
    OrganisationLevel.STREET: (
        "street", "街道", "街道级", "街级", "镇", "乡", "镇级", "乡级", "乡镇", "乡镇级", "街镇",
        "街（镇）", "街道（乡镇）", "镇街",
    ),
    OrganisationLevel.COMMUNITY: (
        "community", "社区", "社区级", "村", "村级", "村居", "社区（村）",
    ),
}
# fmt: on
_MEANT = {plain(word): level.value for level, words in _LEVELS.items() for word in words}
_OF_DIVISION = {
    Level.PROVINCE: OrganisationLevel.PROVINCE.value,
    Level.PREFECTURE: OrganisationLevel.CITY.value,
    Level.COUNTY: OrganisationLevel.DISTRICT.value,
    Level.TOWNSHIP: OrganisationLevel.STREET.value,
    Level.COMMUNITY: OrganisationLevel.COMMUNITY.value,
}


@transaction.atomic
def enter_organisations(
    scope: Scope, setting: Setting, lines: Sequence[Line], at: datetime
) -> list[LineOutcome]:
    """Enter units that are not registered and complete the others; see `papers.intake`."""
    scope.require(Can.MANAGE_PEOPLE)
    sheet = _Sheet(scope, lines)
    entries = []
    for line in lines:
        try:
            if line.number not in sheet.repeated:
                entries.append((line, sheet.entry(line)))
        except Refused as refusal:
            sheet.answers.refuse(line, refusal)
    outcomes = enter_or_complete_organisations(scope, entries=[entry for _line, entry in entries])
    for (line, _entry), outcome in zip(entries, outcomes, strict=True):
        sheet.answers.answer(
            line, new=outcome.new, changed=outcome.completed, refusal=outcome.refusal
        )
    return sheet.answers.outcomes()


class _Sheet:
    """A sheet of units, with all that its texts mean read once."""

    def __init__(self, scope: Scope, lines: Sequence[Line]) -> None:
        self.answers = Answers(lines)
        self.book = NameBook.of_units(scope)
        self.ids: dict[int, UUID] = {}
        self.lines: dict[UUID, Line] = {}
        self.repeated: set[int] = set()
        for line in lines:
            self._name(line)
        self.divisions = resolve_divisions(scope, _texts(lines, "division"))
        self.contacts = resolve_all(
            scope, _texts(lines, "contact_community"), field="contact_community"
        )
        self.registered = self._divisions_of_units()

    def entry(self, line: Line) -> OrganisationEntry:
        """Return what a line says, or refuse it at the cell."""
        values = line.values
        id = self.ids[line.number]
        parent = self.book.find(values["parent"], about="parent") if values["parent"] else None
        if parent is not None and self._leads_back(parent, id):
            raise Invalid(field="parent", reason=_("it would stand above itself"))
        division = self._division(line, parent)
        contact = self.contacts.get(values["contact_community"])
        if isinstance(contact, Refused):
            raise contact
        return OrganisationEntry(
            id=id,
            name=values["name"],
            short_name=values["short_name"],
            level=self._level(values["level"], division),
            parent=parent,
            division=division,
            contact_community=contact.pk if isinstance(contact, Community) else None,
        )

    def _name(self, line: Line) -> None:
        """Give a line its unit: the registered one of the name, else a new one."""
        name = line.values["name"]
        key = plain(name)
        if not key:
            self.answers.refuse(line, Invalid(field="name", reason=_("the name is missing")))
            self.repeated.add(line.number)
            return
        known = self.book.named.get(key, [])
        above = self.lines.get(known[0]) if known else None
        if above is not None:
            self.repeated.add(line.number)
            if dict(above.values) != dict(line.values):
                words = gettext("The same unit stands in line %(line)s with other details.")
                self.answers.fault(line, "name", words % {"line": above.number})
            return
        id = known[0] if known else line.id
        if not known:
            self.book.add(id, name)
        self.ids[line.number] = id
        self.lines[id] = line

    def _divisions_of_units(self) -> Mapping[UUID, int]:
        return dict(Organisation.objects.values_list("pk", "division"))

    def _division(self, line: Line, parent: UUID | None) -> int:
        said = line.values["division"]
        if said:
            meant = self.divisions[said]
            if isinstance(meant, Refused):
                raise meant
            return meant
        return self._without_word(self.ids[line.number], parent)

    def _without_word(self, id: UUID, parent: UUID | None) -> int:
        """A unit without a division has that of its record, else that of the unit above."""
        for one in (id, parent):
            if one is not None and one in self.registered:
                return self.registered[one]
        above = self.lines.get(parent) if parent is not None else None
        if above is not None:
            higher = above.values["parent"]
            return self._division(above, self.book.find(higher, about="parent") if higher else None)
        raise Invalid(field="division", reason=_("write the place or its code"))

    def _leads_back(self, parent: UUID, id: UUID) -> bool:
        """Tell whether the superiors that the sheet names lead back to the unit itself."""
        seen: set[UUID] = set()
        while parent not in seen:
            if parent == id:
                return True
            seen.add(parent)
            line = self.lines.get(parent)
            if line is None or not line.values["parent"]:
                return False
            found = self.book.called.get(plain(line.values["parent"]), [])
            if len(found) != 1:
                return False
            parent = found[0]
        return True

    def _level(self, said: str, division: int) -> str:
        if not said:
            return _OF_DIVISION[level_of(division)]
        if plain(said) not in _MEANT:
            raise Invalid(field="level", reason=_("write 省级, 市级, 区级, 街道 or 社区"))
        return _MEANT[plain(said)]


def _texts(lines: Sequence[Line], name: str) -> set[str]:
    return {line.values[name] for line in lines if line.values[name]}


# fmt: off
ORGANISATIONS = Intake(
    kind="organisations",
    title=_("Units"),
    can=Can.MANAGE_PEOPLE,
    enter=enter_organisations,
    fields=(
        Field(
            name="name",
            title=_("name"),
            needed=True,
            synonyms=(
                "单位名称", "单位", "单位全称", "名称", "机构名称", "部门名称", "部门", "全称",
                "派出单位", "工作单位", "单位（全称）", "name", "unit", "organisation",
            ),
        ),
        Field(
            name="short_name",
            title=_("short name"),
            synonyms=("简称", "单位简称", "机构简称", "short name"),
        ),
        Field(
            name="level",
            title=_("level"),
            synonyms=("层级", "级别", "单位级别", "单位层级", "隶属关系", "level"),
        ),
        Field(
            name="parent",
            title=_("superior"),
            synonyms=(
                "上级单位", "上级", "主管单位", "主管部门", "隶属单位", "上级主管部门",
                "上级部门", "上级单位名称", "superior", "parent",
            ),
        ),
        Field(
            name="division",
            title=_("division"),
            synonyms=(
                "区划", "行政区划", "区划代码", "行政区划代码", "所在地", "所属区", "所属区划",
                "所在区", "所在街道", "所属街道", "辖区", "所属地区", "属地", "division",
                "division code",
            ),
        ),
        Field(
            name="contact_community",
            title=_("contact community"),
            synonyms=(
                "联系点", "联系社区", "对口社区", "包保社区", "结对社区", "报到社区", "共建社区",
                "下沉社区", "联系点社区", "双报到社区", "单位报到社区", "contact community",
            ),
        ),
    ),
)
# fmt: on
