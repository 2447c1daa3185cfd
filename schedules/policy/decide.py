"""What now: from a schedule's rules and the time to what the ledger shall hold.

Pure: no clock, no database, no framework. The rules are those of the product's semantics:
which due ticks are live, which late ones are caught up, what overlaps, when it ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from schedules import timing as when
from schedules.policy import overlap
from schedules.policy.late import CATCHUP_TICKS, Late
from schedules.policy.types import (
    MICROSECOND,
    Decision,
    LedgerRow,
    OpenRuns,
    Rules,
    span_row,
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
    """What becomes of every tick from `frontier` on that is due at `now`."""
    if rules.due_at(frontier) > now:
        return Decision(frontier, rules.due_at(frontier))
    newest, following = _due_span(rules, frontier, now)
    age = now - rules.due_at(newest)
    live = newest if age <= rules.live_for else None
    late_end = tick_before(rules, frontier, newest) if live else newest
    late = None
    if late_end:
        late = Late(rules, frontier, late_end, now, overlap.room(open_runs))
    rows = list(late.given_up()) if late else []
    found = _rows(rules, late.chosen() if late else [], live, open_runs)
    fired = sum(row.status in FIRED for row in found.rows)
    return Decision(
        frontier=following,
        next_run_at=rules.due_at(following) if following else None,
        rows=rows + found.rows,
        fired=fired,
        ended=_ended(rules, following, fired),
        replaces=found.replaces,
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


class _Rows(NamedTuple):
    rows: list[LedgerRow]
    replaces: bool = False


def _rows(
    rules: Rules, chosen: list[datetime], live: datetime | None, open_runs: OpenRuns
) -> _Rows:
    """Those of the late ticks that are chosen, and of the live one, within `max_runs`."""
    if live is None or overlap.joins_line(rules, open_runs, late=bool(chosen)):
        line = chosen if live is None else [*chosen, live]
        return _Rows(_line_rows(rules, line, open_runs, rules.runs_left))
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
    return _Rows([*_line_rows(rules, chosen, beside, left), row], replaces)


def _live_row(
    rules: Rules, tick: datetime, open_runs: OpenRuns
) -> tuple[LedgerRow, bool]:
    """The row of a live tick, and whether it replaces what is open."""
    due = rules.due_at(tick)
    if rules.runs_left is not None and rules.runs_left <= 0:
        return LedgerRow(tick, due, "schedule", "skipped", "limit"), False
    status, found, replaces = overlap.judge(rules, open_runs)
    reason = "overlap" if found else ""
    row = LedgerRow(tick, due, "schedule", status, reason, overlapped=found)
    return row, replaces


def _line_rows(
    rules: Rules, ticks: list[datetime], open_runs: OpenRuns, left: int | None
) -> list[LedgerRow]:
    """The rows of ticks that are added to the end of the line, oldest first.

    Late ticks were chosen to fit; the live one behind them may find the line full.
    """
    allowed = ticks if left is None else ticks[: max(0, left)]
    starting = overlap.starting(rules, open_runs)
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
    rows += _skipped_by_full_line(rules, allowed[most:], open_runs, len(rows))
    return rows + list(_skipped_by_limit(rules, ticks[len(allowed) :]))


def _skipped_by_full_line(
    rules: Rules, ticks: list[datetime], open_runs: OpenRuns, added: int
) -> Iterator[LedgerRow]:
    behind = replace(open_runs, waiting_late=open_runs.waiting_late + added)
    for tick in ticks:
        due, found = rules.due_at(tick), overlap.overlapped(behind, "line")
        yield LedgerRow(tick, due, "schedule", "skipped", "overlap", overlapped=found)


def _skipped_by_limit(rules: Rules, ticks: list[datetime]) -> Iterator[LedgerRow]:
    if ticks:
        yield span_row(rules, ticks[0], ticks[-1], status="skipped", reason="limit")


def _ended(rules: Rules, following: datetime | None, fired: int) -> str:
    if following is None and isinstance(rules.timing, OnceTiming):
        return COMPLETED if fired else MISSED
    if isinstance(rules.timing, ManualTiming):
        return ""  # it never had a tick to begin with
    if rules.runs_left is not None and fired >= rules.runs_left:
        return LIMIT_REACHED
    return END_REACHED if following is None else ""


def passed_over(
    rules: Rules, frontier: datetime | None, *, now: datetime, reason: str
) -> LedgerRow | None:
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
    chosen = _chosen(rules, frontier, newest, catch_up, overlap.room(open_runs))
    last = tick_before(rules, frontier, chosen[0]) if chosen else newest
    rows = _line_rows(rules, chosen, open_runs, None)
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
    rules: Rules, first: datetime, last: datetime, catch_up: str, room: int
) -> list[datetime]:
    limit = min(CATCHUP_TICKS[catch_up], room)
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
