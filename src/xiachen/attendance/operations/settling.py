"""
Writing a list of facts and telling for each whether it is new, was known, or cannot stand.

A list may hold what many people ask for, each in a scope of their own; it costs the same few
statements whoever and however many they are.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
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


def _none_beside(facts: Sequence[AnyFact], rows: Sequence[AnyFact]) -> dict[UUID, Refused]:
    return {fact.id: rules.CorrectedAlready() for fact in facts}


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
    :param beside: makes facts ready that no row of their key is in the way of, to be written once
        more beside the rows that are, or says why they cannot stand, by id
    :param of_theirs: only about people whom the asker reaches on that day
    """

    can: Can
    action: str
    key: Callable[[AnyFact], Hashable]
    others: Callable[[Sequence[AnyFact]], "QuerySet[AnyFact]"]
    same: Callable[[AnyFact, AnyFact], bool]
    taken: Callable[[AnyFact, AnyFact], Refused | None]
    beside: Callable[[Sequence[AnyFact], Sequence[AnyFact]], Mapping[UUID, Refused]] = _none_beside
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

        :param scopes: who asks, by the entry's id
        :param make: gives for the entries that may be recorded the fact, or why there is none
        """
        new: list[AnyFact] = []

        def settle(asked: Sequence[AnEntry]) -> dict[UUID, Outcome]:
            outcomes = self._refused(scopes, asked, at)
            allowed = [one for one in asked if one.id not in outcomes]
            facts: list[AnyFact] = []
            for id, made in make(allowed) if allowed else ():
                if isinstance(made, Refused):
                    outcomes[id] = Outcome(id, refusal=made)
                else:
                    facts.append(made)
            written = self._write(facts)
            new.extend(fact for fact in facts if written[fact.id].new)
            return outcomes | written

        outcomes = rules.once_each(entries, settle) if entries else []
        audit.record_all(self._acts(scopes, new))
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

    def _write(self, facts: Sequence[AnyFact]) -> dict[UUID, Outcome]:
        """Append facts and return their outcomes; after a void row a new one may stand again."""
        if not facts:
            return {}
        written = append(facts)
        outcomes = {fact.id: Outcome(fact.id, new=True) for fact in facts if fact.id in written}
        left = [fact for fact in facts if fact.id not in written]
        return outcomes | self._leftovers(left) if left else outcomes

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

    def _leftovers(self, left: Sequence[AnyFact]) -> dict[UUID, Outcome]:
        """Say of facts that were not written why, or write them after what was in the way."""
        rows = list(self.others(left))
        by_id = {(row.community_id, row.id): row for row in rows}
        outcomes: dict[UUID, Outcome] = {}
        again: list[AnyFact] = []
        beside: list[AnyFact] = []
        taken: list[tuple[AnyFact, AnyFact]] = []
        last = self._last_rows(rows)
        for fact in left:
            known, standing = by_id.get((fact.community_id, fact.id)), last.get(self.key(fact))
            if known is not None:
                fits = self.same(known, fact)
                outcomes[fact.id] = Outcome(fact.id, refusal=None if fits else rules.OtherContent())
            elif standing is None or standing.void:
                fact.reverses = standing
                (beside if standing is None else again).append(fact)
                last[self.key(fact)] = fact
            else:
                taken.append((fact, standing))
        refused = dict(self.beside(beside, rows)) if beside else {}
        again += [fact for fact in beside if fact.id not in refused]
        written = append(again) if again else set()
        refused |= {one.id: rules.CorrectedAlready() for one in again if one.id not in written}
        outcomes |= {one.id: Outcome(one.id, new=True) for one in again if one.id in written}
        outcomes |= {id: Outcome(id, refusal=refusal) for id, refusal in refused.items()}
        for fact, standing in taken:
            refusal = refused.get(standing.id) or self._taken(fact, standing)
            outcomes[fact.id] = Outcome(fact.id, refusal=refusal)
        return outcomes

    def _taken(self, fact: AnyFact, standing: AnyFact) -> Refused | None:
        """Say what is in the way: the same, or what a person has put in the place of the same."""
        if self.key(standing) == self.key(fact):
            return self.taken(fact, standing)
        return rules.CorrectedAlready()

    def _last_rows(self, rows: Iterable[AnyFact]) -> dict[Hashable, AnyFact]:
        """Return for each key the row that no other reverses: what stands now, void or not."""
        rows = list(rows)
        later = {row.reverses_id: row for row in rows if row.reverses_id}
        last: dict[Hashable, AnyFact] = {}
        for row in rows:
            if not row.reverses_id:
                end = row
                while end.id in later:
                    end = later[end.id]
                last[self.key(row)] = end
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
    with_it: Sequence[AnyFact] = (),
    **changed: object,
) -> AnyFact:
    """
    Put another row in a fact's place, or none that stands, and note who did so and why.

    :param with_it: others that say the same, and go
    :raises CorrectedAlready: somebody has corrected it meanwhile
    """
    correction = superseding(former, by=scope.account, at=at, void=void, **changed)
    gone: list[AnyFact] = []
    for one in with_it:
        gone.append(superseding(one, by=scope.account, at=at, void=True))
    if len(append([correction, *gone])) != 1 + len(gone):
        raise rules.CorrectedAlready()
    audit.record(
        scope,
        action,
        community=former.community_id,
        subject=former.member,
        targets=(former.pk, correction.pk, *(one.pk for one in gone)),
        reason=reason[:200],
    )
    return correction


APunch = TypeVar("APunch", CheckIn, CheckOut)


class OneAMoment:
    """How sign-ins and sign-outs are told apart: by the person, the community and the moment."""

    @staticmethod
    def key(row: CheckIn | CheckOut) -> tuple[int, UUID, UUID, datetime]:
        """Return what there is one of."""
        return row.community_id, row.incident_id, row.member, row.occurred_at

    @staticmethod
    def others(facts: Sequence[APunch]) -> "QuerySet[APunch]":
        """Return the rows that may be in the way of some facts: of the same ids, or of the days."""
        model = type(facts[0])
        known = model._default_manager.filter(
            pk__in=[fact.pk for fact in facts],
            community_id__in={fact.community_id for fact in facts},
        )
        return known | OneAMoment.of_days(model, facts)

    @staticmethod
    def of_days(model: type[APunch], facts: Sequence[CheckIn | CheckOut]) -> "FactQuerySet[APunch]":
        """Return the rows of a model of the people, communities and days of some facts."""
        # What was put right may have moved over midnight.
        days = {fact.day + timedelta(days=by) for fact in facts for by in (-1, 0, 1)}
        rows: FactQuerySet[APunch] = model._default_manager.filter(
            incident__in={fact.incident_id for fact in facts},
            member__in={fact.member for fact in facts},
            day__in=days,
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
