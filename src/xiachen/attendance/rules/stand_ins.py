"""Refusals where somebody is sought in another's place."""

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused


class DecidedAlready(Refused):
    """Somebody was found, or nobody is needed any more."""

    code = "attendance.stand-in-decided"
    message = _("This place was decided meanwhile. Read the list again.")


class StandsInAlready(Refused):
    """Nobody stands in for two people on one day."""

    code = "attendance.stands-in-already"
    message = _("This person stands in for somebody else on that day. Choose another.")


class SamePerson(Refused):
    """Nobody stands in for oneself."""

    code = "attendance.same-person"
    message = _("This is the person whose place is empty. Choose another.")
    status = 422


class NotFit(Refused):
    """Whoever is off duty stands in for nobody."""

    code = "attendance.stand-in-off-duty"
    message = _("This person is off duty too. Choose another.")
