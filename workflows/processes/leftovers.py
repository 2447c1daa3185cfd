"""Ends processes that a run started and did not wait for, and names them in the log."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from workflows.exceptions import exit_status
from workflows.kit.logs import get_logger
from workflows.processes.session import end_others, named

log = get_logger(__name__)
_leader = 0


def lead_session() -> None:
    """Start a session led by this process, to which its descendants will belong."""
    global _leader
    os.setsid()
    _leader = os.getpid()


def end_leftovers(**names: str) -> None:
    """End all other processes in the session of this process, if it leads one. `names` go
    into the log line.

    Call this before the outcome is recorded: the next attempt must find no process of this
    one.
    """
    # A forked child is not the leader, nor is a process that runs work on its own.
    if _leader == os.getpid():
        log_ended(end_others(), **names)


@contextmanager
def exit_forked_children() -> Iterator[None]:
    """End every process that the body forks when it leaves the body.

    Such a process has a copy of the parent's connections. It would continue with the next
    node, and record the run a second time.
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
    """Log the processes by their command, without arguments, which may contain a secret."""
    if processes:
        log.warning("leftovers_ended", processes=named(processes), **names)
