"""The scheduler's loop: sleep until something is due or a verb wakes it, then one round.

It survives whatever a round raises: it logs, backs off, and goes on.
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

import structlog
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
from workflows.execution.steps import mend_one
from workflows.kit.database_retry import DATABASE_AWAY
from workflows.kit.outages import OutageLog
from workflows.kit.service_errors import database_failure

logger = structlog.get_logger(__name__)
outages = OutageLog(logger)
# The code of the cause: its rounds fail, and neither database nor Redis is to blame.
FAILING = "scheduler_failing"
BACKOFF_START_SECONDS = 0.2
# After an outage a lease is judged at the earliest once the database has been in view for
# as long as a lease: with this, a lost run is on record 15 seconds after the outage.
BACKOFF_CAP_SECONDS = 1.0
SWEEP_EVERY_SECONDS = 4.0
# A sweep takes many milliseconds: rather right after an alarm than on the eve of the next.
SWEEP_EARLY_SECONDS = 1.5
SWEEP_LATE_SECONDS = 2.0
# What was due at the last look and still is sleeps this long: a due row that a lock hides,
# or an alarm that cannot be put right, must not become a busy loop.
SHORTEST_SLEEP_SECONDS = 0.05
# So long before an alarm the loop begins: what is due then is decided and written while
# there is time, and only the sending, which waits for the tick, makes it late.
AHEAD_SECONDS = 0.01


class _Stop(BaseException):
    """SIGINT or SIGTERM came while the loop was asleep."""


def read_clock() -> datetime:
    """The one place where the scheduler reads the clock."""
    return timezone.now()  # noqa: TID251 an entry point


def register(service: SchedulerService) -> None:
    """Set the alarms of all active schedules, by difference; the sweep repeats it."""
    try:
        mended = service.sync_jobs_on_startup()
    except OUTAGES as error:
        logger.warning("schedules_not_registered", error=str(error))
    else:
        logger.info("schedules_registered", **asdict(mended))


class Loop:
    """One scheduler process: it fires, sweeps and does its chores, round after round.

    `interval` is in seconds. Not `guarded`: `clock` is no clock but one moment, as in a
    benchmark, and nothing watches whether it can be trusted.
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
        self._hold = 0.0
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
        self._trouble = ""
        self._next_beat = 0.0
        self._seen_since = self._seen_at = time.monotonic()

    def run(self) -> None:
        """Go round until SIGINT or SIGTERM."""
        signal.signal(signal.SIGINT, self._stop)
        signal.signal(signal.SIGTERM, self._stop)
        logger.info("scheduler_started", name=self._name)
        try:
            while not self._stopping:
                self._sleep(self.round())
        except _Stop:
            pass
        self._farewell()

    def round(self) -> float:
        """Fire what is due, and sweep if it is time; returns how long to sleep."""
        try:
            self._fire_all()
            if self._hold:
                self._wait_for_clock()
                return self._hold
            self._note_view()
            self._sweep_in_time()
            recovering = self._recover_some()
            self._tend_due_alarms()
            seconds = min(self._until_next_alarm(), self._until_next_sweep())
            seconds = 0.0 if recovering else seconds
        except RedisAway as error:
            return self._back_off(f"RedisAway: {error}")
        except DATABASE_AWAY as error:
            self._blind = True
            connection.close()
            self._beat_in_trouble(database_failure(error))
            return self._back_off(f"{type(error).__name__}: {error}")
        except Exception:
            # Whatever it was, the next tick must not suffer from it.
            logger.exception("round_failed")
            if self._backoff:  # not at the first: that may have been a single row
                self._beat_in_trouble(FAILING)
            return self._back_off("see above")
        self._backoff = 0.0
        return seconds

    def fire(self, now: datetime) -> float | None:
        """Fire one batch, and send none of it before `now`; returns how many seconds to
        rest before the next, None if nothing more is due."""
        hold = self._hold_until if now > self._clock() else None
        return fire_due(now, suspects=self._suspects, hold=hold).rest

    def sweep(self, now: datetime, seen_for: float) -> None:
        """Mend, knowing for how many seconds the database was seen without a break."""
        sweep(now, judge_leases=seen_for > LEASE.total_seconds())
        mend_one(now, self._chores.do)

    def _hold_until(self, moment: datetime) -> None:
        early = (moment - self._clock()).total_seconds()
        time.sleep(max(0.0, min(early, AHEAD_SECONDS)))

    def _fire_all(self) -> None:
        while not self._stopping:
            self._hold = self._guard.hold(self._clock()) if self._guard else 0.0
            if self._hold:
                return
            self._looked_at = self._due_moment()
            rest = self.fire(self._looked_at)
            if rest is None:
                return
            time.sleep(rest)
            if time.monotonic() > self._next_sweep + SWEEP_LATE_SECONDS:
                return  # with much to catch up, the sweep and the heartbeat come first

    def _wait_for_clock(self) -> None:
        """Nothing is fired or judged by a clock that may be wrong; but we are alive."""
        self._blind = (
            True  # leases are judged by the new clock once they are renewed by it
        )
        if time.monotonic() >= self._next_sweep:
            self._beat()
            self._next_sweep = time.monotonic() + self._pause()

    def _recover_some(self) -> bool:
        """After a jump, and at the start: is the ledger ahead of the clock?"""
        if self._guard is None or not self._guard.settled:
            return False
        self._guard.settled = self._recovery.go_on(self._clock())
        return self._guard.settled

    def _due_moment(self) -> datetime:
        """Now; or the next alarm's time, if it is that close."""
        now = self._clock()
        ahead = (self._next_alarm or 0.0) - now.timestamp()
        if not 0 < ahead <= AHEAD_SECONDS or self._next_alarm is None:
            return now
        return datetime.fromtimestamp(self._next_alarm, UTC)

    def _note_view(self) -> None:
        """The database answered. After a pause (an outage, a SIGSTOP) the view is new."""
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
        self._trouble = ""

    def _beat_in_trouble(self, trouble: str) -> None:
        """Alive, but without the rounds that say so; a good round takes it back."""
        now = time.monotonic()
        if trouble == self._trouble and now < self._next_beat:
            return
        self._trouble, self._next_beat = trouble, now + SWEEP_EVERY_SECONDS
        self._next_sweep = now
        with suppress(RedisError):
            heartbeat.beat(
                self._service.connection, "scheduler", self._name, cause=trouble
            )

    def _alarm_served(self) -> bool:
        """Whether this round was for an alarm, so that the next one is hardly at once."""
        at = self._next_alarm
        return at is not None and at <= self._looked_at.timestamp()

    def _until_next_sweep(self) -> float:
        return max(0.0, self._next_sweep - time.monotonic())

    def _tend_due_alarms(self) -> None:
        """Alarms that are due although nothing is: put right, removed, or a site's own."""
        now = self._clock()
        due = self._service.due_entries(now)
        foreign = [entry for entry in due if not entry.startswith(ALARM_PREFIX)]
        if len(foreign) < len(due):
            self._service.repair_alarms(now)
        with redis_errors():
            self._other_jobs.enqueue(foreign)

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
        """In the middle of a round the round is finished; a sleep ends at once."""
        self._stopping = True
        if self._asleep:
            raise _Stop

    def _farewell(self) -> None:
        logger.info("scheduler_stopped", name=self._name)
        self._wake.close()
        try:
            with redis_errors():
                heartbeat.farewell(self._service.connection, "scheduler", self._name)
        except RedisAway:
            pass  # it forgets us in a quarter of a minute
        connection.close()
