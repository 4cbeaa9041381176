"""Moving people from one community to another, and calling them back."""

from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused


class GroundMissing(Refused):
    """Nobody is moved or recalled without a ground."""

    code = "mobilisation.ground-missing"
    message = _("Name the document, or say in a few words on which ground.")
    status = 422


class NobodyMoved(Refused):
    """A move or recall without people."""

    code = "mobilisation.nobody-moved"
    message = _("Choose the people; nobody has been chosen yet.")
    status = 422


class MovedNowhere(Refused):
    """People are moved to another community, not to their own."""

    code = "mobilisation.moved-nowhere"
    message = _("Some of these people belong to this community already. Nobody was moved.")


def last_day_before(first: date, next_first: date) -> date:
    """
    Return the last day of a stay that goes on elsewhere from a day on.

    It is the day before; of a stay that began on that very day, the day itself.
    """
    return max(first, next_first - timedelta(days=1))
