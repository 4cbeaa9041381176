"""
Fills the demonstration's database by playing its scenario, then prints what came of it.

Started by `xiachen run` as `python -m xiachen.site.demonstration SCENARIO`.
"""

import os
import sys

from xiachen.site.kinship import end_with_parent
from xiachen.site.speaking import Stopped, complain, gettext, language, say

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
    """Play and print one scenario."""
    say(_("Playing the demonstration %(name)s…") % {"name": scenario})


if __name__ == "__main__":
    main()
