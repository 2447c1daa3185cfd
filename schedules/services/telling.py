"""In words: what a timing means, and what became of a ledger row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from schedules import timing, zones
from schedules.models import (
    NEVER_RAN,
    Origin,
    Reason,
    RunStatus,
    ScheduledRun,
    ScheduleEvent,
)
from schedules.timing import Timing

_HOW = {
    Origin.CATCH_UP: ", caught up",
    Origin.BACKFILL: " by a backfill",
    Origin.MANUAL: " by hand",
}


def timing_text(rule: Timing, zone: str) -> str:
    """What the timing means, in English; of a one-off, as the clock of `zone` reads, too
    (unless that zone has left tzdata)."""
    return timing.describe(rule, zone if zone in zones.timezone_names() else "UTC")


def told(run: ScheduledRun, event: ScheduleEvent | None) -> str:
    if run.status in NEVER_RAN:
        return f"It did not run: {_why_not(run, event)}."
    return _OF_STATUS[RunStatus(run.status)](run)


def told_with_backfill(
    run: ScheduledRun, event: ScheduleEvent | None, backfill: ScheduledRun
) -> str:
    """Of a tick that did not run in its time, and that a backfill has taken up."""
    return f"{told(backfill, None)} In its time it did not run: {_why_not(run, event)}."


def _why_not(run: ScheduledRun, event: ScheduleEvent | None) -> str:
    return {
        Reason.OVERLAP: "an earlier run was still open, and ticks that overlap are not "
        "run",
        Reason.PAUSED: f"the schedule was paused{by(event)}",
        Reason.EDITED: f"its timing was changed before it fired{by(event)}",
        Reason.LIMIT: "as many runs as max_runs allows had fired",
        Reason.WINDOW: "it was found too late, outside the catch-up window",
        Reason.POLICY: "it was found late, and the catch-up policy did not choose it",
    }.get(Reason(run.reason), run.reason)


def by(event: ScheduleEvent | None) -> str:
    if event is None:
        return ""
    note = f' ("{event.note}")' if event.note else ""
    who = event.actor_name or event.actor_kind
    return f" {utc(event.created_at)} by {who}{note}"


def _how(run: ScheduledRun) -> str:
    return _HOW.get(Origin(run.origin), "")


def _ran(run: ScheduledRun, end: str) -> str:
    if run.started_at is None:
        return f"It never started, and {end}."
    return f"It ran{_how(run)}: it started {utc(run.started_at)} and {end}."


def _waits(run: ScheduledRun) -> str:
    if run.not_before:
        return (
            f"Attempt {run.attempt} waits for its time, {utc(run.not_before)}, after "
            f"the one before failed: {run.error}"
        )
    return "It waits for an earlier run of the schedule to end."


_OF_STATUS: dict[RunStatus, Callable[[ScheduledRun], str]] = {
    RunStatus.PENDING: lambda run: (
        f"It fired{_how(run)}, and waits for a worker"
        + (f" since {utc(run.enqueued_at)}." if run.enqueued_at else " to be sent to.")
    ),
    RunStatus.WAITING: _waits,
    RunStatus.RUNNING: lambda run: f"It runs{_how(run)} since {utc(run.started_at)}.",
    RunStatus.SUCCEEDED: lambda run: _ran(run, f"succeeded {utc(run.finished_at)}"),
    RunStatus.FAILED: lambda run: _ran(
        run, f"failed {utc(run.finished_at)} at attempt {run.attempt}: {run.error}"
    ),
    RunStatus.CANCELLED: lambda run: _ran(
        run,
        f"was cancelled {utc(run.finished_at)}"
        + (" for a newer one" if run.reason == Reason.REPLACED else ""),
    ),
}


def utc(moment: datetime | None) -> str:
    return f"at {moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if moment else "never"
