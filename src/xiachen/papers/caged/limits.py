"""
What a child gives up before it looks at a file from outside.

Nothing of it can be taken back: network, other files, further processes, more memory and time than
a file of its kind needs. The environment and the folder it starts in are empty already.
"""

import ctypes
import json
import resource
import sys

_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
_NO_NEW_PRIVILEGES = 38
# Input, output and complaints; no other file and no socket can be opened.
_OPEN_FILES = 3


class Stop(Exception):
    """The file is refused, with the code of the refusal and what its words need."""

    def __init__(self, refusal: str, **values: object) -> None:
        super().__init__(refusal)
        self.answer: dict[str, object] = {"refusal": refusal, "values": values}


def give_up(*, memory: int, seconds: int, answer: int) -> None:
    """
    Keep so much memory (bytes), processor time (seconds) and answer (bytes), and nothing else.

    A kernel that lets anybody make a network of their own gives an empty one; another only holds
    the limit of open files, which leaves none for a socket.
    """
    kernel = ctypes.CDLL(None, use_errno=True)
    kernel.unshare(_NEW_USER | _NEW_NETWORK)
    kernel.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, answer),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        resource.setrlimit(what, (most, most))


def say(answer: object) -> None:
    """Write one line of the answer."""
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, separators=(",", ":")) + "\n")
