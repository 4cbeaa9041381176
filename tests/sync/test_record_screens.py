"""Records that could not be taken in: what they say, mending them, leaving them out."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.attendance.town import Town
from tests.sync.desks import desk
from tests.sync.phones import Phone, phone_of
from tests.sync.test_push import own_check_in
from tests.world import FENGLIN, LOCAL, SENT, ZISONG
from xiachen.attendance.models.records import CheckIn
from xiachen.attendance.operations.signing import PlaceEntry, register_place
from xiachen.base import clock
from xiachen.base.ids import uuid7
from xiachen.needs.models import TaskKind
from xiachen.needs.operations.catalogue import install_catalogue
from xiachen.privacy.models import AuditEntry
from xiachen.sync.forms.settling import kind_choices
from xiachen.sync.kinds import KINDS
from xiachen.sync.models.receipts import Quarantined, QuarantineState
from xiachen.sync.rules.settling import SIGNED_IN
from xiachen.sync.rules.wording import KIND_WORDS

RECORDS = reverse("sync:records")


@pytest.fixture
def phone(town: Town) -> Phone:
    return phone_of(town.local, town.world.local)


@pytest.fixture
def secretary(town: Town) -> Client:
    return desk("secretary", twice=True)


@pytest.fixture
def elsewhere(town: Town, phone: Phone) -> Quarantined:
    """Somebody signed in by a fellow, who was not allowed to, at a place where neither was."""
    body = {"member": str(town.world.sent[2]), "method": "list"}
    an_hour_ago = clock.now() - timedelta(hours=1)
    phone.push(phone.event("attendance.check-in", body, community=ZISONG, at=an_hour_ago))
    return Quarantined.objects.get()


def page_of(record: Quarantined) -> str:
    return reverse("sync:record", args=[record.pk])


def mended(record: Quarantined, **changed: object) -> dict[str, object]:
    happened = timezone.localtime(record.occurred_at or record.received_at)
    return {
        "occurred": happened.strftime("%Y-%m-%dT%H:%M:%S"),
        "community": FENGLIN,
        "member": str(record.device.member),
        "reason": "asked by phone",
        **changed,
    }


def test_nothing_to_look_at_says_what_will_appear(secretary: Client) -> None:
    assert "No record waits to be looked at." in secretary.get(RECORDS).content.decode()
    assert "No record waits" in secretary.get(RECORDS, {"show": "waiting"}).content.decode()
    assert (
        "Nothing has been settled" in secretary.get(RECORDS, {"show": "settled"}).content.decode()
    )


def test_a_record_waits_on_the_first_page_and_is_told_in_words(
    town: Town, elsewhere: Quarantined, secretary: Client
) -> None:
    assert "Records of phones to look at: 1" in secretary.get("/").content.decode()
    assert "Records of phones" not in desk("outsider").get("/").content.decode()
    page = secretary.get(RECORDS).content.decode()
    assert "sign-in" in page and LOCAL in page and "紫菘社区" in page
    assert "The person was not assigned to this place on that day." in page
    page = secretary.get(page_of(elsewhere)).content.decode()
    assert SENT[2] in page and "on the leader&#x27;s list" in page
    entry = AuditEntry.objects.filter(action="sync.view-record").latest("at")
    assert entry.subject == town.world.local and elsewhere.pk in entry.targets


def test_it_is_put_right_and_taken_in_and_the_phone_is_told(
    phone: Phone, elsewhere: Quarantined, secretary: Client
) -> None:
    answer = secretary.post(page_of(elsewhere), mended(elsewhere), follow=True)
    assert "The record is taken in" in answer.content.decode()
    row = CheckIn.objects.get()
    assert (row.pk, row.community_id) == (elsewhere.event, FENGLIN)
    assert elsewhere.occurred_at is not None
    assert abs(row.occurred_at - elsewhere.occurred_at) < timedelta(seconds=1)
    assert phone.push()[1]["settled"] == [str(elsewhere.event)]
    page = secretary.get(RECORDS, {"show": "settled"}).content.decode()
    assert "mended" in page and "asked by phone" in page
    page = secretary.get(page_of(elsewhere)).content.decode()
    assert "Take it in" not in page
    secretary.post(page_of(elsewhere), mended(elsewhere))
    assert CheckIn.objects.count() == 1


def test_nobody_makes_a_dismissal_look_as_if_it_had_settled_itself(
    elsewhere: Quarantined, secretary: Client
) -> None:
    secretary.post(reverse("sync:dismiss", args=[elsewhere.pk]), {"reason": SIGNED_IN})
    for address in (f"{RECORDS}?show=settled", page_of(elsewhere)):
        page = secretary.get(address).content.decode()
        assert SIGNED_IN in page and "settled itself" not in page


def test_a_sign_in_that_is_mended_stands_on_the_menders_word(
    town: Town, phone: Phone, secretary: Client
) -> None:
    body = {"member": str(town.world.sent[2]), "method": "code", "code": "12345678"}
    phone.push(phone.event("attendance.check-in", body, community=ZISONG))
    record = Quarantined.objects.get()
    secretary.post(page_of(record), mended(record))
    assert CheckIn.objects.get().method == "list"


def test_what_the_operation_refuses_is_said_and_nothing_changes(
    elsewhere: Quarantined, secretary: Client
) -> None:
    early = timezone.localtime(clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%S")
    answer = secretary.post(page_of(elsewhere), mended(elsewhere, occurred=early))
    assert answer.status_code == 422 and "wrong" in answer.content.decode()
    assert not CheckIn.objects.exists()
    answer = secretary.post(page_of(elsewhere), mended(elsewhere, reason=""))
    assert answer.status_code == 422
    answer = secretary.post(page_of(elsewhere), mended(elsewhere, community=ZISONG))
    assert answer.status_code == 422
    elsewhere.refresh_from_db()
    assert elsewhere.state == QuarantineState.QUARANTINED


def test_it_is_left_out_with_a_reason(
    phone: Phone, elsewhere: Quarantined, secretary: Client
) -> None:
    address = reverse("sync:dismiss", args=[elsewhere.pk])
    assert secretary.post(address, {"reason": ""}).status_code == 422
    secretary.post(address, {"reason": "pressed twice"})
    elsewhere.refresh_from_db()
    assert (elsewhere.state, elsewhere.reason) == (QuarantineState.DISMISSED, "pressed twice")
    assert not CheckIn.objects.exists()
    assert phone.push()[1]["settled"] == [str(elsewhere.event)]


@pytest.mark.parametrize("by", ["id", "seq"])
def test_both_contents_stand_side_by_side_where_one_number_said_two_things(
    by: str, town: Town, phone: Phone, secretary: Client
) -> None:
    first = own_check_in(phone, town, at=clock.now() - timedelta(hours=3))
    phone.push(first)
    if by == "id":
        phone.push(own_check_in(phone, town, id=UUID(str(first["id"]))))
    else:
        phone.push(own_check_in(phone, town, seq=1))
    (record,) = Quarantined.objects.all()
    page = secretary.get(page_of(record)).content.decode()
    assert "Taken in under the same number" in page
    then = timezone.localtime(CheckIn.objects.get().occurred_at)
    assert f"{then:%H:%M:%S}".removeprefix("0") in page
    assert page.count(LOCAL) >= 3


def test_a_kind_that_is_not_known_is_said_to_be_one_that_is(
    town: Town, phone: Phone, secretary: Client
) -> None:
    phone.push(phone.event("gate.opened", {"gate": 7}, community=FENGLIN))
    (record,) = Quarantined.objects.all()
    page = secretary.get(page_of(record)).content.decode()
    assert "does not know this kind of record" in page and "&quot;gate&quot;: 7" in page
    assert "Take it in" not in page
    address = f"{page_of(record)}?kind=attendance.check-in"
    assert "Take it in" in secretary.get(address).content.decode()
    secretary.post(address, mended(record))
    assert CheckIn.objects.get().member == town.world.local


def test_what_does_not_open_can_be_entered_as_the_person_says(
    town: Town, phone: Phone, secretary: Client
) -> None:
    event = phone.event("attendance.check-in", {}, community=FENGLIN)
    sealed = str(event["sealed"])
    phone.push({**event, "sealed": sealed[:-8] + "AAAAAAAA"})
    (record,) = Quarantined.objects.all()
    page = secretary.get(page_of(record)).content.decode()
    assert "It does not open" in page and "Its content cannot be read." in page
    local = timezone.localtime(clock.now()).strftime("%Y-%m-%dT%H:%M:%S")
    secretary.post(
        f"{page_of(record)}?kind=attendance.check-in",
        {
            "occurred": local,
            "community": FENGLIN,
            "member": str(town.world.local),
            "reason": "the person says so",
        },
    )
    assert CheckIn.objects.count() == 1


def test_people_who_are_not_reached_are_not_named(
    town: Town, phone: Phone, secretary: Client
) -> None:
    body = {"member": str(uuid7()), "method": "list"}
    phone.push(phone.event("attendance.check-in", body, community=FENGLIN))
    (record,) = Quarantined.objects.all()
    page = secretary.get(page_of(record)).content.decode()
    assert "somebody outside your responsibility" in page


def test_next_door_nothing_is_seen_or_settled(elsewhere: Quarantined) -> None:
    outsider = desk("outsider")
    assert LOCAL not in outsider.get(RECORDS).content.decode()
    assert outsider.get(page_of(elsewhere)).status_code == 404
    assert outsider.post(page_of(elsewhere), mended(elsewhere)).status_code == 404
    address = reverse("sync:dismiss", args=[elsewhere.pk])
    assert outsider.post(address, {"reason": "mine"}).status_code == 404


@pytest.mark.parametrize("username", ["member", "auditor", "liaison", "administrator"])
def test_who_settles_nothing_is_refused(username: str, elsewhere: Quarantined) -> None:
    client = desk(username, twice=True)
    assert client.get(RECORDS).status_code == 403
    assert client.get(page_of(elsewhere)).status_code == 403


def test_headquarters_reads_names_masked(elsewhere: Quarantined) -> None:
    page = desk("headquarters").get(RECORDS).content.decode()
    assert LOCAL not in page and "郗*" in page


def test_a_place_to_sign_in_at_is_called_by_its_name(
    town: Town, phone: Phone, secretary: Client
) -> None:
    entry = PlaceEntry(name="北门")
    gate = register_place(town.secretary, community=FENGLIN, entry=entry, at=clock.now())
    body = {"member": str(town.world.local), "method": "code", "code": "12345678"}
    phone.push(
        phone.event("attendance.check-in", body | {"place": str(gate.pk)}, community=FENGLIN),
        phone.event("attendance.check-in", body | {"place": str(uuid7())}, community=FENGLIN),
    )
    known, unknown = Quarantined.objects.order_by("seq")
    page = secretary.get(page_of(known)).content.decode()
    assert "<dd>北门</dd>" in page and f"<dd>{gate.pk}" not in page
    assert "<dd>an unknown place</dd>" in secretary.get(page_of(unknown)).content.decode()


def test_the_list_tells_the_time_of_what_was_put_aside_unread(
    town: Town, phone: Phone, secretary: Client
) -> None:
    happened = clock.now() - timedelta(days=1)
    broken = {"member": "nobody"}
    phone.push(
        phone.event("attendance.health", broken, community=FENGLIN, at=happened),
        phone.event("attendance.health", broken, community=FENGLIN, clock=10**17),
    )
    known, unknown = Quarantined.objects.order_by("seq")
    assert known.occurred_at is not None
    assert abs(known.occurred_at - happened) < timedelta(seconds=1)
    assert (known.certain, unknown.occurred_at) == (False, None)
    page = secretary.get(RECORDS).content.decode()
    assert f"yesterday {clock_text(happened)}</time>" in page and "today " in page


def clock_text(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local.hour}:{local:%M}"


def test_headquarters_reads_nothing_about_anybodys_health(
    phone: Phone, elsewhere: Quarantined, secretary: Client
) -> None:
    phone.push(phone.event("attendance.health", {"member": "nobody"}, community=FENGLIN))
    record = Quarantined.objects.exclude(pk=elsewhere.pk).get()
    assert "health statement" in secretary.get(RECORDS).content.decode()
    headquarters = desk("headquarters")
    assert "health statement" not in headquarters.get(RECORDS).content.decode()
    assert headquarters.get(page_of(record)).status_code == 404


def test_the_list_leaves_with_masked_names(elsewhere: Quarantined, secretary: Client) -> None:
    text = secretary.get(RECORDS, {"as": "text"}).content.decode()
    assert "郗*" in text and LOCAL not in text and SENT[0] not in text


def test_every_kind_can_be_mended_and_has_a_name() -> None:
    assert dict(kind_choices()).keys() == KINDS.keys()
    assert KINDS.keys() <= KIND_WORDS.keys()


@pytest.mark.parametrize(
    ("kind", "given", "model"),
    [
        ("attendance.health", {"well": "False"}, "HealthStatement"),
        ("attendance.injury", {"happened": "fall", "stand_in": "False"}, "Injury"),
        ("attendance.work", {"work": "", "times": "2", "persons_served": "3"}, "WorkRecord"),
    ],
)
def test_each_sort_of_record_is_mended_by_its_own_parts(
    kind: str,
    given: dict[str, str],
    model: str,
    town: Town,
    phone: Phone,
    secretary: Client,
) -> None:
    install_catalogue()
    work = TaskKind.objects.filter(need=False).first()
    assert work is not None
    given = {name: value or work.code for name, value in given.items()}
    phone.push(phone.event(kind, {"member": "nobody"}, community=FENGLIN))
    (record,) = Quarantined.objects.all()
    assert record.code == "sync.unreadable-item"
    page = secretary.get(page_of(record)).content.decode()
    assert all(f'name="{name}"' in page for name in given)
    answer = secretary.post(page_of(record), mended(record, **given), follow=True)
    assert "The record is taken in" in answer.content.decode(), answer.content.decode()
    facts = apps.get_model("attendance", model).objects.all()
    assert [one.member for one in facts] == [town.world.local]
