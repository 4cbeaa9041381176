"""The words of a reminder: who is missing and what to do, never why somebody cannot come."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiachen.base.errors import Refused
from xiachen.command.rules.whereabouts import ASKED, Whereabouts
from xiachen.figures.numbers import Language
from xiachen.figures.numbers import day as day_said

AT_ONCE = 200


class NobodyToRemind(Refused):
    """Nobody was chosen, or those who were have come meanwhile."""

    code = "command.nobody-to-remind"
    message = gettext_lazy("None of them is missing any more. Look at the list again.")


class TooManyToRemind(Refused):
    """More people than one text can name."""

    code = "command.too-many-to-remind"
    message = gettext_lazy("Remind at most %(most)s people at once.")
    status = 422


# What each kind of person is asked to do, behind their names.
_TO_DO: dict[Whereabouts, str | Promise] = {
    Whereabouts.UNREPORTED: gettext_lazy("Not reported in: %(names)s."),
    Whereabouts.NO_HOME: gettext_lazy("Home community not registered, please tell it: %(names)s."),
    Whereabouts.ABSENT: gettext_lazy("Reported in, not signed in: %(names)s."),
    Whereabouts.IDLE: gettext_lazy("Signed in, no work recorded: %(names)s."),
}


def group_text(
    groups: Mapping[Whereabouts, Sequence[str]], *, incident: str, day: date, language: Language
) -> str:
    """
    Return one text for a group chat: who is asked to do what, by name.

    :param groups: names of those who are missing, by how; others are left out
    """
    between = "、" if language == "zh-hans" else ", "
    head = _("%(incident)s, %(day)s: please report in and sign in.")
    lines = [head % {"incident": incident, "day": day_said(day, language)}]
    lines += [
        str(_TO_DO[kind]) % {"names": between.join(groups[kind])}
        for kind in ASKED
        if groups.get(kind)
    ]
    lines.append(_("If something keeps you, tell the liaison."))
    return "\n".join(lines)


def own_text(*, incident: str, day: date, language: Language) -> tuple[str, str]:
    """Return title and text of a notice to each person, which names nobody and no reason."""
    said = {"incident": incident, "day": day_said(day, language)}
    title = _("Reminder to report in and sign in")
    body = _(
        "%(incident)s, %(day)s: your report-in or sign-in is missing. Report in where your unit "
        "sent you or where you live, and sign in on site. If something keeps you, tell your "
        "unit's liaison."
    )
    return title, body % said
