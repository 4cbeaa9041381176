"""Entering people: sealed numbers, one outcome for each entry, and nobody twice."""

from dataclasses import replace

import pytest
from django.db import connection

from tests.world import (
    FENGLIN,
    LOCAL,
    MORNING,
    NEIGHBOUR,
    SENT,
    ZISONG,
    World,
    id_of,
    identity_of,
    phone_of,
)
from xiachen.base.errors import Forbidden
from xiachen.base.ids import uuid7
from xiachen.people.models.members import Member
from xiachen.people.operations import members as operations
from xiachen.people.operations.members import MemberEntry, enter_members
from xiachen.people.queries import members as queries
from xiachen.privacy import audit
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role, system_scope


def entry(**changes: object) -> MemberEntry:
    given = {"id": uuid7(), "name": "苏晚晴", "invented": True} | changes
    return MemberEntry(**given)  # type: ignore[arg-type]


def refusals(world: World, *entries: MemberEntry) -> list[str | None]:
    outcomes = enter_members(world.system, entries=entries, at=MORNING)
    assert [one.id for one in outcomes] == [one.id for one in entries]
    return [one.refusal.code if one.refusal else None for one in outcomes]


def test_numbers_lie_sealed_and_are_found_by_their_index(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select people_member::text from people_member")
        stored = "\n".join(row[0] for row in cursor.fetchall())
    assert not [number for number in (phone_of(LOCAL), identity_of(LOCAL)) if number in stored]
    number = phone_of(LOCAL)
    spaced = f"+86 {number[:3]} {number[3:7]} {number[7:]}"
    assert [row.name for row in queries.find_members(world.system, spaced)] == [LOCAL]
    found = queries.find_members(world.system, identity_of(LOCAL).lower())
    assert [row.name for row in found] == [LOCAL]


def test_a_sealed_value_opens_only_in_its_own_row(world: World) -> None:
    from xiachen.privacy.sealing import Tampered

    one, other = Member.objects.get(name=SENT[0]), Member.objects.get(name=SENT[1])
    assert one.opened_contact() == {"phone": phone_of(SENT[0]), "identity": identity_of(SENT[0])}
    one.sealed = other.sealed
    with pytest.raises(Tampered):
        one.opened_contact()


def test_each_entry_gets_its_own_answer(world: World) -> None:
    assert refusals(
        world,
        entry(name="苏晚晴"),
        entry(phone="12345"),
        entry(identity_number="340524198001010019"),
        entry(name="  "),
        entry(organisation=uuid7()),
        entry(home_community=420111002999),
        entry(skills=("driving",)),
        entry(identities=("emperor",)),
        entry(party_standing="candidate"),
        entry(name="林远"),
    ) == [
        None,
        "people.bad-phone",
        "people.bad-identity",
        "people.name-needed",
        "base.not-found",
        "base.not-found",
        "base.invalid",
        "base.invalid",
        "base.invalid",
        None,
    ]
    assert set(
        Member.objects.filter(name__in=["苏晚晴", "林远"]).values_list("name", flat=True)
    ) == {
        "苏晚晴",
        "林远",
    }


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("340524800101001", "15 digits"),
        ("3405241980010100", "18 places"),
        ("34052419800230001X", "not a day of the calendar"),
        ("340524198001010019", "does not fit"),
    ],
)
def test_a_wrong_identity_number_is_refused_with_its_fault(
    world: World, number: str, words: str
) -> None:
    (outcome,) = enter_members(world.system, entries=[entry(identity_number=number)], at=MORNING)
    assert outcome.refusal is not None
    assert outcome.refusal.field == "identity_number"
    from django.utils import translation

    with translation.override("en"):
        assert words in str(outcome.refusal)
    assert number not in str(outcome.refusal)


def test_the_same_entry_again_is_known_and_with_other_content_refused(world: World) -> None:
    first = entry(phone="13900001111", identities=("volunteer",), home_community=FENGLIN)
    assert refusals(world, first) == [None]
    (again,) = enter_members(world.system, entries=[first], at=MORNING)
    assert again.already
    assert refusals(world, replace(first, name="苏晚")) == ["people.entered-otherwise"]
    assert refusals(world, replace(first, phone="13900001112")) == ["people.entered-otherwise"]
    assert refusals(world, replace(first, identities=())) == ["people.entered-otherwise"]
    assert Member.objects.get(pk=first.id).name == "苏晚晴"


def test_nobody_is_registered_twice_under_one_number(world: World) -> None:
    assert (
        refusals(world, entry(phone=phone_of(LOCAL)), entry(identity_number=identity_of(LOCAL)))
        == ["people.already-registered"] * 2
    )


def test_a_number_that_stands_twice_in_a_list_is_entered_once(world: World) -> None:
    twice = entry(phone="13900002222")
    assert refusals(world, twice, entry(phone="139 0000 2222"), twice) == [
        None,
        "people.already-registered",
        None,
    ]
    assert Member.objects.filter(name="苏晚晴").count() == 1


def test_nobodys_membership_moves_to_a_temporary_branch(world: World) -> None:
    from tests.people.test_branches import form

    branch = form(world)
    assert refusals(world, entry(party_organisation=branch.pk)) == ["base.not-found"]


def test_a_liaison_enters_people_of_her_own_unit_only(world: World) -> None:
    scope = world.scope(Role.LIAISON)
    outcomes = enter_members(
        scope,
        entries=[
            entry(organisation=world.bureau.pk),
            entry(organisation=world.city_bureau.pk),
            entry(home_community=ZISONG),
        ],
        at=MORNING,
    )
    # The city's bureau lies below the province's.
    assert [one.new for one in outcomes] == [True, True, False]
    assert isinstance(outcomes[2].refusal, Forbidden)


def test_a_secretary_enters_the_people_of_her_community(world: World) -> None:
    outcomes = enter_members(
        world.scope(Role.SECRETARY),
        entries=[entry(home_community=FENGLIN), entry(home_community=ZISONG)],
        at=MORNING,
    )
    assert [one.new for one in outcomes] == [True, False]
    assert isinstance(outcomes[1].refusal, Forbidden)


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.MEMBER, Role.ADMINISTRATOR, Role.STREET])
def test_other_roles_enter_nobody(world: World, role: Role) -> None:
    with pytest.raises(Forbidden):
        enter_members(world.scope(role), entries=[entry()], at=MORNING)
    assert not Member.objects.filter(name="苏晚晴").exists()


def test_the_audit_names_whoever_was_entered_and_nobody_else(world: World) -> None:
    good, bad = entry(), entry(phone="1")
    enter_members(world.system, entries=[good, bad], at=MORNING)
    row = AuditEntry.objects.filter(action="people.enter-members").latest("at", "pk")
    assert row.targets == [good.id]


def test_without_its_audit_nothing_is_written(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: object, **named: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(audit, "record", broken)
    with pytest.raises(OSError, match="disk"):
        enter_members(world.system, entries=[entry()], at=MORNING)
    assert not Member.objects.filter(name="苏晚晴").exists()


def test_two_lists_at_once_enter_a_number_once(committed_world: World) -> None:
    import threading

    outcomes: list[object] = []
    start = threading.Barrier(2)

    def enter(name: str) -> None:
        start.wait()
        try:
            outcomes.extend(
                enter_members(
                    system_scope(), entries=[entry(name=name, phone="13900003333")], at=MORNING
                )
            )
        finally:
            connection.close()

    threads = [threading.Thread(target=enter, args=(name,)) for name in ("甲一", "乙二")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.new for one in outcomes) == [False, True]  # type: ignore[attr-defined]
    assert Member.objects.filter(name__in=["甲一", "乙二"]).count() == 1


def test_a_phone_is_corrected_by_the_person_and_kept_unique(world: World) -> None:
    scope = world.scope(Role.MEMBER)
    operations.change_phone(scope, member=world.local, phone="139 0000 4444")
    assert [row.name for row in queries.find_members(world.system, "13900004444")] == [LOCAL]
    assert not queries.find_members(world.system, phone_of(LOCAL))
    with pytest.raises(operations.AlreadyRegistered):
        operations.change_phone(scope, member=world.local, phone=phone_of(NEIGHBOUR))
    with pytest.raises(Forbidden):
        operations.change_phone(scope, member=id_of(NEIGHBOUR), phone="13900005555")


def test_a_view_of_a_person_is_one_audit_row_about_them(world: World) -> None:
    card = operations.view_member(world.scope(Role.SECRETARY), member=world.local)
    assert card.phone == f"{phone_of(LOCAL)[:3]}****{phone_of(LOCAL)[7:]}"
    assert card.identity_number == f"4201**********{identity_of(LOCAL)[14:]}"
    row = AuditEntry.objects.get(action="people.view-member")
    assert row.subject == world.local
    assert row.role == Role.SECRETARY


def test_looking_at_somebody_out_of_reach_shows_and_notes_nothing(world: World) -> None:
    from xiachen.base.errors import NotFound

    with pytest.raises(NotFound):
        operations.view_member(world.stranger, member=world.local)
    assert not AuditEntry.objects.filter(action="people.view-member").exists()
