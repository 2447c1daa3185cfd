"""What a run started and did not wait for: ended with the run, and named in the log."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from workflows.exceptions import exit_status
from workflows.processes.session import end_others, named

log = structlog.get_logger(__name__)
_leader = 0


def lead_session() -> None:
    """Begin a session of this process, which all that it starts will belong to."""
    global _leader
    os.setsid()
    _leader = os.getpid()


def end_leftovers(**names: str) -> None:
    """End what else there is in the session of this process, if it leads one.

    Before the outcome is recorded: the next attempt must find nothing of this one.
    """
    # A forked child is not the leader, nor is a process that runs work by itself.
    if _leader == os.getpid():
        log_ended(end_others(), **names)


@contextmanager
def exit_forked_children() -> Iterator[None]:
    """A process that the body forks ends with the body, however it leaves it.

    It has the parent's work before it and a copy of its connections: it would go on with the
    next node, and record the run a second time.
    """
    mine = os.getpid()
    status = 1
    try:
        yield
        status = 0
    except SystemExit as error:
        status = exit_status(error)
        raise
    finally:
        if os.getpid() != mine:
            os._exit(status)


def log_ended(processes: list[str], **names: str) -> None:
    """Name them, by their command without its arguments, which may hold a secret."""
    if processes:
        log.warning("leftovers_ended", processes=named(processes), **names)
