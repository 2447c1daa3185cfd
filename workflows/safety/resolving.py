"""Resolves host names within a deadline.

The system's resolver cannot be interrupted, and may take minutes if a name server does not
answer. It runs in a thread that can be abandoned; the number of such threads is limited.
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
    """The IP addresses of a host. Raises `NodeFailed`, and `ConnectTimeout` after `seconds`."""
    deadline = time.monotonic() + seconds
    if not _free.acquire(timeout=seconds):
        raise NodeFailed(
            f"The name server does not answer: {MAX_UNANSWERED} other names are still "
            "being resolved."
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
        raise NodeFailed(f'The host name "{host}" cannot be resolved.') from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _look_up(host: str, port: int, answer: Future[list[Any]]) -> None:
    try:
        answer.set_result(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    # The thread that waits for the answer raises it.
    except Exception as error:  # noqa: BLE001
        answer.set_exception(error)
    finally:
        _free.release()
