"""Stopping: the schedule goes for good, its history does not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from schedules.exceptions import ScheduleNotFound
from schedules.models import (
    ScheduledJob,
    ScheduledRun,
    ScheduleEpoch,
    ScheduleEvent,
)
from schedules.services import (
    Actor,
    fire_due,
    pause_schedule,
    resume_schedule,
    run_now,
    stop_schedule,
    sweep,
    update_schedule,
)
from schedules.services.runs.claims import claim_run
from schedules.services.runs.outcomes import record_outcome
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.runs import outcome_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)


def stop(schedule: ScheduledJob, minute: float = 2.5) -> None:
    actor = Actor.person(schedule.owner)
    stop_schedule(schedule.id, actor=actor, now=NOON + minute * MINUTE, note="enough")


def ended(run: ScheduledRun) -> tuple[str, str]:
    run.refresh_from_db()
    return run.status, run.reason


@pytest.mark.parametrize("state", ["active", "paused", "stopped"])
def test_a_schedule_can_be_stopped_in_any_state(
    make_schedule: MakeSchedule, state: str
) -> None:
    schedule = make_schedule(max_runs=1)
    if state == "paused":
        pause_schedule(schedule.id, actor=Actor.person(schedule.owner), now=NOON)
    if state == "stopped":
        fire_due(NOON + MINUTE)
    stop(schedule)
    assert not ScheduledJob.objects.exists()
    event = ScheduleEvent.objects.get(verb="stop")
    assert (event.note, event.before["status"]) == ("enough", state)
    assert event.before["interval_seconds"] == 60
    assert ScheduleEpoch.objects.get().schedule_id == schedule.id


def test_runs_that_have_not_started_are_cancelled_whatever_their_origin(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(overlap_policy="queue", catchup_policy="all")
    fire_due(NOON + 3 * MINUTE)
    run_now(schedule.id, actor=Actor.person(schedule.owner), now=NOON + 3 * MINUTE)
    stop(schedule, 3.5)
    runs = ScheduledRun.objects.filter(schedule=schedule.id)
    assert {ended(run) for run in runs} == {("cancelled", "stopped")}
    assert len(runs) == 4
    event = ScheduleEvent.objects.get(verb="stop")
    assert event.after == {"runs_cancelled": 4}


def test_what_runs_finishes_and_is_recorded_and_not_tried_again(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(max_retries=5)
    fire_due(NOON + MINUTE)
    run = ScheduledRun.objects.get()
    claim_run(run.id, 1, token=run.id, now=NOON + MINUTE)
    stop(schedule)
    assert ended(run) == ("running", "")
    assert record_outcome(
        run.id,
        token=run.id,
        outcome=outcome_of("failed", "no luck"),
        now=NOON + 3 * MINUTE,
    )
    assert ended(run) == ("failed", "")
    assert run.execution is not None


def test_a_run_whose_worker_is_lost_ends_too(
    redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    fire_due(NOON + MINUTE)
    run = ScheduledRun.objects.get()
    claim_run(run.id, 1, token=run.id, now=NOON + MINUTE)
    stop(schedule)
    assert sweep(NOON + 9 * MINUTE, judge_leases=True).workers_lost == 1
    assert ended(run) == ("failed", "")


def test_afterwards_there_is_no_such_schedule(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule()
    actor = Actor.person(schedule.owner)
    stop(schedule)
    for verb in (pause_schedule, resume_schedule, run_now, stop_schedule):
        with pytest.raises(ScheduleNotFound):
            verb(schedule.id, actor=actor, now=NOON)
    with pytest.raises(ScheduleNotFound):
        update_schedule(schedule.id, {}, actor=actor, now=NOON)
    assert ScheduleEvent.objects.filter(verb="stop").count() == 1


def test_stopping_costs_the_same_however_long_its_ledger(
    make_schedule: MakeSchedule, django_assert_max_num_queries
) -> None:
    schedule = make_schedule(overlap_policy="allow")
    for minute in range(1, 20):
        fire_due(NOON + minute * MINUTE)
    # The row, the withdrawal of retries and of the others, the event, the deletion, and
    # what frames two transactions.
    with django_assert_max_num_queries(9):
        stop(schedule, 30)
