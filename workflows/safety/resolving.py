"""Names of hosts, looked up within a deadline.

The system's own look-up cannot be interrupted, and takes as long as it likes when a name
server does not answer. It is made in a thread that can be left behind; a process leaves
behind only so many.
"""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import Future
from typing import Any

import httpcore

from workflows.exceptions import NodeFailed

MAX_UNANSWERED = 8

_free = threading.BoundedSemaphore(MAX_UNANSWERED)


def addresses_of(host: str, port: int, *, seconds: float) -> list[str]:
    """The IP addresses of a host. Raises `NodeFailed`, or `ConnectTimeout` after `seconds`."""
    deadline = time.monotonic() + seconds
    if not _free.acquire(timeout=seconds):
        raise NodeFailed(
            f"{MAX_UNANSWERED} other names are still being looked up: the name server "
            "does not answer."
        )
    answer: Future[list[Any]] = Future()
    threading.Thread(
        target=_look_up, args=(host, port, answer), daemon=True, name="resolver"
    ).start()
    try:
        found = answer.result(max(0.0, deadline - time.monotonic()))
    except TimeoutError as error:
        raise httpcore.ConnectTimeout("The name server does not answer.") from error
    except (OSError, ValueError) as error:
        raise NodeFailed(f'The name "{host}" cannot be resolved.') from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _look_up(host: str, port: int, answer: Future[list[Any]]) -> None:
    try:
        answer.set_result(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    # Whoever waits for the answer raises it; nobody else looks into this thread.
    except Exception as error:  # noqa: BLE001
        answer.set_exception(error)
    finally:
        _free.release()
