"""Firing: due ticks become ledger rows, the frontiers move, the runs go to the queue.

One transaction a batch decides and writes; what follows in Redis is a hint that the sweep
can repeat. Two schedulers that fire the same tick meet at the ledger's unique constraint
and at the frontier that has moved.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Self
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction

from schedules.models import (
    OverlapPolicy,
    RunStatus,
    ScheduledJob,
    ScheduleQuerySet,
)
from schedules.policy.decide import decide
from schedules.policy.early import passing_over
from schedules.policy.overlap import is_settled
from schedules.policy.types import Decision, OpenRuns, Rules
from schedules.rq.messages import Alarm
from schedules.scheduler import get_scheduler_service
from schedules.services import transitions
from schedules.services.due import DueSchedule, locked_due, rules_of
from schedules.services.ledger import ledger
from schedules.services.ledger.early import NONE, EarlyTicks, adopt, early_ticks_of_due
from schedules.services.ledger.ledger import NewRun
from schedules.services.runs.sending import RUNS
from workflows.kit.database_retry import DATABASE_AWAY

logger = structlog.get_logger(__name__)
PASSES_BEFORE_PAUSE = 3
# After a batch SQLite's one write lock stays free for so long, or the web and the workers
# starve. The sends and the log lines of the batch count: they need no lock.
SQLITE_BREATH_SECONDS = 0.03


@dataclass(slots=True)
class Firing:
    """What one call did: schedules looked at, ledger rows written, runs to start."""

    schedules: int = 0
    rows: list[NewRun] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    # How long to rest before the next batch; None when nothing more was due.
    rest: float | None = None

    def __iadd__(self, other: Firing) -> Self:
        self.schedules += other.schedules
        self.rows += other.rows
        self.alarms += other.alarms
        return self

    @property
    def runs(self) -> list[NewRun]:
        return [row for row in self.rows if row.status == RunStatus.PENDING]


_FIRED = {RunStatus.PENDING, RunStatus.WAITING}
# Schedules that failed to fire, and in how many passes.
Suspects = Counter[UUID]


def fire_due(
    now: datetime,
    *,
    schedule_id: UUID | None = None,
    suspects: Suspects | None = None,
    hold: Callable[[datetime], None] | None = None,
) -> Firing:
    """Fire what is due at `now`: one batch, or the one schedule.

    `hold` says that `now` lies a moment ahead. What cannot come out otherwise at `now` is
    decided and written at once, and `hold(now)` waits for it before anything is sent, so
    that no run starts before its time; the rest is left for a call that is on time.

    Call again after `rest` while that is not None. Raises only when the database is away;
    a schedule that cannot be fired is kept in `suspects`, tried alone in the next passes,
    and after three of them paused with the reason.
    """
    suspects = Counter() if suspects is None else suspects
    due = ScheduledJob.objects.due(now)
    if schedule_id is not None:
        due = due.filter(pk=schedule_id)
    known = list(suspects)  # one found in this pass is tried again in the next
    batch = due.exclude(pk__in=known) if known else due
    if hold is None:
        firing = _fire_batch(batch, suspects, now=now)
        for suspect in known:
            firing += _fire_alone(suspect, suspects, now=now)
    else:
        firing = _fire_ahead(batch, now=now)
        hold(now)
    if firing.schedules:
        _send(firing, now=now)
    return firing


def _send(firing: Firing, *, now: datetime) -> None:
    unlocked = time.monotonic()
    runs = RUNS.messages(firing.runs)
    move_alarms = partial(get_scheduler_service().move_alarms, alarms=firing.alarms)
    sent = RUNS.enqueue(runs, now=now, also=move_alarms)
    _log(firing)
    if firing.schedules >= settings.FIRE_BATCH_SIZE:
        firing.rest = _rest(time.monotonic() - unlocked)
    if sent:
        RUNS.mark_sent(runs, now=now)


def _rest(unlocked_for: float) -> float:
    """What is missing of the pause that other writers need, if there is but one lock."""
    if connection.vendor != "sqlite":
        return 0.0
    return max(0.0, SQLITE_BREATH_SECONDS - unlocked_for)


def _log(firing: Firing) -> None:
    if not logger.isEnabledFor(logging.INFO):
        return
    for row in firing.rows:
        logger.info(
            "tick_fired" if row.status in _FIRED else "tick_not_fired",
            schedule=str(row.schedule_id),
            tick=row.scheduled_for.isoformat(),
            run=str(row.id),
            status=row.status,
            **_what_is_special(row),
        )


def _what_is_special(row: NewRun) -> dict[str, str | int]:
    special: dict[str, str | int] = {"reason": row.reason} if row.reason else {}
    return special | {"ticks": row.tick_count} if row.tick_count > 1 else special


def _fire_ahead(due: ScheduleQuerySet, *, now: datetime) -> Firing:
    """What comes out the same a moment before `now`; the rest is for the next call."""
    try:
        return _fire(due, limit=settings.FIRE_BATCH_SIZE, now=now, ahead=True)
    except DATABASE_AWAY:
        raise
    except Exception:
        # On time each is tried alone, and the one that is to blame is found.
        logger.warning("batch_failed", exc_info=True)
        return Firing(rest=0.0)


def _fire_batch(due: ScheduleQuerySet, suspects: Suspects, *, now: datetime) -> Firing:
    try:
        return _fire(due, limit=settings.FIRE_BATCH_SIZE, now=now)
    except DATABASE_AWAY:
        raise
    except Exception:
        # One poisoned row must not stop the clock of the others: find it.
        logger.warning("batch_failed", exc_info=True)
    ids = due.values_list("pk", flat=True)[: settings.FIRE_BATCH_SIZE]
    firing = Firing()
    for schedule_id in ids:
        firing += _fire_alone(schedule_id, suspects, now=now)
    return firing


def _fire_alone(schedule_id: UUID, suspects: Suspects, *, now: datetime) -> Firing:
    due = ScheduledJob.objects.due(now).filter(pk=schedule_id)
    try:
        firing = _fire(due, limit=1, now=now)
    except DATABASE_AWAY:
        raise
    except Exception as error:
        suspects[schedule_id] += 1
        logger.exception("schedule_set_aside", schedule=str(schedule_id))
        if suspects[schedule_id] >= PASSES_BEFORE_PAUSE:
            transitions.set_aside(schedule_id, error, now=now)
            del suspects[schedule_id]
        return Firing()
    suspects.pop(schedule_id, None)
    return firing


def _fire(
    due: ScheduleQuerySet, *, limit: int, now: datetime, ahead: bool = False
) -> Firing:
    """One transaction: lock, decide, write the ledger, move the frontiers.

    `ahead`: a schedule is left if a run that ends before `now` would change what comes out.
    """
    with transaction.atomic():
        found = locked_due(due, limit)
        if not found:
            return Firing()
        open_runs = ledger.open_runs(
            [schedule.id for schedule in found if _may_overlap(schedule)]
        )
        early = early_ticks_of_due(found)
        decided = []
        for schedule in found:
            rules = rules_of(schedule)
            runs = open_runs.get(schedule.id, ledger.NOTHING_OPEN)
            if not ahead or is_settled(rules, runs):
                known = early.get(schedule.id, NONE)
                decided.append(
                    (schedule, _decide(schedule, rules, runs, known, now=now))
                )
        firing = _write(decided, now=now)
        firing.rest = 0.0 if len(decided) < len(found) else None
        return firing


def _may_overlap(schedule: DueSchedule) -> bool:
    """Whether it matters how many runs of the schedule are open."""
    return schedule.overlap_policy != OverlapPolicy.ALLOW or schedule.max_open_runs > 0


def _decide(
    schedule: DueSchedule,
    rules: Rules,
    open_runs: OpenRuns,
    early: EarlyTicks,
    *,
    now: datetime,
) -> Decision:
    decision = decide(rules, schedule.next_tick_at, open_runs, now=now)
    if not early:
        return decision
    adopt(schedule, rules, early, before=decision.frontier)
    return passing_over(rules, decision, early)


def _write(decided: list[tuple[DueSchedule, Decision]], *, now: datetime) -> Firing:
    ledger.cancel_open(
        [schedule.id for schedule, decision in decided if decision.replaces], now=now
    )
    rows = ledger.write_rows(
        ((schedule, row) for schedule, decision in decided for row in decision.rows),
        now=now,
    )
    return Firing(len(decided), rows, transitions.advance(decided, now=now))
