"""The scheduler's loop: sleep until something is due or a verb wakes it, then one round.

It survives whatever a round raises: it logs, backs off, and goes on. It is handed what to
do each round and knows none of the services behind it.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from types import FrameType

import structlog
from django.db import connection
from redis.exceptions import RedisError

from schedules.processes.clock_guard import ClockGuard
from schedules.processes.other_jobs import ForeignJobs
from schedules.rq import heartbeat
from schedules.rq.messages import ALARM_PREFIX, RedisAway, redis_errors
from schedules.rq.wake import WakeUp
from schedules.scheduler import SchedulerService
from workflows.kit.database_retry import DATABASE_AWAY
from workflows.kit.outages import OutageLog
from workflows.kit.service_errors import database_trouble

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


class Loop:
    """One scheduler process.

    `fire(now)` fires one batch, sends none of it before `now`, and returns how many
    seconds to rest before the next, None if nothing more is due; `sweep(now, seen_for)`
    mends, knowing for how many seconds the database was seen without a break. `guard`
    holds both while the clock cannot be trusted; `recover(now)` puts some of what a wrong
    clock has left right, and says whether there is more.
    """

    def __init__(
        self,
        service: SchedulerService,
        *,
        fire: Callable[[datetime], float | None],
        sweep: Callable[[datetime, float], object],
        clock: Callable[[], datetime],
        interval: float,
        guard: ClockGuard | None = None,
        recover: Callable[[datetime], bool] = lambda now: False,
    ) -> None:
        self._service = service
        self._fire = fire
        self._sweep = sweep
        self._clock = clock
        self._interval = interval
        self._guard = guard
        self._recover = recover
        self._hold = 0.0
        self._wake = WakeUp(service.connection)
        self._foreign = ForeignJobs(service)
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
            self._beat_in_trouble(database_trouble(error))
            return self._back_off(f"{type(error).__name__}: {error}")
        except Exception:
            # Whatever it was, the next tick must not suffer from it.
            logger.exception("round_failed")
            if self._backoff:  # not at the first: that may have been a single row
                self._beat_in_trouble(FAILING)
            return self._back_off("see above")
        self._backoff = 0.0
        return seconds

    def _fire_all(self) -> None:
        while not self._stopping:
            self._hold = self._guard.hold(self._clock()) if self._guard else 0.0
            if self._hold:
                return
            self._looked_at = self._due_moment()
            rest = self._fire(self._looked_at)
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
        self._guard.settled = self._recover(self._clock())
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
        self._sweep(self._clock(), self._seen_at - self._seen_since)
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
                self._service.connection, "scheduler", self._name, trouble=trouble
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
            self._service.mend_alarms(now)
        with redis_errors():
            self._foreign.enqueue(foreign)

    def _until_next_alarm(self) -> float:
        at = self._service.next_alarm_at(ignoring=self._foreign.unreadable)
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
