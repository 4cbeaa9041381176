"""The intake of party organisations: name, kind, unit and superior."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Invalid, Refused
from xiachen.papers.answering import Answers
from xiachen.papers.intake import Field, Intake, Line, LineOutcome, Setting
from xiachen.people.models.units import PartyOrganisationKind
from xiachen.people.operations.completing.units import (
    PartyOrganisationEntry,
    enter_or_complete_party_organisations,
)
from xiachen.people.operations.units import TemporaryBranchIsFormed
from xiachen.people.queries.naming import NameBook
from xiachen.places.rules.names import plain
from xiachen.privacy.scope import Can, Scope

# fmt: off
_KINDS = {
    PartyOrganisationKind.COMMITTEE: (
        "committee", "党委", "党组", "党工委", "机关党委", "党总支", "总支", "总支部",
        "党的委员会", "基层党委", "党委（党组）", "党总支部", "二级党委",
    ),
    PartyOrganisationKind.BRANCH: (
        "branch", "党支部", "支部", "联合党支部", "联合支部", "机关党支部", "离退休党支部",
        "退休党支部", "在职党支部",
    ),
    PartyOrganisationKind.TEMPORARY: ("temporary", "临时党支部", "临时支部", "临时党组织"),
}
# fmt: on
_MEANT = {plain(word): kind.value for kind, words in _KINDS.items() for word in words}


@transaction.atomic
def enter_party_organisations(
    scope: Scope, setting: Setting, lines: Sequence[Line], at: datetime
) -> list[LineOutcome]:
    """Enter party organisations that are not registered and complete the others."""
    scope.require(Can.MANAGE_PEOPLE)
    sheet = _Sheet(scope, lines)
    entries = []
    for line in lines:
        try:
            if line.number in sheet.ids:
                entries.append((line, sheet.entry(line)))
        except Refused as refusal:
            sheet.answers.refuse(line, refusal)
    outcomes = enter_or_complete_party_organisations(
        scope, entries=[entry for _line, entry in entries]
    )
    for (line, _entry), outcome in zip(entries, outcomes, strict=True):
        sheet.answers.answer(
            line, new=outcome.new, changed=outcome.completed, refusal=outcome.refusal
        )
    return sheet.answers.outcomes()


class _Sheet:
    """A sheet of party organisations, with the names that it uses."""

    def __init__(self, scope: Scope, lines: Sequence[Line]) -> None:
        self.answers = Answers(lines)
        self.units = NameBook.of_units(scope)
        self.party = NameBook.of_party_organisations(scope)
        self.ids: dict[int, UUID] = {}
        self.of_line: dict[int, UUID | None] = {}
        self.lines: dict[UUID, Line] = {}
        for line in lines:
            try:
                self._name(line)
            except Refused as refusal:
                self.answers.refuse(line, refusal)

    def entry(self, line: Line) -> PartyOrganisationEntry:
        """Return what a line says, or refuse it at the cell."""
        values = line.values
        unit, parent = self.of_line[line.number], None
        if values["parent"]:
            parent = self.party.find(values["parent"], about="parent", unit=unit)
            if self._leads_back(parent, self.ids[line.number]):
                raise Invalid(field="parent", reason=_("it would stand above itself"))
        return PartyOrganisationEntry(
            id=self.ids[line.number],
            name=values["name"],
            kind=_kind(values["kind"], values["name"]),
            organisation=unit,
            parent=parent,
        )

    def _name(self, line: Line) -> None:
        """Give a line its party organisation: the registered one of name and unit, or a new one."""
        values = line.values
        key = plain(values["name"])
        if not key:
            raise Invalid(field="name", reason=_("the name is missing"))
        unit = (
            self.units.find(values["organisation"], about="organisation")
            if values["organisation"]
            else None
        )
        known = [
            pk
            for pk in self.party.named.get(key, ())
            if unit is None or self.party.unit.get(pk) in (unit, None)
        ]
        if len(known) > 1:
            self.party.find(values["name"], about="name", unit=unit)
            known = [pk for pk in known if self.party.unit.get(pk) == unit]
        above = self.lines.get(known[0]) if known else None
        if above is not None:
            if dict(above.values) != dict(values):
                words = gettext("The same party organisation stands in line %(line)s already.")
                self.answers.fault(line, "name", words % {"line": above.number})
            return
        id = known[0] if known else line.id
        if not known:
            self.party.add(id, values["name"])
            self.party.unit[id] = unit
        self.ids[line.number], self.of_line[line.number] = id, unit
        self.lines[id] = line

    def _leads_back(self, parent: UUID, id: UUID) -> bool:
        seen: set[UUID] = set()
        while parent not in seen:
            if parent == id:
                return True
            seen.add(parent)
            line = self.lines.get(parent)
            found = self.party.called.get(plain(line.values["parent"]), []) if line else []
            if len(found) != 1:
                return False
            parent = found[0]
        return True


def _kind(said: str, name: str) -> str:
    """Return the kind that a cell says; an empty one leaves it to the name."""
    if "临时" in name:
        raise TemporaryBranchIsFormed(field="name")
    if not said:
        is_branch = "支部" in name and "总支" not in name
        kind = PartyOrganisationKind.BRANCH if is_branch else PartyOrganisationKind.COMMITTEE
        return kind.value
    if plain(said) not in _MEANT:
        raise Invalid(field="kind", reason=_("write 党委, 党总支 or 党支部"))
    return _MEANT[plain(said)]


# fmt: off
PARTY_ORGANISATIONS = Intake(
    kind="party-organisations",
    title=_("Party organisations"),
    can=Can.MANAGE_PEOPLE,
    enter=enter_party_organisations,
    fields=(
        Field(
            name="name",
            title=_("name"),
            needed=True,
            synonyms=(
                "党组织", "党组织名称", "党组织全称", "支部名称", "党支部", "党支部名称", "名称",
                "基层党组织", "基层党组织名称", "name", "party organisation",
            ),
        ),
        Field(
            name="kind",
            title=_("kind"),
            synonyms=("类别", "类型", "党组织类别", "党组织类型", "组织类别", "kind"),
        ),
        Field(
            name="organisation",
            title=_("unit"),
            synonyms=(
                "单位", "单位名称", "所在单位", "所属单位", "所在单位名称", "党组织所在单位",
                "依托单位", "unit", "organisation",
            ),
        ),
        Field(
            name="parent",
            title=_("superior"),
            synonyms=(
                "上级党组织", "上级党组织名称", "上级", "上级党委", "隶属党组织", "隶属党委",
                "所属党委", "superior", "parent",
            ),
        ),
    ),
)
# fmt: on
