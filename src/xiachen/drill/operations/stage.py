"""What a playing scenario has made so far, by the names its file gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from xiachen.base import clock
from xiachen.drill.rules.grammar import Thing
from xiachen.drill.rules.scenario import Event, Scenario
from xiachen.people.models.accounts import Grant
from xiachen.privacy.scope import Scope

# What a handle stands for: one record, or for lists such as check-ins one for each person.
Made = UUID | Mapping[UUID, UUID] | None


def moment(local: datetime) -> datetime:
    """Return the moment of a scenario's local time."""
    return local.replace(tzinfo=clock.local_zone())


@dataclass(slots=True)
class Stage:
    """
    The records that handles stand for.

    :param grants: the roles of each account, in the order of the file
    """

    scenario: Scenario
    incident: UUID
    communities: dict[str, int] = field(default_factory=dict)
    ids: dict[tuple[Thing, str], UUID] = field(default_factory=dict)
    each: dict[tuple[Thing, str], Mapping[UUID, UUID]] = field(default_factory=dict)
    grants: dict[str, list[Grant]] = field(default_factory=dict)

    def keep(self, thing: Thing, handle: str, made: Made) -> None:
        """Remember what a handle stands for from now on."""
        if isinstance(made, Mapping):
            self.each[thing, handle] = made
        elif made is not None:
            self.ids[thing, handle] = made

    def id(self, thing: Thing, handle: str) -> UUID:
        """Return the record that a handle stands for."""
        return self.ids[thing, handle]


@dataclass(frozen=True, slots=True)
class Act:
    """One event as its adapter sees it: who acts, when, and the arguments as ids."""

    stage: Stage
    event: Event
    scope: Scope

    @property
    def at(self) -> datetime:
        """When it is received."""
        return moment(self.event.at)

    @property
    def occurred_at(self) -> datetime:
        """When it happened."""
        return moment(self.event.happened)

    def text(self, key: str, default: str = "") -> str:
        """Return a text argument."""
        return self.event.arguments.text(key, default)

    def number(self, key: str, default: int = 0) -> int:
        """Return a whole number."""
        return self.event.arguments.number(key, default)

    def value(self, key: str) -> object:
        """Return an argument as it is, None where it is left out."""
        return self.event.arguments.values.get(key)

    def day(self, key: str) -> date:
        """Return a day; where it is left out, the day of the event."""
        return self.event.arguments.day(key, self.event.at.date())

    def has(self, key: str) -> bool:
        """Tell whether the event names the argument."""
        return key in self.event.arguments.values

    def id(self, thing: Thing, key: str) -> UUID:
        """Return the record that an argument names."""
        return self.stage.id(thing, self.text(key))

    def optional(self, thing: Thing, key: str) -> UUID | None:
        """Return the record that an argument names, or None where it is left out."""
        return self.id(thing, key) if self.has(key) else None

    def ids(self, thing: Thing, key: str) -> list[UUID]:
        """Return the records that a list names."""
        return [self.stage.id(thing, handle) for handle in self.event.arguments.texts(key)]

    def of_member(self, thing: Thing, key: str) -> UUID:
        """Return the record that an earlier event made for the person in `member`."""
        made = self.stage.each[thing, self.text(key)]
        return made[self.id(Thing.PERSON, "member")]

    @property
    def community(self) -> int:
        """The community that `community` names."""
        return self.stage.communities[self.text("community")]

    @property
    def place(self) -> int | None:
        """The community that `community` names, or None where it is left out."""
        return self.community if self.has("community") else None
