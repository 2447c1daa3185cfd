"""Clocks that differ, schedules that are overdue, and a queue that grows old."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone
from redis import Redis

from schedules.models import ScheduledJob, ScheduledRun
from schedules.services import fire_due
from schedules.services.insight import health
from tests.platform_site.causes.conftest import Reported
from tests.schedules.conftest import MakeSchedule
from workflows.models import Workflow, WorkflowExecution

pytestmark = [pytest.mark.both_databases, pytest.mark.real_clock]


def ago(**length: int) -> datetime:
    return timezone.now() - timedelta(**length)


def test_a_healthy_site_has_no_cause(reported: Reported, at_work: Redis) -> None:
    assert reported() == []


def test_an_overdue_schedule_is_named_as_the_cause(
    reported: Reported, at_work: Redis, make_schedule: MakeSchedule
) -> None:
    make_schedule(ago(hours=1))
    ScheduledJob.objects.update(next_run_at=ago(seconds=50))
    assert reported() == []
    ScheduledJob.objects.update(next_run_at=ago(minutes=6))
    assert reported() == ["overdue"]


def test_the_age_of_the_oldest_waiting_run_is_given(
    reported: Reported, at_work: Redis, make_schedule: MakeSchedule
) -> None:
    make_schedule(ago(seconds=90))
    fire_due(timezone.now())
    assert reported() == []
    ScheduledRun.objects.update(enqueued_at=ago(minutes=2))
    assert reported() == ["queue_old"]
    words = health.diagnose(health.facts_now(timezone.now())).causes[0].what
    assert words == "The oldest queued run has been in the queue for 2 minutes."


def test_a_run_by_hand_waits_in_the_same_queue(
    reported: Reported, at_work: Redis, workflow: Workflow
) -> None:
    WorkflowExecution.objects.create(
        workflow=workflow, owner=workflow.owner, enqueued_at=ago(minutes=2)
    )
    assert reported() == ["queue_old"]


def test_with_no_worker_the_age_is_part_of_the_cause(
    reported: Reported, redis: Redis, make_schedule: MakeSchedule
) -> None:
    make_schedule(ago(seconds=90))
    fire_due(timezone.now())
    ScheduledRun.objects.update(enqueued_at=ago(hours=2))
    assert reported() == ["no_scheduler", "no_worker"]
    words = health.diagnose(health.facts_now(timezone.now())).causes[1].what
    assert words.endswith("The oldest run has been waiting for 2 hours.")


@pytest.mark.parametrize("days", [2, -2])
def test_a_clock_of_this_host_that_is_wrong(
    reported: Reported, at_work: Redis, days: int
) -> None:
    # Valkey and PostgreSQL go by the real clock; SQLite has none of its own.
    with time_machine.travel(timezone.now() + timedelta(days=days)):
        codes = reported()
    assert codes in (["clock_apart"], ["clock_of_redis"])


def test_how_many_runs_there_are_costs_no_query(
    at_work: Redis, make_schedule: MakeSchedule, django_assert_num_queries
) -> None:
    make_schedule(ago(hours=1))
    fire_due(timezone.now())
    facts = health.database_probe.oldest_waiting_since
    with django_assert_num_queries(4):
        facts()
    ScheduledRun.objects.bulk_create(
        ScheduledRun(
            schedule_id=run.schedule_id,
            schedule_name="job",
            epoch=1,
            origin="manual",
            scheduled_for=run.scheduled_for,
            due_at=run.due_at,
            created_at=run.created_at,
            status="pending",
        )
        for run in list(ScheduledRun.objects.all()) * 200
    )
    with django_assert_num_queries(4):
        facts()
