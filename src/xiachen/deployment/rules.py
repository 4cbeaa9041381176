"""How a team is divided, and which duties of one person exclude each other."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused

# What an operation starts with; each adds the words it uses. Code, Chinese, English.
TEAM_TYPES = (
    ("work-team", "工作队", "work team"),
    ("assault-team", "突击队", "task squad"),
    ("volunteer-team", "志愿服务队", "volunteer team"),
    ("detachment", "小分队", "detachment"),
    ("vanguard-team", "先锋队", "vanguard team"),
    ("special-group", "专班", "special group"),
)

# A post (岗) is the title of a place where somebody serves. It is not a team and is counted apart.
TITLED_POSTS = (
    ("vanguard-post", "先锋岗", "vanguard post"),
    ("model-post", "示范岗", "model post"),
)

# So long a request to move a team may wait before everybody concerned sees that it does.
ANSWER_WITHIN = timedelta(hours=24)

# Of a reason, an answer or a word with a wish; what is longer is cut.
LONGEST_WORDS = 200


class SplitImpossible(Refused):
    """So many people cannot be divided into so many groups of these sizes."""

    code = "deployment.split-impossible"
    message = _(
        "%(people)s people in groups of %(smallest)s to %(largest)s need at least %(fewest)s "
        "and at most %(most)s groups."
    )
    status = 422


class NoSplit(Refused):
    """No number of groups of these sizes holds exactly these people."""

    code = "deployment.no-split"
    message = _(
        "%(people)s people cannot be divided into groups of %(smallest)s to %(largest)s at all. "
        "Allow smaller or larger groups."
    )
    status = 422


class SizesCrossed(Refused):
    """The sizes of groups make no sense."""

    code = "deployment.sizes-crossed"
    message = _(
        "A group has at least one person, and the largest is not smaller than the smallest."
    )
    status = 422


class NobodyToDivide(Refused):
    """Nobody of the team belongs to the community on that day."""

    code = "deployment.nobody-to-divide"
    message = _(
        "Nobody of this team is expected in this community today. "
        "Send the people here, or let them join, before forming squads."
    )


class MoreGridsThanSquads(Refused):
    """A squad works in one grid."""

    code = "deployment.more-grids-than-squads"
    message = _("%(grids)s grids were chosen for %(squads)s squads. Choose one for each squad.")
    status = 422


class PeopleRefused(Refused):
    """A refusal about some of several people; `members` are their ids, never in its words."""

    members: tuple[UUID, ...]
    code: ClassVar[str] = "deployment.people-refused"

    def __init__(self, members: Iterable[UUID], **values: object) -> None:
        self.members = tuple(sorted(members))
        super().__init__(field="members", count=len(self.members), **values)


class InSquadElsewhere(PeopleRefused):
    """Nobody works in squads of two communities on the same day."""

    code = "deployment.in-squad-elsewhere"
    message = _(
        "%(count)s of these people work in a squad of another community today. "
        "Take them out of that squad first. No squad was changed."
    )


class NotInTeam(Refused):
    """Squads and posts are for members of the team."""

    code = "deployment.not-in-team"
    message = _("This person is not in the team. Add the person to the team first.")


class NotHere(Refused):
    """A squad consists of people who belong to the community."""

    code = "deployment.not-here"
    message = _(
        "This person does not belong to this community today. "
        "Send the person here, or let the person join on the spot."
    )


class TwoLeaders(Refused):
    """A team has one leader at a time."""

    code = "deployment.two-leaders"
    message = _("This team has a leader. Give that person another post first.")


class InTeamAlready(Refused):
    """A person is in a team once at a time."""

    code = "deployment.in-team-already"
    message = _("This person is in the team with another post or from another day.")


class NameTaken(Refused):
    """Teams of one parent have different names."""

    code = "deployment.name-taken"
    message = _("A team of this name exists there. Choose another name.")


class UnknownType(Refused):
    """A kind of team that nobody has added to the list."""

    code = "deployment.unknown-type"
    message = _(
        "There is no type of team “%(type)s”. Choose one of: %(known)s; "
        "or add it to the list first."
    )
    status = 422


class TypeTaken(Refused):
    """A kind of team is on the list once."""

    code = "deployment.type-taken"
    message = _("There is a type of team with this code that is called differently.")


class Disbanded(Refused):
    """A team that has ended takes nobody and goes nowhere."""

    code = "deployment.disbanded"
    message = _("This team was disbanded on %(day)s.")


def check_stands(disbanded_on: date | None, day: date, *, field: str) -> None:
    """Refuse a team that has ended by a day."""
    if disbanded_on is not None and disbanded_on <= day:
        raise Disbanded(field=field, day=disbanded_on)


class NotOver(Refused):
    """A team is disbanded on its last day or afterwards, when its squads go with it."""

    code = "deployment.not-over"
    message = _("The last day (%(day)s) lies in the future. Disband the team on that day.")
    status = 422


class TeamsWithin(Refused):
    """A team that has others within it is not disbanded over their heads."""

    code = "deployment.teams-within"
    message = _("%(count)s teams within this team still stand. Disband them first.")


class AssignedAlready(Refused):
    """A team is assigned to a community once at a time."""

    code = "deployment.assigned-already"
    message = _("This team works in this community from %(from)s on already.")


class TeamElsewhere(Refused):
    """An undivided team is in one place at a time."""

    code = "deployment.team-elsewhere"
    message = _(
        "This team works in another community from %(from)s on. "
        "End that assignment first, or divide the team into sub-teams."
    )


class NotAssigned(Refused):
    """Squads are cut out of a team where it works."""

    code = "deployment.not-assigned"
    message = _("This team is not assigned to this community. Assign it first.")


class DatesCrossed(Refused):
    """A period cannot end before it begins."""

    code = "deployment.dates-crossed"
    message = _("The last day (%(to)s) lies before the first (%(from)s).")
    status = 422


class BriefingChanged(Refused):
    """
    Somebody has written the briefing meanwhile; both texts are kept for comparing.

    :param theirs: what stands now, by field
    """

    code = "deployment.briefing-changed"
    message = _(
        "Somebody else has changed this briefing meanwhile. "
        "Compare the two texts, put them together and save again."
    )

    def __init__(self, *, theirs: dict[str, str], version: int) -> None:
        super().__init__(field="version")
        self.theirs = theirs
        self.version = version


class NotEnrolledHere(Refused):
    """Only somebody who belongs to the community can be withdrawn from it."""

    code = "deployment.not-enrolled-here"
    message = _("This person does not belong to this community, or has gone home before.")


class ThanksMissing(Refused):
    """Nobody goes home without the community's word of thanks."""

    code = "deployment.thanks-missing"
    message = _("Write the community's word of thanks; it goes home with everybody.")
    status = 422


def squad_sizes(people: int, count: int, *, smallest: int, largest: int) -> tuple[int, ...]:
    """
    Return the sizes of `count` groups, as even as can be, the larger first: 11 in 4 is 3 3 3 2.

    :raises SplitImpossible: with the fewest and the most groups that would do
    :raises NoSplit: no number of groups would do
    """
    if smallest < 1 or largest < smallest:
        raise SizesCrossed(field="largest")
    if people < 1:
        raise NobodyToDivide(field="members")
    fewest, most = -(-people // largest), people // smallest
    sizes = {"people": people, "smallest": smallest, "largest": largest}
    if fewest > most:
        raise NoSplit(field="largest", **sizes)
    if not fewest <= count <= most:
        raise SplitImpossible(field="count", fewest=fewest, most=most, **sizes)
    size, larger = divmod(people, count)
    return tuple(size + (place < larger) for place in range(count))


def deal(people: Sequence[UUID], sizes: Sequence[int]) -> list[list[UUID]]:
    """Deal people round the groups, so that those who lead, named first, are spread."""
    groups: list[list[UUID]] = [[] for _ in sizes]
    for place, person in enumerate(people):
        groups[place % len(sizes)].append(person)
    return groups


def overlap(
    first_from: date, first_to: date | None, second_from: date, second_to: date | None
) -> bool:
    """Tell whether two spans of whole days share one; an end of None is open."""
    starts_before_end = second_to is None or first_from <= second_to
    return starts_before_end and (first_to is None or second_from <= first_to)


def check_period(first: date, last: date | None, *, field: str) -> None:
    """Refuse a period that ends before it begins."""
    if last is not None and last < first:
        raise DatesCrossed(field=field, **{"from": first, "to": last})


class MoveAsked(Refused):
    """A team is asked for once at a time where it works."""

    code = "deployment.move-asked"
    message = _(
        "Somebody has asked to move this team from there already, and the community has not "
        "answered yet. Wait for the answer, or take the other request back first."
    )


class MoveAnswered(Refused):
    """A request is answered, or taken back, once."""

    code = "deployment.move-answered"
    message = _("This request was answered or taken back before. Read it again.")


class SamePlace(Refused):
    """A move leads somewhere else."""

    code = "deployment.same-place"
    message = _("The team works there already. Choose another community.")
    status = 422


class TooFewHere(Refused):
    """Nobody can give more people than the team has there."""

    code = "deployment.too-few-here"
    message = _("%(here)s of the team were sent there; %(asked)s are asked for.")


class ChooseWho(Refused):
    """The community that gives some of a team says who they are."""

    code = "deployment.choose-who"
    message = _("Choose exactly %(asked)s of the team's people; %(chosen)s are chosen.")
    status = 422


class TooEarly(Refused):
    """A move takes effect on the day that was asked for, or later, after the team's first day."""

    code = "deployment.too-early"
    message = _("The team can move on %(day)s at the earliest.")
    status = 422


class ReasonMissing(Refused):
    """Whoever asks for people, or refuses them, says why."""

    code = "deployment.reason-missing"
    message = _("Say in a few words why.")
    status = 422


def check_words(words: str, *, field: str = "words") -> str:
    """Return a reason without blanks around it, cut to what is kept; refuse an empty one."""
    if not words.strip():
        raise ReasonMissing(field=field)
    return words.strip()[:LONGEST_WORDS]


def pairings(
    gaps: Mapping[int, int], surpluses: Mapping[int, int], *, most: int
) -> list[tuple[int, int, int]]:
    """
    Return who could help whom: (giving, receiving, people), at most `most` of them.

    The largest gap comes first and takes from the nearest surplus; near is what has the most
    leading digits of its number in common, then the next number.
    """
    left = dict(surpluses)
    found: list[tuple[int, int, int]] = []
    for receiving, gap in sorted(gaps.items(), key=lambda one: (-one[1], one[0])):
        while gap > 0 and any(left.values()) and len(found) < most:
            giving = min((one for one in left if left[one]), key=partial(_distance, receiving))
            people = min(gap, left[giving])
            found.append((giving, receiving, people))
            left[giving] -= people
            gap -= people
    return found


def _distance(here: int, there: int) -> tuple[int, int]:
    shared = next(
        (n for n, (a, b) in enumerate(zip(f"{here:012d}", f"{there:012d}", strict=True)) if a != b),
        12,
    )
    return -shared, abs(here - there)
