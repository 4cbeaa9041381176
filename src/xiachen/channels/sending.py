"""Handing a text to the outside: printed for whoever runs the server, or sent by the library."""

import logging
import sys
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

from xiachen.channels.configured import IN_CLEAR, PLACE_OF_NUMBER, Channels, read
from xiachen.channels.guard import guarded
from xiachen.privacy.masking import mask_phone

if TYPE_CHECKING:
    from apprise import AppriseAsset

_log = logging.getLogger(__name__)


class Handed(StrEnum):
    """What became of a text."""

    TAKEN = "taken"
    NOT_TAKEN = "not-taken"  # nobody answered, or not with success: worth another try
    NOT_ALLOWED = "not-allowed"  # the way leads to what is not listed


def channels() -> Channels:
    """
    Return what this installation sends through.

    :raises configured.Unusable:
    """
    return read(settings.CHANNELS_FILE)


def tell_console(text: str, *, phone: str = "") -> None:
    """Print a text for whoever runs the server; of the number only what a mask leaves."""
    to = mask_phone(phone) if phone else "*"
    sys.stdout.write(f"[{to}] {' '.join(text.split())}\n")
    sys.stdout.flush()


def hand_over(
    url: str, text: str, *, phone: str = "", title: str = "", through: Channels
) -> Handed:
    """
    Send a text through an address of the file; some seconds at most.

    :param phone: takes the place of the number in the address
    """
    from apprise import Apprise

    public = url.partition("://")[0].lower() not in IN_CLEAR
    sender = Apprise.instantiate(
        url.replace(PLACE_OF_NUMBER, phone), asset=_asset(), suppress_exceptions=True
    )
    if sender is None or isinstance(sender, str | dict):
        return Handed.NOT_ALLOWED
    with guarded(through.hosts, through.addresses, public=public) as guard:
        try:
            taken = bool(sender.notify(body=text, title=title))
        except Exception as error:  # whatever a plugin breaks on, the text must not wait for ever
            _log.error("A channel's plugin broke: %s", type(error).__name__)
            taken = False
    if guard.refused:
        return Handed.NOT_ALLOWED
    return Handed.TAKEN if taken else Handed.NOT_TAKEN


@cache
def _asset() -> "AppriseAsset":
    """How the library behaves: no redirects, nothing kept on the disk, nothing of our plugins."""
    from apprise import AppriseAsset

    return AppriseAsset(
        app_id="xiachen",
        app_desc="xiachen",
        app_url="",
        http_redirects=False,
        async_mode=False,
        storage_mode="memory",
        plugin_paths=[],
        secure_logging=True,
    )
