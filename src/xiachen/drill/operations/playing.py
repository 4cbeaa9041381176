"""Playing a scenario: every event through the real operations, on the scenario's own clock."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, time
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from xiachen.base.errors import Refused
from xiachen.command.operations.declared import declare_figure
from xiachen.deployment.queries.scopes import scope_of
from xiachen.drill.models import Playing
from xiachen.drill.operations.setting import give_due_grants, set_stage
from xiachen.drill.operations.stage import Act, Stage, moment
from xiachen.drill.operations.verbs.table import ADAPTERS
from xiachen.drill.queries.files import scenario as read
from xiachen.drill.rules.allowed import roles_for
from xiachen.drill.rules.faults import AnotherScenario, NoRole, RealRecords, failing_at
from xiachen.drill.rules.scenario import Entry, Event, Scenario
from xiachen.drill.rules.verbs.table import VERBS
from xiachen.incidents.models import Incident
from xiachen.people.models.accounts import Grant
from xiachen.privacy import audit
from xiachen.privacy.scope import system_scope

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Played:
    """
    What playing came to.

    :param new: whether it was played now; otherwise it was there already
    """

    scenario: Scenario
    incident: UUID
    events: int
    new: bool


def play(name_or_path: str, *, seed: int | None = None, progress: Progress | None = None) -> Played:
    """
    Play a scenario to its end, all of it or nothing; one that was played already is left alone.

    :param seed: draws other names for the invented people
    :param progress: called before each event with its number, how many there are, and the verb
    :raises ScenarioFaulty: the file has mistakes
    :raises EventFailed: an event was refused that the scenario expects to be done
    :raises RealRecords: the database holds a real incident
    :raises AnotherScenario: it was played here from a file that has changed since
    """
    scenario = read(name_or_path)
    if seed is not None:
        scenario = replace(scenario, seed=seed)
    with transaction.atomic():
        if Incident.objects.filter(demonstration=False).exists():
            raise RealRecords()
        held = Playing.objects.filter(scenario=scenario.name).first()
        if held is None:
            return _played(scenario, progress or _silent)
    if held.digest != scenario.digest or (seed is not None and held.seed != seed):
        raise AnotherScenario(title=scenario.title)
    return Played(scenario, held.incident_id, held.events, new=False)


def _played(scenario: Scenario, progress: Progress) -> Played:
    progress(0, len(scenario.events), "")
    stage = set_stage(scenario)
    for entry in scenario.entries("story"):
        with failing_at(entry.place, "command.declare-figure"):
            _tell(stage, entry)
    refusals = {}
    for event in scenario.events:
        progress(event.number, len(scenario.events), event.do)
        if event.refused:
            refusals[str(event.number)] = _refusal(stage, event)
        else:
            with _naming(stage, event):
                _act(stage, event)
    Playing.objects.create(
        incident_id=stage.incident,
        scenario=scenario.name,
        digest=scenario.digest,
        seed=scenario.seed,
        events=len(scenario.events),
        refusals=refusals,
    )
    audit.record(system_scope(stage.incident), "drill.play", targets=[stage.incident])
    return Played(scenario, stage.incident, len(scenario.events), new=True)


def _naming(stage: Stage, event: Event) -> AbstractContextManager[None]:
    """Say of a refusal which event it stops, and who acts in it."""
    held = [one.role for one in stage.grants[event.by] if event.role in ("", one.role)]
    role = next(iter(held), event.role or "—")
    return failing_at(event.place, event.do, account=event.by, role=role, roles=roles_for(event.do))


def _refusal(stage: Stage, event: Event) -> str:
    """Do what is meant to be refused; return the code of the refusal, or nothing if done."""
    try:
        with transaction.atomic():
            _act(stage, event)
    except Refused as refusal:
        return refusal.code
    return ""


def _act(stage: Stage, event: Event) -> None:
    act = Act(stage, event, scope_of(_grant(stage, event), day=event.at.date()))
    made = ADAPTERS[event.do](act)
    thing = VERBS[event.do].makes
    if event.made and thing is not None:
        stage.keep(thing, event.made, made)
        give_due_grants(stage)


def _grant(stage: Stage, event: Event) -> Grant:
    grants = [one for one in stage.grants[event.by] if event.role in ("", one.role)]
    if not grants:
        raise NoRole(account=event.by, role=event.role or "—")
    return grants[0]


def _tell(stage: Stage, entry: Entry) -> None:
    """Declare a figure that the story prints and no record can give."""
    scenario = stage.scenario
    division, value = entry.values["division"], entry.values["value"]
    assert isinstance(division, int) and isinstance(value, int)
    first = scenario.events[0].at if scenario.events else datetime.combine(scenario.day, time())
    as_of = moment(entry.moment("as_of") or first)
    declare_figure(
        system_scope(stage.incident),
        division=division,
        name=entry.text("name"),
        value=Decimal(value),
        unit=entry.text("unit"),
        source=entry.text("source"),
        as_of=as_of,
        at=as_of,
        story=True,
    )


def _silent(number: int, total: int, do: str) -> None:
    """Show no progress."""
