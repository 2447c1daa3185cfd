"""Jobs written by hand are those that RQ and rq-scheduler themselves would write."""

from __future__ import annotations

import pickletools
from datetime import timedelta

import pytest
from redis import Redis
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer
from rq_scheduler import Scheduler

from schedules import jobs
from schedules.models import ScheduledJob, ScheduledRun
from schedules.rq.messages import ENTRY_POINT
from schedules.scheduler import get_scheduler_service
from schedules.services import fire_due
from tests.schedules.conftest import NOON, MakeSchedule
from workflows.execution.outbox import FAILURE_TTL, RESULT_TTL
from workflows.execution.queue import JSONJob, queue_name

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)
DUE = NOON + MINUTE
# What is different at each writing: RQ reads the clock for these.
TIMES = {b"created_at", b"enqueued_at"}
ALARMS = "rq:scheduler:scheduled_jobs"


def fields_of(redis: Redis, job_id: str) -> dict[bytes, bytes]:
    """The hash of a job; its times by their shape, its call as the bytes it stands for."""
    found = redis.hgetall(f"rq:job:{job_id}")
    for name in TIMES & found.keys():
        found[name] = bytes(ord("0") if chr(c).isdigit() else c for c in found[name])
    found[b"data"] = call_in(redis, found[b"data"])
    return found


def call_in(redis: Redis, data: bytes) -> bytes:
    """As RQ itself reads it: compressed or not."""
    job = JSONJob("any", connection=redis)
    job.restore({b"data": data})
    assert isinstance(job.data, bytes)
    return job.data


def test_a_runs_job_is_what_rq_would_have_written(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    fire_due(DUE)
    run = ScheduledRun.objects.get()
    job_id = f"run-{run.id}-1-0"
    ours = fields_of(redis, job_id)
    redis.delete(f"rq:job:{job_id}")
    queue = Queue(
        queue_name(), connection=redis, job_class=JSONJob, serializer=JSONSerializer
    )
    queue.enqueue_call(
        ENTRY_POINT,
        args=(str(schedule.id), DUE.isoformat(), str(run.id), 1),
        job_id=job_id,
        description=job_id,
        timeout=-1,
        result_ttl=RESULT_TTL,
        failure_ttl=FAILURE_TTL,
    )
    assert ours == fields_of(redis, job_id)
    assert {key.decode() for key in redis.smembers("rq:queues")} == {
        f"rq:queue:{queue_name()}"
    }


def test_an_alarm_is_what_rq_scheduler_would_have_written(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    ours = fields_of(redis, schedule.rq_job_id)
    redis.delete(f"rq:job:{schedule.rq_job_id}")
    Scheduler(queue_name(), connection=redis, job_class=JSONJob).schedule(
        DUE,
        ENTRY_POINT,
        args=[str(schedule.id)],
        id=schedule.rq_job_id,
        description=schedule.rq_job_id,
        timeout=-1,
        result_ttl=-1,
        meta={},
    )
    theirs = fields_of(redis, schedule.rq_job_id)
    # rq-scheduler does not know this option of RQ's; without it a failure's hash expires.
    assert ours.pop(b"failure_ttl") == b"-1"
    assert ours == theirs


def test_an_alarm_that_a_stock_scheduler_enqueues_fires_what_is_due(
    redis: Redis, make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = make_schedule()
    monkeypatch.setattr(jobs, "clock", lambda: DUE)
    stock = Scheduler(queue_name(), connection=redis, job_class=JSONJob)
    redis.zadd(ALARMS, {schedule.rq_job_id: 0})
    stock.enqueue_jobs()
    queue = Queue(
        queue_name(), connection=redis, job_class=JSONJob, serializer=JSONSerializer
    )
    assert queue.job_ids == [schedule.rq_job_id]
    worker = SimpleWorker(
        [queue], connection=redis, job_class=JSONJob, serializer=JSONSerializer
    )
    worker.work(burst=True, max_jobs=1)
    run = ScheduledRun.objects.get()
    assert run.scheduled_for == DUE
    assert queue.job_ids == [f"run-{run.id}-1-0"]


def test_there_is_no_pickle_in_redis(redis: Redis, make_schedule: MakeSchedule) -> None:
    make_schedule()
    fire_due(DUE)
    calls = [
        JSONJob.fetch(key.decode().removeprefix("rq:job:"), connection=redis)
        for key in redis.scan_iter("rq:job:*")
    ]
    assert {job.func_name for job in calls} == {ENTRY_POINT}
    assert len(calls) == 2
    for key in redis.scan_iter("rq:job:*"):
        for value in redis.hvals(key):
            with pytest.raises(ValueError, match=r".*"):
                list(pickletools.genops(value))


def test_a_lost_alarm_is_written_with_its_hash(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    before = fields_of(redis, schedule.rq_job_id)
    redis.flushall()
    get_scheduler_service().schedule_job(ScheduledJob.objects.get())
    assert fields_of(redis, schedule.rq_job_id) == before
