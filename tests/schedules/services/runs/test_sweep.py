"""The sweep mends what a crash or a flushed Redis left undone."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from redis import Redis

from schedules.models import ScheduledJob, ScheduledRun
from schedules.scheduler import get_scheduler_service
from schedules.services import fire_due, sweep
from schedules.services.runs.claims import claim_run
from tests.schedules.conftest import NOON, MakeSchedule
from workflows.execution import outbox
from workflows.execution.outbox import Outbox

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
DUE = NOON + MINUTE
QUEUE = "rq:queue:workflows"
ALARMS = "rq:scheduler:scheduled_jobs"


def mend(now: datetime, *, judge_leases: bool = False):
    return sweep(now, judge_leases=judge_leases)


@pytest.fixture
def settled(redis: Redis) -> Redis:
    """A Redis that this site has marked as its own."""
    get_scheduler_service().mark_alive()
    return redis


def unsend(run: ScheduledRun) -> None:
    """As if the scheduler had died between its commit and the send."""
    ScheduledRun.objects.filter(pk=run.pk).update(enqueued_at=None)


def test_with_nothing_to_mend_nothing_is_touched(
    settled: Redis, make_schedule: MakeSchedule
) -> None:
    make_schedule()
    before = settled.info("commandstats")
    assert not any(vars_of(mend(NOON + SECOND)))
    after = settled.info("commandstats")
    for write in ("cmdstat_zadd", "cmdstat_hset", "cmdstat_rpush", "cmdstat_zrem"):
        calls = [stats.get(write, {}).get("calls", 0) for stats in (before, after)]
        assert calls[0] == calls[1], write


def vars_of(swept) -> list[int]:
    return [getattr(swept, name) for name in swept.__slots__]


def test_a_run_that_may_still_be_on_its_way_is_left_alone(
    settled: Redis, make_schedule: MakeSchedule
) -> None:
    make_schedule()
    fire_due(DUE)
    unsend(ScheduledRun.objects.get())
    assert mend(DUE + SECOND).runs_sent == 0


def test_after_a_flush_runs_and_alarms_are_back(
    settled: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    fire_due(DUE)
    settled.flushall()
    swept = mend(DUE + SECOND)
    assert (swept.runs_sent, swept.alarms_set) == (1, 1)
    assert settled.llen(QUEUE) == 1
    assert settled.zscore(ALARMS, schedule.rq_job_id) == (DUE + MINUTE).timestamp()
    assert settled.exists(f"rq:job:{schedule.rq_job_id}")
    assert not any(vars_of(mend(DUE + 2 * SECOND)))


def test_a_redis_that_is_flushed_while_it_is_mended_is_mended_once_more(
    settled: Redis, make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_schedule()
    fire_due(DUE)
    settled.flushall()
    enqueue = Outbox.enqueue

    def flushed_after(*args, **kwargs) -> bool:
        sent = enqueue(*args, **kwargs)
        settled.flushall()
        return sent

    with monkeypatch.context() as patch:
        patch.setattr(Outbox, "enqueue", flushed_after)
        assert mend(DUE + SECOND).runs_sent == 1
    assert settled.llen(QUEUE) == 0
    assert mend(DUE + 2 * SECOND).runs_sent == 1
    assert settled.llen(QUEUE) == 1
    assert not any(vars_of(mend(DUE + 3 * SECOND)))


def test_a_lost_alarm_is_set_again_before_it_is_due(
    settled: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    settled.zrem(ALARMS, schedule.rq_job_id)
    assert mend(NOON + 50 * SECOND).alarms_set == 1
    assert settled.zscore(ALARMS, schedule.rq_job_id) == DUE.timestamp()


def test_an_alarm_at_the_wrong_time_is_put_right(
    settled: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    settled.zadd(ALARMS, {schedule.rq_job_id: NOON.timestamp()})
    assert mend(NOON + SECOND).alarms_set == 1
    assert settled.zscore(ALARMS, schedule.rq_job_id) == DUE.timestamp()


def test_an_alarm_without_a_schedule_is_removed(
    settled: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    ScheduledJob.objects.filter(pk=schedule.pk).update(
        status="paused", next_run_at=None
    )
    assert mend(DUE).alarms_removed == 1
    assert settled.zcard(ALARMS) == 0


def test_a_run_whose_lease_ran_out_is_recorded_as_lost(
    settled: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    fire_due(DUE)
    run = ScheduledRun.objects.get()
    token = run.id  # any will do
    assert claim_run(run.id, 1, token=token, now=DUE)
    late = DUE + 11 * SECOND
    assert mend(late).workers_lost == 0, "it did not look long enough to judge"
    assert mend(late, judge_leases=True).workers_lost == 1
    run.refresh_from_db()
    assert run.status == "failed"
    assert run.error.startswith("Worker lost")
    assert run.execution is not None
    assert run.execution.status == "failed"
    schedule.refresh_from_db()
    assert (schedule.error_count, schedule.consecutive_failures) == (1, 1)


def test_a_retry_is_sent_when_its_time_has_come(
    settled: Redis, make_schedule: MakeSchedule
) -> None:
    make_schedule(max_retries=1, retry_backoff_seconds=30)
    fire_due(DUE)
    run = ScheduledRun.objects.get()
    claim_run(run.id, 1, token=run.id, now=DUE)
    lost_at = DUE + 11 * SECOND
    mend(lost_at, judge_leases=True)
    run.refresh_from_db()
    assert (run.status, run.attempt) == ("waiting", 2)
    assert run.not_before == lost_at + 30 * SECOND
    assert mend(lost_at + 29 * SECOND).retries_released == 0
    settled.delete(QUEUE)
    assert mend(lost_at + 30 * SECOND).retries_released == 1
    assert settled.lrange(QUEUE, 0, -1) == [f"run-{run.id}-2-0".encode()]


def test_a_lost_run_is_found_however_many_wait_before_it(
    settled: Redis, make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "BATCH", 2)
    for _ in range(6):
        make_schedule(overlap_policy="allow")
    fire_due(NOON + MINUTE)
    newest = settled.rpop(QUEUE)
    assert mend(NOON + MINUTE + 20 * SECOND).runs_sent == 1
    assert settled.llen(QUEUE) == 6
    assert newest not in settled.lrange(QUEUE, 0, -1)  # under an id never used before
