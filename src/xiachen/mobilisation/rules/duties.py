"""Who has to report in, and what stands in the way of those who have not."""

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused


class NobodyObliged(Refused):
    """A duty to report in without units."""

    code = "mobilisation.nobody-obliged"
    message = _("Choose the units that have to report in; none has been chosen yet.")
    status = 422


class SlipInside(Refused):
    """Inside the operation the community itself reports people in."""

    code = "mobilisation.slip-inside"
    message = _(
        "%(community)s is part of the operation: the community itself reports people in there, "
        "and no slip is needed."
    )


class SlipAlready(Refused):
    """One slip proves one person's report-in."""

    code = "mobilisation.slip-already"
    message = _("A slip of this person is on record already. Take it back before entering another.")


class SlipOutsideDates(Refused):
    """A slip is of a day of the operation that has come."""

    code = "mobilisation.slip-day"
    message = _(
        "The slip's day lies before the operation began (%(began)s) or in the future. "
        "Read the stamp again."
    )
    status = 422


class PlaceMissing(Refused):
    """A slip without the community that stamped it."""

    code = "mobilisation.place-missing"
    message = _("Write the community that stamped the slip, as it stands there.")
    status = 422
