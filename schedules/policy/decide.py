"""What to do with due ticks: from the rules of a schedule and the time to ledger rows.

Pure: no clock, no database, no framework. It decides which due ticks are live, which late
ones are caught up, which overlap, and when the schedule ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from schedules import timing as when
from schedules.policy import overlap
from schedules.policy.late import CATCHUP_TICKS, Late
from schedules.policy.overlap import MOST_WAITING
from schedules.policy.types import (
    MICROSECOND,
    Decision,
    LedgerRow,
    OpenRuns,
    Rules,
    range_row,
    tick_before,
)
from schedules.timing import ManualTiming, OnceTiming

RETRY_BACKOFF_CAP_SECONDS = 3_600
COMPLETED = "completed"
MISSED = "missed"
END_REACHED = "end_reached"
LIMIT_REACHED = "limit_reached"
FIRED = frozenset({"pending", "waiting"})


def decide(
    rules: Rules, frontier: datetime, open_runs: OpenRuns, *, now: datetime
) -> Decision:
    """Decide about every tick from `frontier` on that is due at `now`."""
    if rules.due_at(frontier) > now:
        return Decision(frontier, rules.due_at(frontier))
    newest, following = _due_span(rules, frontier, now)
    age = now - rules.due_at(newest)
    live = newest if age <= rules.live_for else None
    late_end = tick_before(rules, frontier, newest) if live else newest
    late = None
    if late_end:
        late = Late(rules, frontier, late_end, now, overlap.room(open_runs))
    rows = list(late.missed()) if late else []
    found = _rows(rules, late.chosen() if late else [], live, open_runs)
    fired = sum(row.status in FIRED for row in found.rows)
    next_run = rules.due_at(following) if following else None
    return Decision(
        frontier=following,
        next_run_at=next_run,
        rows=rows + found.rows,
        fired=fired,
        ended=_ended(rules, following, fired),
        replaces=found.replaces,
        holds_until=_one_until(rules, live, next_run) if live == frontier else None,
    )


def _one_until(rules: Rules, tick: datetime, next_run: datetime | None) -> datetime:
    """Until when the only due tick is that, and live."""
    late = rules.due_at(tick) + rules.live_for
    return late if next_run is None else min(late, next_run - MICROSECOND)


def _due_span(
    rules: Rules, frontier: datetime, now: datetime
) -> tuple[datetime, datetime | None]:
    """The newest due tick, and the first tick that is not due."""
    following = when.next_after(rules.timing, frontier)
    if following is None or rules.due_at(following) > now:
        return frontier, following  # by far the most common case: one tick is due
    newest = rules.last_due(now) or frontier
    return newest, when.next_after(rules.timing, newest)


class _Rows(NamedTuple):
    """Ledger rows. `replaces`: the open runs are to be cancelled."""

    rows: list[LedgerRow]
    replaces: bool = False


def _rows(
    rules: Rules, chosen: list[datetime], live: datetime | None, open_runs: OpenRuns
) -> _Rows:
    """The rows of the chosen late ticks and of the live one, within `max_runs`."""
    if live is None or overlap.waits_behind_backlog(
        rules, open_runs, late=bool(chosen)
    ):
        ticks = chosen if live is None else [*chosen, live]
        return _Rows(_backlog_rows(rules, ticks, open_runs, rules.runs_left))
    row, replaces = _live_row(rules, live, open_runs)
    if not chosen:
        return _Rows([row], replaces)
    left = rules.runs_left
    if left is not None:
        left -= row.status in FIRED  # the live tick goes first
    beside = replace(
        open_runs,
        pending=open_runs.pending + (row.status == "pending"),
        waiting_live=open_runs.waiting_live + (row.status == "waiting"),
    )
    return _Rows([*_backlog_rows(rules, chosen, beside, left), row], replaces)


def _live_row(
    rules: Rules, tick: datetime, open_runs: OpenRuns
) -> tuple[LedgerRow, bool]:
    """The row of a live tick, and whether it replaces the open runs."""
    due = rules.due_at(tick)
    if rules.runs_left is not None and rules.runs_left <= 0:
        return LedgerRow(tick, due, "schedule", "skipped", "limit"), False
    status, found, replaces = overlap.judge(rules, open_runs)
    reason = "overlap" if found else ""
    row = LedgerRow(tick, due, "schedule", status, reason, overlapped=found)
    return row, replaces


def _backlog_rows(
    rules: Rules, ticks: list[datetime], open_runs: OpenRuns, left: int | None
) -> list[LedgerRow]:
    """The rows of ticks that start or wait behind all others, oldest first.

    The late ticks were chosen to fit; the live one behind them may find no room to wait.
    `left`: how many may run by `max_runs`.
    """
    allowed = ticks if left is None else ticks[: max(0, left)]
    starting = overlap.startable(rules, open_runs)
    most = starting + overlap.room(open_runs)
    rows = [
        LedgerRow(
            tick,
            rules.due_at(tick),
            "catch_up",
            "pending" if index < starting else "waiting",
        )
        for index, tick in enumerate(allowed[:most])
    ]
    rows += _skipped_without_room(rules, allowed[most:], open_runs, len(rows))
    return rows + list(_skipped_by_limit(rules, ticks[len(allowed) :]))


def _skipped_without_room(
    rules: Rules, ticks: list[datetime], open_runs: OpenRuns, added: int
) -> Iterator[LedgerRow]:
    behind = replace(open_runs, waiting_late=open_runs.waiting_late + added)
    for tick in ticks:
        due, found = rules.due_at(tick), overlap.overlapped(behind, "max_waiting")
        yield LedgerRow(tick, due, "schedule", "skipped", "overlap", overlapped=found)


def _skipped_by_limit(rules: Rules, ticks: list[datetime]) -> Iterator[LedgerRow]:
    if ticks:
        yield range_row(rules, ticks[0], ticks[-1], status="skipped", reason="limit")


def _ended(rules: Rules, following: datetime | None, fired: int) -> str:
    if following is None and isinstance(rules.timing, OnceTiming):
        return COMPLETED if fired else MISSED
    if isinstance(rules.timing, ManualTiming):
        return ""  # it has no ticks
    if rules.runs_left is not None and fired >= rules.runs_left:
        return LIMIT_REACHED
    return END_REACHED if following is None else ""


def passed_over(
    rules: Rules, frontier: datetime | None, *, now: datetime, reason: str
) -> LedgerRow | None:
    """One skipped row for the ticks from `frontier` up to `now`, none of which will run.

    The nominal times count: the next epoch begins at `now`, so a tick whose jitter has not
    passed yet would otherwise belong to neither epoch and be missing from the ledger.
    """
    if frontier is None or frontier > now:
        return None
    # After new tzdata the frontier may not be a tick any more, and lie after the last one.
    newest = max(frontier, when.last_upto(rules.timing, now) or frontier)
    return range_row(rules, frontier, newest, status="skipped", reason=reason)


def resume(
    rules: Rules,
    frontier: datetime | None,
    open_runs: OpenRuns,
    catch_up: str,
    *,
    now: datetime,
) -> Decision:
    """Decide about the ticks that passed while a schedule was paused.

    The newest ones run, as many as `catch_up` and `max_runs` allow; the others are one
    skipped row.
    """
    if frontier is None or rules.due_at(frontier) > now:
        due = rules.due_at(frontier) if frontier else None
        return Decision(frontier, due, ended=_ended(rules, frontier, 0))
    newest, following = _due_span(rules, frontier, now)
    chosen = _chosen(rules, frontier, newest, catch_up, overlap.room(open_runs))
    last = tick_before(rules, frontier, chosen[0]) if chosen else newest
    rows = _backlog_rows(rules, chosen, open_runs, None)
    if last is not None:
        skipped = range_row(rules, frontier, last, status="skipped", reason="paused")
        rows.insert(0, skipped)
    return Decision(
        frontier=following,
        next_run_at=rules.due_at(following) if following else None,
        rows=rows,
        fired=len(chosen),
        ended=_ended(rules, following, len(chosen)),
    )


def _chosen(
    rules: Rules, first: datetime, last: datetime, catch_up: str, room: int
) -> list[datetime]:
    limit = most_caught_up(rules, catch_up, room)
    if not limit:
        return []
    return when.newest(rules.timing, first - MICROSECOND, last, limit)


def most_caught_up(rules: Rules, catch_up: str, room: int = MOST_WAITING) -> int:
    """How many ticks that passed during a pause a resume runs at most. `room`: how many
    more may wait."""
    limit = min(CATCHUP_TICKS[catch_up], room)
    return limit if rules.runs_left is None else min(limit, rules.runs_left)


def retry_at(
    *, attempt: int, max_retries: int, backoff_seconds: int, now: datetime
) -> datetime | None:
    """When to retry after the failed `attempt` (counted from 1); None if no retry is left.

    The pause doubles with each attempt, up to an hour.
    """
    if attempt > max_retries:
        return None
    doubled = backoff_seconds * 2 ** min(attempt - 1, 12)
    return now + timedelta(seconds=min(doubled, RETRY_BACKOFF_CAP_SECONDS))
