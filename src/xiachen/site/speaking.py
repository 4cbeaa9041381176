"""
The words of the command line, in the language of the terminal, without starting Django.

XIACHEN_LANGUAGE (zh or en) decides; without it the locale does (LC_ALL, LC_MESSAGES, LANG):
Chinese for a Chinese one, otherwise English.
"""

import gettext as catalogues
import os
import sys
from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

_LOCALES = Path(__file__).parent / "locale"


class Stopped(Exception):
    """A command cannot go on; its words, already in the reader's language, say why."""


def language() -> str:
    """Return the language to speak: zh-hans or en."""
    for name in ("XIACHEN_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "zh-hans" if value.lower().startswith("zh") else "en"
    return "en"


@cache
def _catalogue(spoken: str) -> catalogues.NullTranslations:
    if spoken == "en":
        return catalogues.NullTranslations()
    return catalogues.translation("django", _LOCALES, ["zh_Hans"], fallback=True)


def gettext(text: str) -> str:
    """Return a sentence of this area in the language of the terminal."""
    return _catalogue(language()).gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """Return the sentence for so many, in the language of the terminal."""
    return _catalogue(language()).ngettext(one, many, count)


def gettext_noop(text: str) -> str:
    """Mark a sentence that is translated where it is shown."""
    return text


def time_zone() -> str:
    """Return the name of the zone in which days begin."""
    return os.environ.get("XIACHEN_TIME_ZONE", "Asia/Shanghai")


def written_time(moment: datetime) -> str:
    """Return a moment as it is read where the work is done."""
    return f"{moment.astimezone(ZoneInfo(time_zone())):%Y-%m-%d %H:%M}"


def say(text: str) -> None:
    """Print a line at once; a closed terminal is no reason to fail."""
    with suppress(OSError, ValueError):
        print(text, flush=True)


def complain(text: str) -> None:
    """Print a line where errors go."""
    with suppress(OSError, ValueError):
        print(text, file=sys.stderr, flush=True)


# The sentences of the standard library's argument parser, which asks gettext for them.
_OF_THE_PARSER = (
    gettext_noop("usage: "),
    gettext_noop("options"),
    gettext_noop("positional arguments"),
    gettext_noop("show this help message and exit"),
    gettext_noop("%(prog)s: error: %(message)s\n"),
    gettext_noop("argument %(argument_name)s: %(message)s"),
    gettext_noop("the following arguments are required: %s"),
    gettext_noop("unrecognized arguments: %s"),
    gettext_noop("expected one argument"),
    gettext_noop("invalid choice: %(value)r (choose from %(choices)s)"),
    gettext_noop("invalid %(type)s value: %(value)r"),
)


def teach_the_parser() -> None:
    """Let argparse speak the same language as we do."""
    if language() != "en":
        os.environ["LANGUAGE"] = "zh_Hans"
        catalogues.bindtextdomain("django", str(_LOCALES))
        catalogues.textdomain("django")
