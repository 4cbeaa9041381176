"""Where somebody of a unit stands on a day; a list to ask about, never a verdict."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Whereabouts(StrEnum):
    """How far somebody has come on a day, in the order in which a liaison looks at them."""

    UNREPORTED = "not-reported"
    NO_HOME = "no-home"
    ABSENT = "not-present"
    IDLE = "not-working"
    UNRECORDED = "not-recorded"
    OFF_DUTY = "off-duty"
    OFF_BEFORE = "off-duty-before"
    EXPLAINED = "answered"
    EXCUSED = "excused"
    WORKING = "working"
    REPORTED = "reported"
    FREE = "free"


NAMES: dict[Whereabouts, str | Promise] = {
    Whereabouts.UNREPORTED: _("not reported in"),
    Whereabouts.NO_HOME: _("no home registered"),
    Whereabouts.ABSENT: _("reported in, not on site"),
    Whereabouts.IDLE: _("on site, no work recorded"),
    Whereabouts.UNRECORDED: _("no sign-in recorded"),
    Whereabouts.OFF_DUTY: _("off duty"),
    Whereabouts.OFF_BEFORE: _("off duty, not reported in"),
    Whereabouts.EXPLAINED: _("absence explained"),
    Whereabouts.EXCUSED: pgettext_lazy("report-in", "excused"),
    Whereabouts.WORKING: _("on site and working"),
    Whereabouts.REPORTED: _("reported in at home"),
    Whereabouts.FREE: _("nothing expected today"),
}

# Who is looked for: something was expected, and nothing explains yet why they are not on site.
MISSING = (Whereabouts.UNREPORTED, Whereabouts.NO_HOME, Whereabouts.ABSENT)

# Who can be asked, and may have something to say.
ASKED = (*MISSING, Whereabouts.IDLE)

ON_SITE = (Whereabouts.IDLE, Whereabouts.WORKING)
CAME = (
    Whereabouts.ABSENT,
    Whereabouts.UNRECORDED,
    Whereabouts.OFF_DUTY,
    Whereabouts.EXPLAINED,
    Whereabouts.REPORTED,
    *ON_SITE,
)
