"""The rq-scheduler adapter: alarms in its sorted set, jobs in its queue.

Only this module, `jobs.py`, `loop.py`, the worker class and `workflows.execution` know RQ.
Redis contains hints only: all of them may be lost, and the sweep writes them again.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TypeVar

from django.db.models import TextField
from django.db.models.functions import Cast
from redis import Redis
from redis.exceptions import ResponseError
from rq.job import JobStatus
from rq.utils import utcformat
from rq_scheduler import Scheduler

from schedules.models import ScheduledJob, ScheduleQuerySet, Status
from schedules.rq import trial_write
from schedules.rq.messages import (
    ALARM_PREFIX,
    ENTRY_POINT,
    Alarm,
    AlarmChanges,
    redis_errors,
)
from schedules.rq.wake import WAKE_CHANNEL
from workflows.execution.job_hashes import JobTemplate, key
from workflows.execution.queue import connection, job_class, queue_name

LIFE_KEY = "ostinato:life"
JUMP_KEY = "ostinato:clock-jumped"
WITNESS_SECONDS = 3_600
BATCH = 1_000
T = TypeVar("T")


class SchedulerService(Scheduler):
    """Sets and cancels alarms; it decides nothing by the clock.

    All methods raise `RedisAway` if Redis cannot be reached.
    """

    def __init__(self, redis: Redis) -> None:
        super().__init__(
            queue_name(), connection=redis, job_class=job_class(), interval=5
        )
        self._alarm_template = JobTemplate(
            self.connection,
            ENTRY_POINT,
            status=JobStatus.SCHEDULED,
            result_ttl=-1,
            failure_ttl=-1,
        )

    def schedule_job(self, job: ScheduledJob) -> str:
        """Set the alarm of an active schedule and wake the schedulers; returns the RQ job id."""
        with redis_errors():
            self.set_alarms([Alarm(job.rq_job_id, job.next_run_at)])
            self.wake_schedulers()
        return job.rq_job_id

    def wake_schedulers(self) -> None:
        """Make every scheduler check now what is due next."""
        with redis_errors():
            self.connection.publish(WAKE_CHANNEL, b"")

    def cancel_job(self, rq_job_id: str) -> None:
        """Remove an alarm and its job hash, if they exist."""
        with redis_errors():
            self._remove([rq_job_id])

    def set_alarms(self, alarms: Sequence[Alarm]) -> None:
        """Write alarms with their job hashes, in batches."""
        with redis_errors():
            for batch in _batches([alarm for alarm in alarms if alarm.at]):
                pipe = self.connection.pipeline(transaction=False)
                created = utcformat(datetime.now(UTC))  # noqa: TID251 a field of RQ's, for people
                jobs = [(alarm.rq_job_id, [alarm.schedule_id]) for alarm in batch]
                self._alarm_template.write(pipe, jobs, created_at=created)
                pipe.zadd(self.scheduled_jobs_key, _scores(batch))
                pipe.execute()

    def change_alarms(self, alarms: Sequence[Alarm]) -> None:
        """Set the alarms that have a time, remove the others, and wake the schedulers."""
        with redis_errors():
            self.set_alarms(alarms)
            self._remove([alarm.rq_job_id for alarm in alarms if alarm.at is None])
            self.wake_schedulers()

    def move_alarms(self, pipe: Redis, alarms: Sequence[Alarm]) -> None:
        """Add to `pipe` the new times of alarms whose job hashes exist already.

        The sweep restores lost hashes.
        """
        scores = _scores(alarms)
        ended = [alarm.rq_job_id for alarm in alarms if alarm.at is None]
        if scores:
            pipe.zadd(self.scheduled_jobs_key, scores)
        if ended:
            pipe.zrem(self.scheduled_jobs_key, *ended)
            pipe.delete(*map(key, ended))

    def sync_jobs_on_startup(self) -> AlarmChanges:
        """Set the missing alarms of all active schedules, and remove those of no schedule."""
        with redis_errors():
            # Redis first: the alarm of a schedule created meanwhile is then set again, not removed.
            found = self._alarms("+inf")
        return self._repair(found, _wanted(_active()))

    def repair_alarms(self, until: datetime) -> AlarmChanges:
        """The same for the alarms due before `until`; the cost grows with their number only."""
        with redis_errors():
            found = self._alarms(until.timestamp())
        wanted = _wanted(_active().filter(next_run_at__lte=until))
        unknown = [rq_job_id for rq_job_id in found if rq_job_id not in wanted]
        wanted |= _wanted(_active().filter(rq_job_id__in=unknown))
        return self._repair(found, wanted)

    def alarms_out_of_sync(self) -> tuple[int, int]:
        """The number of alarms that are missing or wrong, and of those without a schedule."""
        with redis_errors():
            found = self._alarms("+inf")
        wanted = _wanted(_active())
        wrong = sum(found.get(rq_job_id) != at for rq_job_id, at in wanted.items())
        return wrong, len(found.keys() - wanted.keys())

    def _repair(
        self, found: Mapping[str, float], wanted: Mapping[str, float]
    ) -> AlarmChanges:
        stale = [rq_job_id for rq_job_id in found if rq_job_id not in wanted]
        wrong = [
            Alarm(rq_job_id, datetime.fromtimestamp(at, UTC))
            for rq_job_id, at in wanted.items()
            if found.get(rq_job_id) != at
        ]
        with redis_errors():
            self._remove(stale)
        self.set_alarms(wrong)
        return AlarmChanges(set=len(wrong), removed=len(stale))

    def _alarms(self, until: float | str) -> dict[str, float]:
        """The alarms of this site up to a Unix time, with their times as scores."""
        entries = self.connection.zrangebyscore(
            self.scheduled_jobs_key, "-inf", until, withscores=True
        )
        prefix = ALARM_PREFIX.encode()
        return {
            member.decode(): score
            for member, score in entries
            if member.startswith(prefix)
        }

    def _remove(self, rq_job_ids: Sequence[str]) -> None:
        for batch in _batches(rq_job_ids):
            pipe = self.connection.pipeline(transaction=False)
            pipe.zrem(self.scheduled_jobs_key, *batch)
            pipe.delete(*map(key, batch))
            pipe.execute()

    def next_alarm_at(self, ignoring: Collection[str] = ()) -> float | None:
        """The Unix time of the earliest alarm or other job, except those of `ignoring`."""
        with redis_errors():
            first = self.connection.zrange(
                self.scheduled_jobs_key, 0, len(ignoring), withscores=True
            )
        scores = (at for entry, at in first if entry.decode() not in ignoring)
        return next(scores, None)

    def due_entries(self, now: datetime) -> list[str]:
        """The ids of the alarms and the other jobs that are due at `now`."""
        with redis_errors():
            members = self.connection.zrangebyscore(
                self.scheduled_jobs_key, "-inf", now.timestamp(), start=0, num=BATCH
            )
        return [member.decode() for member in members]

    def stock_scheduler_works(self) -> bool:
        """Whether rq-scheduler's own loop is registered in this Redis; ours never registers."""
        with redis_errors():
            prefix = f"{self.redis_scheduler_namespace_prefix}*"
            return any(self.connection.scan_iter(prefix, count=BATCH))

    def was_flushed(self) -> bool:
        """Whether this Redis has lost the mark of `mark_alive`."""
        with redis_errors():
            return not self.connection.exists(LIFE_KEY)

    def check_writable(self) -> None:
        """Raise `RedisAway` if Redis refuses to write, before many writes are attempted."""
        with redis_errors():
            self.connection.set(trial_write.KEY, b"", ex=trial_write.KEPT_SECONDS)

    def witness(self) -> str:
        """Set a new key, which is lost if this Redis is flushed or replaced; returns its name."""
        name = f"{LIFE_KEY}:{secrets.token_hex(8)}"
        with redis_errors():
            self.connection.set(name, b"", ex=WITNESS_SECONDS)
        return name

    def mark_jump(self, for_: timedelta) -> None:
        """Record for the time `for_` that a clock has jumped."""
        with redis_errors():
            self.connection.set(JUMP_KEY, b"", ex=for_)

    def has_jumped(self) -> bool:
        """Whether a jump was recorded by `mark_jump` and its time has not passed."""
        with redis_errors():
            return bool(self.connection.exists(JUMP_KEY))

    def mark_alive(self, witness: str | None = None) -> None:
        """Mark this Redis as complete.

        Without effect if the key `witness` is lost: Redis was flushed again meanwhile.
        """
        name = witness or self.witness()
        with redis_errors(), suppress(ResponseError):
            self.connection.rename(name, LIFE_KEY)
            self.connection.persist(LIFE_KEY)


def _scores(alarms: Iterable[Alarm]) -> dict[str, float]:
    return {alarm.rq_job_id: alarm.at.timestamp() for alarm in alarms if alarm.at}


def _active() -> ScheduleQuerySet:
    # Manual schedules have no next run, so no alarm.
    active = ScheduledJob.objects.filter(status=Status.ACTIVE)
    return active.exclude(next_run_at=None).order_by()


def _wanted(schedules: ScheduleQuerySet) -> dict[str, float]:
    """The alarms that these active schedules should have."""
    # As text: Django's conversion of SQLite's text takes half the time of a warm start.
    rows = schedules.values_list("rq_job_id", Cast("next_run_at", TextField()))
    return {
        rq_job_id: datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp()
        for rq_job_id, at in rows.iterator(10_000)
    }


def _batches(items: Sequence[T]) -> Iterable[Sequence[T]]:
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


@lru_cache(maxsize=4)
def _service(redis: Redis, queue: str) -> SchedulerService:
    return SchedulerService(redis)


def get_scheduler_service() -> SchedulerService:
    """The service of this process for the Redis of the settings."""
    return _service(connection(), queue_name())
