"""
The people of a line, and who of them is registered behind the door already.

Somebody is found by identity number, else by the same name behind the same door. A line may tell
what a line above left open (the head of household stands in both); it may not tell it otherwise.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid5

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Invalid, Refused
from xiachen.base.owned.bulk import among
from xiachen.papers.answering import Answers
from xiachen.papers.intake import Line
from xiachen.papers.several import numbers_in, people_in
from xiachen.people import rules
from xiachen.people.models.members import KEYRING
from xiachen.people.models.residents import Resident
from xiachen.people.operations.completing.answers import SaidOtherwise
from xiachen.people.operations.completing.members import UnderAnotherName
from xiachen.people.operations.members import IDENTITY_FAULTS, BadIdentity, BadPhone
from xiachen.people.operations.residents import LONGEST_NAME, ResidentEntry
from xiachen.places.models import Household
from xiachen.privacy.classes import DataClass
from xiachen.privacy.keyring.store import KeyMissing
from xiachen.privacy.keyring.vault import vault

# The cells of the residents and of the head of household.
_CELLS = (("head", "head_phone", "head_identity"), ("name", "phone", "identity_number"))


class NumbersDoNotFit(Refused):
    """The cell has more or fewer numbers than the line has people."""

    code = "people.numbers-do-not-fit"
    message = _(
        "%(people)s people, but %(numbers)s numbers. Write one for each in the same order, and 无 "
        "for those without."
    )
    status = 422


class NobodyNamed(Refused):
    """A number without a person."""

    code = "people.nobody-named"
    message = _("There is a number, but nobody is named. Write the name.")
    status = 422


class BehindAnotherDoor(Refused):
    """The identity number is registered behind another door of the community."""

    code = "people.behind-another-door"
    message = _(
        "Somebody is registered with this identity number behind another door of this community. "
        "Find out where they live, and correct the sheet or the record."
    )


class TwoNumbers(Refused):
    """The line tells one person's number twice, and not the same."""

    code = "people.two-numbers"
    message = _("One person has two numbers in this line. Leave the right one.")
    status = 422


@dataclass(frozen=True, slots=True)
class Said:
    """A person as a line names them, numbers in their kept form, with the cells they stand in."""

    name: str
    phone: str
    identity: str
    cells: tuple[str, str, str]

    @classmethod
    def all_of(cls, values: Mapping[str, str]) -> "list[Said]":
        """
        Return the people whom a line names, the head of household first.

        :raises Refused: at the cell that has to be mended
        """
        found: list[Said] = []
        for cells in _CELLS:
            named, phones, identities = (values[name] for name in cells)
            people = people_in(named)
            numbers = _beside(numbers_in(phones), len(people), cells[1], first=True)
            own = _beside(numbers_in(identities), len(people), cells[2], first=False)
            for (name, behind), phone, identity in zip(people, numbers, own, strict=True):
                found.append(
                    cls(
                        name=rules.kept_name(name),
                        phone=rules.phone_number(phone or behind),
                        identity=rules.plain(identity),
                        cells=cells,
                    )
                )
        return found


@dataclass(slots=True)
class Person:
    """Somebody behind a door: registered, or of this sheet; `line` is None for the registered."""

    id: UUID
    household: UUID
    name: str
    phone: str
    identity: str
    line: Line | None
    registered: bool = False
    completed: bool = False

    def entry(self) -> ResidentEntry:
        """Return what is registered of them."""
        return ResidentEntry(
            id=self.id,
            household=self.household,
            name=self.name,
            phone=self.phone,
            identity_number=self.identity,
        )


def _beside(numbers: list[str], people: int, cell: str, *, first: bool) -> list[str]:
    """
    Return a number for each person, empty where there is none.

    :param first: one number beside several people is that of the first: the household's telephone
    """
    if not any(numbers):
        return [""] * people
    if not people:
        raise NobodyNamed(field=cell)
    if len(numbers) == people:
        return numbers
    if len(numbers) == 1 and first:
        return [*numbers, *[""] * (people - 1)]
    raise NumbersDoNotFit(field=cell, people=people, numbers=len(numbers))


@dataclass(slots=True)
class Occupants:
    """Who lives behind the doors of a sheet: those registered, and those the sheet names."""

    answers: Answers
    behind: dict[UUID, list[Person]] = field(default_factory=dict)
    identities: dict[str, Person] = field(default_factory=dict)
    elsewhere: set[bytes] = field(default_factory=set)

    @classmethod
    def of(
        cls, answers: Answers, community: int, doors: Iterable[Household], said: Iterable[Said]
    ) -> "Occupants":
        """Read who is registered behind the doors, and which numbers are registered anywhere."""
        found = cls(answers)
        rows = Resident.objects.filter(community_id=community)
        for row in rows.filter(household__in=among({door.pk for door in doors}, "uuid")):
            values = row.opened()
            person = Person(
                row.pk,
                row.household_id,
                values["name"],
                values["phone"],
                values["identity"],
                line=None,
                registered=True,
            )
            found.behind.setdefault(row.household_id, []).append(person)
            if person.identity:
                found.identities[person.identity] = person
        wanted = {number for one in said if (number := one.identity)} - found.identities.keys()
        indexes = [index for number in wanted if (index := _index(number))]
        held = rows.filter(identity_index__in=among(indexes, "bytea"))
        found.elsewhere = {
            bytes(index) for index in held.values_list("identity_index", flat=True) if index
        }
        return found

    def check(self, line: Line, door: Household, said: Sequence[Said]) -> None:
        """Say at the cells what is wrong with the people of a line."""
        for place, one in enumerate(said):
            for refusal in _faults(one):
                self.answers.refuse(line, refusal)
            if any(_is_told_twice(one, other) for other in said[:place]):
                self.answers.refuse(line, TwoNumbers(field=one.cells[1]))
            if not self.answers.is_faulty(line):
                self._compare(line, door.pk, one)

    def take(self, line: Line, door: Household, said: Sequence[Said]) -> list[Person]:
        """Return the people of a line that was checked, each with what the line adds."""
        people = []
        for place, one in enumerate(said):
            person = self._found(door.pk, one)
            if person is None:
                person = Person(
                    uuid5(line.id, f"resident {place}"),
                    door.pk,
                    one.name,
                    one.phone,
                    one.identity,
                    line,
                )
                self.behind.setdefault(door.pk, []).append(person)
            else:
                adds = (one.phone and not person.phone) or (one.identity and not person.identity)
                person.completed = person.completed or bool(adds)
                person.phone = person.phone or one.phone
                person.identity = person.identity or one.identity
            if person.identity:
                self.identities[person.identity] = person
            people.append(person)
        return people

    def _found(self, door: UUID, said: Said) -> Person | None:
        if said.identity and (known := self.identities.get(said.identity)):
            return known
        key = rules.name_key(said.name)
        for person in self.behind.get(door, ()):
            differs = said.identity and person.identity and said.identity != person.identity
            if rules.name_key(person.name) == key and not differs:
                return person
        return None

    def _compare(self, line: Line, door: UUID, said: Said) -> None:
        person = self._found(door, said)
        if person is None:
            if said.identity and _index(said.identity) in self.elsewhere:
                self.answers.refuse(line, BehindAnotherDoor(field=said.cells[2]))
            return
        is_same = rules.name_key(person.name) == rules.name_key(said.name)
        if person.line is None:
            self._compare_registered(line, door, said, person, is_same=is_same)
            return
        if not is_same or person.household != door:
            words = gettext("The same number stands in line %(line)s, for somebody else.")
            self._above(line, said.cells[2], words, person.line)
        elif person.name != said.name:
            words = gettext("The same person stands in line %(line)s, written otherwise.")
            self._above(line, said.cells[0], words, person.line)
        elif said.phone and person.phone and said.phone != person.phone:
            words = gettext("The same person has another number in line %(line)s.")
            self._above(line, said.cells[1], words, person.line)

    def _compare_registered(
        self, line: Line, door: UUID, said: Said, person: Person, *, is_same: bool
    ) -> None:
        if person.household != door:
            self.answers.refuse(line, BehindAnotherDoor(field=said.cells[2]))
        elif not is_same:
            self.answers.refuse(line, UnderAnotherName(field=said.cells[2]))
        elif said.phone and person.phone and said.phone != person.phone:
            self.answers.refuse(line, SaidOtherwise(field=said.cells[1]))

    def _above(self, line: Line, cell: str, words: str, above: Line) -> None:
        self.answers.fault(line, cell, words % {"line": above.number})


def _is_told_twice(one: Said, other: Said) -> bool:
    if rules.name_key(one.name) != rules.name_key(other.name):
        return False
    return any(
        a and b and a != b for a, b in ((one.phone, other.phone), (one.identity, other.identity))
    )


def _faults(said: Said) -> Iterable[Refused]:
    """Yield what is wrong with a person's name and numbers."""
    if not said.name:
        yield rules.NameNeeded(field=said.cells[0])
    if len(said.name) > LONGEST_NAME:
        yield Invalid(field=said.cells[0], reason=_("a name has 1 to 60 characters"))
    if said.phone and rules.phone_fault(said.phone):
        yield BadPhone(field=said.cells[1])
    if said.identity and (fault := rules.identity_fault(said.identity)):
        yield BadIdentity(field=said.cells[2], fault=IDENTITY_FAULTS[fault])


def _index(identity: str) -> bytes:
    try:
        return vault().blind_index(
            KEYRING, DataClass.REGISTER, field="resident.identity", value=identity
        )
    except KeyMissing:
        # Nobody was ever registered.
        return b""
