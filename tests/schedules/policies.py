"""Rules to decide by, and decisions written down briefly."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from schedules.policy.decide import decide, resume
from schedules.policy.types import Decision, LedgerRow, OpenRuns, Rules
from schedules.timing import IntervalTiming, OnceTiming

NOON = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)

NOTHING = OpenRuns()
PENDING = OpenRuns(pending=1)
RUNNING = OpenRuns(running=1)
RETRYING = OpenRuns(retrying=1)
RUNNING_AND_WAITING = OpenRuns(running=1, waiting_live=1)


def every_minute(**bounds: Any) -> IntervalTiming:
    return IntervalTiming(60, NOON, **bounds)


def once(minutes: int = 1) -> OnceTiming:
    return OnceTiming(NOON + minutes * MINUTE)


def rules(**chosen: Any) -> Rules:
    """A tick every minute from noon on, the policies' defaults, unless told otherwise."""
    usual: dict[str, Any] = {
        "timing": every_minute(),
        "seed": "seed",
        "jitter_seconds": 0,
        "overlap": "skip",
        "max_open_runs": 100,
        "catchup": "latest",
        "catchup_window": timedelta(hours=1),
        "runs_left": None,
        "live_for": 30 * SECOND,
    }
    return Rules(**(usual | chosen))


def decided(
    at: float, open_runs: OpenRuns = NOTHING, *, first: float = 1, **chosen: Any
) -> Decision:
    """What is decided `at` minutes past noon, with the frontier at the minute `first`."""
    return decide(
        rules(**chosen), NOON + first * MINUTE, open_runs, now=NOON + at * MINUTE
    )


def resumed(
    at: float, catch_up: str, open_runs: OpenRuns = NOTHING, **chosen: Any
) -> Decision:
    """A resumption `at` minutes past noon, with the frontier at the minute 1."""
    return resume(
        rules(**chosen),
        NOON + MINUTE,
        open_runs,
        catch_up,
        now=NOON + at * MINUTE,
    )


def told(rows: Iterable[LedgerRow]) -> list[str]:
    """Each row in words, times in minutes past noon: "1-9 x9 missed policy"."""
    return [_told(row) for row in rows]


def _told(row: LedgerRow) -> str:
    ticks = minute(row.scheduled_for)
    if row.range_end is not None:
        ticks += f"-{minute(row.range_end)} x{row.tick_count}"
    origin = "" if row.origin == "schedule" else f"{row.origin} "
    return f"{ticks} {origin}{row.status} {row.reason}".strip()


def minute(instant: datetime | None) -> str:
    return "none" if instant is None else f"{(instant - NOON) / MINUTE:g}"
