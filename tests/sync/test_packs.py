"""What a phone holds of a person's roles, what it gets of what has changed, and who is noted."""

from datetime import timedelta
from uuid import UUID

from tests.attendance.town import clock_at
from tests.notices.post import notify
from tests.sync.holding import NOON, RESIDENTS, Holding, issue, resident_id, sent_docs
from tests.world import BEFORE, DAY, FENGLIN, LOCAL, SENT, WORKERS, phone_of
from xiachen.attendance.operations.check_outs import CheckOutEntry, check_out
from xiachen.attendance.operations.health import HealthEntry, state_health
from xiachen.attendance.operations.signing import PlaceEntry, close_place, register_place
from xiachen.base.ids import uuid7
from xiachen.deployment.operations.teams import add_members, remove_member
from xiachen.mobilisation.models.stays import Enrolment
from xiachen.mobilisation.operations.releases import release
from xiachen.needs.operations.claims import claim_task, finish_task
from xiachen.needs.operations.tasks import withdraw_task
from xiachen.notices.operations.notices import To, open_notice
from xiachen.people.models.accounts import Grant
from xiachen.people.models.residents import Appointment
from xiachen.people.operations.accounts import end_grant
from xiachen.people.operations.appointments import (
    appoint_building_head,
    appoint_grid_head,
    end_appointment,
)
from xiachen.people.operations.completing.residents import complete_residents
from xiachen.people.operations.residents import ResidentEntry
from xiachen.places.models import Compound, Gate, Household
from xiachen.places.operations.buildings import edit_household
from xiachen.places.operations.compounds import edit_gate, register_gates
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role, system_scope
from xiachen.sync.api.encoding import from_b64


def noted(action: str = "sync.pull") -> list[list[UUID]]:
    return [sorted(row.targets) for row in AuditEntry.objects.filter(action=action).order_by("pk")]


def test_a_member_has_the_day_on_the_phone(holding: Holding) -> None:
    phone = holding.local
    phone.pull()
    assert phone.one("me") == {
        "member": str(holding.world.local),
        "name": LOCAL,
        "unit": "市枫林观测局",
        "roles": ["member"],
        "language": "en",
    }
    duty = phone.one("duty")
    assert (duty["community"], duty["from"], duty["to"]) == (FENGLIN, DAY.isoformat(), None)
    assert (duty["deadline"], duty["today"], duty["team"]) == ("08:30", True, "")
    assert phone.one("standing")["signed_in_at"] is None
    kinds = phone.bodies("work-kind")
    first, second, *_rest = sorted(kinds, key=lambda one: one["order"])
    assert first == {
        "code": "gate-duty",
        "zh": "封控值守",
        "en": "Guarding a closed compound",
        "order": 1,
    }
    assert (second["code"], second["order"]) == ("screening", 2)
    assert "medicines" not in {one["code"] for one in kinds}
    assert list(phone.parts) == ["me"]


def test_nothing_goes_out_where_nothing_has_changed(holding: Holding) -> None:
    for phone in (holding.local, holding.phone(holding.leader), holding.head):
        first = phone.pull()
        assert all(part.rebuild and part.docs for part in first.parts)
        before = AuditEntry.objects.count()
        again = phone.pull()
        assert not any(part.rebuild or part.docs or part.gone for part in again.parts)
        assert AuditEntry.objects.count() == before


def test_a_sign_in_changes_three_docs_and_a_sign_out_again(holding: Holding) -> None:
    phone = holding.local
    phone.pull()
    holding.town.sign_in([holding.world.local])
    assert sent_docs(phone.pull()) == ["hours", "hours-total", "standing"]
    assert phone.one("standing")["signed_in_at"] == int(clock_at(8, 12).timestamp() * 1000)
    assert phone.one("hours")["open"] is True
    leaving = CheckOutEntry(
        id=uuid7(), community=FENGLIN, member=holding.world.local, occurred_at=clock_at(17, 12)
    )
    (outcome,) = check_out(holding.town.worker, entries=[leaving], at=clock_at(18, 0))
    assert outcome.new
    assert sent_docs(phone.pull()) == ["hours", "hours-total", "standing"]
    kept = phone.one("hours")
    assert {one: kept[one] for one in ("minutes", "stays", "open", "corrected")} == {
        "minutes": 9 * 60, "stays": 1, "open": False, "corrected": 0,
    }  # fmt: skip
    assert phone.one("hours-total") == {"minutes": 9 * 60, "days": 1, "calendar": ""}


def test_tasks_come_change_and_go(holding: Holding) -> None:
    phone = holding.local
    phone.pull()
    task = issue(holding, people_wanted=2)
    assert sent_docs(phone.pull()) == ["task"]
    assert phone.one("task") == {
        "community": FENGLIN,
        "kind": "patrol",
        "title": "第三网格巡查",
        "state": "open",
        "people_wanted": 2,
        "places_left": 2,
        "mine": "",
    }
    where = {"community": FENGLIN, "task": task.pk, "at": clock_at(9, 0)}
    claim_task(holding.town.worker, member=holding.world.sent[0], **where)
    phone.pull()
    assert (phone.one("task")["places_left"], phone.one("task")["mine"]) == (1, "")
    claim_task(holding.town.worker, member=holding.world.local, **where)
    phone.pull()
    assert (phone.one("task")["places_left"], phone.one("task")["mine"]) == (0, "claimed")
    finish_task(holding.town.worker, member=holding.world.local, **where)
    phone.pull()
    assert phone.one("task")["mine"] == "finished"
    other = issue(holding)
    phone.pull()
    withdraw_task(
        holding.town.secretary, community=FENGLIN, task=other.pk, at=NOON, reason="不需要了"
    )
    (part,) = phone.pull().parts
    assert part.gone == (str(other.pk),)
    assert len(phone.bodies("task")) == 1


def test_notices_come_and_are_read(holding: Holding) -> None:
    phone = holding.local
    phone.pull()
    sent = notify(
        holding.world,
        holding.world.scope(Role.SECRETARY),
        to=To(members=[holding.world.local]),
    )
    assert sent_docs(phone.pull()) == ["notice"]
    assert phone.one("notice")["read"] is False
    open_notice(holding.town.local, notice=sent.pk, at=NOON)
    assert sent_docs(phone.pull()) == ["notice"]
    assert phone.one("notice")["read"] is True


def test_places_come_to_all_and_their_codes_to_those_who_show_them(holding: Holding) -> None:
    member, leader = holding.local, holding.phone(holding.leader)
    for phone in (member, leader):
        phone.pull()
    place = register_place(
        holding.town.secretary,
        community=FENGLIN,
        entry=PlaceEntry(name="东门", latitude=30.5, longitude=114.25),
        at=NOON,
    )
    assert sent_docs(member.pull()) == ["place"]
    assert sent_docs(leader.pull()) == ["code", "place"]
    assert member.one("place") == {
        "name": "东门",
        "community": FENGLIN,
        "lat": 30.5,
        "lon": 114.25,
        "radius": 150,
    }
    code = leader.one("code")
    assert (code["place"], code["day"], code["step"], code["digits"]) == (
        str(place.pk),
        DAY.isoformat(),
        60,
        8,
    )
    assert from_b64(str(code["secret"])) != place.opened()
    former = code["secret"]
    leader.pull(NOON + timedelta(days=1))
    assert leader.one("code")["secret"] != former
    close_place(holding.town.secretary, community=FENGLIN, place=place.pk, at=NOON)
    member.pull()
    leader.pull()
    assert not (member.bodies("place") or leader.bodies("place") or leader.bodies("code"))


def test_who_is_unwell_is_off_duty_on_both_phones(holding: Holding) -> None:
    own, leader = holding.phone(holding.world.sent[1]), holding.phone(holding.leader)
    own.pull()
    leader.pull()
    said = HealthEntry(
        id=uuid7(),
        community=FENGLIN,
        member=holding.world.sent[1],
        occurred_at=clock_at(8, 0),
        well=False,
    )
    (outcome,) = state_health(holding.town.worker, entries=[said], at=NOON)
    assert outcome.new, outcome.refusal
    assert sent_docs(own.pull()) == ["duty", "standing"]
    assert own.one("duty")["today"] is False
    assert own.one("standing")["well"] is False
    assert str(own.one("standing")["fit_until"]) < DAY.isoformat()
    assert sent_docs(leader.pull()) == ["person"]
    assert [one["fit"] for one in leader.bodies("person")].count(False) == 1


def test_who_goes_home_has_no_duty_and_no_pass(holding: Holding) -> None:
    phone = holding.local
    phone.pull()
    stay = Enrolment.objects.get(member=holding.world.local)
    release(holding.town.secretary, enrolment=stay.pk, last_day=DAY, at=NOON)
    phone.pull()
    assert phone.one("duty")["to"] == DAY.isoformat()
    (part,) = phone.pull(NOON + timedelta(days=1)).parts
    assert {"pass", str(stay.pk)} <= set(part.gone)


def test_a_leader_has_the_team_and_whoever_leads_it_no_more_loses_it(holding: Holding) -> None:
    phone = holding.phone(holding.leader)
    phone.pull()
    assert {one["name"] for one in phone.bodies("person")} == set(SENT[:3])
    assert phone.one("duty")["team"] == str(holding.team)
    assert "leader" in phone.one("me")["roles"]  # type: ignore[operator]
    holding.town.sign_in(holding.world.sent[1:2])
    assert sent_docs(phone.pull()) == ["person"]
    add_members(
        holding.world.scope(Role.ORGANISER),
        team=holding.team,
        members=holding.world.sent[3:4],
        from_day=DAY,
    )
    assert sent_docs(phone.pull()) == ["person"]
    remove_member(
        holding.world.scope(Role.ORGANISER),
        team=holding.team,
        member=holding.world.sent[2],
        last_day=BEFORE,
    )
    gone = [id for part in phone.pull().parts for id in part.gone]
    assert gone == [str(holding.world.sent[2])]
    grant = Grant.objects.get(team=holding.team)
    end_grant(system_scope(), grant=grant.pk, last_day=BEFORE)
    assert phone.pull().purge == (f"team:{holding.team}",)
    assert phone.bodies("person") == []


def test_the_leader_of_a_duty_can_be_called(holding: Holding) -> None:
    account = holding.phone(holding.leader)
    account.pull()
    duty = account.one("duty")
    assert (duty["leader_name"], duty["leader_phone"]) == (SENT[0], phone_of(SENT[0]))
    assert noted() == [sorted(holding.world.sent[:3])]


def test_a_grid_head_has_the_own_doors_and_nobody_elses(holding: Holding) -> None:
    phone = holding.head
    compound = Compound.objects.get().pk
    register_gates(
        holding.town.worker, community=FENGLIN, compound=compound, names=["南门"], at=NOON
    )
    phone.pull()
    assert phone.one("gate") == {"compound": "枫林苑", "name": "南门", "open": True}
    gate = Gate.objects.get()
    edit_gate(
        holding.town.worker,
        community=FENGLIN,
        gate=gate.pk,
        version=gate.version,
        name=gate.name,
        is_open=False,
        at=NOON,
    )
    assert sent_docs(phone.pull()) == ["gate"]
    assert phone.one("gate")["open"] is False
    part = f"grid:{FENGLIN}:{holding.grid}"
    assert {(one["name"], one["phone"]) for one in phone.bodies("resident", part)} == {*RESIDENTS}
    assert {one["door"] for one in phone.bodies("household")} == {"101", "102"}
    assert phone.one("building") == {"compound": "枫林苑", "number": "1栋", "floors": 6, "units": 2}
    assert phone.one("head")["name"] == WORKERS[1]
    assert {one["role"] for one in phone.bodies("call")} == {"secretary", "community-worker"}


def test_whom_a_pack_names_is_noted_once_and_again_when_it_changes(holding: Holding) -> None:
    phone = holding.head
    phone.pull()
    row = AuditEntry.objects.get(action="sync.pull", community=FENGLIN)
    shown = {resident_id(name) for name, _phone in RESIDENTS}
    assert shown <= set(row.targets)
    assert (row.account, row.role) == (phone.known.account, Role.GRID_HEAD)
    completed = ResidentEntry(
        id=resident_id(RESIDENTS[2][0]),
        household=holding.doors[1],
        name=RESIDENTS[2][0],
        phone="15500010009",
    )
    complete_residents(holding.town.worker, community=FENGLIN, entries=[completed])
    assert sent_docs(phone.pull()) == ["resident"]
    assert noted()[-1] == [completed.id]
    door = Household.objects.get(pk=holding.doors[0])
    edit_household(
        holding.town.worker,
        community=FENGLIN,
        household=door.pk,
        version=door.version,
        unit=door.unit,
        door=door.door,
        kind=door.kind,
        vacant=True,
        at=NOON,
    )
    before = len(noted())
    assert sent_docs(phone.pull()) == ["household"]
    assert len(noted()) == before


def test_doors_go_with_the_appointment_and_with_the_role(holding: Holding) -> None:
    phone = holding.head
    phone.pull()
    head = Appointment.objects.get()
    end_appointment(holding.town.secretary, community=FENGLIN, appointment=head.pk, last_day=BEFORE)
    assert phone.pull().purge == (f"grid:{FENGLIN}:{holding.grid}",)
    assert phone.bodies("resident") == []
    # Appointed, but without a role that sees people there.
    appoint_grid_head(
        holding.town.secretary,
        community=FENGLIN,
        grid=holding.grid,
        member=holding.world.local,
        from_day=DAY,
    )
    phone = holding.local
    phone.pull()
    assert list(phone.parts) == ["me"]


def test_the_head_of_a_building_has_that_building(holding: Holding) -> None:
    appoint_building_head(
        holding.town.secretary,
        community=FENGLIN,
        building=holding.building,
        member=holding.world.members[WORKERS[0]],
        from_day=BEFORE,
    )
    phone = holding.phone(holding.world.members[WORKERS[0]])
    phone.pull()
    assert f"grid:{FENGLIN}:{holding.building}" in phone.parts
    assert len(phone.bodies("resident")) == len(RESIDENTS)
    assert [one["role"] for one in phone.bodies("head")] == ["building-head"]
