"""The link of a message, and the pass of a proven number: what shows whose sign-up is meant."""

from uuid import UUID

from django.core import signing

from xiachen.base.errors import NotFound
from xiachen.mobilisation.models.sign_ups import SignUp
from xiachen.privacy.scope import Scope

_LINK = "xiachen.mobilisation.answer"
_PASS = "xiachen.mobilisation.pass"
# As long as a code: then the number is proven again.
_PASS_SECONDS = 600


def link_key(scope: Scope, *, sign_up: UUID) -> str:
    """Return what stands in the link of a message; only whoever got the message knows it."""
    return signing.Signer(salt=_LINK).sign(sign_up.hex)


def sign_up_of_link(scope: Scope, *, key: str) -> SignUp:
    """
    Return the sign-up that the link of a message is about.

    :raises NotFound: nobody was sent this link
    """
    try:
        return _found(signing.Signer(salt=_LINK).unsign(key))
    except signing.BadSignature:
        raise NotFound() from None


def pass_of(scope: Scope, *, sign_up: UUID) -> str:
    """Return what a page holds for ten minutes after the number was proven, instead of a cookie."""
    return signing.TimestampSigner(salt=_PASS).sign(sign_up.hex)


def sign_up_of_pass(scope: Scope, *, key: str) -> SignUp:
    """
    Return the sign-up of a number that was proven within ten minutes.

    :raises NotFound: it was not, or longer ago
    """
    try:
        return _found(signing.TimestampSigner(salt=_PASS).unsign(key, max_age=_PASS_SECONDS))
    except signing.BadSignature:
        raise NotFound() from None


def sign_up_signed(scope: Scope, *, call_up: UUID, id: UUID) -> SignUp:
    """
    Return a sign-up of a call by its id.

    :raises NotFound:
    """
    found = SignUp.objects.filter(call_up=call_up, pk=id).first()
    if found is None:
        raise NotFound()
    return found


def _found(text: str) -> SignUp:
    rows = SignUp.objects.select_related("call_up__document", "call_up__incident")
    found = rows.filter(pk=UUID(text)).first()
    if found is None:
        raise NotFound()
    return found
