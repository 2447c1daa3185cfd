from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest

from schedules.models import ScheduledJob, ScheduledRun
from schedules.services.insight.overview.run_hours import (
    LastDay,
    Punctuality,
    last_day,
    punctuality,
)
from tests.schedules.conftest import NOON, MakeSchedule

HOUR = timedelta(hours=1)
BEGINS = NOON - 23 * HOUR
NOW = NOON + HOUR / 2


@pytest.fixture
def job(make_schedule: MakeSchedule) -> ScheduledJob:
    return make_schedule(NOW)


def record(job: ScheduledJob, at: datetime, status: str, **fields: Any) -> None:
    if status == "running":
        fields |= {"token": uuid.uuid4(), "lease_until": NOW}
    ScheduledRun.objects.create(
        schedule=job,
        schedule_name=job.name,
        epoch=1,
        **{
            "origin": "schedule",
            "scheduled_for": at,
            "due_at": at,
            "status": status,
            "failure_kind": "node" if status == "failed" else "",
            "created_at": at,
        }
        | fields,
    )


def day() -> LastDay:
    return last_day(now=NOW, begins=BEGINS)


@pytest.mark.both_databases
def test_runs_are_counted_by_hour_and_outcome(job: ScheduledJob) -> None:
    statuses = "succeeded succeeded failed skipped cancelled running pending waiting"
    for minute, status in enumerate(statuses.split()):
        record(job, NOON + timedelta(minutes=minute), status)
    record(
        job,
        BEGINS,
        "missed",
        range_end=BEGINS + timedelta(minutes=4),
        tick_count=5,
        reason="window",
    )
    record(job, BEGINS + HOUR - timedelta(microseconds=1), "succeeded")
    record(job, BEGINS + HOUR, "succeeded")
    found = day()
    assert len(found.hours) == 24
    assert [hour.begins for hour in (found.hours[0], found.hours[-1])] == [BEGINS, NOON]
    assert found.hours[0].of_status == {"missed": 5, "succeeded": 1}
    assert found.hours[1].of_status == {"succeeded": 1}
    assert found.hours[-1].of_status == {
        "succeeded": 2,
        **dict.fromkeys(statuses.split()[2:], 1),
    }
    assert found.runs == 15
    assert found.total("succeeded") == 4


def test_what_is_older_or_yet_to_come_does_not_count(job: ScheduledJob) -> None:
    record(job, BEGINS - timedelta(seconds=1), "failed")
    record(job, NOW + timedelta(seconds=1), "missed", reason="window")
    assert day().runs == 0
    assert day().worst is None


def test_the_worst_hour_is_the_one_in_which_most_went_wrong(job: ScheduledJob) -> None:
    record(job, NOON, "failed")
    for minute in (1, 2):
        record(job, NOON - timedelta(minutes=minute), "missed", reason="window")
    worst = day().worst
    assert worst is not None
    assert worst.begins == NOON - HOUR
    assert worst.gone_wrong == 2


def started(job: ScheduledJob, minute: int, late: float, **fields: Any) -> None:
    at = NOON - timedelta(minutes=minute)
    start = at + timedelta(seconds=late)
    record(job, at, "succeeded", started_at=start, **fields)


@pytest.mark.both_databases
def test_a_run_is_on_time_if_it_starts_within_a_second(job: ScheduledJob) -> None:
    started(job, 1, 0.9)
    started(job, 2, 1.2)
    started(job, 3, 0)
    started(job, 4, 50, attempt=2)  # a retry
    started(job, 5, 50, origin="manual", request_id="x")
    record(job, NOON - timedelta(minutes=6), "missed", reason="window")
    record(job, NOON - timedelta(minutes=7), "skipped", reason="paused")
    found = punctuality(now=NOW, since=BEGINS)
    assert found == Punctuality(due=4, on_time=2)
    assert found.percent == 50
    assert found.is_whole


def test_only_the_newest_runs_are_measured(
    job: ScheduledJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = "schedules.services.insight.overview.run_hours.MOST_MEASURED"
    monkeypatch.setattr(module, 2)
    for minute, late in ((1, 0), (2, 9), (3, 0)):
        started(job, minute, late)
    found = punctuality(now=NOW, since=BEGINS)
    assert (found.due, found.on_time) == (2, 1)
    assert not found.is_whole


def test_the_hours_cost_three_queries_for_any_number(
    job: ScheduledJob, django_assert_num_queries: Any
) -> None:
    for minute in range(40):
        record(job, NOON - timedelta(minutes=minute * 30), "failed")
    with django_assert_num_queries(3):
        day()
