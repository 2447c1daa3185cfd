"""Firing: due ticks become ledger rows, the frontiers move, the runs go to the queue.

One transaction a batch decides and writes. The writes to Redis that follow are hints, which
the sweep can repeat: the rows are inserted as sent, since a second write of each would cost
more than all else, and those that are not in the queue after 3 s are sent again. If two schedulers fire the same tick, the ledger's unique constraint
and the moved frontier stop the second one.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Self
from uuid import UUID

from django.db import connection, transaction

from schedules.models import RunStatus
from schedules.rq.messages import Alarm
from schedules.scheduler import get_scheduler_service
from schedules.services import transitions
from schedules.services.due import Due
from schedules.services.ledger import ledger
from schedules.services.ledger.ledger import NewRun
from schedules.services.ledger.new_ids import make_spare_ids
from schedules.services.runs.deciding import Decided, Deciding
from schedules.services.runs.sending import RUNS
from workflows.kit.conf import conf
from workflows.kit.database_retry import DATABASE_AWAY
from workflows.kit.logs import LogBatch, get_logger
from workflows.kit.texts import id_text, time_text

logger = get_logger(__name__)
PASSES_BEFORE_PAUSE = 3
# After a batch, SQLite's write lock stays free for this long, or the web and the workers
# starve. The time of sending and logging counts: both need no lock.
SQLITE_REST_SECONDS = 0.03


@dataclass(slots=True)
class Firing:
    """The result of one call: how many schedules fired, the ledger rows, the alarms."""

    schedules: int = 0
    rows: list[NewRun] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    # Seconds to rest before the next batch; None when nothing more was due.
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
# The schedules that could not be fired, and in how many passes so far.
Suspects = Counter[UUID]


def fire_due(
    now: datetime,
    *,
    schedule_id: UUID | None = None,
    suspects: Suspects | None = None,
    wait_until: Callable[[datetime], None] | None = None,
) -> Firing:
    """Fire what is due at `now`: one batch, or only the given schedule.

    `wait_until` is given if `now` is a moment ahead. Then only schedules whose decision can
    no longer change until `now` are decided and written, and `wait_until(now)` is called
    before any run is sent, so that none starts early. The others wait for the next call.

    Call again after `rest` seconds while that is not None. Raises only if the database is
    unavailable. A schedule that cannot be fired is added to `suspects`, tried alone in the
    next passes, and paused with the reason after three of them.
    """
    suspects = Counter() if suspects is None else suspects
    known = list(suspects)  # those found in this pass are tried again in the next
    batch = Due(now, known, schedule_id)
    if wait_until is None:
        firing = _fire_batch(batch, suspects, now=now)
        for suspect in known:
            firing += _fire_alone(suspect, suspects, now=now)
    else:
        firing = _fire_ahead(batch, now=now)
        wait_until(now)
    if firing.schedules:
        _send(firing, now=now)
    return firing


def _send(firing: Firing, *, now: datetime) -> None:
    unlocked = time.monotonic()
    runs = RUNS.messages(firing.runs)
    move_alarms = partial(get_scheduler_service().move_alarms, alarms=firing.alarms)
    sent = RUNS.enqueue(runs, now=now, also=move_alarms)
    _log(firing)
    if firing.schedules >= conf.FIRE_BATCH_SIZE:
        make_spare_ids(conf.FIRE_BATCH_SIZE)
        firing.rest = _rest(time.monotonic() - unlocked)
    if not sent:
        RUNS.mark_unsent(runs)


def _rest(unlocked_for: float) -> float:
    """The remaining seconds of the pause that other writers need: on SQLite only."""
    if connection.vendor != "sqlite":
        return 0.0
    return max(0.0, SQLITE_REST_SECONDS - unlocked_for)


def _log(firing: Firing) -> None:
    log = LogBatch(__name__)
    if not log.is_written():
        return
    for row in firing.rows:
        log.info(
            "tick_fired" if row.status in _FIRED else "tick_not_fired",
            schedule=id_text(row.schedule_id),
            tick=time_text(row.scheduled_for),
            run=id_text(row.id),
            status=row.status,
            **_details(row),
        )
    log.write()


def _details(row: NewRun) -> dict[str, str]:
    details = {"reason": row.reason} if row.reason else {}
    return details | {"ticks": str(row.tick_count)} if row.tick_count > 1 else details


def _fire_ahead(due: Due, *, now: datetime) -> Firing:
    """Fire a moment before `now` what cannot change until then."""
    try:
        return _fire(due, limit=conf.FIRE_BATCH_SIZE, now=now, ahead=True)
    except DATABASE_AWAY:
        raise
    except Exception:
        # The next call, on time, tries each schedule alone and finds the cause.
        logger.warning("batch_failed", exc_info=True)
        return Firing(rest=0.0)


def _fire_batch(due: Due, suspects: Suspects, *, now: datetime) -> Firing:
    try:
        return _fire(due, limit=conf.FIRE_BATCH_SIZE, now=now)
    except DATABASE_AWAY:
        raise
    except Exception:
        # One poisoned row must not keep the others from firing: find it.
        logger.warning("batch_failed", exc_info=True)
    firing = Firing()
    for schedule_id in due.ids(conf.FIRE_BATCH_SIZE):
        firing += _fire_alone(schedule_id, suspects, now=now)
    return firing


def _fire_alone(schedule_id: UUID, suspects: Suspects, *, now: datetime) -> Firing:
    try:
        firing = _fire(Due(now, only=schedule_id), limit=1, now=now)
    except DATABASE_AWAY:
        raise
    except Exception as error:
        suspects[schedule_id] += 1
        logger.exception("schedule_set_aside", schedule=str(schedule_id))
        if suspects[schedule_id] >= PASSES_BEFORE_PAUSE:
            _set_aside(schedule_id, error, suspects, now=now)
        return Firing()
    suspects.pop(schedule_id, None)
    return firing


def _set_aside(
    schedule_id: UUID, error: Exception, suspects: Suspects, *, now: datetime
) -> None:
    """Pause a schedule that cannot be fired. If that fails, too, it stays a suspect, and
    keeps no other schedule from firing."""
    try:
        transitions.set_aside(schedule_id, error, now=now)
    except DATABASE_AWAY:
        raise
    except Exception:
        logger.exception("schedule_not_paused", schedule=str(schedule_id))
    else:
        del suspects[schedule_id]


def _fire(due: Due, *, limit: int, now: datetime, ahead: bool = False) -> Firing:
    """One transaction: lock, decide, write the ledger, move the frontiers.

    `ahead`: leaves out schedules whose decision would change if a run ended before `now`.
    """
    with transaction.atomic():
        found = due.locked(limit)
        if not found:
            return Firing()
        decided = list(Deciding(found, now=now, ahead=ahead))
        firing = _write(decided, now=now)
        firing.rest = 0.0 if len(decided) < len(found) else None
        return firing


def _write(decided: list[Decided], *, now: datetime) -> Firing:
    ledger.cancel_open(
        [schedule.id for schedule, decision in decided if decision.replaces], now=now
    )
    rows = ledger.write_rows(
        ((schedule, row) for schedule, decision in decided for row in decision.rows),
        now=now,
        sent_at=now,
    )
    return Firing(len(decided), rows, transitions.advance(decided, now=now))
