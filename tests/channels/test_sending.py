"""Texts leave only to whom the list names, whatever the library would do by itself."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network

import pytest

from tests.channels.gateway import HERE, Gateway, gateway
from xiachen.channels.configured import Channels
from xiachen.channels.guard import Guard, guarded
from xiachen.channels.sending import Handed, hand_over, tell_console


@pytest.fixture
def taking() -> Iterator[Gateway]:
    with gateway() as made:
        yield made


def send(taking: Gateway, through: Channels = HERE, url: str = "") -> Handed:
    return hand_over(url or taking.url, "验证码 <123456> & 请勿转发", phone="100", through=through)


def test_a_listed_gateway_gets_the_text_as_it_is_and_the_number(taking: Gateway) -> None:
    assert send(taking) is Handed.TAKEN
    (got,) = taking.taken
    assert (got["message"], got["to"]) == ("验证码 <123456> & 请勿转发", "100")


@pytest.mark.parametrize(
    "through",
    [
        Channels(),
        replace(HERE, hosts=frozenset({"sms.example.gov.cn"})),
        replace(HERE, addresses=()),
        replace(HERE, addresses=(ip_network("10.0.0.0/8"),)),
    ],
)
def test_what_is_not_listed_gets_nothing(taking: Gateway, through: Channels) -> None:
    assert send(taking, through) is Handed.NOT_ALLOWED
    assert taking.asked == []


def test_a_listed_name_that_turns_out_to_be_this_machine_gets_nothing(taking: Gateway) -> None:
    # The name is on the list, what it resolves to when it is connected to is not.
    by_name = taking.url.replace("127.0.0.1", "localhost")
    through = Channels(hosts=frozenset({"localhost"}), addresses=(ip_network("10.0.0.1"),))
    assert send(taking, through, by_name) is Handed.NOT_ALLOWED
    assert taking.asked == []


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(taking: Gateway, status: int) -> None:
    taking.status = status
    assert send(taking) is Handed.NOT_TAKEN
    assert taking.asked == ["/send"]


@pytest.mark.parametrize("status", [400, 403, 500, 503])
def test_a_text_that_was_not_taken_is_not_said_to_be_sent(taking: Gateway, status: int) -> None:
    taking.status = status
    assert send(taking) is Handed.NOT_TAKEN


def test_nobody_answers(taking: Gateway) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        silent = taking.url.replace(str(taking.port), str(nobody.getsockname()[1]))
        assert send(taking, url=silent) is Handed.NOT_TAKEN


@pytest.mark.parametrize(
    ("address", "reached"),
    [
        ("1.1.1.1", True),
        ("2606:4700:4700::1111", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("/run/postgresql/.s.PGSQL.5432", False),
    ],
)
def test_only_public_addresses_are_reached_unlisted(address: str, reached: bool) -> None:
    assert Guard(frozenset(), ()).reaches(address) is reached


def test_in_clear_only_listed_addresses_are_reached() -> None:
    listed = Guard(frozenset(), (ip_network("10.20.0.0/24"),), public=False)
    assert listed.reaches("10.20.0.5") and not listed.reaches("1.1.1.1")


def test_nothing_is_looked_at_outside_the_block(taking: Gateway) -> None:
    with guarded(frozenset(), ()) as guard:
        with pytest.raises(PermissionError), socket.socket() as refused:
            refused.connect(("127.0.0.1", taking.port))
        assert guard.refused
    with socket.create_connection(("127.0.0.1", taking.port), 2):
        pass


def test_the_console_shows_no_number(capsys: pytest.CaptureFixture[str]) -> None:
    tell_console("验证码 123456\n10 分钟内有效", phone="19970000000")
    assert capsys.readouterr().out == "[199****0000] 验证码 123456 10 分钟内有效\n"
