"""
Writing a list of facts and telling for each whether it is new, was known, or cannot stand.

A list may hold what many people ask for, each in a scope of their own; it costs the same few
statements whoever and however many they are.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from xiachen.attendance.models.health import HealthStatement
from xiachen.attendance.models.injuries import Injury
from xiachen.attendance.models.records import CheckIn, CheckOut, WorkRecord
from xiachen.attendance.operations.reaching import Reach
from xiachen.attendance.rules import records as rules
from xiachen.attendance.rules.reaching import NobodyOfTheirs
from xiachen.base.errors import Outcome, Refused
from xiachen.base.owned.appending import append, superseding
from xiachen.base.owned.models import FactQuerySet
from xiachen.incidents.models import IncidentCommunity
from xiachen.people.queries.members import registered
from xiachen.privacy import audit
from xiachen.privacy.scope import Can, Scope

Scopes = Mapping[UUID, Scope]
AnEntry = TypeVar("AnEntry", bound=rules.Entry)
AnyFact = TypeVar("AnyFact", CheckIn, CheckOut, WorkRecord, HealthStatement, Injury)


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


def _none_barred(facts: Sequence[object]) -> Mapping[UUID, Refused]:
    return {}


def _never(fact: object, standing: object) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class _Turns(Generic[AnyFact]):
    """
    What comes of facts whose key was given before.

    :ivar again: those that stand from now on, each reversing a void row
    :ivar gone: the void rows by which some take a standing row's place, by their ids
    """

    outcomes: dict[UUID, Outcome] = field(default_factory=dict)
    again: list[AnyFact] = field(default_factory=list)
    gone: dict[UUID, AnyFact] = field(default_factory=dict)

    def take_place(self, fact: AnyFact, standing: AnyFact) -> None:
        """Let a fact stand in the place of another, which stays on record."""
        void = superseding(standing, by=fact.recorded_by, at=fact.received_at, void=True)
        fact.reverses = void
        self.gone[fact.id] = void
        self.again.append(fact)


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
    :param barred: why facts whose key was given before cannot stand whatever stands now, by id
    :param precedes: whether a fact takes the place of a standing row of its key
    :param of_theirs: only about people whom the asker reaches on that day
    """

    can: Can
    action: str
    key: Callable[[AnyFact], Hashable]
    others: Callable[[Sequence[AnyFact]], "QuerySet[AnyFact]"]
    same: Callable[[AnyFact, AnyFact], bool]
    taken: Callable[[AnyFact, AnyFact], Refused | None]
    barred: Callable[[Sequence[AnyFact]], Mapping[UUID, Refused]] = _none_barred
    precedes: Callable[[AnyFact, AnyFact], bool] = _never
    of_theirs: bool = False

    def record(
        self,
        scopes: Scopes,
        entries: Sequence[AnEntry],
        make: Callable[[Sequence[AnEntry]], Iterable[tuple[UUID, AnyFact | Refused]]],
        at: datetime,
    ) -> tuple[list[Outcome], list[AnyFact]]:
        """
        Record entries as facts; return an outcome per entry, in their order, and the new facts.

        Among the new facts are the void ones by which a fact has taken another's place.

        :param scopes: who asks, by the entry's id
        :param make: gives for the entries that may be recorded the fact, or why there is none
        """
        new: list[AnyFact] = []
        of = dict(scopes)

        def settle(asked: Sequence[AnEntry]) -> dict[UUID, Outcome]:
            outcomes = self._refused(scopes, asked, at)
            allowed = [one for one in asked if one.id not in outcomes]
            facts: list[AnyFact] = []
            for id, made in make(allowed) if allowed else ():
                if isinstance(made, Refused):
                    outcomes[id] = Outcome(id, refusal=made)
                else:
                    facts.append(made)
            written, gone = self._write(facts)
            for fact in facts:
                if written[fact.id].new:
                    new.append(fact)
                if fact.id in gone:
                    of[gone[fact.id].id] = scopes[fact.id]
                    new.append(gone[fact.id])
            return outcomes | written

        outcomes = rules.once_each(entries, settle) if entries else []
        audit.record_all(self._acts(of, new))
        return outcomes, new

    def _refused(
        self, scopes: Scopes, asked: Sequence[rules.Entry], at: datetime
    ) -> dict[UUID, Outcome]:
        """Return the outcomes of those entries that their askers may not record."""
        known = Registered.among(scopes, asked)
        outcomes: dict[UUID, Outcome] = {}
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
        if self.of_theirs:
            left = [one for one in asked if one.id not in outcomes]
            reach = Reach.of(scopes, left)
            for one in left:
                if not reach.holds(scopes[one.id], one):
                    refusal = NobodyOfTheirs(field="member")
                    outcomes[one.id] = Outcome(one.id, refusal=refusal)
        return outcomes

    def _write(self, facts: Sequence[AnyFact]) -> tuple[dict[UUID, Outcome], dict[UUID, AnyFact]]:
        """
        Append facts; return their outcomes, and the void rows by which some took others' places.

        After a void row a new one may stand again, reversing the void.
        """
        if not facts:
            return {}, {}
        written = append(facts)
        outcomes = {fact.id: Outcome(fact.id, new=True) for fact in facts if fact.id in written}
        left = [fact for fact in facts if fact.id not in written]
        gone: dict[UUID, AnyFact] = {}
        if left:
            beside, gone = self._leftovers(left)
            outcomes |= beside
        return outcomes, gone

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
                subject=group[0].member if len({one.member for one in group}) == 1 else None,
                targets=[fact.id for fact in group],
            )
            for group in groups.values()
        ]

    def _leftovers(
        self, left: Sequence[AnyFact]
    ) -> tuple[dict[UUID, Outcome], dict[UUID, AnyFact]]:
        rows = list(self.others(left))
        by_id = {(row.community_id, row.id): row for row in rows}
        outcomes: dict[UUID, Outcome] = {}
        beside: dict[Hashable, list[AnyFact]] = defaultdict(list)
        for fact in left:
            known = by_id.get((fact.community_id, fact.id))
            if known is not None:
                fits = self.same(known, fact)
                outcomes[fact.id] = Outcome(fact.id, refusal=None if fits else rules.OtherContent())
            else:
                beside[self.key(fact)].append(fact)
        turns = self._turns(beside, self._last_rows(rows), by_id)
        outcomes |= turns.outcomes
        if turns.gone:
            append(list(turns.gone.values()))
        written = append(turns.again) if turns.again else set()
        for fact in turns.again:
            new = fact.id in written
            outcomes[fact.id] = Outcome(
                fact.id, new=new, refusal=None if new else rules.CorrectedAlready()
            )
        return outcomes, turns.gone

    def _turns(
        self,
        beside: Mapping[Hashable, list[AnyFact]],
        last: Mapping[Hashable, AnyFact],
        by_id: Mapping[tuple[int, UUID], AnyFact],
    ) -> "_Turns[AnyFact]":
        """Judge facts whose key was given before, by what stands now, the earliest first."""
        barred = self.barred([fact for facts in beside.values() for fact in facts])
        turns: _Turns[AnyFact] = _Turns()
        for key, facts in beside.items():
            standing = last.get(key)
            for fact in sorted(facts, key=lambda one: one.occurred_at):
                refusal: Refused | None
                if fact.id in barred or standing is None:
                    refusal = barred.get(fact.id) or rules.CorrectedAlready()
                elif standing.void:
                    fact.reverses = standing
                    turns.again.append(fact)
                    standing = fact
                    continue
                elif not self.precedes(fact, standing):
                    refusal = self.taken(fact, standing)
                elif _is_correction(standing, by_id):
                    refusal = rules.CorrectedAlready()
                else:
                    turns.take_place(fact, standing)
                    standing = fact
                    continue
                turns.outcomes[fact.id] = Outcome(fact.id, refusal=refusal)
        return turns

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


@transaction.atomic
def put_right(
    scope: Scope,
    former: AnyFact,
    *,
    action: str,
    void: bool,
    at: datetime,
    reason: str,
    **changed: object,
) -> AnyFact:
    """
    Put another row in a fact's place, or none that stands, and note who did so and why.

    :raises CorrectedAlready: somebody has corrected it meanwhile
    """
    correction = superseding(former, by=scope.account, at=at, void=void, **changed)
    if not append([correction]):
        raise rules.CorrectedAlready()
    audit.record(
        scope,
        action,
        community=former.community_id,
        subject=former.member,
        targets=(former.pk, correction.pk),
        reason=reason[:200],
    )
    return correction


def _is_correction(row: AnyFact, by_id: Mapping[tuple[int, UUID], AnyFact]) -> bool:
    """Tell whether a person has put a row in another's place; phones come after what was void."""
    former = by_id.get((row.community_id, row.reverses_id)) if row.reverses_id else None
    return former is not None and not former.void


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
        model = type(facts[0])
        communities = {fact.community_id for fact in facts}
        known = model._default_manager.filter(
            pk__in=[fact.pk for fact in facts], community_id__in=communities
        )
        return known | OneADay.of_days(model, facts)

    @staticmethod
    def of_days(model: type[OfADay], facts: Sequence[CheckIn | CheckOut]) -> "FactQuerySet[OfADay]":
        """Return the rows of a model of the people, communities and days of some facts."""
        rows: FactQuerySet[OfADay] = model._default_manager.filter(
            incident__in={fact.incident_id for fact in facts},
            member__in={fact.member for fact in facts},
            day__in={fact.day for fact in facts},
            community_id__in={fact.community_id for fact in facts},
        )
        return rows


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
    def taken(fact: HealthStatement | Injury, standing: HealthStatement | Injury) -> None:
        """Nothing is in the way of a fact but one of its own id."""
