"""
The product's application with failpoints before it, for the harness alone (XIACHEN_WSGI).

A request asks for a fault in the header X-Failpoint:

    before          the process ends by kill -9 when nothing was done yet
    after-commit    … when everything was done and nobody knows yet
    lie             acknowledged and thrown away
    lie-on-error    acknowledged although the product could not do it

The two lies are controls: the harness has to find them.
"""

import json
import os
import signal
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from xiachen.site.wsgi import application as product


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer as the product does, or fail as asked."""
    failpoint = environ.get("HTTP_X_FAILPOINT", "")
    if not failpoint:
        return product(environ, start_response)
    if failpoint == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    sent = environ["wsgi.input"].read()
    environ["wsgi.input"] = BytesIO(sent)
    if failpoint == "lie":
        return _lie(sent, start_response)
    said: list[Any] = []
    answer = product(environ, lambda *head: said.extend(head))
    if failpoint == "after-commit":
        os.kill(os.getpid(), signal.SIGKILL)
    if failpoint == "lie-on-error" and said[0].startswith("5"):
        return _lie(sent, start_response)
    start_response(*said[:2])
    return answer


def _lie(sent: bytes, start_response: Callable[..., Any]) -> Iterable[bytes]:
    said = json.loads(sent)
    items = said.get("events") or said.get("entries") or ()
    outcomes = [{"id": one["id"], "outcome": "accepted"} for one in items]
    answer = json.dumps({"epoch": said.get("epoch"), "outcomes": outcomes}).encode()
    start_response(
        "200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))]
    )
    return [answer]
