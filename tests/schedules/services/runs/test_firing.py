"""Due ticks become ledger rows and jobs in the queue, once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from unittest.mock import Mock

import pytest
from redis import Redis

from schedules.models import ScheduledJob, ScheduledRun
from schedules.policy.decide import decide
from schedules.services import fire_due
from schedules.services.runs.firing import Suspects
from schedules.services.runs.sweep import sweep
from tests.schedules.conftest import NOON, MakeSchedule
from workflows.execution.outbox import LOST_AFTER, Outbox

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def queued(redis: Redis) -> list[bytes]:
    return redis.lrange("rq:queue:workflows", 0, -1)


def ledger(schedule: ScheduledJob) -> list[tuple[float, str, str, str, int]]:
    """Minutes after noon, origin, status, reason and tick count of each row."""
    return [
        (
            (run.scheduled_for - NOON) / MINUTE,
            run.origin,
            run.status,
            run.reason,
            run.tick_count,
        )
        for run in ScheduledRun.objects.filter(schedule=schedule).order_by(
            "scheduled_for"
        )
    ]


def test_nothing_fires_before_its_time(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    make_schedule()
    assert fire_due(NOON + MINUTE - SECOND).schedules == 0
    assert queued(redis) == []


def test_a_due_tick_becomes_a_pending_run_and_a_job(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    fire_due(NOON + MINUTE)
    run = ScheduledRun.objects.get()
    assert ledger(schedule) == [(1, "schedule", "pending", "", 1)]
    assert run.enqueued_at == NOON + MINUTE
    assert queued(redis) == [f"run-{run.id}-1-0".encode()]
    schedule.refresh_from_db()
    assert schedule.next_run_at == schedule.next_tick_at == NOON + 2 * MINUTE
    assert schedule.fired_count == 1
    score = redis.zscore("rq:scheduler:scheduled_jobs", schedule.rq_job_id)
    assert score == (NOON + 2 * MINUTE).timestamp()


def test_a_tick_fires_once_however_often_one_asks(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    fire_due(NOON + MINUTE)
    fire_due(NOON + MINUTE)
    fire_due(NOON + MINUTE + SECOND, schedule_id=schedule.id)
    assert len(queued(redis)) == ScheduledRun.objects.count() == 1


def test_schedules_of_one_kind_are_judged_by_the_time_at_which_each_is_fired(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    """The decision about the first is that about the second only while it holds."""
    live, late = make_schedule(), make_schedule()
    fire_due(NOON + MINUTE, schedule_id=live.id)
    fire_due(NOON + MINUTE + 45 * SECOND, schedule_id=late.id)
    assert ledger(live) == [(1, "schedule", "pending", "", 1)]
    assert ledger(late) == [(1, "catch_up", "pending", "", 1)]


def test_the_ticks_of_many_schedules_of_one_kind_are_worked_out_once(
    redis: Redis, make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many batches they take."""
    decided = Mock(side_effect=decide)
    monkeypatch.setattr("schedules.services.runs.deciding.decide", decided)
    schedules = [make_schedule(cron_expression="*/7 3 * * *") for _ in range(3)]
    due = schedules[0].next_run_at
    for number, schedule in enumerate(schedules):
        fire_due(due + number * SECOND, schedule_id=schedule.id)
    assert ScheduledRun.objects.count() == 3
    assert decided.call_count <= 1


def test_with_overlap_skip_a_tick_is_skipped_while_a_run_is_open(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(overlap_policy="skip")
    fire_due(NOON + MINUTE)
    fire_due(NOON + 2 * MINUTE)
    assert ledger(schedule) == [
        (1, "schedule", "pending", "", 1),
        (2, "schedule", "skipped", "overlap", 1),
    ]
    assert len(queued(redis)) == 1


def test_with_overlap_allow_every_tick_runs(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(overlap_policy="allow")
    fire_due(NOON + MINUTE)
    fire_due(NOON + 2 * MINUTE)
    assert [row[2] for row in ledger(schedule)] == ["pending", "pending"]
    assert len(queued(redis)) == 2


def test_after_an_outage_the_newest_late_tick_runs_and_the_others_are_one_row(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    fire_due(NOON + 10 * MINUTE + 45 * SECOND)  # the tenth is 45 seconds late
    assert ledger(schedule) == [
        (1, "schedule", "missed", "policy", 9),
        (10, "catch_up", "pending", "", 1),
    ]
    schedule.refresh_from_db()
    assert schedule.next_run_at == NOON + 11 * MINUTE


def test_ticks_older_than_the_window_are_missed(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(catchup_window_seconds=120)
    fire_due(NOON + 10 * MINUTE + 45 * SECOND)
    assert ledger(schedule) == [
        (1, "schedule", "missed", "window", 8),
        (9, "schedule", "missed", "policy", 1),
        (10, "catch_up", "pending", "", 1),
    ]


def test_one_batch_fires_many_schedules_in_a_constant_number_of_queries(
    redis: Redis, make_schedule: MakeSchedule, django_assert_max_num_queries
) -> None:
    for _ in range(20):
        make_schedule()
    # A look, the due rows, the open runs, the ledger, the frontiers, and what frames a
    # transaction.
    with django_assert_max_num_queries(8):
        assert fire_due(NOON + MINUTE).schedules == 20
    assert len(queued(redis)) == 20


def test_without_redis_the_tick_is_in_the_ledger_and_waits_to_be_sent(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule()
    fire_due(NOON + MINUTE)
    assert ledger(schedule) == [(1, "schedule", "pending", "", 1)]
    assert ScheduledRun.objects.get().enqueued_at is None


def test_a_tick_whose_scheduler_died_before_it_was_sent_is_sent_by_the_sweep(
    redis: Redis, make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_schedule()
    with monkeypatch.context() as dying:
        dying.setattr(Outbox, "enqueue", Mock(side_effect=SystemExit))
        with pytest.raises(SystemExit):
            fire_due(NOON + MINUTE)
    run = ScheduledRun.objects.get()
    assert queued(redis) == []
    sweep(NOON + MINUTE + LOST_AFTER, judge_leases=False)
    assert queued(redis) == [f"run-{run.id}-1-1".encode()]


def test_a_one_off_fires_once_and_is_completed(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(run_at=NOON + 5 * MINUTE)
    fire_due(NOON + 5 * MINUTE)
    schedule.refresh_from_db()
    assert (schedule.status, schedule.status_reason) == ("stopped", "completed")
    assert schedule.next_run_at is None
    assert ledger(schedule) == [(5, "schedule", "pending", "", 1)]
    assert redis.zscore("rq:scheduler:scheduled_jobs", schedule.rq_job_id) is None


def test_a_schedule_ends_when_its_limit_is_reached(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(max_runs=2, overlap_policy="allow")
    fire_due(NOON + MINUTE)
    fire_due(NOON + 2 * MINUTE)
    fire_due(NOON + 3 * MINUTE)
    schedule.refresh_from_db()
    assert (schedule.status, schedule.status_reason) == ("stopped", "limit reached")
    assert len(ledger(schedule)) == 2


def test_a_poisoned_schedule_is_paused_after_three_passes_and_others_fire(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    broken = make_schedule(name="broken")
    healthy = make_schedule(name="healthy")
    ScheduledJob.objects.filter(pk=broken.pk).update(
        schedule_type="cron",
        cron_expression="* * * * *",
        timezone="Mars/Olympus",
        interval_seconds=None,
        anchor_at=None,
    )
    suspects: Suspects = Counter()
    states = []
    for _ in range(3):
        fire_due(NOON + MINUTE, suspects=suspects)
        broken.refresh_from_db()
        states.append(broken.status)
    assert states == ["active", "active", "paused"]
    assert "Mars/Olympus" in broken.status_reason
    assert ledger(healthy) == [(1, "schedule", "pending", "", 1)]
