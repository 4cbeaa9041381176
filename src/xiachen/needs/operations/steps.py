"""The steps of a task: each is a fact, and the task's state follows from its claims."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xiachen.base.errors import NotFound
from xiachen.base.ids import uuid7
from xiachen.base.owned.appending import append
from xiachen.needs import rules
from xiachen.needs.models import Claim, Step, Task, TaskState, TaskStep
from xiachen.privacy.scope import Scope


@dataclass(slots=True)
class Held:
    """
    A task whose row this transaction holds, with its standing claims.

    Two people who claim the last place come one after the other: the second sees the first.
    """

    scope: Scope
    task: Task
    claims: list[Claim]
    at: datetime

    @classmethod
    def take(cls, scope: Scope, *, community: int, task: UUID, at: datetime) -> "Held":
        """Lock a task of the scope's incident, or refuse."""
        rows = Task.objects.filter(community_id=community, incident=scope.incident, pk=task)
        found = rows.select_for_update(of=("self",)).select_related("kind").first()
        if found is None:
            raise NotFound(field="task")
        claims = Claim.objects.filter(community_id=community, task=found, released_at=None)
        return cls(scope, found, list(claims.order_by("claimed_at", "pk")), at)

    @property
    def state(self) -> rules.State:
        """Return the task's state."""
        return rules.State(self.task.state)

    @property
    def said(self) -> str:
        """Return the state's name for words."""
        return str(TaskState(self.task.state).label)

    @property
    def places(self) -> rules.Places:
        """Return how many places are wanted, held and finished."""
        return rules.Places(
            wanted=self.task.people_wanted,
            held=len(self.claims),
            finished=sum(claim.finished_at is not None for claim in self.claims),
        )

    def claim_of(self, member: UUID) -> Claim | None:
        """Return the standing claim of a person."""
        return next((claim for claim in self.claims if claim.member == member), None)

    def note(
        self,
        step: Step,
        *,
        member: UUID | None = None,
        note: str = "",
        reverses: TaskStep | None = None,
    ) -> TaskStep:
        """Append a step; one that reverses another takes it back."""
        fact = TaskStep(
            id=uuid7(),
            community_id=self.task.community_id,
            incident_id=self.task.incident_id,
            task=self.task,
            step=step,
            need=self.task.kind.need,
            member=member,
            note=note,
            occurred_at=self.at,
            received_at=self.at,
            recorded_by=self.scope.account,
            reverses=reverses,
            void=reverses is not None,
        )
        append([fact])
        return fact

    def standing_finish(self) -> TaskStep | None:
        """Return the step by which the whole task was finished, if it stands."""
        rows = TaskStep.objects.standing().filter(
            community_id=self.task.community_id,
            task=self.task,
            step=Step.FINISHED,
            member=None,
        )
        return rows.first()

    def settle(self, state: rules.State | None = None) -> Task:
        """Save the state: the one given, or what the claims say; note when all is finished."""
        wanted = state or self.places.state()
        if wanted is rules.State.FINISHED and self.state is not rules.State.FINISHED:
            self.note(Step.FINISHED)
        if wanted != self.state:
            self.task.state = TaskState(wanted)
            self.task.save(update_fields=["state"])
        return self.task
