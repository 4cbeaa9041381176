"""A notice on its way: written, previewed by a robot, confirmed behind its link, chased."""

import re
from urllib.parse import urlsplit

import pytest

from tests.journeys.visitor import Visit
from tests.world import SENT, World, phone_of

pytestmark = pytest.mark.browser


def test_the_liaison_knows_who_has_read_it_and_chases_the_others(
    committed_world: World, visit: Visit
) -> None:
    liaison = visit("liaison")
    liaison.go("/notices/")
    liaison.link("Write a notice")
    liaison.fill("Title", "Tomorrow at eight")
    liaison.fill("Text", "Come to the community at eight, with your card.")
    liaison.page.get_by_label(str(committed_world.bureau), exact=True).check()
    liaison.button("Send the notice")
    liaison.reads("Sent. Below is the text for the chat group.", "0/11 have read it.")
    notice = liaison.path
    found = re.search(r"\S+/notices/read/\S+", liaison.text)
    assert found is not None
    link = urlsplit(found[0]).path

    reader = visit(width=360, language="en")
    # The chat's robot fetches the page before anybody opens it.
    robot = reader.context.request.get(link, headers={"User-Agent": "WeChat-LinkPreview"})
    assert robot.ok
    liaison.go(notice)
    liaison.reads("0/11 have read it.")

    reader.go(link)
    reader.reads("Come to the community at eight, with your card.")
    reader.fill("Name", SENT[0])
    reader.fill("Last four digits of your mobile number", "9876")
    reader.button("I have read it")
    reader.reads("do not belong together")
    reader.fill("Name", SENT[0])
    reader.fill("Last four digits of your mobile number", phone_of(SENT[0])[-4:])
    reader.button("I have read it")
    reader.reads("Confirmed.")

    liaison.go(notice)
    liaison.reads("1/11 have read it.")
    liaison.link("Chase those who have not read it")
    liaison.reads("10 people have not read it.", SENT[1])
    assert SENT[0] not in liaison.text
    liaison.button("Send the reminders")
    liaison.reads("10 people were reminded.")
    liaison.check()
