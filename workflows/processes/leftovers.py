"""Ends processes that a run started and did not wait for, and names them in the log."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from workflows.exceptions import exit_status
from workflows.kit.logs import get_logger
from workflows.processes.session import end_others, named

log = get_logger(__name__)
PR_SET_CHILD_SUBREAPER = 36
_leader = 0
_adopts = False


def lead_session() -> None:
    """Start a session led by this process, to which its descendants will belong. On Linux,
    those whose parents have ended become its children."""
    global _leader, _adopts
    os.setsid()
    _leader = os.getpid()
    if sys.platform == "linux":
        adopted = ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        _adopts = adopted == 0


def has_children() -> bool:
    """Whether this process has children, those included that have ended and were not waited
    for."""
    if not hasattr(os, "waitid"):  # macOS before Python 3.13
        return False
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def end_leftovers(**names: str) -> None:
    """End all other processes in the session of this process, if it leads one. `names` go
    into the log line.

    Call this before the outcome is recorded: the next attempt must find no process of this
    one.
    """
    # A forked child is not the leader, nor is a process that runs work on its own.
    # With no child it has no descendant: looking through all processes would take longer
    # than a short run.
    if _leader == os.getpid() and (not _adopts or has_children()):
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
