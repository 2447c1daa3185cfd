"""Schedules without ticks: they run only when asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from redis import Redis

from schedules import timing
from schedules.models import ScheduledJob, ScheduledRun, ScheduleEpoch
from schedules.scheduler import get_scheduler_service
from schedules.services import (
    Actor,
    backfill,
    explain,
    fire_due,
    pause_schedule,
    preview_schedule,
    resume_schedule,
    run_now,
    sweep,
)
from schedules.services.insight.audit import audit
from schedules.services.insight.preview import preview_fields
from schedules.services.runs.claims import claim_run
from schedules.services.runs.outcomes import Outcome, record_outcome
from schedules.services.upkeep.retiming import retime_batch
from schedules.timing import ManualTiming
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.helpers import edit, problems
from tests.schedules.policies import told

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)
YEAR = timedelta(days=365)


@pytest.fixture
def manual(make_schedule: MakeSchedule) -> ScheduledJob:
    return make_schedule(schedule_type="manual")


@pytest.fixture
def actor(alice: User) -> Actor:
    return Actor.person(alice)


def test_the_timing_has_no_tick() -> None:
    none = ManualTiming()
    assert timing.next_after(none, NOON) is None
    assert timing.last_upto(none, NOON) is None
    assert timing.count(none, NOON, NOON + YEAR) == 0
    assert timing.between(none, NOON, NOON + YEAR, 5) == []
    assert timing.minimum_interval(none, NOON) is None
    assert timing.describe(none) == "Only on request"
    assert timing.alike(none, ManualTiming())


def test_it_is_active_with_neither_a_next_tick_nor_a_next_run(
    manual: ScheduledJob,
) -> None:
    manual.refresh_from_db()
    assert (manual.status, manual.next_tick_at, manual.next_run_at) == (
        "active",
        None,
        None,
    )
    assert fire_due(NOON + YEAR).schedules == 0
    retime_batch(NOON + YEAR)
    manual.refresh_from_db()
    assert (manual.status, manual.epoch) == ("active", 1)
    assert not ScheduledRun.objects.exists()


def test_a_manual_schedule_runs_on_request(manual: ScheduledJob, actor: Actor) -> None:
    run = run_now(manual.id, actor=actor, now=NOON + MINUTE)
    assert claim_run(run.id, 1, token=run.id, now=NOON + MINUTE)
    outcome = Outcome("succeeded")
    assert record_outcome(run.id, token=run.id, outcome=outcome, now=NOON + MINUTE)
    manual.refresh_from_db()
    assert (manual.run_count, manual.fired_count, manual.status) == (1, 0, "active")


def test_it_is_paused_and_resumed_and_does_not_end(
    manual: ScheduledJob, actor: Actor
) -> None:
    run_now(manual.id, actor=actor, now=NOON)
    pause_schedule(manual.id, actor=actor, now=NOON)
    assert ScheduledRun.objects.get().reason == "paused"
    resumed = resume_schedule(manual.id, actor=actor, now=NOON + YEAR, catch_up="all")
    assert (resumed.passed, resumed.caught_up) == (0, 0)
    manual.refresh_from_db()
    assert (manual.status, manual.next_run_at) == ("active", None)


def test_it_has_no_alarm_and_none_is_missed(
    redis: Redis, make_schedule: MakeSchedule, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        make_schedule(schedule_type="manual")
        other = make_schedule()
    service = get_scheduler_service()
    assert service.due_entries(NOON + YEAR) == [other.rq_job_id]
    assert service.alarms_out_of_sync() == (0, 0)
    redis.flushall()
    assert sweep(NOON, judge_leases=False).alarms_set == 1
    with django_capture_on_commit_callbacks(execute=True):
        edit(other, 0.5, schedule_type="manual")
    assert service.due_entries(NOON + YEAR) == []


def test_previews_explanations_and_backfills_say_that_it_has_no_ticks(
    manual: ScheduledJob, actor: Actor
) -> None:
    found = preview_schedule(manual, count=5, now=NOON)
    assert (found.text, found.ticks) == ("Only on request", [])
    fields = {"schedule_type": "manual"}
    assert preview_fields(fields, count=5, actor=actor, now=NOON).ticks == []
    told_why = explain(manual, at=NOON + MINUTE, now=NOON + YEAR).sentence
    assert told_why == "It was not due then: it has no ticks and runs only on request."

    def fill() -> object:
        to_at = NOON + MINUTE
        return backfill(manual.id, from_at=NOON, to_at=to_at, actor=actor, now=to_at)

    why = "A schedule of type manual has no ticks to backfill: run it instead."
    assert problems(fill) == {"from": [why]}


def test_the_run_that_somebody_asked_for_is_explained(
    manual: ScheduledJob, actor: Actor
) -> None:
    run_now(manual.id, actor=actor, now=NOON + MINUTE)
    found = explain(manual, at=NOON + MINUTE, now=NOON + YEAR)
    assert found.sentence.startswith("A run was requested at ")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("start_at", NOON + MINUTE),
        ("end_at", NOON + YEAR),
        ("max_runs", 3),
        ("jitter_seconds", 5),
        ("cron_expression", "@daily"),
        ("interval_seconds", 60),
        ("run_at", NOON + MINUTE),
    ],
)
def test_what_is_about_ticks_is_refused_by_name(
    make_schedule: MakeSchedule, manual: ScheduledJob, field: str, value: Any
) -> None:
    why = f"A schedule of type manual has no ticks: leave {field} out."
    fields = {"schedule_type": "manual", field: value}
    assert problems(lambda: make_schedule(**fields)) == {field: [why]}
    assert problems(lambda: edit(manual, 1, **fields)) == {field: [why]}


def test_an_anchor_belongs_to_an_interval(make_schedule: MakeSchedule) -> None:
    fields = {"schedule_type": "manual", "anchor_at": NOON}
    assert problems(lambda: make_schedule(**fields)).keys() == {"anchor_at"}


def test_without_any_timing_the_way_to_have_none_is_told(
    make_schedule: MakeSchedule,
) -> None:
    (why,) = problems(lambda: make_schedule(schedule_type=""))["schedule_type"]
    assert "schedule_type manual" in why


def test_a_change_to_it_closes_the_epoch_and_drops_what_is_about_ticks(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(max_runs=9, end_at=NOON + YEAR, jitter_seconds=1)
    edit(schedule, 2.5, schedule_type="manual")
    assert (schedule.interval_seconds, schedule.anchor_at) == (None, None)
    assert (schedule.max_runs, schedule.end_at, schedule.jitter_seconds) == (
        None,
        None,
        0,
    )
    assert (schedule.epoch, schedule.next_tick_at) == (2, None)
    assert told(ScheduledRun.objects.all()) == ["1-2 x2 skipped edited"]
    assert next(audit()).is_balanced


def test_a_change_from_it_begins_with_the_first_tick_after_now(
    manual: ScheduledJob, actor: Actor
) -> None:
    run_now(manual.id, actor=actor, now=NOON + MINUTE)
    edit(manual, 2.5, cron_expression="* * * * *")
    assert (manual.schedule_type, manual.epoch) == ("cron", 2)
    assert manual.next_run_at == NOON + 3 * MINUTE
    fire_due(NOON + 3 * MINUTE)
    assert next(audit()).is_balanced
    (first, _) = ScheduleEpoch.objects.order_by("number")
    assert first.tick_count == 0


def test_a_change_of_anything_else_keeps_it_as_it_is(manual: ScheduledJob) -> None:
    edit(manual, 1, name="new", max_retries=2)
    assert (manual.schedule_type, manual.status, manual.epoch) == (
        "manual",
        "active",
        1,
    )


@pytest.mark.parametrize(
    "change",
    [
        {"end_at": NOON},
        {"start_at": NOON},
        {"max_runs": 1},
        {"jitter_seconds": 1},
        {"run_at": NOON},
        {"cron_expression": "@daily"},
        {"next_run_at": NOON},
        {"next_tick_at": NOON},
    ],
)
def test_the_database_refuses_ticks_of_it(
    manual: ScheduledJob, change: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ScheduledJob.objects.filter(pk=manual.pk).update(**change)
