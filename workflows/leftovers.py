"""What a run started and did not wait for: ended with the run, and named in the log."""

from __future__ import annotations

import os

import structlog

from workflows.process_session import end_others, named

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


def log_ended(processes: list[str], **names: str) -> None:
    """Name them, by their command without its arguments, which may hold a secret."""
    if processes:
        log.warning("leftovers_ended", processes=named(processes), **names)
