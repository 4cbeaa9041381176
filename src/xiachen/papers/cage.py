"""
Starting the children that look at files from outside (`papers.caged`).

A child gets the file as its input and a few arguments, an environment without secrets, an empty
folder to stand in, and memory to write its answer to, which never reaches the disk.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext_lazy as _

from xiachen.base.errors import Refused

# Seconds that a child may take altogether; its processor time is limited inside.
PATIENCE = 60


class TooLarge(Refused):
    """The file would take more memory or time than such a file needs."""

    code = "papers.too-large"
    message = _("“%(file)s” is too large. Split it, or leave out what is not needed.")
    status = 422


class CannotRead(Refused):
    """The file is damaged, or none of its kind."""

    code = "papers.cannot-read"
    message = _(
        "“%(file)s” cannot be read. Open it in the program that made it and save it again; "
        "of a sheet, as .xlsx or .csv."
    )
    status = 422


def ask(child: str, file: IO[bytes], *, name: str, **arguments: object) -> IO[bytes]:
    """
    Return what a child has answered about a file, from its beginning.

    :param child: its module in `papers.caged`
    :param file: a real file, read from its beginning
    :param name: of the file, for the words of a refusal
    :raises TooLarge: it took more than it may
    :raises CannotRead: it failed
    """
    answer = os.fdopen(os.memfd_create("answer", os.MFD_CLOEXEC), "rb+")
    try:
        file.seek(0)
        with tempfile.TemporaryDirectory(prefix="xiachen-cage-") as nowhere:
            run = subprocess.run(
                [
                    sys.executable,
                    "-P",
                    "-m",
                    f"xiachen.papers.caged.{child}",
                    json.dumps(arguments, ensure_ascii=False),
                ],
                stdin=file,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                timeout=PATIENCE,
                cwd=nowhere,
                env={"PYTHONPATH": _source(), "PYTHONUTF8": "1"},
                check=False,
            )
    except subprocess.TimeoutExpired:
        answer.close()
        raise TooLarge(file=name) from None
    if run.returncode != 0:
        answer.close()
        # Killed by a limit: processor time, memory, or the size of its answer.
        raise TooLarge(file=name) if run.returncode < 0 else CannotRead(file=name)
    answer.seek(0)
    return answer


def lines(answer: IO[bytes], refusals: Mapping[str, type[Refused]], *, name: str) -> Iterator[Any]:
    """
    Yield what stands in the lines of an answer.

    :raises Refused: the child has refused the file, with the refusal of its code
    """
    for line in answer:
        said = json.loads(line)
        if isinstance(said, dict) and "refusal" in said:
            raise refusals[said["refusal"]](**{"file": name} | said["values"])
        yield said


def _source() -> str:
    """Return where this package stands, for a child that starts without the environment."""
    return str(Path(__file__).parents[2])
