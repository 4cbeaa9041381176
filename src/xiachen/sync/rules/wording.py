"""What records of phones and refusals are called for whoever looks at them."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from xiachen.base.errors import Refused

Words = str | Promise

KIND_WORDS: Mapping[str, Words] = {
    "attendance.check-in": _("sign-in"),
    "attendance.check-out": _("sign-out"),
    "attendance.work": _("work done"),
    "attendance.health": _("health statement"),
    "attendance.injury": _("injury"),
    "needs.claim": _("task claimed"),
    "needs.release": _("task given back"),
    "needs.finish": _("task finished"),
    "notices.read": _("notice read"),
}

PART_WORDS: Mapping[str, Words] = {
    "member": _("person"),
    "team": _("team"),
    "task": _("task"),
    "notice": _("notice"),
    "work": _("kind of work"),
    "times": _("times"),
    "persons_served": _("persons served"),
    "note": _("note"),
    "well": pgettext_lazy("health", "well"),
    "happened": _("what happened"),
    "stand_in": _("stand-in wanted"),
    "method": _("how signed in"),
    "near": _("where the phone was"),
    "code": _("code"),
    "place": _("place to sign in at"),
    "photo": _("photo"),
    "community": _("community"),
}

# Values that are one of a few words.
VALUE_WORDS: Mapping[str, Mapping[str, Words]] = {
    "method": {
        "list": _("on the leader's list"),
        "code": _("by the changing code"),
        "poster": _("by the poster"),
        "self": _("by the person's own word"),
    },
    "near": {
        "near": _("near the place"),
        "far": _("far from the place"),
        "unknown": pgettext_lazy("place", "unknown"),
    },
    "happened": {
        "fall": pgettext_lazy("injury", "fall"),
        "cut": pgettext_lazy("injury", "cut"),
        "traffic": pgettext_lazy("injury", "traffic"),
        "heat": pgettext_lazy("injury", "heat"),
        "other": pgettext_lazy("injury", "other"),
    },
}

# Why a record was not taken in, and what to do, for whoever settles it.
_WHY: Mapping[str, Words] = {
    "sync.other-content": _(
        "Another record stands under the same number. Compare the two, then take this one in "
        "beside it, or dismiss it."
    ),
    "sync.long-ago": _(
        "The receipts of its time have been put away: it was perhaps taken in before. Look whether "
        "what it says is on record, then leave it out, or take it in."
    ),
    "sync.unknown-kind": _(
        "The server does not know this kind of record. The app may be newer than the server; "
        "or say below what it is."
    ),
    "sync.unreadable-item": _("Something in it is missing or cannot be right. Ask the person."),
    "sync.seal": _(
        "It does not open: it was damaged, or sealed for another server. Ask the person what "
        "they recorded."
    ),
    "sync.outside": _("The person was not assigned to this place on that day."),
    "sync.revoked": _(
        "The phone had been struck off. Ask the person whether they made this record themselves."
    ),
    "sync.not-taken-in": _("The server failed to take it in. Try to take it in again."),
    "attendance.signed-in-already": _("The same sign-in is on record."),
    "attendance.signed-out-already": _("The same sign-out is on record."),
    "attendance.before-sign-in": _("It says an earlier time than the person's sign-in."),
    "attendance.wrong-code": _(
        "The code is none of the place's. Where the person is on record for that time all the "
        "same, this record settles itself a day later; else ask when they came or left."
    ),
    "attendance.too-many-wrong-codes": _(
        "The person gave too many wrong codes that day, and may have been guessing. Ask the leader "
        "whether the person was there."
    ),
    "attendance.other-days-code": _(
        "The code is that of another day. Ask the leader whether the person was there."
    ),
    "needs.not-open": _("The task was over or withdrawn by then."),
    "needs.full": _("As many people as the task wants had claimed it by then."),
}
# What the words of an operation leave blank is known only at the moment of its refusal.
_REFUSED = _("The server refused it. Ask the person, then put it right or leave it out.")


def kind_words(kind: str) -> Words:
    """Return what a kind of record is called; an unknown one by its own word."""
    return KIND_WORDS.get(kind, kind or _("cannot be read"))


def why(code: str) -> Words:
    """Return why a record was refused, in words for whoever settles it."""
    if code in _WHY:
        return _WHY[code]
    refusal = _refusal(Refused, code)
    if refusal is None or "%(" in str(refusal.message):
        return _REFUSED
    return refusal.message


def _refusal(above: type[Refused], code: str) -> type[Refused] | None:
    for one in above.__subclasses__():
        if one.code == code:
            return one
        found = _refusal(one, code)
        if found is not None:
            return found
    return None
