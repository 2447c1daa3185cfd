"""The rq-scheduler adapter: alarms in its sorted set, jobs in its queue.

With `jobs.py`, `loop.py`, the worker class and `workflows.execution`, the only code that
knows RQ. Redis holds hints: everything here can be lost and is written again by the sweep.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TypeVar

from django.conf import settings
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
from workflows.execution.queue import QUEUE_NAME, JSONJob, connection

LIFE_KEY = "ostinato:life"
JUMP_KEY = "ostinato:clock-jumped"
WITNESS_SECONDS = 3_600
BATCH = 1_000
T = TypeVar("T")


class SchedulerService(Scheduler):
    """Sets and cancels alarms. Never reads the clock for a decision.

    All methods raise `RedisAway` when Redis cannot be reached.
    """

    def __init__(self, redis: Redis) -> None:
        super().__init__(QUEUE_NAME, connection=redis, job_class=JSONJob, interval=5)
        self._alarm_template = JobTemplate(
            self.connection,
            ENTRY_POINT,
            status=JobStatus.SCHEDULED,
            result_ttl=-1,
            failure_ttl=-1,
            origin=QUEUE_NAME,
        )

    def schedule_job(self, job: ScheduledJob) -> str:
        """Set the alarm of an active schedule, and wake the schedulers; its RQ job id."""
        with redis_errors():
            self.set_alarms([Alarm(job.rq_job_id, job.next_run_at)])
            self.wake_schedulers()
        return job.rq_job_id

    def wake_schedulers(self) -> None:
        """Let every scheduler look at what is due next, now."""
        with redis_errors():
            self.connection.publish(WAKE_CHANNEL, b"")

    def cancel_job(self, rq_job_id: str) -> None:
        """Remove an alarm and its hash. One that is not there is no error."""
        with redis_errors():
            self._remove([rq_job_id])

    def set_alarms(self, alarms: Sequence[Alarm]) -> None:
        """Write alarms with their hashes, in batches."""
        with redis_errors():
            for batch in _batches([alarm for alarm in alarms if alarm.at]):
                pipe = self.connection.pipeline(transaction=False)
                created = utcformat(datetime.now(UTC))  # noqa: TID251 RQ's own field, for people to look at
                jobs = [(alarm.rq_job_id, [alarm.schedule_id]) for alarm in batch]
                self._alarm_template.write(pipe, jobs, created_at=created)
                pipe.zadd(self.scheduled_jobs_key, _scores(batch))
                pipe.execute()

    def move_alarms(self, pipe: Redis, alarms: Sequence[Alarm]) -> None:
        """Add to `pipe` the new times of alarms whose hashes exist already.

        A lost hash is written again by the sweep.
        """
        scores = _scores(alarms)
        over = [alarm.rq_job_id for alarm in alarms if alarm.at is None]
        if scores:
            pipe.zadd(self.scheduled_jobs_key, scores)
        if over:
            pipe.zrem(self.scheduled_jobs_key, *over)
            pipe.delete(*map(key, over))

    def sync_jobs_on_startup(self) -> AlarmChanges:
        """Make the alarms those of the active schedules: all of them, by difference."""
        with redis_errors():
            # Redis first: a schedule made in between is then set once more, not removed.
            found = self._alarms("+inf")
        return self._mend(found, _wanted(_active()))

    def repair_alarms(self, until: datetime) -> AlarmChanges:
        """The same for the alarms that are due before `until`, at the cost of those."""
        with redis_errors():
            found = self._alarms(until.timestamp())
        wanted = _wanted(_active().filter(next_run_at__lte=until))
        strange = [rq_job_id for rq_job_id in found if rq_job_id not in wanted]
        wanted |= _wanted(_active().filter(rq_job_id__in=strange))
        return self._mend(found, wanted)

    def alarms_out_of_sync(self) -> tuple[int, int]:
        """How many alarms are missing or wrong, and how many have no active schedule."""
        with redis_errors():
            found = self._alarms("+inf")
        wanted = _wanted(_active())
        wrong = sum(found.get(rq_job_id) != at for rq_job_id, at in wanted.items())
        return wrong, len(found.keys() - wanted.keys())

    def _mend(
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
        """The alarms of ours up to a Unix time, and their scores."""
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
        """The Unix time of the earliest entry, ours or a site's own, but `ignoring`."""
        with redis_errors():
            first = self.connection.zrange(
                self.scheduled_jobs_key, 0, len(ignoring), withscores=True
            )
        scores = (at for entry, at in first if entry.decode() not in ignoring)
        return next(scores, None)

    def due_entries(self, now: datetime) -> list[str]:
        """The ids of the entries that are due, ours and a site's own."""
        with redis_errors():
            members = self.connection.zrangebyscore(
                self.scheduled_jobs_key, "-inf", now.timestamp(), start=0, num=BATCH
            )
        return [member.decode() for member in members]

    def stock_scheduler_works(self) -> bool:
        """Whether rq-scheduler's own loop is registered here; ours never registers."""
        with redis_errors():
            prefix = f"{self.redis_scheduler_namespace_prefix}*"
            return any(self.connection.scan_iter(prefix, count=BATCH))

    def was_flushed(self) -> bool:
        """Whether this Redis is not the one that `mark_alive` marked."""
        with redis_errors():
            return not self.connection.exists(LIFE_KEY)

    def check_writable(self) -> None:
        """Raise `RedisAway` if Redis refuses to write, before much is tried in vain."""
        with redis_errors():
            self.connection.set(trial_write.KEY, b"", ex=trial_write.KEPT_SECONDS)

    def witness(self) -> str:
        """A new key in this Redis, gone if it is flushed or replaced from now on."""
        name = f"{LIFE_KEY}:{secrets.token_hex(8)}"
        with redis_errors():
            self.connection.set(name, b"", ex=WITNESS_SECONDS)
        return name

    def mark_jump(self, for_: timedelta) -> None:
        """Remember for so long that a clock has jumped."""
        with redis_errors():
            self.connection.set(JUMP_KEY, b"", ex=for_)

    def has_jumped(self) -> bool:
        """Whether `mark_jump` has said so."""
        with redis_errors():
            return bool(self.connection.exists(JUMP_KEY))

    def mark_alive(self, witness: str | None = None) -> None:
        """Mark this Redis as one that holds everything.

        Nothing is marked when `witness` is gone: it was flushed again meanwhile.
        """
        name = witness or self.witness()
        with redis_errors(), suppress(ResponseError):
            self.connection.rename(name, LIFE_KEY)
            self.connection.persist(LIFE_KEY)


def _scores(alarms: Iterable[Alarm]) -> dict[str, float]:
    return {alarm.rq_job_id: alarm.at.timestamp() for alarm in alarms if alarm.at}


def _active() -> ScheduleQuerySet:
    # One that is manual has no next run, and so no alarm.
    active = ScheduledJob.objects.filter(status=Status.ACTIVE)
    return active.exclude(next_run_at=None).order_by()


def _wanted(schedules: ScheduleQuerySet) -> dict[str, float]:
    """The alarms that these active schedules should have."""
    # As text: Django's own way from SQLite's text to a time costs half of a warm start.
    rows = schedules.values_list("rq_job_id", Cast("next_run_at", TextField()))
    return {
        rq_job_id: datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp()
        for rq_job_id, at in rows.iterator(10_000)
    }


def _batches(items: Sequence[T]) -> Iterable[Sequence[T]]:
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


@lru_cache(maxsize=4)
def _service(url: str) -> SchedulerService:
    return SchedulerService(connection())


def get_scheduler_service() -> SchedulerService:
    """The service of this process, on the Redis of the settings."""
    return _service(settings.REDIS_URL)
