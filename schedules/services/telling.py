"""In words: what a timing means, and what became of a ledger row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from schedules import timing
from schedules.decisions import OpenRuns, Overlapped
from schedules.models import (
    NEVER_RAN,
    Origin,
    Reason,
    RunStatus,
    ScheduledRun,
    ScheduleEvent,
)
from schedules.timing import Timing, zones

_HOW = {
    Origin.CATCH_UP: ", caught up",
    Origin.BACKFILL: " by a backfill",
    Origin.MANUAL: " by hand",
}


def timing_text(rule: Timing, zone: str) -> str:
    """What the timing means, in English; of a one-off, as the clock of `zone` reads, too
    (unless that zone has left tzdata)."""
    return timing.describe(rule, zone if zone in zones.timezone_names() else "UTC")


def told(
    run: ScheduledRun, event: ScheduleEvent | None, ahead: OpenRuns | None = None
) -> str:
    """What became of the run. `ahead`: what is open now, of one that waits in line."""
    if run.status in NEVER_RAN:
        return f"It did not run: {_why_not(run, event)}."
    if ahead is not None and ahead.open:
        return (
            f"It waits for an earlier run, which is still {_STILL[_farthest(ahead)]}."
        )
    return _OF_STATUS[RunStatus(run.status)](run)


def told_with_backfill(
    run: ScheduledRun,
    event: ScheduleEvent | None,
    backfill: ScheduledRun,
    ahead: OpenRuns | None,
) -> str:
    """Of a tick that did not run in its time, and that a backfill has taken up."""
    return f"{told(backfill, None, ahead)} In its time it did not run: {_why_not(run, event)}."


def reason_text(run: ScheduledRun) -> str:
    """The reason of a row in a few words: of an overlap, what was open."""
    if run.reason == Reason.OVERLAP and run.overlap:
        return f"{run.reason}: {_overlapped(run)}"
    return run.reason


def _overlapped(run: ScheduledRun) -> str:
    """What was open when the tick was skipped."""
    if not run.overlap:  # written before that was on record
        return "an earlier run was still open"
    found = Overlapped(**run.overlap)
    if found.rule == "max_open_runs":
        counted = [
            f"{count} {what}"
            for count, what in (
                (found.running, "running"),
                (found.pending, "still waiting in the queue"),
                (found.retrying, "waiting for a retry"),
            )
            if count
        ]
        return f"as many runs were open as max_open_runs allows ({', '.join(counted)})"
    behind = ""
    if found.rule == "line":
        behind = f", and {found.waiting} ticks, as many as may, were waiting for it"
    elif found.waiting:
        others = "another was" if found.waiting == 1 else f"{found.waiting} others were"
        behind = f", and {others} waiting for it"
    return f"an earlier run was still {_STILL[_farthest(found)]}{behind}"


_STILL = {
    "running": "running",
    "retrying": "waiting for its next attempt",
    "pending": "waiting in the queue",
}


def _farthest(found: Overlapped | OpenRuns) -> str:
    """What the open run does; of several, the one that has come farthest counts."""
    if found.running:
        return "running"
    return "retrying" if found.retrying else "pending"


def _why_not(run: ScheduledRun, event: ScheduleEvent | None) -> str:
    return {
        Reason.OVERLAP: f"{_overlapped(run)}; ticks that overlap are not run",
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


_UNITS = (("day", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def lasting(duration: timedelta) -> str:
    """A duration in its two largest units: "1 day 23 h", "5 min", "40 s"."""
    left, parts = int(abs(duration).total_seconds()), []
    for unit, seconds in _UNITS:
        number, left = divmod(left, seconds)
        name = "days" if unit == "day" and number > 1 else unit
        parts.append(f"{number} {name}" if number else "")
    first = next((at for at, part in enumerate(parts) if part), len(parts) - 1)
    return " ".join(filter(None, parts[first : first + 2])) or "0 s"


def utc(moment: datetime | None) -> str:
    return f"at {moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if moment else "never"
