"""What communities say of people: thanks when they go home, work confirmed or sent back."""

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from xiachen.attendance.models.records import WorkRecord
from xiachen.deployment.models import Withdrawal
from xiachen.needs.models import Step, TaskStep
from xiachen.people.queries.members import members_reached
from xiachen.privacy.scope import Can, Scope


@dataclass(slots=True, kw_only=True)
class Said:
    """
    What communities have said of one person.

    :param thanks: words of thanks at the end of stays, the latest first
    :param confirmed: how many tasks with work of the person the community confirmed
    :param sent_back: why tasks with work of the person were sent back, the latest first
    """

    thanks: list[str] = field(default_factory=list)
    confirmed: int = 0
    sent_back: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.thanks or self.confirmed or self.sent_back)


def said_of(scope: Scope, *, members: Collection[UUID]) -> dict[UUID, Said]:
    """Return what communities of the incident say of some people whom the scope reaches."""
    if scope.incident is None or not scope.allows(Can.SEE_PEOPLE):
        return {}
    reached = set(members_reached(scope).filter(pk__in=members).values_list("pk", flat=True))
    found: dict[UUID, Said] = {one: Said() for one in reached}
    thanked = Withdrawal.objects.standing().filter(incident=scope.incident, member__in=reached)
    for member, words in thanked.order_by("-occurred_at").values_list("member", "thanks"):
        if words:
            found[member].thanks.append(words)
    _tasks(scope.incident, found)
    return found


def _tasks(incident: UUID, found: dict[UUID, Said]) -> None:
    """Add the community's word on tasks; work that was taken back tells whose they were."""
    # By person: the index of the work records leads with it.
    whose: dict[UUID, set[UUID]] = {}
    work = WorkRecord.objects.filter(member__in=found, incident=incident)
    for member, task in work.order_by().values_list("member", "task").distinct():
        if task is not None:
            whose.setdefault(task, set()).add(member)
    steps = TaskStep.objects.standing().filter(
        incident=incident, task_id__in=whose, step__in=(Step.CONFIRMED, Step.REJECTED)
    )
    for task, step, note in steps.order_by("-occurred_at").values_list("task_id", "step", "note"):
        for member in whose[task]:
            if step == Step.CONFIRMED:
                found[member].confirmed += 1
            else:
                found[member].sent_back.append(note)
