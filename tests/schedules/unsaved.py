"""Runs as they are in the ledger, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from schedules.models import (
    ActorKind,
    Origin,
    Reason,
    RunStatus,
    ScheduledRun,
    ScheduleEvent,
)
from workflows.failures import FailureKind

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
STARTED = (RunStatus.RUNNING, RunStatus.SUCCEEDED, RunStatus.FAILED)
OPEN = (RunStatus.PENDING, RunStatus.WAITING, RunStatus.RUNNING)
BY_ALICE = ScheduleEvent(
    created_at=NINE - MINUTE,
    actor_kind=ActorKind.USER,
    actor_name="alice",
    note="holidays",
)
ERRORS = {
    FailureKind.NODE: "'payload' has no attribute 'name'",
    FailureKind.TIMEOUT: "Timed out after 60 s.",
    FailureKind.LOST: "The worker was lost.",
    FailureKind.NO_TRIGGER: 'The workflow "nightly" is not active.',
    FailureKind.NOT_ALLOWED: "Give it another workflow.",
    FailureKind.BROKEN: "The trigger node has been deleted.",
    FailureKind.CRASH: "The work process was killed by signal SIGKILL.",
}


def run(
    status: RunStatus,
    reason: Reason = Reason.NONE,
    kind: FailureKind | None = None,
    **fields: Any,
) -> ScheduledRun:
    """A run as it is in the ledger: due at 9:00, started at 9:01, timed out at 9:02, over at
    9:05. One that is tried again, or would be had it not been withdrawn, is at its second
    attempt."""
    withdrawn = status == RunStatus.FAILED and reason in (Reason.PAUSED, Reason.STOPPED)
    ended = status not in OPEN
    usual: dict[str, Any] = {
        "origin": Origin.SCHEDULE,
        "attempt": 2 if withdrawn or (kind and status in OPEN) else 1,
        "scheduled_for": NINE,
        "error": ERRORS[kind] if kind else "",
        "enqueued_at": NINE,
        "started_at": NINE + MINUTE,
        "deadline_at": NINE + 2 * MINUTE,
        "finished_at": NINE + 5 * MINUTE if ended else None,
        "not_before": NINE + 6 * MINUTE if kind and status in OPEN else None,
    }
    if reason == Reason.REPLACED and status in STARTED:
        usual["cancel_requested_at"] = NINE + 4 * MINUTE
    return ScheduledRun(
        status=status, reason=reason, failure_kind=kind or "", **usual | fields
    )
