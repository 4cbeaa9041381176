"""The pages of notices: the list, writing one, the readers, chasing them, and the messages."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.notices.post import BODY, got, notify
from tests.world import FENGLIN, LIAISON, LOCAL, SENT, World, prove_twice
from xiachen.base import clock
from xiachen.notices.models.messages import Message
from xiachen.notices.models.notices import Notice, Receipt
from xiachen.notices.operations.messages import send_message
from xiachen.notices.operations.notices import To, remind
from xiachen.privacy.models import AuditEntry
from xiachen.privacy.scope import Role

WRITE = reverse("notices:write")
LIST = reverse("notices:notices")
TITLE = "明早八点报到"


def browser(world: World, role: Role) -> Client:
    client = Client()
    client.force_login(world.accounts[role], "allauth.account.auth_backends.AuthenticationBackend")
    return client


def outsider() -> Client:
    from xiachen.people.models.accounts import Account

    client = Client()
    client.force_login(
        Account.objects.get(username="outsider"),
        "allauth.account.auth_backends.AuthenticationBackend",
    )
    return client


def page_of(notice: Notice) -> str:
    return reverse("notices:notice", args=[notice.pk])


def sent_now(world: World, **given: object) -> Notice:
    return notify(world, at=clock.now(), **given)


def test_an_empty_list_says_what_will_appear(world: World) -> None:
    page = browser(world, Role.MEMBER).get(LIST).content.decode()
    assert "No notice was sent to you." in page and "Write a notice" not in page
    page = browser(world, Role.LIAISON).get(reverse("notices:sent")).content.decode()
    assert "Nothing was sent yet." in page


def test_a_notice_waits_on_the_first_page_and_is_read_by_opening_it(world: World) -> None:
    made = sent_now(world, to=To(members=[world.local]))
    client = browser(world, Role.MEMBER)
    assert "1 notice is unread." in client.get("/").content.decode()
    page = client.get(LIST).content.decode()
    assert TITLE in page and ">unread<" in page
    assert client.head(page_of(made)).status_code == 200
    client.get(page_of(made), headers={"Sec-Purpose": "prefetch;prerender"})
    assert not Receipt.objects.exists()
    page = client.get(page_of(made)).content.decode()
    assert BODY.splitlines()[0] in page and "read by you" in page
    assert Receipt.objects.count() == 1
    # A reader sees neither who else got it nor the text for the group.
    assert "Who has read it" not in page and "read/" not in page
    assert ">unread<" not in client.get(LIST).content.decode()
    assert "is unread" not in client.get("/").content.decode()


def test_the_outsider_finds_nothing(world: World) -> None:
    made = sent_now(world)
    client = outsider()
    assert TITLE not in client.get(LIST).content.decode()
    assert TITLE not in client.get(reverse("notices:sent")).content.decode()
    for address in (page_of(made), reverse("notices:chase", args=[made.pk])):
        assert client.get(address).status_code == 404
    assert client.post(reverse("notices:remind", args=[made.pk])).status_code == 404
    assert not Message.objects.exists() and not Receipt.objects.exists()


@pytest.mark.parametrize("role", [Role.MEMBER, Role.AUDITOR, Role.INSPECTOR])
def test_who_may_not_notify_reaches_no_page_of_it(world: World, role: Role) -> None:
    made = sent_now(world)
    client = browser(world, role)
    for address in (WRITE, reverse("notices:sent"), reverse("notices:messages")):
        assert client.get(address).status_code == 403
    assert client.post(WRITE, {"send": "1"}).status_code == 403
    assert client.get(reverse("notices:chase", args=[made.pk])).status_code == 403


def test_a_notice_is_written_to_roles_units_and_people_looked_for(world: World) -> None:
    client = browser(world, Role.LIAISON)
    offered = client.get(WRITE).content.decode()
    assert str(world.bureau) in offered
    given = {"title": TITLE, "body": BODY, "needs_receipt": "on", "q": "澄砚", "find": "1"}
    found = client.post(WRITE, given).content.decode()
    # Nothing was sent, what was written stays, and the person found can be ticked.
    assert not Notice.objects.exists()
    assert f'value="{TITLE}"' in found and SENT[0] in found and SENT[1] not in found
    ticked = client.post(WRITE, given | {"q": "", "members": [world.sent[0]]}).content.decode()
    assert f'value="{world.sent[0]}" checked' in ticked
    del given["find"]
    answer = client.post(WRITE, given | {"send": "1", "members": world.sent[:2]}, follow=True)
    page = answer.content.decode()
    made = Notice.objects.get()
    assert got(made) == set(SENT[:2])
    assert "0/2 have read it." in page and "/notices/read/" in page and "2 people by name" in page


def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_sent(world: World) -> None:
    client = browser(world, Role.LIAISON)
    given = {"title": TITLE, "body": BODY, "send": "1", "members": world.sent[:1]}
    past = (clock.now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    answer = client.post(WRITE, given | {"until": past})
    assert answer.status_code == 422 and answer.context["form"].errors.keys() == {"until"}
    answer = client.post(WRITE, given | {"members": []})
    assert answer.status_code == 422 and "Nobody would get this notice" in answer.content.decode()
    answer = client.post(WRITE, given | {"title": ""})
    assert answer.context["form"].errors.keys() == {"title"}
    assert not Notice.objects.exists()


def test_the_secretary_addresses_roles_of_the_community(world: World) -> None:
    client = browser(world, Role.STREET)
    assert f'value="{FENGLIN}"' in client.get(WRITE).content.decode()
    given = {"title": TITLE, "body": BODY, "send": "1", "communities": [FENGLIN]}
    assert client.post(WRITE, given).status_code == 302
    assert LIAISON not in got(Notice.objects.get())


def test_the_liaison_sees_who_has_not_read_it_and_takes_it_along(world: World) -> None:
    made = sent_now(world)
    client = browser(world, Role.LIAISON)
    page = client.get(page_of(made)).content.decode()
    assert "0/11 have read it." in page and all(name in page for name in SENT)
    assert AuditEntry.objects.filter(action="notices.view-ledger").count() == 1
    chase = client.get(reverse("notices:chase", args=[made.pk])).content.decode()
    assert "11 people have not read it." in chase and SENT[4] in chase
    prove_twice(client)
    text = client.get(page_of(made), {"as": "csv"})
    assert text.status_code == 200 and SENT[0] not in text.content.decode("utf-8-sig")
    office = browser(world, Role.MOBILISER).get(page_of(made)).content.decode()
    assert "0/11 have read it." in office and SENT[0] not in office


def test_reminders_are_sent_from_the_page_and_stand_in_the_ledger(world: World) -> None:
    made = sent_now(world)
    client = browser(world, Role.LIAISON)
    answer = client.post(reverse("notices:remind", args=[made.pk]), follow=True)
    assert "11 people were reminded." in answer.content.decode()
    again = client.post(reverse("notices:remind", args=[made.pk]), follow=True)
    assert "Reminded less than half an hour ago: 11." in again.content.decode()
    assert Message.objects.count() == 11
    page = client.get(reverse("notices:messages")).content.decode()
    assert SENT[0] in page and "reminder" in page and "console of the server" in page
    failed = client.get(reverse("notices:messages"), {"show": "failed"}).content.decode()
    assert "Every message was sent." in failed


def test_headquarters_sees_that_codes_were_sent_and_the_outsider_does_not(world: World) -> None:
    from tests.world import phone_of

    send_message(
        world.system, phone=phone_of(LOCAL), text="482913", purpose="sign-up-code", at=clock.now()
    )
    page = browser(world, Role.HEADQUARTERS).get(reverse("notices:messages")).content.decode()
    assert "code for signing up" in page and LOCAL not in page and "482913" not in page
    assert "No message was sent." in outsider().get(reverse("notices:messages")).content.decode()


def test_a_second_reader_confirms_nothing_for_the_first(world: World) -> None:
    made = sent_now(world, to=To(members=[world.local, world.sent[0]]))
    browser(world, Role.MEMBER).get(page_of(made))
    remind(world.scope(Role.LIAISON), notice=made.pk, site="https://x.example/", at=clock.now())
    (message,) = Message.objects.all()
    assert message.delivery is not None and message.delivery.member_id == world.sent[0]
