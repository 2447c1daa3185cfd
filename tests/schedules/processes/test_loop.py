"""The scheduler's loop: woken by verbs, stopped by signals, and by nothing else."""

from __future__ import annotations

import logging
import signal
import time
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from django.conf import settings
from django.db import OperationalError
from redis import Redis
from rq_scheduler import Scheduler

from platform_site.local.child_processes import end_group
from platform_site.local.valkey import EmbeddedValkey
from schedules.models import ScheduledRun
from schedules.processes.loop import (
    BACKOFF_CAP_SECONDS,
    BACKOFF_START_SECONDS,
    SHORTEST_SLEEP_SECONDS,
)
from schedules.rq import heartbeat
from schedules.rq.wake import WAKE_CHANNEL, WakeUp
from schedules.scheduler import get_scheduler_service
from tests.integration.processes import manage, wait_until
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.processes.loops import ScriptedLoop, loop_at
from workflows.execution.queue import JSONJob, queue_name

pytestmark = pytest.mark.django_db(transaction=True)
DUE = NOON + timedelta(minutes=1)
ALARMS = "rq:scheduler:scheduled_jobs"
QUEUE = f"rq:queue:{queue_name()}"


def test_a_verb_wakes_a_sleeping_scheduler(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    wake = WakeUp(redis)

    def sleep() -> None:
        wake.wait(60)  # ended by the answer to the subscription
        wake.wait(60)

    sleeper = Thread(target=sleep, daemon=True)
    sleeper.start()
    wait_until(lambda: dict(redis.pubsub_numsub(WAKE_CHANNEL))[WAKE_CHANNEL.encode()])
    make_schedule()
    sleeper.join(20)
    assert not sleeper.is_alive()
    wake.close()


def test_a_sleep_without_a_wake_up_ends_in_time(redis: Redis) -> None:
    wake = WakeUp(redis)
    wake.wait(60)
    start = time.monotonic()
    wake.wait(0.05)
    assert time.monotonic() - start >= 0.05
    wake.close()


def test_a_job_that_cannot_be_read_is_logged_once_and_stops_nothing(
    redis: Redis, make_schedule: MakeSchedule, caplog: pytest.LogCaptureFixture
) -> None:
    make_schedule()
    redis.hset("rq:job:theirs", mapping={"created_at": "long ago", "data": b"\x80\x04"})
    redis.zadd(ALARMS, {"theirs": 0})
    loop = loop_at(DUE)
    with caplog.at_level(logging.INFO):
        pauses = [loop.round() for _ in range(3)]
    assert caplog.text.count("other_job_not_enqueued") == 1
    assert ScheduledRun.objects.get().scheduled_for == DUE
    assert redis.zscore(ALARMS, "theirs") == 0
    assert pauses[-1] > SHORTEST_SLEEP_SECONDS, "it must not spin"


def test_a_sites_own_job_still_runs(redis: Redis) -> None:
    stock = Scheduler(queue_name(), connection=redis, job_class=JSONJob)
    job = stock.enqueue_at(NOON - timedelta(hours=1), "builtins.print", "hello")
    loop_at(NOON).round()
    assert redis.lrange(QUEUE, 0, -1) == [job.id.encode()]
    assert redis.zcard(ALARMS) == 0


def test_a_due_alarm_without_a_due_schedule_is_removed(redis: Redis, db: None) -> None:
    redis.zadd(ALARMS, {"schedule-of-nobody": 0})
    loop_at(NOON).round()
    assert redis.zcard(ALARMS) == 0


def test_while_redis_is_away_ticks_fire_and_are_sent_when_it_is_back(
    make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    valkey = EmbeddedValkey(tmp_path / "valkey")
    monkeypatch.setitem(settings.RQ_QUEUES["workflows"], "URL", valkey.url)
    schedule = make_schedule()
    loop = loop_at(DUE)
    assert loop.round() == BACKOFF_START_SECONDS
    assert ScheduledRun.objects.get().enqueued_at is None
    process = valkey.start()
    try:
        assert valkey.wait_until_ready(process)
        loop.round()
        service = get_scheduler_service()
        assert service.connection.llen(QUEUE) == 1
        assert service.next_alarm_at() == (DUE + timedelta(minutes=1)).timestamp()
    finally:
        end_group(process)
    assert ScheduledRun.objects.get().enqueued_at == DUE
    assert schedule.rq_job_id


def test_while_the_database_is_away_the_loop_backs_off_up_to_a_cap(
    redis: Redis, db: None
) -> None:
    away = True

    def fire(now: datetime) -> None:
        if away:
            raise OperationalError("the server went away")

    loop = ScriptedLoop(fire=fire, clock=lambda: NOON)
    pauses = [loop.round() for _ in range(6)]
    assert pauses[:2] == [BACKOFF_START_SECONDS, 2 * BACKOFF_START_SECONDS]
    assert pauses[-2:] == [BACKOFF_CAP_SECONDS, BACKOFF_CAP_SECONDS]
    away = False
    loop.round()
    away = True
    assert loop.round() == BACKOFF_START_SECONDS


def test_a_signal_ends_a_sleeping_scheduler_at_once(
    child_env: dict[str, str], redis: Redis, tmp_path: Path
) -> None:
    with manage(child_env, tmp_path, "rqscheduler", "--interval=60") as process:
        wait_until(lambda: heartbeat.alive(redis, "scheduler"), seconds=60)
        wait_until(lambda: redis.pubsub_numsub(WAKE_CHANNEL)[0][1])
        # Which waits for 20 seconds at most, a third of the sleep.
        assert process.end(signal.SIGTERM) == 0
        assert not heartbeat.alive(redis, "scheduler")
