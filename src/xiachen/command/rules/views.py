"""What boards and bulletins show of figures, in the language of the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from xiachen.base import clock
from xiachen.command.rules.template import Section
from xiachen.command.rules.wording import Stated, line_text, period, share_of
from xiachen.figures.figure import Figure
from xiachen.figures.numbers import Language, as_of, language_of


def language() -> Language:
    """Return the language of the page, as numbers are printed in."""
    return language_of(get_language() or "zh-hans")


def local(moment: datetime) -> datetime:
    """Return a moment where the work is done."""
    return moment.astimezone(clock.local_zone())


def as_of_said(moment: datetime) -> str:
    """Say up to when; an English date has its year, as it may be read in another one."""
    return as_of(local(moment), language(), year=language() == "en")


def period_said(about: date, until: datetime) -> str:
    """Say what time a bulletin of a day speaks of."""
    return period(about, local(until), language())


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureLine:
    """A figure as a page shows it."""

    figure: Figure
    stated: Stated

    @property
    def code(self) -> str:
        """Its code, as in addresses."""
        return self.figure.code

    @property
    def printed(self) -> str:
        """The number with its unit."""
        return self.stated.printed(language())

    @property
    def share(self) -> str:
        """The percentage of its whole; empty where it is no part."""
        return "" if self.stated.of is None else share_of(self.stated, language())

    @property
    def opens_missing(self) -> bool:
        """Whether the ratio is not whole and can be opened to what is missing."""
        whole = self.stated.of
        return whole is not None and self.figure.missing is not None and self.stated.value < whole


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredLine:
    """
    A figure of another authority, or from a story, marked as such.

    :param as_of: in local time
    """

    name: str
    stated: Stated
    source: str
    document_number: str
    as_of: datetime
    story: bool

    @property
    def text(self) -> str:
        """The name, the number, who says so and as of when."""
        words = _("%(name)s %(number)s (%(source)s, %(as_of)s)")
        if self.story:
            words = _("%(name)s %(number)s (from the story; %(source)s, %(as_of)s)")
        return words % {
            "name": self.name,
            "number": self.stated.printed(language()),
            "source": " ".join(filter(None, (self.source, self.document_number))),
            "as_of": as_of_said(self.as_of),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    """A section: its figures one by one, and its sentences as the text prints them."""

    title: str
    lines: list[FigureLine]
    sentences: list[str]


def views_of(
    template: Sequence[Section], stated: Mapping[str, Stated], figures: Mapping[str, Figure]
) -> list[SectionView]:
    """Return a template filled with figures, leading ones and details alike."""
    return [
        SectionView(
            title=str(section.title),
            lines=[
                FigureLine(figure=figures[code], stated=stated[code])
                for line in section.lines
                for code in line.figures()
                if code in stated and not (section.brief and _nothing(stated[code]))
            ],
            sentences=[
                text for line in section.lines if (text := line_text(line, stated, language()))
            ],
        )
        for section in template
    ]


def _nothing(one: Stated) -> bool:
    return not one.value and not one.of


def titles_of(figures: Mapping[str, Figure]) -> dict[str, str]:
    """Return the titles of figures."""
    return {code: str(one.title) for code, one in figures.items()}
