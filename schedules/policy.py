"""What now: from a schedule's rules and the time to what the ledger shall hold.

Pure: no clock, no database, no framework. The rules are those of the product's semantics:
which due ticks are live, which late ones are caught up, what overlaps, when it ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from schedules import timing as when
from schedules.decisions import (
    MICROSECOND,
    Decision,
    OpenRuns,
    Overlap,
    Row,
    Rules,
    span_row,
    tick_before,
)
from schedules.late import CATCHUP_TICKS, Late
from schedules.timing import OnceTiming

RETRY_BACKOFF_CAP_SECONDS = 3_600
COMPLETED = "completed"
MISSED = "missed"
END_REACHED = "end reached"
LIMIT_REACHED = "limit reached"


def decide(
    rules: Rules, frontier: datetime, open_runs: OpenRuns, *, now: datetime
) -> Decision:
    """What becomes of every tick from `frontier` on that is due at `now`."""
    if rules.due_at(frontier) > now:
        return Decision(frontier, rules.due_at(frontier))
    newest, following = _due_span(rules, frontier, now)
    age = now - rules.due_at(newest)
    live = newest if age <= rules.live_for else None
    late_end = tick_before(rules, frontier, newest) if live else newest
    late = Late(rules, frontier, late_end, now) if late_end else None

    rows = list(late.given_up()) if late else []
    chosen = late.chosen() if late else []
    left = rules.runs_left
    live_rows = [_live_row(rules, live, open_runs)] if live else []
    fired = sum(_fires(row) for row in live_rows)
    allowed = chosen if left is None else chosen[: max(0, left - fired)]
    rows += _catch_up_rows(rules, allowed, open_runs, blocked=fired > 0)
    rows += _skipped_by_limit(rules, chosen[len(allowed) :])
    rows += live_rows
    fired += len(allowed)
    return Decision(
        frontier=following,
        next_run_at=rules.due_at(following) if following else None,
        rows=rows,
        fired=fired,
        ended=_ended(rules, following, fired),
        replaces=bool(live_rows) and _replaces(rules, live_rows[0], open_runs),
    )


def _due_span(
    rules: Rules, frontier: datetime, now: datetime
) -> tuple[datetime, datetime | None]:
    """The newest due tick, and the first that is not due."""
    following = when.next_after(rules.timing, frontier)
    if following is None or rules.due_at(following) > now:
        return frontier, following  # by far the commonest: one tick is due
    newest = rules.last_due(now) or frontier
    return newest, when.next_after(rules.timing, newest)


def _fires(row: Row) -> bool:
    return row.status in {"pending", "waiting"}


def _live_row(rules: Rules, tick: datetime, open_runs: OpenRuns) -> Row:
    due = rules.due_at(tick)
    if rules.runs_left is not None and rules.runs_left <= 0:
        return Row(tick, due, "schedule", "skipped", "limit")
    status, reason = _overlap(rules.overlap, open_runs)
    return Row(tick, due, "schedule", status, reason)


def _overlap(policy: Overlap, open_runs: OpenRuns) -> tuple[str, str]:
    """Status and reason of a live tick, given what is still open."""
    if policy == "allow" or not open_runs.blocking:
        return "pending", ""
    if policy == "queue" and not open_runs.queued:
        return "waiting", ""
    if policy == "replace":
        return ("waiting" if open_runs.running else "pending"), ""
    return "skipped", "overlap"


def _replaces(rules: Rules, live: Row, open_runs: OpenRuns) -> bool:
    return rules.overlap == "replace" and open_runs.blocking and _fires(live)


def _catch_up_rows(
    rules: Rules, ticks: list[datetime], open_runs: OpenRuns, *, blocked: bool
) -> Iterator[Row]:
    """One at a time, oldest first, behind whatever is open; `allow`: all at once."""
    free = not (blocked or open_runs.blocking or open_runs.queued)
    for index, tick in enumerate(ticks):
        starts = rules.overlap == "allow" or (free and index == 0)
        status = "pending" if starts else "waiting"
        yield Row(tick, rules.due_at(tick), "catch_up", status)


def _skipped_by_limit(rules: Rules, ticks: list[datetime]) -> Iterator[Row]:
    if ticks:
        yield span_row(rules, ticks[0], ticks[-1], status="skipped", reason="limit")


def _ended(rules: Rules, following: datetime | None, fired: int) -> str:
    if following is None and isinstance(rules.timing, OnceTiming):
        return COMPLETED if fired else MISSED
    if rules.runs_left is not None and fired >= rules.runs_left:
        return LIMIT_REACHED
    return END_REACHED if following is None else ""


def passed_over(
    rules: Rules, frontier: datetime | None, *, now: datetime, reason: str
) -> Row | None:
    """One row for the ticks from `frontier` up to `now`, none of which will run.

    By nominal time: the next epoch begins at `now`, so a tick whose jitter has not passed
    yet would else belong to neither epoch, and be in no ledger.
    """
    if frontier is None or frontier > now:
        return None
    # After new tzdata the frontier may be no tick any more, and lie after the last one.
    newest = max(frontier, when.last_upto(rules.timing, now) or frontier)
    return span_row(rules, frontier, newest, status="skipped", reason=reason)


def resume(
    rules: Rules,
    frontier: datetime | None,
    open_runs: OpenRuns,
    catch_up: str,
    *,
    now: datetime,
) -> Decision:
    """What becomes of the ticks that passed while a schedule was paused.

    The newest ones that `catch_up` asks for run, within what `max_runs` leaves; the
    others are one row, skipped.
    """
    if frontier is None or rules.due_at(frontier) > now:
        due = rules.due_at(frontier) if frontier else None
        return Decision(frontier, due, ended=_ended(rules, frontier, 0))
    newest, following = _due_span(rules, frontier, now)
    chosen = _chosen(rules, frontier, newest, catch_up)
    last = tick_before(rules, frontier, chosen[0]) if chosen else newest
    rows = list(_catch_up_rows(rules, chosen, open_runs, blocked=False))
    if last is not None:
        skipped = span_row(rules, frontier, last, status="skipped", reason="paused")
        rows.insert(0, skipped)
    return Decision(
        frontier=following,
        next_run_at=rules.due_at(following) if following else None,
        rows=rows,
        fired=len(chosen),
        ended=_ended(rules, following, len(chosen)),
    )


def _chosen(
    rules: Rules, first: datetime, last: datetime, catch_up: str
) -> list[datetime]:
    limit = CATCHUP_TICKS[catch_up]
    if rules.runs_left is not None:
        limit = min(limit, rules.runs_left)
    if not limit:
        return []
    return when.newest(rules.timing, first - MICROSECOND, last, limit)


def retry_at(
    *, attempt: int, max_retries: int, backoff_seconds: int, now: datetime
) -> datetime | None:
    """When a failed attempt (counted from 1) is tried again; None if no attempt is left.

    The pause doubles with each attempt and is capped at an hour.
    """
    if attempt > max_retries:
        return None
    doubled = backoff_seconds * 2 ** min(attempt - 1, 12)
    return now + timedelta(seconds=min(doubled, RETRY_BACKOFF_CAP_SECONDS))
