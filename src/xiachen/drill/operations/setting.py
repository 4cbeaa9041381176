"""
Before the first event: the incident, places, units, people and accounts of a scenario.

The registers are loaded by the installation itself, as an import does; from the first event on
every account acts with what its own role reaches.
"""

from collections.abc import Sequence
from datetime import datetime, time
from uuid import UUID

from xiachen.base import clock
from xiachen.base.errors import Outcome
from xiachen.base.ids import uuid7
from xiachen.drill.operations.stage import Stage
from xiachen.drill.rules.faults import Fault, Place, ScenarioFaulty, failing_at
from xiachen.drill.rules.grammar import Thing
from xiachen.drill.rules.invented import names
from xiachen.drill.rules.scenario import DEMONSTRATION_PASSWORD, Entry, Scenario
from xiachen.incidents import operations as incidents
from xiachen.people.models.accounts import Grant
from xiachen.people.operations.accounts import give_grant, open_account
from xiachen.people.operations.members import MemberEntry, enter_members
from xiachen.people.operations.units import register_organisation, register_party_organisation
from xiachen.places.operations.communities import add_alias, make_community
from xiachen.places.operations.compounds import register_compound
from xiachen.places.operations.grids import GridEntry, register_grids
from xiachen.places.queries.communities import CommunityAmbiguous, CommunityUnknown, resolve
from xiachen.privacy.scope import Role, Scope, system_scope

_OUTSIDE_INCIDENTS = {Role.ADMINISTRATOR.value}


def set_stage(scenario: Scenario) -> Stage:
    """Open the scenario's incident and load its registers."""
    scope = system_scope()
    at = clock.on_day(scenario.began_on, time())
    opened = incidents.open_incident(
        scope,
        name=scenario.title,
        kind=scenario.kind,
        began_on=scenario.began_on,
        demonstration=True,
    )
    stage = Stage(scenario, opened.pk)
    within = system_scope(opened.pk)
    for entry in scenario.entries("community"):
        with failing_at(entry.place, "places.make-community"):
            stage.communities[entry.text("handle")] = _find(scope, entry)
    inside = [e.text("handle") for e in scenario.entries("community") if not e.flag("outside")]
    incidents.include_communities(
        within,
        incident=opened.pk,
        communities=[stage.communities[handle] for handle in inside],
        from_day=scenario.began_on,
    )
    for entry in scenario.entries("community"):
        with failing_at(entry.place, "places.register"):
            _furnish(within, stage, entry, at)
    _set_parameters(within, stage)
    _register_units(scope, stage)
    _enter_people(scope, stage, at)
    for entry in scenario.entries("account"):
        with failing_at(entry.place, "people.open-account"):
            _open(scope, stage, entry)
    give_due_grants(stage)
    return stage


def give_due_grants(stage: Stage) -> None:
    """Give each account the roles that name only what exists by now, teams above all."""
    for entry in stage.scenario.entries("account"):
        name = entry.text("name")
        held = stage.grants.setdefault(name, [])
        for reach in [entry, *entry.tables("also")][len(held) :]:
            if reach.text("team") and (Thing.TEAM, reach.text("team")) not in stage.ids:
                break
            with failing_at(entry.place, "people.give-grant"):
                held.append(grant_role(system_scope(), stage, name, reach))


def grant_role(scope: Scope, stage: Stage, account: str, reach: Entry) -> Grant:
    """Give an account one role with its reach, from the incident's first day."""
    division = reach.values.get("division")
    if reach.text("community"):
        division = stage.communities[reach.text("community")]
    role = reach.text("role")
    return give_grant(
        scope,
        account=stage.id(Thing.ACCOUNT, account),
        role=role,
        incident=None if role in _OUTSIDE_INCIDENTS else stage.incident,
        division=division if isinstance(division, int) else None,
        organisation=_optional(stage, Thing.UNIT, reach.text("unit")),
        team=_optional(stage, Thing.TEAM, reach.text("team")),
        from_day=stage.scenario.began_on,
    )


def _optional(stage: Stage, thing: Thing, handle: str) -> UUID | None:
    return stage.id(thing, handle) if handle else None


def _find(scope: Scope, entry: Entry) -> int:
    if entry.text("make"):
        street = entry.values["street"]
        assert isinstance(street, int)
        return make_community(scope, name=entry.text("make"), street=street).pk
    try:
        return resolve(scope, entry.text("is")).pk
    except (CommunityAmbiguous, CommunityUnknown) as refusal:
        words = str(refusal).replace("%", "%%")
        raise ScenarioFaulty([Fault(entry.place, words)]) from refusal


def _furnish(scope: Scope, stage: Stage, entry: Entry, at: datetime) -> None:
    community = stage.communities[entry.text("handle")]
    for alias in entry.texts("aliases"):
        add_alias(scope, community=community, name=alias)
    if rows := entry.tables("grids"):
        grids = [
            GridEntry(
                number=row.number("number", 0),
                name=row.text("name", str(row.number("number", 0))),
                households_expected=row.number("households", 0),
            )
            for row in rows
        ]
        for grid in register_grids(scope, community=community, entries=grids, at=at):
            stage.keep(Thing.GRID, f"{entry.text('handle')}/{grid.number}", grid.pk)
    for row in entry.tables("compounds"):
        register_compound(
            scope,
            community=community,
            name=row.text("name"),
            kind=row.text("kind"),
            unmanaged=row.flag("unmanaged"),
            closed=row.flag("closed"),
            gates=row.texts("gates"),
            at=at,
        )


def _set_parameters(scope: Scope, stage: Stage) -> None:
    for entry in stage.scenario.entries("parameter"):
        with failing_at(entry.place, "incidents.set-parameter"):
            handle = entry.text("community")
            incidents.set_parameter(
                scope,
                incident=stage.incident,
                name=entry.text("name"),
                value=entry.values["value"],
                from_day=entry.day("from_day", stage.scenario.began_on),
                community=stage.communities[handle] if handle else None,
                source=entry.text("source"),
            )


def _register_units(scope: Scope, stage: Stage) -> None:
    for entry in stage.scenario.entries("unit"):
        with failing_at(entry.place, "people.register-organisation"):
            division = entry.values["division"]
            assert isinstance(division, int)
            contact = entry.text("contact")
            unit = register_organisation(
                scope,
                name=entry.text("name"),
                short_name=entry.text("short_name"),
                level=entry.text("level"),
                division=division,
                parent=_optional(stage, Thing.UNIT, entry.text("parent")),
                contact_community=stage.communities[contact] if contact else None,
            )
            stage.keep(Thing.UNIT, entry.text("handle"), unit.pk)
    for entry in stage.scenario.entries("party"):
        with failing_at(entry.place, "people.register-party-organisation"):
            party = register_party_organisation(
                scope,
                name=entry.text("name"),
                kind=entry.text("kind", "committee"),
                organisation=_optional(stage, Thing.UNIT, entry.text("unit")),
                parent=_optional(stage, Thing.PARTY, entry.text("parent")),
            )
            stage.keep(Thing.PARTY, entry.text("handle"), party.pk)


def _enter_people(scope: Scope, stage: Stage, at: datetime) -> None:
    invented = names(stage.scenario.seed)
    entries = []
    for person in stage.scenario.entries("people"):
        home = person.text("home")
        entry = MemberEntry(
            id=uuid7(),
            name=person.text("name") or next(invented),
            organisation=_optional(stage, Thing.UNIT, person.text("unit")),
            party_organisation=_optional(stage, Thing.PARTY, person.text("party")),
            party_standing=person.text("standing", "none"),
            home_community=stage.communities[home] if home else None,
            identities=person.texts("identities"),
            invented=True,
        )
        stage.keep(Thing.PERSON, person.text("handle"), entry.id)
        entries.append(entry)
    with failing_at(Place(stage.scenario.file, "[[people]]"), "people.enter-members"):
        settled(enter_members(scope, entries=entries, at=at))


def _open(scope: Scope, stage: Stage, entry: Entry) -> None:
    account = open_account(
        scope,
        username=entry.text("name"),
        password=DEMONSTRATION_PASSWORD,
        member=_optional(stage, Thing.PERSON, entry.text("member")),
        language=entry.text("language", "zh-hans"),
        demonstration=True,
    )
    stage.keep(Thing.ACCOUNT, entry.text("name"), account.pk)


def settled(outcomes: Sequence[Outcome]) -> None:
    """Raise the first refusal among the outcomes of a list."""
    for outcome in outcomes:
        if outcome.refusal is not None:
            raise outcome.refusal
