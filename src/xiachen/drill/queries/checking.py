"""Comparing what a scenario expects with what the records say."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _

from xiachen.command.queries import house
from xiachen.command.rules.wording import Stated
from xiachen.deployment.queries.scopes import scope_of
from xiachen.drill.models import Playing
from xiachen.drill.queries.files import scenario as read
from xiachen.drill.rules.faults import (
    AnotherScenario,
    Fault,
    NotPlayed,
    ScenarioFaulty,
    nearest,
)
from xiachen.drill.rules.lines import (
    BESIDE,
    FLOOR,
    OF,
    SHARE,
    WORD,
    Line,
    figure_of,
    filled,
    holes,
    rounded_down,
    table,
)
from xiachen.drill.rules.scenario import Entry, Event, Scenario
from xiachen.figures.numbers import percent
from xiachen.figures.numerals import counting
from xiachen.people.models.accounts import Grant
from xiachen.privacy.scope import Can, Scope


def check(name_or_path: str) -> list[Line]:
    """
    Return each expected line of a played scenario beside what the records say now.

    The records are read with the scope of the account that the scenario names as its reader; of an
    event that is to be refused, the line is the code of the refusal.

    :raises NotPlayed: it has not been played here
    :raises AnotherScenario: it was played from a file that has changed since
    :raises ScenarioFaulty: a line asks for a figure that does not exist
    """
    scenario = read(name_or_path)
    held = Playing.objects.filter(scenario=scenario.name).first()
    if held is None:
        raise NotPlayed(title=scenario.title)
    if held.digest != scenario.digest:
        raise AnotherScenario(title=scenario.title)
    known = {figure.code for figure in house.figures_of_the_house()}
    if faults := list(_unknown_figures(scenario.entries("expect"), known)):
        raise ScenarioFaulty(faults)
    lines = [_line(scenario, held, entry) for entry in scenario.entries("expect")]
    refused = [event for event in scenario.events if event.refused]
    return lines + [_refusal_line(event, held.refusals) for event in refused]


def printed(lines: Sequence[Line]) -> str:
    """Return the lines as an aligned table for a terminal."""
    headings = (_("expected"), _("from the records"), "")
    rows = [
        (line.expected, line.actual, _("equal") if line.equal else _("NOT EQUAL")) for line in lines
    ]
    return table(headings, rows)


def _line(scenario: Scenario, held: Playing, entry: Entry) -> Line:
    pattern = entry.text("line")
    expected = entry.values["values"]
    assert isinstance(expected, Mapping)
    day = entry.day("day", scenario.day)
    scope = _reader(held, entry.text("by") or scenario.reader, day)
    cutoff = house.day_so_far(scope, day)
    asked = holes(pattern)
    stated = house.stated(scope, cutoff=cutoff, codes={figure_of(hole) for hole in asked})
    actual: dict[str, object] = {}
    for hole in asked:
        actual[hole] = _said(stated[figure_of(hole)], hole)
    return Line(filled(pattern, expected), filled(pattern, actual))


def _said(figure: Stated, hole: str) -> object:
    """Return what a hole asks of a figure."""
    if hole.endswith(BESIDE):
        return figure.beside
    if hole.endswith(SHARE):
        return percent(int(figure.value), int(figure.of or 0))
    if hole.endswith(FLOOR):
        return int(figure.value)
    if hole.endswith(WORD):
        return counting(int(figure.value))
    if hole.endswith(OF):
        return int(figure.of or 0)
    return rounded_down(int(figure.value), hole) or figure.value


def _reader(held: Playing, account: str, day: date) -> Scope:
    """Return what the reading account's role that sees figures reaches in the incident."""
    grants = Grant.objects.filter(waits=False, account__username=account, incident=held.incident_id)
    scopes = [scope_of(grant, day=day) for grant in grants.select_related("account").order_by("pk")]
    seeing = [scope for scope in scopes if scope.allows(Can.SEE_FIGURES)]
    return seeing[0] if seeing else scopes[0]


def _refusal_line(event: Event, refusals: Mapping[str, str]) -> Line:
    words = _("%(event)s refused: %(code)s")
    done = _("%(event)s was done")
    what = {"event": event.id or f"{event.do} ({event.number})"}
    code = refusals.get(str(event.number), "")
    actual = words % {**what, "code": code} if code else done % what
    return Line(words % {**what, "code": event.refused}, actual)


def _unknown_figures(entries: Iterable[Entry], known: set[str]) -> Iterable[Fault]:
    for entry in entries:
        for hole in holes(entry.text("line")):
            code = figure_of(hole)
            if code not in known:
                words = _("there is no figure “%(code)s”; did you mean: %(near)s?")
                yield Fault(entry.place, words, {"code": code, "near": nearest(code, known)})
