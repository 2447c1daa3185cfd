"""How work ended whose process is gone, and can no longer say so itself."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from workflows.exceptions import TimedOut
from workflows.execution.guard import LEASE
from workflows.failures import FailureKind

# A process that can renew its lease does so long before the last second of it.
UNRENEWED = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Ending:
    """What is put on record; what failed has a kind."""

    status: Literal["failed", "cancelled"]
    error: str
    kind: FailureKind | None = None


WORKER_LOST = Ending(
    "failed",
    "Worker lost: it ended, or lost its lease, before the run was over.",
    FailureKind.LOST,
)
CANCELLED = Ending("cancelled", "Cancelled while it ran.")


def ending_of_status(wait_status: int) -> Ending:
    """What a process's wait status says to people."""
    code = os.waitstatus_to_exitcode(wait_status)
    if code >= 0:
        ended = f"The work process ended with exit status {code}."
        return Ending("failed", ended, FailureKind.CRASH)
    name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
    hint = " (out of memory?)" if -code == signal.SIGKILL else ""
    killed = f"The work process was killed by the signal {name}{hint}."
    return Ending("failed", killed, FailureKind.CRASH)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the row says of work whose process is gone."""

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
    """`observed`, unless the work was asked to end, or out of time, while it was still alive.

    However its process ended then, that is why. Without `lease_ended_before` the process
    has ended just now; with it, it was alive when it last renewed the lease. None if it has
    renewed it since: it lives.
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
