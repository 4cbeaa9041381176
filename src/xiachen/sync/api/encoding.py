"""How bytes travel in JSON and headers: base64url without padding."""

from base64 import b64decode, b64encode
from binascii import Error

_FROM, _TO = b"-_", b"+/"
_TRANSLATION = bytes.maketrans(_FROM, _TO)


class Unreadable64(ValueError):
    """This text is no base64url."""


def from_b64(text: str) -> bytes:
    """
    Return the bytes of a text.

    :raises Unreadable64: it has other signs than base64url, or a length that it cannot have
    """
    try:
        signs = text.encode("ascii").translate(_TRANSLATION)
        return b64decode(signs + b"=" * (-len(signs) % 4), validate=True)
    except (UnicodeEncodeError, Error):
        raise Unreadable64 from None


def to_b64(content: bytes) -> str:
    """Return the text of some bytes."""
    return b64encode(content, altchars=b"-_").rstrip(b"=").decode("ascii")
