"""The file of channels: refused as a whole rather than half understood."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from xiachen.channels.configured import Channels, Fault, Unusable, kind_of, read

GATEWAY = (
    'hosts = ["SMS.example.gov.cn"]\n[phone]\nurl = "jsons://sms.example.gov.cn/?:to={phone}"\n'
)


def written(tmp_path: Path, text: str, mode: int = 0o600) -> Path:
    path = tmp_path / "channels.toml"
    path.write_text(text, "utf-8")
    path.chmod(mode)
    return path


def test_without_a_file_everything_goes_to_the_console(tmp_path: Path) -> None:
    assert read(tmp_path / "channels.toml") == Channels()
    assert kind_of("") == "console"


def test_a_gateway_a_group_and_the_list(tmp_path: Path) -> None:
    text = f'addresses = ["10.20.0.0/24"]\n{GATEWAY}[group]\nurl = "wecombot://key"\n'
    found = read(written(tmp_path, text))
    assert found.hosts == {"sms.example.gov.cn"}
    assert found.addresses == (ip_network("10.20.0.0/24"),)
    assert (kind_of(found.phone), kind_of(found.group)) == ("gateway", "wecom")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620])
def test_a_file_that_others_can_touch_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(Unusable) as refused:
        read(written(tmp_path, GATEWAY, mode))
    assert refused.value.fault is Fault.READABLE


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("phone = ", Fault.SHAPE),
        ('phone = "jsons://a/{phone}"', Fault.SHAPE),
        ("[phone]\nurl = 3", Fault.SHAPE),
        ('[phone]\nurl = "jsons://a/{phone}"\nkey = "x"', Fault.SHAPE),
        ('[fax]\nurl = "jsons://a"', Fault.SHAPE),
        ('hosts = "a"', Fault.SHAPE),
        ('addresses = ["10.0.0.1/8"]', Fault.SHAPE),
        ('addresses = ["sms.example.gov.cn"]', Fault.SHAPE),
        ('[group]\nurl = "syslog://"', Fault.SCHEME),
        ('[group]\nurl = "dbus://"', Fault.SCHEME),
        ('[group]\nurl = "mailto://user:secret@example.com"', Fault.SCHEME),
        ('[phone]\nurl = "jsons://sms.example.gov.cn/send"', Fault.NO_NUMBER),
        ('[phone]\nurl = "json://sms.example.gov.cn/?:to={phone}"', Fault.IN_CLEAR),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, text: str, fault: Fault) -> None:
    with pytest.raises(Unusable) as refused:
        read(written(tmp_path, text))
    assert refused.value.fault is fault


def test_the_refusal_says_nothing_of_the_secret(tmp_path: Path) -> None:
    with pytest.raises(Unusable) as refused:
        read(written(tmp_path, '[group]\nurl = "slack://very-secret"'))
    assert "secret" not in f"{refused.value!r} {refused.value}"
