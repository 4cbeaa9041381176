"""
Fills the demonstration's database by playing its scenario, then prints what came of it.

Started by `xiachen run` as `python -m xiachen.site.demonstration SCENARIO`.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable

from xiachen.site.kinship import end_with_parent
from xiachen.site.speaking import Stopped, complain, gettext, language, say
from xiachen.site.target import Target, in_process

_ = gettext


def main() -> None:
    """Play the scenario unless it is there, print the bulletin and one login per role."""
    end_with_parent()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiachen.site.settings")
    import django
    from django.utils import translation

    django.setup()
    translation.activate(language())
    from xiachen.base.errors import Refused

    try:
        show(sys.argv[1])
    except (Refused, Stopped) as refusal:
        complain(str(refusal))
        sys.exit(1)


def show(scenario: str) -> None:
    """Play one scenario where it is not there yet, and print what came of it."""
    from xiachen.drill.operations.playing import play
    from xiachen.drill.queries import logins

    played = play(scenario, progress=progress())
    say("")
    say(bulletin_of(played.incident) or _("No bulletin has been issued."))
    say(logins.printed(logins.logins(scenario)))


def play_and_check(where: Target, chosen: argparse.Namespace, *, checking: bool) -> int:
    """Play a scenario in this process; then, if asked, compare it with what it expects."""
    in_process(where)
    from xiachen.drill.operations.playing import play
    from xiachen.drill.queries import checking as checks

    played = play(chosen.scenario, seed=chosen.seed, progress=progress())
    if not checking:
        words = _("%(count)s events played.") if played.new else _("It was played before.")
        say(words % {"count": played.events})
        say(bulletin_of(played.incident))
        return 0
    lines = checks.check(chosen.scenario)
    say(checks.printed(lines))
    return 0 if all(line.equal for line in lines) else 1


def progress() -> Callable[[int, int, str], None]:
    """Return a teller of progress that speaks at most once a second."""
    spoken = 0.0

    def tell(number: int, total: int, _verb: str) -> None:
        nonlocal spoken
        now = time.monotonic()
        if number == 0:
            say(_("Playing the demonstration: %(total)s events…") % {"total": total})
            spoken = now
        elif now - spoken > 1:
            say(_("  %(number)s of %(total)s") % {"number": number, "total": total})
            spoken = now

    return tell


def bulletin_of(incident: object, division: int | None = None) -> str:
    """Return the text of an incident's newest bulletin; empty when there is none."""
    from uuid import UUID

    from xiachen.command.queries import bulletins
    from xiachen.figures.numbers import language_of
    from xiachen.privacy.scope import system_scope

    assert isinstance(incident, UUID)
    scope = system_scope(incident)
    newest = bulletins.bulletins(scope, division=division).first()
    if newest is None:
        return ""
    return bulletins.bulletin_text(scope, newest.pk, language_of(language()))


if __name__ == "__main__":
    main()
