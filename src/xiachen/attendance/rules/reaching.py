"""About whom somebody may write."""

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused


class NobodyOfTheirs(Refused):
    """Nobody writes about people who are no concern of theirs."""

    code = "attendance.nobody-of-theirs"
    message = _(
        "This person is in none of your teams, does not belong to your community, and has not "
        "signed in here that day. Sign the person in first."
    )
    status = 403
