"""An update revives a schedule that has ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from redis import Redis

from schedules.exceptions import InvalidSchedule, ScheduleStopped, StaleSchedule
from schedules.models import ScheduledJob, ScheduledRun, ScheduleEpoch, ScheduleEvent
from schedules.scheduler import get_scheduler_service
from schedules.services import (
    Actor,
    backfill,
    explain,
    fire_due,
    pause_schedule,
    resume_schedule,
    run_now,
    sweep,
    update_schedule,
)
from schedules.services.insight.audit import audit
from tests.graphs import startable
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.policies import told
from workflows.models import Workflow, WorkflowNode

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
LATER = NOON + 10.5 * MINUTE


@pytest.fixture
def by_limit(make_schedule: MakeSchedule) -> ScheduledJob:
    """Every minute from noon on, stopped by `max_runs` after the second."""
    schedule = make_schedule(max_runs=2, overlap_policy="allow")
    for minute in (1, 2):
        fire_due(NOON + minute * MINUTE)
    return stopped(schedule, "limit reached")


@pytest.fixture
def by_end(make_schedule: MakeSchedule) -> ScheduledJob:
    schedule = make_schedule(end_at=NOON + 2 * MINUTE, overlap_policy="allow")
    for minute in (1, 2):
        fire_due(NOON + minute * MINUTE)
    return stopped(schedule, "end reached")


@pytest.fixture
def completed(make_schedule: MakeSchedule) -> ScheduledJob:
    schedule = make_schedule(run_at=NOON + MINUTE, overlap_policy="allow")
    fire_due(NOON + MINUTE)
    return stopped(schedule, "completed")


def stopped(schedule: ScheduledJob, why: str) -> ScheduledJob:
    schedule.refresh_from_db()
    assert (schedule.status, schedule.status_reason) == ("stopped", why)
    return schedule


def edited(schedule: ScheduledJob, at: Any = LATER, **fields: Any) -> ScheduledJob:
    version = fields.pop("version", None)
    actor = Actor.person(schedule.owner)
    update_schedule(schedule.id, fields, actor=actor, now=at, version=version)
    schedule.refresh_from_db()
    return schedule


def ledger() -> list[str]:
    return told(ScheduledRun.objects.order_by("scheduled_for"))


def test_more_runs_revive_it_from_the_next_tick_after_now_on(
    by_limit: ScheduledJob,
) -> None:
    ScheduledJob.objects.update(consecutive_failures=3)
    edited(by_limit, max_runs=4)
    assert (by_limit.status, by_limit.status_reason) == ("active", "")
    assert by_limit.next_run_at == NOON + 11 * MINUTE
    assert (by_limit.fired_count, by_limit.consecutive_failures) == (2, 0)
    # What passed while it was stopped is no tick: nothing of it is in the ledger.
    assert len(ledger()) == 2
    for minute in (11, 12):
        fire_due(NOON + minute * MINUTE)
    stopped(by_limit, "limit reached")
    assert next(audit()).problems == []
    first, second = ScheduleEpoch.objects.order_by("number")
    assert (first.to_at, first.tick_count) == (NOON + 2 * MINUTE, 2)
    assert second.from_at == LATER


def test_no_limit_at_all_revives_it(by_limit: ScheduledJob) -> None:
    assert edited(by_limit, max_runs=None).status == "active"


def test_a_later_end_revives_it(by_end: ScheduledJob) -> None:
    edited(by_end, end_at=NOON + DAY)
    assert (by_end.status, by_end.next_run_at) == ("active", NOON + 11 * MINUTE)
    fire_due(NOON + 11 * MINUTE)
    assert len(ledger()) == 3
    assert next(audit()).problems == []


def test_a_new_time_revives_what_was_to_run_once(completed: ScheduledJob) -> None:
    edited(completed, run_at=NOON + DAY)
    assert (completed.status, completed.next_run_at) == ("active", NOON + DAY)
    fire_due(NOON + DAY)
    stopped(completed, "completed")
    assert ScheduledRun.objects.count() == 2
    assert next(audit()).problems == []


@pytest.mark.parametrize(
    "timing",
    [
        {"cron_expression": "*/5 * * * *"},
        {"interval_seconds": 30},
        {"schedule_type": "manual"},
    ],
)
def test_another_kind_of_timing_revives_it(
    completed: ScheduledJob, timing: dict[str, Any]
) -> None:
    edited(completed, **timing)
    assert completed.status == "active"
    assert completed.events.first().verb == "revive"  # type: ignore[union-attr]
    assert next(audit()).problems == []


def test_the_event_says_who_revived_it_and_by_what(
    by_limit: ScheduledJob, alice: User
) -> None:
    edited(by_limit, max_runs=4, name="again")
    event = by_limit.events.first()
    assert event is not None
    assert (event.verb, event.actor) == ("revive", alice)
    assert event.before == {"max_runs": 2, "name": "job", "status": "stopped"}
    assert event.after == {"max_runs": 4, "name": "again", "status": "active"}
    edited(by_limit, max_runs=5)
    assert by_limit.events.first().verb == "update"  # type: ignore[union-attr]


@pytest.mark.parametrize("fields", [{}, {"name": "new"}, {"max_runs": 2}])
def test_a_change_that_revives_nothing_is_refused_with_the_way_to_do_it(
    by_limit: ScheduledJob, fields: dict[str, Any]
) -> None:
    with pytest.raises(ScheduleStopped) as refused, transaction.atomic():
        edited(by_limit, **fields)
    assert refused.value.message == (
        "This schedule is stopped (limit reached): it can no longer be changed. A new "
        "timing, a later end_at or a higher max_runs revives it."
    )
    by_limit.refresh_from_db()
    assert (by_limit.name, by_limit.version) == ("job", 1)


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("ended", "fields", "field", "why"),
    [
        ("by_limit", {"max_runs": 1}, "max_runs", "has already fired 2 times"),
        ("by_limit", {"end_at": NOON + DAY}, "max_runs", "give more than 2, or null"),
        (
            "by_end",
            {"end_at": NOON + 3 * MINUTE},
            "end_at",
            "No tick is left before this time",
        ),
        ("by_end", {"max_runs": 9}, "end_at", "No tick is left before this time"),
        (
            "completed",
            {"run_at": NOON + 2 * MINUTE},
            "run_at",
            "give one in the future",
        ),
        ("completed", {"jitter_seconds": 9}, "run_at", "give one in the future"),
        ("completed", {"interval_seconds": 0}, "interval_seconds", "between 1 and"),
    ],
)
def test_a_revival_that_would_have_no_tick_is_refused_at_its_field(
    request: pytest.FixtureRequest, ended: str, fields: Any, field: str, why: str
) -> None:
    schedule = request.getfixturevalue(ended)
    with pytest.raises(InvalidSchedule) as refused, transaction.atomic():
        edited(schedule, **fields)
    assert why in refused.value.errors[field][0]
    schedule.refresh_from_db()
    assert (schedule.status, schedule.epoch, schedule.version) == ("stopped", 1, 1)
    assert ScheduleEpoch.objects.get().to_at is None


def test_a_stale_version_revives_nothing(by_limit: ScheduledJob) -> None:
    with pytest.raises(StaleSchedule):
        edited(by_limit, max_runs=4, version=7)


def test_it_must_still_be_able_to_start(by_limit: ScheduledJob, alice: User) -> None:
    WorkflowNode.objects.update(is_active=False)
    with pytest.raises(InvalidSchedule) as refused, transaction.atomic():
        edited(by_limit, max_runs=4)
    assert refused.value.errors.keys() == {"workflow"}
    other = startable("other", alice)
    assert edited(by_limit, max_runs=4, workflow=other).status == "active"


def test_its_owner_must_still_may_run_its_workflow(
    by_limit: ScheduledJob, workflow: Workflow, bob: User
) -> None:
    Workflow.objects.filter(pk=workflow.pk).update(owner=bob)
    with pytest.raises(InvalidSchedule) as refused:
        edited(by_limit, max_runs=4)
    assert refused.value.errors.keys() == {"workflow"}


def test_a_tick_whose_jitter_had_not_passed_at_the_end_is_no_tick(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(max_runs=1, jitter_seconds=59)
    due = schedule.next_run_at
    assert due is not None
    # Fired so late that the next nominal time has come, and its jitter has not passed.
    following = NOON + 2 * MINUTE
    fire_due(max(due, following))
    stopped(schedule, "limit reached")
    edited(schedule, max_runs=5)
    assert next(audit()).problems == []


def test_it_is_revived_again_and_again(by_limit: ScheduledJob) -> None:
    for times in range(1, 4):
        at = NOON + times * DAY
        edited(by_limit, at, max_runs=2 + times)
        fire_due(at + MINUTE)
        stopped(by_limit, "limit reached")
    assert (by_limit.epoch, by_limit.fired_count) == (4, 5)
    assert next(audit()).problems == []
    assert ScheduleEvent.objects.filter(verb="revive").count() == 3


def test_one_that_ended_by_a_resume_with_nothing_left_is_revived(
    make_schedule: MakeSchedule, alice: User
) -> None:
    schedule, actor = make_schedule(end_at=NOON + 2 * MINUTE), Actor.person(alice)
    pause_schedule(schedule.id, actor=actor, now=NOON)
    resume_schedule(schedule.id, actor=actor, now=NOON + 5 * MINUTE)
    stopped(schedule, "end reached")
    edited(schedule, end_at=NOON + DAY)
    assert next(audit()).problems == []
    (first, _) = ScheduleEpoch.objects.order_by("number")
    assert first.to_at == NOON + 5 * MINUTE


def test_the_time_in_between_is_explained_and_not_backfilled(
    by_limit: ScheduledJob, alice: User
) -> None:
    edited(by_limit, max_runs=4)
    found = explain(by_limit, at=NOON + 5 * MINUTE, now=LATER)
    assert found.sentence == (
        "It was not due then: the schedule had stopped (limit reached) and was revived at "
        "2026-11-23 12:10:30 UTC by alice."
    )
    assert not found.is_tick
    assert explain(by_limit, at=NOON + 2 * MINUTE, now=LATER).is_tick
    assert explain(by_limit, at=NOON + 11 * MINUTE, now=LATER).is_tick
    around = explain(by_limit, at=NOON + 10.75 * MINUTE, now=LATER)
    assert around.previous_tick == NOON + 2 * MINUTE
    with pytest.raises(InvalidSchedule):
        backfill(
            by_limit.id,
            from_at=NOON + 3 * MINUTE,
            to_at=NOON + 10 * MINUTE,
            actor=Actor.person(alice),
            now=LATER,
        )


def test_its_alarm_is_set_again(
    redis: Redis, by_limit: ScheduledJob, django_capture_on_commit_callbacks: Any
) -> None:
    service = get_scheduler_service()
    assert service.due_entries(NOON + DAY) == []
    with django_capture_on_commit_callbacks(execute=True):
        edited(by_limit, max_runs=4)
    assert service.due_entries(NOON + DAY) == [by_limit.rq_job_id]
    assert service.alarms_out_of_sync() == (0, 0)
    assert sweep(LATER, judge_leases=False).alarms_removed == 0


def test_what_ended_can_be_run_once_it_is_revived(
    by_limit: ScheduledJob, alice: User
) -> None:
    actor = Actor.person(alice)
    with pytest.raises(ScheduleStopped, match="A new timing, a later end_at"):
        run_now(by_limit.id, actor=actor, now=LATER)
    edited(by_limit, schedule_type="manual")
    assert run_now(by_limit.id, actor=actor, now=LATER).status == "pending"


def test_a_revival_costs_the_same_whatever_the_ledger_holds(
    by_limit: ScheduledJob, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(18):
        edited(by_limit, max_runs=400)
