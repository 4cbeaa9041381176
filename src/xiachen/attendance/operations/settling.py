"""Writing a list of facts and telling for each whether it is new, was known, or cannot stand."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from xiachen.attendance.models.records import CheckIn, CheckOut, WorkRecord
from xiachen.attendance.rules import records as rules
from xiachen.base.errors import Outcome, Refused
from xiachen.base.owned.appending import append
from xiachen.incidents.models import IncidentCommunity
from xiachen.people.queries.members import registered
from xiachen.privacy.scope import Scope

AnyFact = TypeVar("AnyFact", CheckIn, CheckOut, WorkRecord)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling(Generic[AnyFact]):
    """
    How facts of one kind are written: all at once, then the leftovers looked at.

    :param key: what there can be one of: the person and day, or the person and task
    :param others: the rows that may be in the way of some facts: of the same ids or keys
    :param same: whether a row of the same id says the same
    :param taken: what is said about a fact whose key another standing row has; None: it was known
    """

    key: Callable[[AnyFact], Hashable]
    others: Callable[[Sequence[AnyFact]], "QuerySet[AnyFact]"]
    same: Callable[[AnyFact, AnyFact], bool]
    taken: Callable[[AnyFact], Refused | None]

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


@dataclass(frozen=True, slots=True)
class Registered:
    """Who and what entries name is registered; asks only about what the scope does not name."""

    scope: Scope

    def people(self, members: set[UUID]) -> set[UUID]:
        """Return those of the people who are registered."""
        named = members & (self.scope.members | {self.scope.member})
        strangers = members - named
        if not strangers:
            return named
        return named | registered(self.scope, strangers)

    def communities(self, communities: set[int]) -> set[int]:
        """Return those of the communities that belong to the operation."""
        named = communities & {low for low, high in self.scope.places if low == high}
        others = communities - named
        if not others:
            return named
        listed = IncidentCommunity.objects.filter(
            incident=self.scope.incident, community__in=others
        )
        return named | set(listed.values_list("community_id", flat=True))
