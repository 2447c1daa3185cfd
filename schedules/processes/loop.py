"""The loop of a scheduler: sleep until something is due or a change wakes it, then one round.

It survives every exception of a round: it logs, backs off and continues.
"""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from types import FrameType
from uuid import UUID

from django.db import connection
from django.utils import timezone
from redis.exceptions import RedisError

from schedules.processes.chores import Chores, Recovery
from schedules.processes.clock_guard import ClockGuard
from schedules.processes.other_jobs import OtherJobs
from schedules.rq import heartbeat
from schedules.rq.messages import ALARM_PREFIX, OUTAGES, RedisAway, redis_errors
from schedules.rq.wake import WakeUp
from schedules.scheduler import SchedulerService
from schedules.services.clocks.jumps import Jumps
from schedules.services.clocks.other_clocks import leads
from schedules.services.runs.firing import fire_due
from schedules.services.runs.sweep import sweep
from workflows.execution.guard import LEASE
from workflows.execution.steps import fix_one
from workflows.kit.database_retry import DATABASE_AWAY
from workflows.kit.logs import get_logger
from workflows.kit.outages import OutageLog
from workflows.kit.service_errors import database_failure

logger = get_logger(__name__)
outages = OutageLog(logger)
# The code of the cause that rounds fail although the database and Redis are well.
FAILING = "scheduler_failing"
BACKOFF_START_SECONDS = 0.2
# After an outage, leases are judged only once the database has been reachable for the length
# of a lease. With this cap, a lost run is recorded 13 seconds after the outage.
BACKOFF_CAP_SECONDS = 1.0
SWEEP_EVERY_SECONDS = 2.0
# A sweep takes many milliseconds: it is better done right after an alarm than just before one.
SWEEP_EARLY_SECONDS = 0.5
SWEEP_LATE_SECONDS = 2.0
# The sleep if what was due in the last round still is: a row that another transaction has
# locked, or an alarm that cannot be repaired, must not cause a busy loop.
SHORTEST_SLEEP_SECONDS = 0.05
# How long before an alarm the round begins: decisions are made and written in advance, and
# only the sending waits for the tick.
AHEAD_SECONDS = 0.01


class _Stop(BaseException):
    """SIGINT or SIGTERM arrived while the loop was asleep."""


def read_clock() -> datetime:
    """The time, read here only in the scheduler."""
    return timezone.now()  # noqa: TID251 an entry point


def register(service: SchedulerService) -> None:
    """Set the alarms of all active schedules; if it fails, the sweep does it later."""
    try:
        changes = service.sync_jobs_on_startup()
    except OUTAGES as error:
        logger.warning("schedules_not_registered", error=str(error))
    else:
        logger.info("schedules_registered", **asdict(changes))


class Loop:
    """One scheduler process: it fires, sweeps and does its chores, round after round.

    `interval` is the longest sleep, in seconds. Unless `guarded`, the clock is not checked:
    `clock` may return one fixed moment, as in a benchmark.
    """

    def __init__(
        self,
        service: SchedulerService,
        *,
        interval: float,
        clock: Callable[[], datetime] = read_clock,
        guarded: bool = True,
    ) -> None:
        self._service = service
        self._clock = clock
        self._interval = interval
        self._suspects: Counter[UUID] = Counter()
        jumps = Jumps()
        self._chores = Chores(may_prune=lambda: not jumps.lately())
        self._recovery = Recovery(jumps)
        guard = ClockGuard(leads=partial(leads, clock), on_jump=jumps.note)
        self._guard = guard if guarded else None
        self._suspended_for = 0.0
        self._wake = WakeUp(service.connection)
        self._other_jobs = OtherJobs(service)
        self._name = heartbeat.process_name()
        self._stopping = False
        self._asleep = False
        self._backoff = 0.0
        self._next_sweep = 0.0
        self._looked_at = clock()
        self._next_alarm: float | None = None
        self._blind = False
        self._reported_cause = ""
        self._next_beat = 0.0
        self._seen_since = self._seen_at = time.monotonic()

    def run(self) -> None:
        """Do rounds until SIGINT or SIGTERM."""
        signal.signal(signal.SIGINT, self._stop)
        signal.signal(signal.SIGTERM, self._stop)
        logger.info("scheduler_started", name=self._name)
        try:
            while not self._stopping:
                self._sleep(self.round())
        except _Stop:
            pass
        self._shut_down()

    def round(self) -> float:
        """Fire what is due, and sweep if it is time; returns the seconds to sleep."""
        try:
            self._fire_all()
            if self._suspended_for:
                self._wait_for_clock()
                return self._suspended_for
            self._note_view()
            self._sweep_in_time()
            recovering = self._recover_some()
            self._serve_due_alarms()
            seconds = min(self._until_next_alarm(), self._until_next_sweep())
            left = self._chores.prune_meanwhile(self._clock(), seconds)
            seconds = 0.0 if recovering else left
        except RedisAway as error:
            return self._back_off(f"RedisAway: {error}")
        except DATABASE_AWAY as error:
            self._blind = True
            connection.close()
            self._beat_with_cause(database_failure(error))
            return self._back_off(f"{type(error).__name__}: {error}")
        except Exception:
            # No error may prevent the next tick.
            logger.exception("round_failed")
            if (
                self._backoff
            ):  # the second in a row: the first may be due to a single schedule
                self._beat_with_cause(FAILING)
            return self._back_off("see the traceback above")
        self._backoff = 0.0
        return seconds

    def fire(self, now: datetime) -> float | None:
        """Fire one batch, and send none of it before `now`.

        Returns the seconds to rest before the next batch; None if nothing more is due.
        """
        wait = self._sleep_until if now > self._clock() else None
        return fire_due(now, suspects=self._suspects, wait_until=wait).rest

    def sweep(self, now: datetime, seen_for: float) -> None:
        """Sweep and do the chores; the database has been reachable for `seen_for` seconds."""
        sweep(now, judge_leases=seen_for > LEASE.total_seconds())
        fix_one(now, self._chores.do)

    def _sleep_until(self, moment: datetime) -> None:
        early = (moment - self._clock()).total_seconds()
        time.sleep(max(0.0, min(early, AHEAD_SECONDS)))

    def _fire_all(self) -> None:
        while not self._stopping:
            self._suspended_for = (
                self._guard.suspended_for(self._clock()) if self._guard else 0.0
            )
            if self._suspended_for:
                return
            self._looked_at = self._due_moment()
            rest = self.fire(self._looked_at)
            if rest is None:
                return
            time.sleep(rest)
            if time.monotonic() > self._next_sweep + SWEEP_LATE_SECONDS:
                return  # with a long backlog, the sweep and the heartbeat come first

    def _wait_for_clock(self) -> None:
        """Fire and judge nothing by a clock that may be wrong, but stay alive."""
        # Leases are judged again once they have been renewed by the new clock.
        self._blind = True
        if time.monotonic() >= self._next_sweep:
            self._beat()
            self._next_sweep = time.monotonic() + self._pause()

    def _recover_some(self) -> bool:
        """After a start or a jump, withdraw ticks ahead of the clock; whether more are left."""
        if self._guard is None or not self._guard.settled:
            return False
        self._guard.settled = self._recovery.step(self._clock())
        return self._guard.settled

    def _due_moment(self) -> datetime:
        """Now, or the time of the next alarm if it is very close."""
        now = self._clock()
        ahead = (self._next_alarm or 0.0) - now.timestamp()
        if not 0 < ahead <= AHEAD_SECONDS or self._next_alarm is None:
            return now
        return datetime.fromtimestamp(self._next_alarm, UTC)

    def _note_view(self) -> None:
        """Note that the database answers, and since when without a break (outage, SIGSTOP)."""
        now = time.monotonic()
        if self._blind or now - self._seen_at > 2 * self._interval:
            self._blind = False
            self._seen_since = now
            self._next_sweep = now
        self._seen_at = now

    def _sweep_in_time(self) -> None:
        early = SWEEP_EARLY_SECONDS if self._alarm_served() else 0.0
        if time.monotonic() < self._next_sweep - early:
            return
        self.sweep(self._clock(), self._seen_at - self._seen_since)
        if self._guard:
            self._guard.compare()
        self._beat()
        self._next_sweep = time.monotonic() + self._pause()

    def _pause(self) -> float:
        return min(self._interval, SWEEP_EVERY_SECONDS)

    def _beat(self) -> None:
        with redis_errors():
            heartbeat.beat(self._service.connection, "scheduler", self._name)
        self._reported_cause = ""

    def _beat_with_cause(self, cause: str) -> None:
        """Report the cause why rounds fail; the next good round clears it."""
        now = time.monotonic()
        if cause == self._reported_cause and now < self._next_beat:
            return
        self._reported_cause, self._next_beat = cause, now + SWEEP_EVERY_SECONDS
        self._next_sweep = now
        with suppress(RedisError):
            heartbeat.beat(
                self._service.connection, "scheduler", self._name, cause=cause
            )

    def _alarm_served(self) -> bool:
        """Whether this round served an alarm: the next one is then unlikely to be close."""
        at = self._next_alarm
        return at is not None and at <= self._looked_at.timestamp()

    def _until_next_sweep(self) -> float:
        return max(0.0, self._next_sweep - time.monotonic())

    def _serve_due_alarms(self) -> None:
        """Repair alarms that are due although nothing is, and enqueue other jobs that are due."""
        now = self._clock()
        due = self._service.due_entries(now)
        others = [entry for entry in due if not entry.startswith(ALARM_PREFIX)]
        if len(others) < len(due):
            self._service.repair_alarms(now)
        with redis_errors():
            self._other_jobs.enqueue(others)

    def _until_next_alarm(self) -> float:
        at = self._service.next_alarm_at(ignoring=self._other_jobs.unreadable)
        self._next_alarm = at
        if at is None:
            return self._interval
        if at <= self._looked_at.timestamp():
            return SHORTEST_SLEEP_SECONDS
        left = at - self._clock().timestamp() - AHEAD_SECONDS
        return min(self._interval, max(0.0, left))

    def _back_off(self, error: str) -> float:
        doubled = max(2 * self._backoff, BACKOFF_START_SECONDS)
        self._backoff = min(doubled, BACKOFF_CAP_SECONDS)
        outages.warning("round_failed", error=error, retry_in=self._backoff)
        return self._backoff

    def _sleep(self, seconds: float) -> None:
        self._asleep = True
        if self._stopping:
            return
        if self._backoff:
            time.sleep(seconds)
        else:
            self._wake.wait(seconds)
        self._asleep = False

    def _stop(self, signum: int, frame: FrameType | None) -> None:
        """Finish the current round, or end the sleep at once."""
        self._stopping = True
        if self._asleep:
            raise _Stop

    def _shut_down(self) -> None:
        logger.info("scheduler_stopped", name=self._name)
        self._wake.close()
        try:
            with redis_errors():
                heartbeat.remove(self._service.connection, "scheduler", self._name)
        except RedisAway:
            pass  # the heartbeat expires after 15 seconds
        connection.close()
