"""The intake of members: who they are, how to reach them, where they belong and live."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Invalid, Refused
from xiachen.papers.answering import Answers
from xiachen.papers.intake import Content, Field, Intake, Line, LineOutcome, Setting
from xiachen.papers.several import items_in
from xiachen.people import rules
from xiachen.people.models.members import Skill
from xiachen.people.operations.completing.members import enter_or_complete_members
from xiachen.people.operations.members import (
    IDENTITY_FAULTS,
    BadIdentity,
    BadPhone,
    MemberEntry,
)
from xiachen.people.operations.sheets.words import KINDS, STANDINGS
from xiachen.people.queries.naming import NameBook
from xiachen.places.models import Community
from xiachen.places.queries.communities import resolve_all
from xiachen.places.rules.names import plain
from xiachen.privacy.scope import Can, Scope

_SKILLS_NAMED = 10


@transaction.atomic
def enter_members_of_sheet(
    scope: Scope, setting: Setting, lines: Sequence[Line], at: datetime
) -> list[LineOutcome]:
    """Enter people who are not registered and complete the others; see `papers.intake`."""
    answers, _people = people_of_lines(scope, lines=lines, at=at)
    return answers.outcomes()


@transaction.atomic
def people_of_lines(
    scope: Scope, *, lines: Sequence[Line], at: datetime
) -> tuple[Answers, dict[int, UUID]]:
    """
    Enter or complete the people of a sheet, also for sheets that say more of them.

    Return the answers so far, and whom each line means; faulty and repeated lines mean nobody.
    """
    scope.require(Can.ENTER_PEOPLE)
    answers = Answers(lines)
    meanings = _Meanings(scope, lines)
    seen = _Seen(answers)
    good: list[tuple[Line, MemberEntry]] = []
    for line in lines:
        entry = meanings.entry(line, answers)
        if not seen.is_repeated(line, entry) and not answers.is_faulty(line):
            good.append((line, entry))
    outcomes = enter_or_complete_members(scope, entries=[entry for _line, entry in good], at=at)
    for (line, _entry), outcome in zip(good, outcomes, strict=True):
        answers.answer(line, new=outcome.new, changed=outcome.completed, refusal=outcome.refusal)
    who = {
        line.number: outcome.member
        for (line, _entry), outcome in zip(good, outcomes, strict=True)
        if outcome.member is not None
    }
    return answers, who


class _Meanings:
    """What the texts of a sheet mean, read once for all lines."""

    def __init__(self, scope: Scope, lines: Sequence[Line]) -> None:
        self._units = NameBook.of_units(scope)
        self._party = NameBook.of_party_organisations(scope)
        homes = {line.values["home_community"] for line in lines} - {""}
        self._homes = resolve_all(scope, homes, field="home_community")
        self._skills: dict[str, str] = {}
        skills = list(Skill.objects.order_by("code"))
        for skill in skills:
            for word in (skill.code, skill.name, skill.name_en):
                self._skills[plain(word)] = skill.code
        self._skills_told = "、".join(skill.name for skill in skills[:_SKILLS_NAMED])

    def entry(self, line: Line, answers: Answers) -> MemberEntry:
        """Return what a line says; what cannot be understood is said at its cell."""
        values = line.values
        found: dict[str, object] = {}
        for name, read in self._readings(values).items():
            try:
                found[name] = read()
            except Refused as refusal:
                answers.refuse(line, refusal)
        return MemberEntry(
            id=line.id,
            name=values["name"],
            phone=values["phone"],
            identity_number=values["identity_number"],
            surname_reading=values["surname_reading"],
            **found,  # type: ignore[arg-type]
        )

    def _readings(self, values: Mapping[str, str]) -> Mapping[str, Callable[[], object]]:
        return {
            "organisation": lambda: self._unit(values),
            "party_organisation": lambda: self._party_organisation(values),
            "party_standing": lambda: _standing(values["party_standing"]),
            "home_community": lambda: self._home(values["home_community"]),
            "identities": lambda: _kinds(values["identities"]),
            "skills": lambda: self._skill_codes(values["skills"]),
        }

    def _unit(self, values: Mapping[str, str]) -> UUID | None:
        said = values["organisation"]
        return self._units.find(said, about="organisation") if said else None

    def _party_organisation(self, values: Mapping[str, str]) -> UUID | None:
        said = values["party_organisation"]
        if not said:
            return None
        try:
            unit = self._unit(values)
        except Refused:
            unit = None
        return self._party.find(said, about="party_organisation", unit=unit)

    def _home(self, said: str) -> int | None:
        if not said:
            return None
        meant = self._homes[said]
        if isinstance(meant, Community):
            return meant.pk
        raise meant

    def _skill_codes(self, said: str) -> tuple[str, ...]:
        items = items_in(said)
        if any(plain(item) not in self._skills for item in items):
            raise Invalid(
                field="skills",
                reason=gettext("these skills are known: %(names)s") % {"names": self._skills_told},
            )
        return tuple(dict.fromkeys(self._skills[plain(item)] for item in items))


@dataclass(slots=True)
class _Person:
    """Somebody of a line above."""

    line: Line
    phone: str
    identity: str


@dataclass(slots=True)
class _Seen:
    """Who stands further up in the sheet, so that nobody is entered twice."""

    answers: Answers
    phones: dict[str, Line] = field(default_factory=dict)
    identities: dict[str, Line] = field(default_factory=dict)
    names: dict[tuple[str, object], list[_Person]] = field(default_factory=dict)

    def is_repeated(self, line: Line, entry: MemberEntry) -> bool:
        """
        Check a line's numbers and name, and tell whether an equal line stands above.

        Equal lines are one person; a line that differs anywhere says so at the cell.
        """
        phone = self._phone(line, entry)
        identity = self._identity(line, entry)
        key = (rules.name_key(entry.name), entry.organisation or entry.home_community)
        above = self._above(line, phone, identity, key)
        if above is None:
            self.names.setdefault(key, []).append(_Person(line, phone, identity))
            return False
        place, about, words = above
        if dict(place.values) == dict(line.values) and not self.answers.is_faulty(place):
            return True
        self.answers.fault(line, about, words % {"line": place.number})
        return True

    def _phone(self, line: Line, entry: MemberEntry) -> str:
        phone = rules.phone_number(entry.phone)
        if phone and rules.phone_fault(phone):
            self.answers.refuse(line, BadPhone(field="phone"))
        return phone

    def _identity(self, line: Line, entry: MemberEntry) -> str:
        identity = rules.plain(entry.identity_number)
        if identity and (fault := rules.identity_fault(identity)):
            refusal = BadIdentity(field="identity_number", fault=IDENTITY_FAULTS[fault])
            self.answers.refuse(line, refusal)
        return identity

    def _above(
        self, line: Line, phone: str, identity: str, key: tuple[str, object]
    ) -> tuple[Line, str, str] | None:
        """Return the line above with the same person, the cell to mend, and the words."""
        for about, number, numbers in (
            ("identity_number", identity, self.identities),
            ("phone", phone, self.phones),
        ):
            above = numbers.setdefault(number, line) if number else line
            if above is not line:
                if rules.name_key(above.values["name"]) == key[0]:
                    return above, about, gettext("The same person stands in line %(line)s already.")
                return (
                    above,
                    about,
                    gettext("The same number stands in line %(line)s, beside another name."),
                )
        for other in self.names.get(key, ()):
            differs = (phone and other.phone and phone != other.phone) or (
                identity and other.identity and identity != other.identity
            )
            if not differs:
                words = gettext(
                    "The same name stands in line %(line)s. If these are two people, write the "
                    "phone or identity number of both; if not, remove one line."
                )
                return other.line, "name", words
        return None


def _standing(said: str) -> str:
    """Return what a political status means here; the value itself is never repeated."""
    if not said:
        return STANDINGS["none"]
    if plain(said) not in STANDINGS:
        raise Invalid(
            field="party_standing",
            reason=_("write 中共党员, 中共预备党员, 共青团员, 民主党派, 无党派 or 群众"),
        )
    return STANDINGS[plain(said)]


def _kinds(said: str) -> tuple[str, ...]:
    items = items_in(said)
    if any(plain(item) not in KINDS for item in items):
        raise Invalid(
            field="identities",
            reason=_(
                "write 党员, 退休党员, 公职人员, 人大代表, 政协委员, 干部职工 or 志愿者, several "
                "parted by commas"
            ),
        )
    return tuple(dict.fromkeys(KINDS[plain(item)] for item in items))


# fmt: off
MEMBERS = Intake(
    kind="members",
    title=_("People"),
    can=Can.ENTER_PEOPLE,
    enter=enter_members_of_sheet,
    fields=(
        Field(
            name="name",
            title=pgettext_lazy("person", "name"),
            needed=True,
            personal=True,
            synonyms=(
                "姓名", "名字", "人员姓名", "党员姓名", "干部姓名", "志愿者姓名", "下沉人员姓名",
                "职工姓名", "报名人", "name", "full name",
            ),
        ),
        Field(
            name="phone",
            title=_("phone"),
            personal=True,
            content=Content.PHONE,
            synonyms=(
                "手机号", "手机", "手机号码", "联系电话", "电话", "联系方式", "电话号码",
                "移动电话", "联系手机", "本人电话", "联系号码", "手机(电话)", "phone", "mobile",
                "phone number",
            ),
        ),
        Field(
            name="identity_number",
            title=_("identity number"),
            personal=True,
            content=Content.IDENTITY,
            synonyms=(
                "身份证号", "身份证", "身份证号码", "证件号码", "证件号", "公民身份号码",
                "身份号码", "居民身份证号码", "身份证件号码", "identity number", "id number",
            ),
        ),
        Field(
            name="organisation",
            title=_("unit"),
            synonyms=(
                "单位", "工作单位", "所在单位", "单位名称", "派出单位", "下沉单位", "所属单位",
                "现工作单位", "单位全称", "工作单位名称", "部门", "unit", "organisation",
            ),
        ),
        Field(
            name="party_organisation",
            title=_("party organisation"),
            synonyms=(
                "党组织", "所属支部", "所在党支部", "所属党组织", "所在党组织", "党支部", "支部",
                "组织关系所在党支部", "所在支部", "所属党支部", "组织关系", "party organisation",
                "branch",
            ),
        ),
        Field(
            name="party_standing",
            title=_("party standing"),
            personal=True,
            synonyms=(
                "政治面貌", "政治面目", "党员类别", "党员类型", "是否党员", "是否中共党员",
                "党派", "party standing",
            ),
        ),
        Field(
            name="home_community",
            title=_("home community"),
            synonyms=(
                "居住社区", "现居住社区", "居住地社区", "居住地", "现居住地", "所在社区",
                "所属社区", "居住地所在社区", "家庭所在社区", "社区", "报到社区", "住址所属社区",
                "home community", "community",
            ),
        ),
        Field(
            name="identities",
            title=_("kinds of person"),
            synonyms=(
                "身份类别", "人员类别", "身份", "人员身份", "人员类型", "类别", "身份类型",
                "kind", "kinds of person",
            ),
        ),
        Field(
            name="skills",
            title=_("skills"),
            synonyms=("技能", "特长", "专业特长", "专长", "技能特长", "skills", "skill"),
        ),
        Field(
            name="surname_reading",
            title=_("reading of the surname"),
            personal=True,
            synonyms=("姓氏读音", "姓氏拼音", "姓的读音", "surname reading"),
        ),
    ),
)
# fmt: on
