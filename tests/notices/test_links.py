"""Links to a notice: opened by anybody, proving nothing; confirmed only by a deliberate act."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from tests.notices.post import BODY, notify
from tests.world import LOCAL, MORNING, OUTSIDER, SENT, World, phone_of
from xiachen.base import clock
from xiachen.incidents.models import Incident
from xiachen.notices.models.notices import Delivery, FailedReading, How, Notice, Receipt
from xiachen.notices.operations import readings as operations
from xiachen.notices.operations.notices import To, note_reading
from xiachen.notices.operations.readings import Proof
from xiachen.notices.queries import links
from xiachen.notices.rules import notices as rules
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role, system_scope

SYSTEM = system_scope()
ROBOTS = (
    "Mozilla/5.0 (Linux; Android 10) MicroMessenger/8.0 Wechat-LinkPreview",
    "DingTalkBot-LinkService/1.0",
    "Mozilla/5.0 (compatible; Bytespider; https://zhanzhang.toutiao.com/)",
    "facebookexternalhit/1.1",
)


@pytest.fixture
def made(world: World) -> Notice:
    return notify(world, at=clock.now())


def group_link(made: Notice) -> str:
    return reverse("notices:read", args=[links.group_token(SYSTEM, made)])


def person_link(made: Notice, name: str, at: datetime | None = None) -> str:
    delivery = Delivery.objects.get(notice=made, member__name=name)
    return reverse(
        "notices:read", args=[links.person_token(SYSTEM, delivery.pk, at=at or clock.now())]
    )


def confirm(client: Client, link: str, name: str, digits: str) -> int:
    return client.post(link, {"name": name, "digits": digits}).status_code


def rows_of_everything() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select tablename from pg_tables where schemaname = 'public' order by tablename"
        )
        counts = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f'select count(*) from "{table}"')
            counts[table] = cursor.fetchone()[0]
        return counts


@pytest.mark.parametrize("agent", ROBOTS)
def test_a_preview_robot_sees_the_notice_and_proves_nothing(made: Notice, agent: str) -> None:
    client = Client(headers={"User-Agent": agent})
    before = rows_of_everything()
    for link in (group_link(made), person_link(made, SENT[0])):
        assert BODY.splitlines()[0] in client.get(link).content.decode()
        assert client.head(link).status_code == 200
        assert client.options(link).status_code == 405
    assert rows_of_everything() == before
    assert not Receipt.objects.exists()


def test_the_page_names_nobody_and_is_not_kept(made: Notice) -> None:
    answer = Client().get(group_link(made))
    page = answer.content.decode()
    assert not [name for name in (*SENT, LOCAL) if name in page]
    assert "no-store" in answer["Cache-Control"]


def test_name_and_last_four_digits_prove_the_reading(made: Notice) -> None:
    digits = phone_of(SENT[2])[-4:]
    client = Client()
    answer = client.post(group_link(made), {"name": f" {SENT[2]} ", "digits": digits})
    assert answer.status_code == 200 and SENT[2] not in answer.content.decode()
    (receipt,) = Receipt.objects.all()
    assert receipt.delivery.member is not None and receipt.delivery.member.name == SENT[2]
    assert receipt.how == How.LINK
    entry = AuditEntry.objects.get(action="notices.read-through-link")
    assert entry.subject == receipt.delivery.member_id
    assert confirm(client, group_link(made), SENT[2], digits) == 200
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "digits"),
    [
        (SENT[2], "9999"),
        (SENT[2], phone_of(SENT[3])[-4:]),
        (OUTSIDER, phone_of(OUTSIDER)[-4:]),
        ("无此人", "1234"),
        (SENT[2], "12"),
        (SENT[2], phone_of(SENT[2])),
        ("", ""),
        ("a\0b", "1234"),
    ],
)
def test_who_does_not_say_who_they_are_proves_nothing(made: Notice, name: str, digits: str) -> None:
    answer = Client().post(group_link(made), {"name": name, "digits": digits})
    assert answer.status_code == 422
    assert not Receipt.objects.exists()


def test_the_button_behind_ones_own_link_proves_it(made: Notice) -> None:
    client = Client()
    assert (
        "I have read it"
        in client.get(
            person_link(made, SENT[5]), headers={"Accept-Language": "en"}
        ).content.decode()
    )
    assert client.post(person_link(made, SENT[5])).status_code == 200
    (receipt,) = Receipt.objects.all()
    assert receipt.delivery.member is not None and receipt.delivery.member.name == SENT[5]


def test_the_earliest_reading_stands(world: World, made: Notice) -> None:
    delivery = Delivery.objects.get(notice=made, member__name=SENT[5])
    assert note_reading(SYSTEM, delivery=delivery, how=How.APP, at=MORNING)
    assert Client().post(person_link(made, SENT[5])).status_code == 200
    assert Receipt.objects.get().occurred_at == MORNING


def test_signed_in_the_groups_link_is_confirmed_by_pressing(world: World, made: Notice) -> None:
    client = Client()
    client.force_login(
        world.accounts[Role.MEMBER], "allauth.account.auth_backends.AuthenticationBackend"
    )
    assert client.get(group_link(made)).status_code == 200
    assert not Receipt.objects.exists()
    assert client.post(group_link(made)).status_code == 200
    assert Receipt.objects.get().delivery.member_id == world.local
    with pytest.raises(operations.NotAddressed):
        operations.read_through_link(
            world.stranger, token=links.group_token(SYSTEM, made), at=clock.now()
        )


def test_a_forged_or_spoilt_link_leads_nowhere(made: Notice) -> None:
    link = group_link(made)
    for bad in (link[:-1], link.replace("Z", "z"), "/notices/read/x.y", "/notices/read/-"):
        if bad != link:
            assert Client().get(bad).status_code == 410
            assert Client().post(bad, {"name": SENT[0], "digits": "1234"}).status_code == 410


def test_links_run_out(world: World) -> None:
    made = notify(world, at=MORNING, until=MORNING + timedelta(days=2))
    token = links.group_token(SYSTEM, made)
    last = MORNING + timedelta(days=2) + rules.GROUP_LINK_HOLDS
    assert links.opened(SYSTEM, token, at=last).notice == made
    with pytest.raises(links.LinkOver):
        links.opened(SYSTEM, token, at=last + timedelta(seconds=1))
    own = links.person_token(SYSTEM, Delivery.objects.latest("pk").pk, at=MORNING)
    assert links.opened(SYSTEM, own, at=MORNING + rules.PERSON_LINK_HOLDS).delivery
    with pytest.raises(links.LinkOver):
        links.opened(SYSTEM, own, at=MORNING + rules.PERSON_LINK_HOLDS + timedelta(seconds=1))


def test_digits_are_not_found_out_by_trying(made: Notice) -> None:
    client, link = Client(), group_link(made)
    for digits in range(rules.TRIES_FOR_PERSON):
        assert confirm(client, link, SENT[0], f"{9990 + digits}") == 422
    assert confirm(client, link, SENT[0], phone_of(SENT[0])[-4:]) == 429
    # Others at the same address are not kept from it, and an hour later it works again.
    assert confirm(client, link, SENT[1], phone_of(SENT[1])[-4:]) == 200
    later = clock.now() + rules.TRIES_WITHIN + timedelta(seconds=1)
    proof = operations.read_by_name(
        SYSTEM,
        token=links.group_token(SYSTEM, made),
        name=SENT[0],
        digits=phone_of(SENT[0])[-4:],
        address="127.0.0.1",
        at=later,
    )
    assert proof is Proof.PROVEN


def test_one_address_does_not_try_everybody(made: Notice) -> None:
    client, link = Client(), group_link(made)
    for n in range(rules.TRIES_FROM_ADDRESS):
        assert confirm(client, link, f"某{n}", "0000") == 422
    assert confirm(client, link, SENT[0], phone_of(SENT[0])[-4:]) == 429
    other = client.post(
        link, {"name": SENT[0], "digits": phone_of(SENT[0])[-4:]}, REMOTE_ADDR="192.0.2.9"
    )
    assert other.status_code == 200
    kept = FailedReading.objects.values_list("address_index", flat=True)
    assert b"127.0.0.1" not in b"".join(bytes(one) for one in kept)


def test_a_notice_that_asks_for_nothing_has_no_form(world: World) -> None:
    made = notify(world, at=clock.now(), needs_receipt=False, to=To(members=[world.local]))
    assert "<input" not in Client().get(group_link(made)).content.decode().split("</pre>")[1].split(
        "set_language"
    )[0].replace('<input type="hidden"', "")


def test_many_confirm_at_once_and_each_once(committed_world: World) -> None:
    made = notify(committed_world, at=clock.now())
    token = links.group_token(SYSTEM, made)

    def press(name: str) -> Proof:
        try:
            return operations.read_by_name(
                SYSTEM,
                token=token,
                name=name,
                digits=phone_of(name)[-4:],
                address="192.0.2.1",
                at=clock.now(),
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as readers:
        assert set(readers.map(press, SENT * 2)) == {Proof.PROVEN}
    assert Receipt.objects.count() == len(SENT)
    assert Incident.objects.get().pk == made.incident_id


def test_behind_a_proxy_each_address_counts_for_itself(made: Notice) -> None:
    client, link = Client(), group_link(made)
    given = {"name": "某人", "digits": "0000"}
    for last in (7, 8):
        # What the visitor says of itself stands first, and is not believed.
        said = f"203.0.113.{60 + last}, 198.51.100.{last}"
        client.post(link, given, headers={"X-Forwarded-For": said})
    client.post(link, given, headers={"X-Forwarded-For": "198.51.100.7"}, REMOTE_ADDR="192.0.2.1")
    indexes = [bytes(one.address_index) for one in FailedReading.objects.order_by("pk")]
    assert len(set(indexes)) == 3
    client.post(link, given, headers={"X-Forwarded-For": "203.0.113.1, 198.51.100.7"})
    assert bytes(FailedReading.objects.latest("pk").address_index) == indexes[0]
