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
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """
    A figure that a line adds to its leading one.

    :param behind: printed behind a stroke (需求2项/已办2项), in English behind a comma, not in
        brackets
    :param zero: printed though nothing is to be told
    """

    figure: str
    words: Words
    behind: bool = False
    zero: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    One statement of a bulletin.

    :param words: the pattern around the leading number
    :param none: what is said instead when the number is zero; empty leaves the line out
    :param zero: zero is printed as a number (零也列出), because that it is zero is the statement
    :param beside: the pattern, in brackets, around what was frozen beside the number
    """

    figure: str
    words: Words
    none: Words = ""
    zero: bool = False
    beside: Words = ""
    details: tuple[Detail, ...] = ()

    def figures(self) -> Iterator[str]:
        """Return the codes of the leading figure and of the details."""
        yield self.figure
        for detail in self.details:
            yield detail.figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Lines that belong together: a heading on the page, a sentence in the text."""

    title: Words
    lines: tuple[Line, ...]


MOBILISED = Section(
    title=_("Mobilised"),
    lines=(
        Line(
            figure="mobilisation.dispatched",
            words=_("%(n)s sent"),
            none=_("nobody sent"),
        ),
        Line(
            figure="mobilisation.reported",
            words=_("%(n)s reported in"),
            none=_("nobody reported in"),
            details=(Detail(figure="mobilisation.expected", words=_("%(n)s expected"), zero=True),),
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
            words=_("rate on site %(share)s"),
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

DAILY = (MOBILISED, ON_SITE, ORGANISED, WORK, COVERED)

# The two ratios that the board shows on top, each open to what is missing.
COVERAGES = tuple(line.figure for line in COVERED.lines)

# A community has been heard of on a day when one of these has a row of it.
HEARD_BY = ("attendance.present", "attendance.worked")


def figures_of(sections: tuple[Section, ...]) -> tuple[str, ...]:
    """Return the codes that a template prints, each once, in their order."""
    codes = (code for section in sections for line in section.lines for code in line.figures())
    return tuple(dict.fromkeys(codes))
