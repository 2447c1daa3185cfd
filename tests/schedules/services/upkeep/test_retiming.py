"""After an upgrade of tzdata what moved is moved, and the audit still holds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from redis import Redis

from schedules.models import (
    ScheduledJob,
    ScheduledRun,
    ScheduleEpoch,
    ScheduleEvent,
)
from schedules.services import fire_due
from schedules.services.insight.audit import audit
from schedules.services.upkeep.retiming import retime_batch
from schedules.timing import tzdata_version
from tests.schedules.conftest import NOON, MakeSchedule

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
HOUR = timedelta(hours=1)


def with_old_tzdata(schedule: ScheduledJob) -> None:
    ScheduleEpoch.objects.filter(schedule=schedule).update(tzdata_version="2020a")


def test_where_nothing_moved_only_the_version_is_noted(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(cron_expression="0 * * * *", timezone="Europe/Berlin")
    with_old_tzdata(schedule)
    assert retime_batch(NOON) == 1
    assert retime_batch(NOON) == 0
    epoch = ScheduleEpoch.objects.get(schedule=schedule)
    assert epoch.tzdata_version == tzdata_version()
    assert epoch.to_at is None


def test_a_next_tick_that_moved_is_reckoned_again_and_its_alarm_follows(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(cron_expression="0 15 * * *", timezone="America/Vancouver")
    fire_due(NOON + 11 * HOUR)
    schedule.refresh_from_db()
    right = schedule.next_tick_at
    # As the old tzdata had it: an hour off.
    ScheduledJob.objects.filter(pk=schedule.pk).update(
        next_tick_at=right + HOUR, next_run_at=right + HOUR
    )
    with_old_tzdata(schedule)
    retime_batch(NOON + 12 * HOUR)
    schedule.refresh_from_db()
    assert schedule.next_tick_at == schedule.next_run_at == right
    assert schedule.epoch == 2
    score = redis.zscore("rq:scheduler:scheduled_jobs", schedule.rq_job_id)
    assert score == right.timestamp()
    assert next(audit()).problems == []


def test_a_tick_that_was_due_before_it_moved_is_not_lost_without_a_trace(
    make_schedule: MakeSchedule,
) -> None:
    """The scheduler was down for the upgrade while a tick came due."""
    schedule = make_schedule(cron_expression="0 15 * * *", timezone="America/Vancouver")
    right = schedule.next_tick_at
    as_it_was = right + HOUR  # an hour off
    ScheduledJob.objects.filter(pk=schedule.pk).update(
        next_tick_at=as_it_was, next_run_at=as_it_was
    )
    with_old_tzdata(schedule)
    now = right + 3 * HOUR
    retime_batch(now)
    run = ScheduledRun.objects.get(schedule=schedule)
    assert (run.scheduled_for, run.status, run.reason) == (
        as_it_was,
        "skipped",
        "edited",
    )
    schedule.refresh_from_db()
    assert schedule.next_tick_at == right + 24 * HOUR
    assert next(audit()).problems == []


def test_one_that_has_no_tick_left_ends_and_says_so(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(
        cron_expression="0 15 * * *",
        timezone="America/Vancouver",
        end_at=NOON + 12 * HOUR,
    )
    right = schedule.next_tick_at
    ScheduledJob.objects.filter(pk=schedule.pk).update(
        next_tick_at=right + HOUR, next_run_at=right + HOUR
    )
    with_old_tzdata(schedule)
    retime_batch(right + 2 * HOUR)
    schedule.refresh_from_db()
    assert (schedule.status, schedule.status_reason) == ("stopped", "end reached")
    assert ScheduleEvent.objects.filter(schedule=schedule, verb="complete").count() == 1


def test_ticks_of_the_past_that_moved_alone_are_found(
    make_schedule: MakeSchedule,
) -> None:
    """Their number and the frontier are the same: an audit would still miss them."""
    schedule = make_schedule(cron_expression="30 2 * * *", timezone="Africa/Casablanca")
    first = schedule.next_tick_at
    for day in range(7):
        fire_due(first + day * 24 * HOUR)
    for run in ScheduledRun.objects.order_by("scheduled_for")[2:5]:
        run.scheduled_for += HOUR
        run.save(update_fields=["scheduled_for"])
    with_old_tzdata(schedule)
    assert not next(audit()).is_balanced
    retime_batch(first + 6 * 24 * HOUR + HOUR)
    assert next(audit()).problems == []


def test_what_was_pruned_has_not_moved(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    """The ticks before the pruned stretch's end are known, though their rows are gone."""
    schedule = make_schedule(cron_expression="0 * * * *")
    fire_due(NOON + HOUR)
    fire_due(NOON + 2 * HOUR)
    ScheduledRun.objects.all().delete()
    epoch = ScheduleEpoch.objects.filter(schedule=schedule)
    epoch.update(pruned_upto=NOON + 2 * HOUR, pruned_counts={"succeeded": 2})
    with_old_tzdata(schedule)
    retime_batch(NOON + 3 * HOUR + timedelta(minutes=10))
    assert epoch.get().tzdata_version == tzdata_version()
    assert fire_due(NOON + 3 * HOUR + timedelta(minutes=10))
    assert ScheduledRun.objects.get().status == "pending"
