"""
What the daily bulletin says, in which order and with which words.

A bulletin is a list of sections, a section a list of lines, a line one leading figure with details.
The words are patterns in which these stand for a figure's number:

    %(n)s        the number with its unit                11人      4个小组
    %(measure)s  the number with its measure word alone  1个
    %(bare)s     the number alone                        1
    %(part)s     a part of what was just named           2项       2
    %(share)s    the part of the whole                   100%      98%（49/50）
    %(beside)s   what was frozen beside the number       3/3/3/2   8:30
    %(rough)s    two digits and the word for more        4.4万多人  3400余人次
    %(spelled)s  the number in words                     两批      two batches
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiachen.figures.numbers import FloorWord

Words = str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """
    A figure that a line adds to its leading one.

    :param behind: printed behind a stroke (需求2项/已办2项), in English behind a comma, not in
        brackets
    :param zero: printed though nothing is to be told
    :param least: the smallest number that is worth a word: one batch is none
    :param rough: the word behind a rounded number, where the pattern has one
    """

    figure: str
    words: Words
    behind: bool = False
    zero: bool = False
    least: int = 1
    rough: FloorWord = "余"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    One statement of a bulletin.

    :param words: the pattern around the leading number
    :param none: what is said instead when the number is zero; empty leaves the line out
    :param zero: zero is printed as a number (零也列出), because that it is zero is the statement
    :param whole: printed while there is a whole, however small the part; of nothing never
    :param beside: the pattern, in brackets, around what was frozen beside the number
    :param groups: breakdowns of the figure that stand in the brackets, zeros of places too
    :param rough: the word behind a rounded number, where the pattern has one
    """

    figure: str
    words: Words
    none: Words = ""
    zero: bool = False
    whole: bool = False
    beside: Words = ""
    groups: tuple[str, ...] = ()
    rough: FloorWord = "余"
    details: tuple[Detail, ...] = ()

    def figures(self) -> Iterator[str]:
        """Return the codes of the leading figure and of the details."""
        yield self.figure
        for detail in self.details:
            yield detail.figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """
    Lines that belong together: a heading on the page, a sentence in the text.

    :param brief: the page, too, leaves out what is zero
    """

    title: Words
    lines: tuple[Line, ...]
    brief: bool = False


MOBILISED = Section(
    title=_("Mobilised"),
    lines=(
        Line(
            figure="mobilisation.applicants",
            words=_("%(rough)s applied"),
            rough="多",
            details=(Detail(figure="mobilisation.selected", words=_("%(n)s selected")),),
        ),
        Line(
            figure="mobilisation.dispatched",
            words=_("%(n)s sent"),
            none=_("nobody sent"),
            details=(
                Detail(figure="mobilisation.batches", words=_("in %(spelled)s"), least=2),
                Detail(figure="mobilisation.sending-units", words=_("by %(n)s"), least=2),
            ),
        ),
        Line(
            figure="mobilisation.reported",
            words=_("%(n)s reported in"),
            none=_("nobody reported in"),
            details=(Detail(figure="mobilisation.expected", words=_("%(n)s expected"), zero=True),),
        ),
    ),
)

REPORTED = Section(
    title=_("Reported in through both channels"),
    brief=True,
    lines=(
        Line(
            figure="mobilisation.units-reported",
            words=_("units reported in %(share)s"),
            whole=True,
        ),
        Line(
            figure="mobilisation.members-reported",
            words=_("party members reported in %(share)s"),
            whole=True,
            details=(
                Detail(figure="mobilisation.members-excused", words=_("%(n)s excused")),
                Detail(figure="mobilisation.slips", words=_("%(n)s elsewhere by slip")),
            ),
        ),
    ),
)

FORCES = Section(
    title=_("Forces"),
    brief=True,
    lines=(
        Line(
            figure="mobilisation.forces",
            words=_("forces of %(n)s"),
            groups=("kind", "street"),
            details=(
                Detail(
                    figure="mobilisation.reported-at-home",
                    words=_("%(n)s reported in where they live"),
                ),
                Detail(figure="mobilisation.both-channels", words=_("%(n)s in both channels")),
            ),
        ),
        Line(
            figure="mobilisation.communities",
            words=_("in %(n)s"),
            details=(Detail(figure="mobilisation.streets", words=_("of %(n)s")),),
        ),
        Line(
            figure="mobilisation.resident-volunteers",
            words=pgettext_lazy("residents", "%(bare)s resident volunteers"),
        ),
    ),
)

ON_SITE = Section(
    title=_("On site"),
    lines=(
        Line(
            figure="attendance.present",
            words=_("%(n)s on site"),
            none=_("nobody on site"),
            details=(
                Detail(
                    figure="attendance.present-joined",
                    words=_("of them %(n)s joined on the spot"),
                ),
            ),
        ),
        Line(
            figure="attendance.on-time",
            words=_("rate on site in time %(share)s"),
            zero=True,
            beside=_("by %(beside)s"),
        ),
        Line(figure="attendance.late", words=_("%(n)s late"), none=_("nobody late")),
        Line(
            figure="attendance.worked",
            words=_("%(n)s with work recorded"),
            none=_("nobody with work recorded"),
        ),
        Line(
            figure="attendance.not-present",
            words=_("%(n)s reported in but not on site"),
            zero=True,
        ),
        Line(
            figure="attendance.not-working",
            words=_("%(n)s on site without recorded work"),
            zero=True,
        ),
        Line(
            figure="attendance.unsigned",
            words=_("%(n)s with work recorded but without a sign-in"),
        ),
    ),
)

ORGANISED = Section(
    title=_("Organised"),
    lines=(
        Line(figure="deployment.teams", words="%(n)s", none=_("no team formed")),
        Line(
            figure="deployment.squads",
            words="%(n)s",
            none=_("no groups formed"),
            beside="%(beside)s",
        ),
        Line(
            figure="people.temporary-branches",
            words=pgettext_lazy("temporary party branches", "%(measure)s"),
            none=_("no temporary party branch"),
            details=(
                Detail(figure="people.branch-secretaries", words=_("secretary %(bare)s")),
                Detail(figure="people.branch-deputies", words=_("deputy secretary %(bare)s")),
            ),
        ),
    ),
)

SERVED = Section(
    title=_("Service"),
    brief=True,
    lines=(
        Line(
            figure="attendance.participations-so-far",
            words=_("%(n)s of taking part so far"),
            details=(Detail(figure="attendance.participations", words=_("%(n)s on the day")),),
        ),
        Line(
            figure="attendance.served-so-far",
            words=_("%(rough)s of service so far"),
            details=(Detail(figure="attendance.served", words=_("%(n)s on the day")),),
        ),
        Line(
            figure="attendance.hours",
            words=_("%(n)s on duty so far"),
            details=(Detail(figure="attendance.on-duty-so-far", words="%(n)s"),),
        ),
        Line(
            figure="attendance.average-hours",
            words=_("%(n)s on site on average on the day"),
            details=(Detail(figure="attendance.timed", words="%(n)s"),),
        ),
        Line(
            figure="attendance.overworked",
            words=_("%(n)s in need of rest"),
            details=(
                Detail(figure="attendance.longest-run", words=_("up to %(rough)s in a row")),
                Detail(
                    figure="attendance.most-hours-a-day",
                    words=_("%(rough)s a day on average"),
                    rough="以上",
                ),
            ),
        ),
    ),
)

WORK = Section(
    title=_("Work and needs"),
    lines=(
        Line(
            figure="needs.tasks-finished",
            words=_("%(n)s of work finished"),
            none=_("no work finished"),
        ),
        Line(
            figure="needs.needs",
            words=_("%(n)s needed"),
            none=_("no needs"),
            details=(
                Detail(
                    figure="needs.needs-met",
                    words=pgettext_lazy("needs met", "%(part)s of them met"),
                    behind=True,
                    zero=True,
                ),
            ),
        ),
    ),
)

COVERED = Section(
    title=_("Two full coverages"),
    lines=(
        Line(
            figure="mobilisation.mobilised-units",
            words=_("units mobilised %(share)s"),
            zero=True,
        ),
        Line(
            figure="attendance.covered-communities",
            words=_("communities with work under way %(share)s"),
            zero=True,
        ),
    ),
)

SUPERVISED = Section(
    title=_("Supervision"),
    brief=True,
    lines=(
        Line(
            figure="command.supervision-issued",
            words=_("%(n)s of supervision"),
            details=(
                Detail(
                    figure="command.supervision-answered",
                    words=pgettext_lazy("supervision", "%(part)s of them answered"),
                    behind=True,
                    zero=True,
                ),
                Detail(figure="command.supervision-overdue", words=_("%(part)s overdue")),
            ),
        ),
    ),
)

DAILY = (
    MOBILISED,
    REPORTED,
    FORCES,
    ON_SITE,
    ORGANISED,
    SERVED,
    WORK,
    COVERED,
    SUPERVISED,
)

# The two ratios that the board shows on top, each open to what is missing.
COVERAGES = tuple(line.figure for line in COVERED.lines)

# Of more groups than these a sentence would be a table; the figure's page has it.
MOST_GROUPS = 20

# A community has been heard of on a day when one of these has a row of it.
HEARD_BY = ("attendance.present", "attendance.worked")


def groups_of(sections: tuple[Section, ...]) -> dict[str, tuple[str, ...]]:
    """Return the breakdowns that a template prints, by the figure's code."""
    return {line.figure: line.groups for one in sections for line in one.lines if line.groups}


def figures_of(sections: tuple[Section, ...]) -> tuple[str, ...]:
    """Return the codes that a template prints, each once, in their order."""
    codes = (code for section in sections for line in section.lines for code in line.figures())
    return tuple(dict.fromkeys(codes))
