"""What a request asks of these screens: who acts, and numbers in the address."""

from uuid import UUID

from xiachen.base.errors import NotFound
from xiachen.privacy.doors import ScopedRequest


def myself(request: ScopedRequest) -> UUID:
    """
    Return the acting person.

    :raises NotFound: the account belongs to nobody in the operation
    """
    if request.scope.member is None:
        raise NotFound(field="member")
    return request.scope.member


def number(text: str) -> int:
    """Return the number that an address says; of anything else 0."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
