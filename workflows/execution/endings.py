"""Decides how work ended whose process is gone and has not recorded its end."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from workflows.exceptions import TimedOut
from workflows.execution.guard import LEASE
from workflows.failures import FailureKind

# A process that can renew its lease does so long before the last second.
UNRENEWED = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of work that is put on record; `kind` only if it failed."""

    status: Literal["failed", "cancelled"]
    error: str
    kind: FailureKind | None = None


WORKER_LOST = Ending(
    "failed",
    "Worker lost: its process ended, or its lease expired, before the run was finished.",
    FailureKind.LOST,
)
CANCELLED = Ending("cancelled", "Cancelled while running.")


def ending_of_status(wait_status: int) -> Ending:
    """The ending that the wait status of a process shows."""
    code = os.waitstatus_to_exitcode(wait_status)
    if code >= 0:
        ended = f"The work process ended with exit status {code}."
        return Ending("failed", ended, FailureKind.CRASH)
    name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
    hint = " (out of memory?)" if -code == signal.SIGKILL else ""
    killed = f"The work process was killed by signal {name}{hint}."
    return Ending("failed", killed, FailureKind.CRASH)


@dataclass(frozen=True, slots=True)
class Attempt:
    """The record of work whose process is gone."""

    started_at: datetime
    deadline: datetime
    lease_until: datetime
    cancelled_at: datetime | None


def ending(
    attempt: Attempt,
    observed: Ending,
    *,
    now: datetime,
    lease_ended_before: datetime | None,
) -> Ending | None:
    """How the work ended: `observed`, unless it was cancelled or past its deadline while its
    process was still alive, which then explains its end.

    Without `lease_ended_before` the process has just ended. With it, the process was last
    known to be alive when it renewed its lease; None if the lease did not end before that
    time, since then the process is alive.
    """
    alive_at = now
    if lease_ended_before:
        if attempt.lease_until >= lease_ended_before:
            return None
        alive_at = attempt.lease_until - LEASE
    if attempt.cancelled_at and attempt.cancelled_at <= min(alive_at, attempt.deadline):
        return CANCELLED
    if attempt.deadline <= alive_at:
        seconds = (attempt.deadline - attempt.started_at).total_seconds()
        return Ending("failed", str(TimedOut(seconds)), FailureKind.TIMEOUT)
    if observed.status == "failed" and alive_at > attempt.lease_until - UNRENEWED:
        return WORKER_LOST
    return observed
