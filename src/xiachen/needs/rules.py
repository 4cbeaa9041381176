"""A task's life: who may claim it, when it is finished, and what the community says to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused

LONGEST_TITLE = 120
LONGEST_NOTE = 200
MOST_PEOPLE = 500

# The catalogue that the product ships: code, Chinese, English. Needs are what communities lack and
# ask for, finished by whoever provides it.
NEEDS = (
    ("protective-supplies", "防护物资", "Protective supplies"),
    ("vehicles", "运输车辆", "Transport vehicles"),
    ("daily-supplies", "生活物资", "Daily supplies"),
    ("medicines", "药品", "Medicines"),
    ("disinfectant", "消杀用品", "Disinfectant"),
    ("food-and-water", "食品饮水", "Food and drinking water"),
    ("flood-supplies", "防汛物资", "Flood supplies: sandbags, pumps, boats"),
    ("rescue-equipment", "救援器材", "Rescue equipment"),
    ("lighting-and-power", "照明供电设备", "Lighting and power supply"),
    ("cooling-supplies", "防暑降温物资", "Supplies against heat"),
    ("tents-and-beds", "帐篷床铺", "Tents and beds"),
    ("people", "人手", "More people"),
    ("problem", "其他困难", "Another difficulty"),
)
WORK = (
    ("gate-duty", "封控值守", "Guarding a closed compound"),
    ("patrol", "巡查", "Patrol"),
    ("dyke-watch", "堤防巡查", "Watching a dyke"),
    ("evacuation-help", "转移安置", "Helping people move to safety"),
    ("temperature-check", "测温登记", "Temperature check and registration"),
    ("health-code-check", "验码", "Health-code check"),
    ("screening", "人员排查", "Screening by message, telephone or visit"),
    ("building-register", "楼栋登记", "Registering a building"),
    ("escort-to-hospital", "送诊陪护", "Escort to hospital"),
    ("medicine-delivery", "上门送药", "Delivering medicine to the door"),
    ("shopping", "代购买菜", "Shopping for residents"),
    ("carrying", "物资搬运", "Carrying supplies"),
    ("unloading", "卸货", "Unloading"),
    ("sorting-and-delivery", "分拣配送", "Sorting and delivery"),
    ("home-visit", "走访慰问", "Home visit"),
    ("help-in-hardship", "困难帮扶", "Help in hardship"),
    ("visit-to-the-elderly", "独居老人探视", "Visit to elderly people who live alone"),
    ("counselling", "思想疏导", "Counselling"),
    ("health-reminder", "健康提醒", "Health reminder"),
    ("publicity", "防控宣传", "Publicity at doors, by loudspeaker, poster or screen"),
    ("persuasion", "居民劝导", "Persuading residents"),
    ("policy-advice", "政策咨询", "Advice on the rules"),
    ("disinfection", "环境消杀", "Disinfecting buildings"),
    ("vehicle-disinfection", "车辆消杀", "Disinfecting vehicles"),
    ("sampling-notice", "核酸通知", "Calling people to sampling"),
    ("guiding", "流程引导", "Guiding people through"),
    ("keeping-order", "秩序维护", "Keeping order"),
    ("checking-entries", "信息核对", "Checking entries"),
    ("door-to-door-count", "上门核查清点", "Door-to-door count"),
    ("refuse-removal", "垃圾清运", "Removing refuse"),
    ("unmanaged-compound-duty", "三无小区值守", "Guarding an unmanaged compound"),
    ("inspection", "督办检查", "Inspection"),
    ("back-to-work-help", "复工复产协助", "Helping enterprises back to work"),
    ("passing-on-meetings", "会议传达", "Passing on what a meeting decided"),
    ("telephone-duty", "值班接线", "Telephone duty"),
)

# What a kind of emergency is about, the most usual first. Kinds that stand nowhere here are asked
# for in any; those of other emergencies only come last.
TYPICAL: Mapping[str, tuple[str, ...]] = {
    "epidemic": (
        "gate-duty",
        "screening",
        "temperature-check",
        "health-code-check",
        "sampling-notice",
        "shopping",
        "medicine-delivery",
        "escort-to-hospital",
        "disinfection",
        "vehicle-disinfection",
        "unmanaged-compound-duty",
        "protective-supplies",
        "medicines",
        "disinfectant",
        "daily-supplies",
    ),
    "flood": (
        "dyke-watch",
        "patrol",
        "evacuation-help",
        "carrying",
        "flood-supplies",
        "rescue-equipment",
        "tents-and-beds",
        "lighting-and-power",
    ),
    "typhoon": (
        "evacuation-help",
        "patrol",
        "door-to-door-count",
        "refuse-removal",
        "rescue-equipment",
        "lighting-and-power",
        "tents-and-beds",
    ),
    "heat": (
        "visit-to-the-elderly",
        "health-reminder",
        "home-visit",
        "carrying",
        "cooling-supplies",
        "food-and-water",
    ),
}
_OF_SOME = frozenset(code for codes in TYPICAL.values() for code in codes)


def rank(code: str, emergency: str) -> int:
    """Return where a kind of work belongs in an emergency's lists; equals keep their order."""
    first = TYPICAL.get(emergency, ())
    if code in first:
        return first.index(code)
    return len(first) + (bool(first) and code in _OF_SOME)


class State(StrEnum):
    """
    The states of a task, and how it goes from one to the next.

        open ⇄ claimed → finished → confirmed
          ↓       ↓   ↖_____| sent back
        withdrawn
    """

    OPEN = "open"
    CLAIMED = "claimed"
    FINISHED = "finished"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


RUNNING = frozenset({State.OPEN, State.CLAIMED})
ENDED = frozenset({State.CONFIRMED, State.WITHDRAWN})


class UnknownKind(Refused):
    """A task has a kind of the catalogue."""

    code = "needs.unknown-kind"
    message = _("There is no kind of task “%(kind)s”. Similar ones of the catalogue: %(near)s.")
    status = 422


def unknown_kind(kind: str, codes: Iterable[str]) -> UnknownKind:
    """Return the refusal of a kind that the catalogue lacks, with the codes that look like it."""
    known = sorted(codes)
    near = get_close_matches(kind, known, n=3, cutoff=0.5) or known[:8]
    return UnknownKind(field="kind", kind=kind[:40], near=", ".join(near))


class TitleMissing(Refused):
    """A task says what is to be done."""

    code = "needs.title-missing"
    message = _("Say in a few words what is to be done, at most %(most)s characters.")
    status = 422


class WrongNumber(Refused):
    """How many people a task wants."""

    code = "needs.wrong-number"
    message = _("Give a number of people between 1 and %(most)s.")
    status = 422


class WrongAmount(Refused):
    """What finished work counts for."""

    code = "needs.wrong-amount"
    message = _("Times start at 1 and persons served at 0. Correct the numbers.")
    status = 422


class GridElsewhere(Refused):
    """A task lies in a grid of its own community."""

    code = "needs.grid-elsewhere"
    message = _("This grid does not belong to the community. Choose one of its grids.")
    status = 422


class NotOpen(Refused):
    """The task's state does not allow it any more."""

    code = "needs.not-open"
    message = _("This task is %(state)s. Read the list again and choose another.")


class Full(Refused):
    """A task has as many places as people are wanted."""

    code = "needs.full"
    message = _(
        "This task is already claimed by as many people as are wanted (%(wanted)s). "
        "Choose another one from the list."
    )


class NotYours(Refused):
    """Only a claim that is held can be released or finished."""

    code = "needs.not-claimed"
    message = _("This person has not claimed the task. Claim it first.")


class FinishedOtherwise(Refused):
    """One piece of work proves a person's part of a task."""

    code = "needs.finished-otherwise"
    message = _(
        "This person's part of the task is on record with other numbers. "
        "If those are wrong, have the record corrected."
    )


class ClaimedAlready(Refused):
    """Said to a phone whose claim was held before: nothing new is recorded."""

    code = "needs.claimed-already"
    message = _("This person held a place in the task already.")


class FinishedAlready(Refused):
    """Said to a phone whose finished work was on record before: nothing new is recorded."""

    code = "needs.finished-already"
    message = _("This person's part of the task was on record already, with the same numbers.")


class PartFinished(Refused):
    """A finished part is not released."""

    code = "needs.part-finished"
    message = _("This person has finished the task already. If not, the community sends it back.")


class NotFinished(Refused):
    """Only finished work is confirmed or sent back."""

    code = "needs.not-finished"
    message = _(
        "%(left)s of those who claimed the task have not finished it yet. "
        "Confirm or send it back when they have."
    )


class NobodyClaimed(Refused):
    """Work that nobody did is not confirmed."""

    code = "needs.nobody-claimed"
    message = _("Nobody has claimed this task yet. Withdraw it if it is no longer needed.")


class ReasonMissing(Refused):
    """Whoever sends work back says what is missing."""

    code = "needs.reason-missing"
    message = _("Say in a few words what is still missing.")
    status = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The places of a task: how many are wanted, held, and held by people who have finished."""

    wanted: int
    held: int
    finished: int

    @property
    def left(self) -> int:
        """Return how many more people can claim the task."""
        return max(0, self.wanted - self.held)

    @property
    def all_done(self) -> bool:
        """Tell whether everybody who holds a claim has finished, and somebody does."""
        return 0 < self.held == self.finished

    def state(self) -> State:
        """Return the state that the claims give a task which has not ended."""
        if self.left:
            return State.OPEN
        return State.FINISHED if self.all_done else State.CLAIMED


def check_issue(*, title: str, people_wanted: int) -> str:
    """Return the title without blanks around it; refuse an empty one or an odd number."""
    if not 1 <= people_wanted <= MOST_PEOPLE:
        raise WrongNumber(field="people_wanted", most=MOST_PEOPLE)
    clean = title.strip()
    if not 1 <= len(clean) <= LONGEST_TITLE:
        raise TitleMissing(field="title", most=LONGEST_TITLE)
    return clean


def check_claim(state: State, places: Places, *, said: object) -> None:
    """
    Refuse a claim on a task that has ended or is full.

    :param said: the state's name, for the words
    """
    if state not in RUNNING:
        raise NotOpen(state=said)
    if not places.left:
        raise Full(wanted=places.wanted)


def check_work(*, times: int, persons_served: int) -> None:
    """Refuse amounts that finished work cannot have."""
    if times < 1 or persons_served < 0:
        raise WrongAmount(field="times" if times < 1 else "persons_served")


def check_done(state: State, places: Places, *, said: object) -> None:
    """Refuse to confirm or send back what is not finished by all who claimed it."""
    if state in ENDED:
        raise NotOpen(state=said)
    if not places.held:
        raise NobodyClaimed()
    if not places.all_done:
        raise NotFinished(left=places.held - places.finished)


def check_reason(reason: str) -> str:
    """Return the reason without blanks around it; refuse an empty one."""
    if not reason.strip():
        raise ReasonMissing(field="reason")
    return reason.strip()[:LONGEST_NOTE]
