"""
Writing a list of facts and telling for each whether it is new, was known, or cannot stand.

A list may hold what many people ask for, each in a scope of their own; it costs the same few
statements whoever and however many they are.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from xiachen.attendance.models.health import HealthStatement
from xiachen.attendance.models.injuries import Injury
from xiachen.attendance.models.records import CheckIn, CheckOut, WorkRecord
from xiachen.attendance.rules import records as rules
from xiachen.base.errors import Outcome, Refused
from xiachen.base.owned.appending import append
from xiachen.incidents.models import IncidentCommunity
from xiachen.people.queries.members import registered
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope

AnEntry = TypeVar("AnEntry", bound=rules.Entry)
AnyFact = TypeVar("AnyFact", CheckIn, CheckOut, WorkRecord, HealthStatement, Injury)
Scopes = Mapping[UUID, Scope]


@dataclass(frozen=True, slots=True)
class Registered:
    """Who and what entries name is registered: people, and communities of operations."""

    people: Set[UUID]
    communities: Set[tuple[UUID, int]]

    @classmethod
    def among(cls, scopes: Scopes, entries: Sequence[rules.Entry]) -> "Registered":
        """Look entries up; asks the database only about what their scopes do not name."""
        people: set[UUID] = set()
        strangers: set[UUID] = set()
        communities: set[tuple[UUID, int]] = set()
        others: set[tuple[UUID, int]] = set()
        for one in entries:
            scope = scopes[one.id]
            named = one.member == scope.member or one.member in scope.members
            (people if named else strangers).add(one.member)
            if scope.incident is not None:
                exact = (one.community, one.community) in scope.places
                (communities if exact else others).add((scope.incident, one.community))
        if strangers:
            people |= registered(scopes[entries[0].id], strangers)
        if others:
            listed = IncidentCommunity.objects.filter(
                incident__in={incident for incident, _ in others},
                community__in={community for _, community in others},
            )
            communities |= others & set(listed.values_list("incident_id", "community_id"))
        return cls(people, communities)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling(Generic[AnyFact]):
    """
    How facts of one kind are recorded: written all at once, then the leftovers looked at.

    :param can: what the role must be allowed to do
    :param action: what the audit calls it; one row for each asker and community
    :param key: what there can be one of: the person and day, or the person and task
    :param others: the rows that may be in the way of some facts: of the same ids or keys
    :param same: whether a row of the same id says the same
    :param taken: what is said about a fact whose key another standing row has; None: it was known
    """

    can: Can
    action: str
    key: Callable[[AnyFact], Hashable]
    others: Callable[[Sequence[AnyFact]], "QuerySet[AnyFact]"]
    same: Callable[[AnyFact, AnyFact], bool]
    taken: Callable[[AnyFact], Refused | None]

    def record(
        self,
        scopes: Scopes,
        entries: Sequence[AnEntry],
        make: Callable[[Sequence[AnEntry]], Iterable[tuple[UUID, AnyFact | Refused]]],
        at: datetime,
    ) -> tuple[list[Outcome], list[AnyFact]]:
        """
        Record entries as facts; return an outcome per entry, in their order, and the new facts.

        :param scopes: who asks, by the entry's id
        :param make: gives for the entries that may be recorded the fact, or why there is none
        """
        new: list[AnyFact] = []

        def settle(asked: Sequence[AnEntry]) -> dict[UUID, Outcome]:
            known = Registered.among(scopes, asked)
            outcomes: dict[UUID, Outcome] = {}
            allowed: list[AnEntry] = []
            for one in asked:
                refusal = rules.refusal_of(
                    scopes[one.id],
                    one,
                    can=self.can,
                    known=known.people,
                    communities=known.communities,
                    at=at,
                )
                if refusal:
                    outcomes[one.id] = Outcome(one.id, refusal=refusal)
                else:
                    allowed.append(one)
            facts: list[AnyFact] = []
            for id, made in make(allowed) if allowed else ():
                if isinstance(made, Refused):
                    outcomes[id] = Outcome(id, refusal=made)
                else:
                    facts.append(made)
            written = self.write(facts)
            new.extend(fact for fact in facts if written[fact.id].new)
            return outcomes | written

        outcomes = rules.once_each(entries, settle) if entries else []
        audit.record_all(self._acts(scopes, new))
        return outcomes, new

    def write(self, facts: Sequence[AnyFact]) -> dict[UUID, Outcome]:
        """Append facts; after a void row a new one may stand again, reversing the void."""
        if not facts:
            return {}
        written = append(facts)
        outcomes = {fact.id: Outcome(fact.id, new=True) for fact in facts if fact.id in written}
        left = [fact for fact in facts if fact.id not in written]
        if left:
            outcomes |= self._leftovers(left)
        return outcomes

    def _acts(self, scopes: Scopes, facts: Sequence[AnyFact]) -> list[audit.Act]:
        """Return what the audit says: one act for each asker and community."""
        groups: dict[Hashable, list[AnyFact]] = defaultdict(list)
        for fact in facts:
            scope = scopes[fact.id]
            asker = (scope.account, scope.role, scope.incident)
            groups[asker, fact.community_id].append(fact)
        return [
            audit.Act(
                scope=scopes[group[0].id],
                action=self.action,
                community=group[0].community_id,
                subject=group[0].member if len(group) == 1 else None,
                targets=[fact.id for fact in group],
            )
            for group in groups.values()
        ]

    def _leftovers(self, left: Sequence[AnyFact]) -> dict[UUID, Outcome]:
        rows = list(self.others(left))
        by_id = {(row.community_id, row.id): row for row in rows}
        last = self._last_rows(rows)
        outcomes: dict[UUID, Outcome] = {}
        again: list[AnyFact] = []
        for fact in left:
            known = by_id.get((fact.community_id, fact.id))
            standing = last.get(self.key(fact))
            if known is not None:
                fits = self.same(known, fact)
                outcomes[fact.id] = Outcome(fact.id, refusal=None if fits else rules.OtherContent())
            elif standing is not None and standing.void:
                fact.reverses = standing
                again.append(fact)
            else:
                refusal = self.taken(standing) if standing else rules.CorrectedAlready()
                outcomes[fact.id] = Outcome(fact.id, refusal=refusal)
        written = append(again) if again else set()
        for fact in again:
            new = fact.id in written
            outcomes[fact.id] = Outcome(
                fact.id, new=new, refusal=None if new else rules.CorrectedAlready()
            )
        return outcomes

    def _last_rows(self, rows: Iterable[AnyFact]) -> dict[Hashable, AnyFact]:
        """Return for each key the row that no other reverses: what stands now, void or not."""
        chains: dict[Hashable, list[AnyFact]] = defaultdict(list)
        for row in rows:
            chains[self.key(row)].append(row)
        last: dict[Hashable, AnyFact] = {}
        for key, chain in chains.items():
            reversed_ids = {row.reverses_id for row in chain}
            last[key] = next(row for row in chain if row.id not in reversed_ids)
        return last


OfADay = TypeVar("OfADay", CheckIn, CheckOut)


class OneADay:
    """How facts are told apart of which there is one for each person, community and day."""

    @staticmethod
    def key(row: CheckIn | CheckOut) -> tuple[int, UUID, UUID, date]:
        """Return what there is one of."""
        return row.community_id, row.incident_id, row.member, row.day

    @staticmethod
    def others(facts: Sequence[OfADay]) -> "QuerySet[OfADay]":
        """Return the rows that may be in the way of some facts."""
        return type(facts[0])._default_manager.filter(
            Q(pk__in=[fact.pk for fact in facts])
            | Q(
                incident__in={fact.incident_id for fact in facts},
                member__in={fact.member for fact in facts},
                day__in={fact.day for fact in facts},
            ),
            community_id__in={fact.community_id for fact in facts},
        )


Said = TypeVar("Said", HealthStatement, Injury)


class Unlimited:
    """How facts are told apart of which there may be any number: by their ids."""

    @staticmethod
    def key(row: HealthStatement | Injury) -> UUID:
        """Return what there is one of."""
        return UUID(str(row.pk))

    @staticmethod
    def others(facts: Sequence[Said]) -> "QuerySet[Said]":
        """Return the rows that may be in the way of some facts."""
        return type(facts[0])._default_manager.filter(
            pk__in=[fact.pk for fact in facts],
            community_id__in={fact.community_id for fact in facts},
        )

    @staticmethod
    def taken(standing: HealthStatement | Injury) -> None:
        """Nothing is in the way of a fact but one of its own id."""
