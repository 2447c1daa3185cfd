"""What an attempt's end makes of the run, of its schedule, and of what waited behind it."""

from __future__ import annotations

import time
import uuid
from datetime import datetime, timedelta
from threading import Event

import pytest
from django.db import transaction
from redis import Redis

from schedules.models import ScheduledJob, ScheduledRun, ScheduleEvent
from schedules.services import Actor, fire_due, pause_schedule, stop_schedule, sweep
from schedules.services.runs.claims import claim_run
from schedules.services.runs.outcomes import Outcome, close_lost_run, record_outcome
from tests.at_once import at_once
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.runs import outcome_of
from workflows.execution.endings import CANCELLED, Ending
from workflows.failures import FailureKind
from workflows.models import WorkflowExecution

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
DUE = NOON + MINUTE


def start(run: ScheduledRun, now: datetime) -> uuid.UUID:
    run.refresh_from_db()
    claimed = claim_run(run.id, run.attempt, token=uuid.uuid4(), now=now)
    assert claimed is not None
    return claimed.token


def end(run: ScheduledRun, status: str, now: datetime = DUE, error: str = "") -> None:
    token = start(run, now)
    assert record_outcome(
        run.id, token=token, outcome=outcome_of(status, error), now=now + SECOND
    )
    run.refresh_from_db()


def fire(schedule: ScheduledJob, minute: int) -> ScheduledRun:
    now = NOON + minute * MINUTE
    fire_due(now)
    return ScheduledRun.objects.get(schedule=schedule, scheduled_for=now)


def test_a_success_is_counted_and_ends_a_row_of_failures(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    end(fire(schedule, 1), "failed", error="no luck")
    schedule.refresh_from_db()
    assert (schedule.consecutive_failures, schedule.last_error) == (1, "no luck")
    run = fire(schedule, 2)
    end(run, "succeeded", NOON + 2 * MINUTE)
    assert (run.status, run.finished_at) == ("succeeded", NOON + 2 * MINUTE + SECOND)
    schedule.refresh_from_db()
    assert (schedule.run_count, schedule.error_count) == (2, 1)
    assert schedule.consecutive_failures == 0
    assert schedule.last_run_at == NOON + 2 * MINUTE


def test_a_failure_is_tried_again_on_the_same_row_with_doubling_pauses(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(
        interval_seconds=3600, max_retries=2, retry_backoff_seconds=10
    )
    fire_due(NOON + 60 * MINUTE)
    run = ScheduledRun.objects.get()
    now = NOON + 60 * MINUTE
    for attempt, pause in ((1, 10), (2, 20)):
        end(run, "failed", now)
        assert (run.status, run.attempt) == ("waiting", attempt + 1)
        assert run.not_before == now + SECOND + pause * SECOND
        now = run.not_before
        sweep(now, judge_leases=False)
    end(run, "failed", now)
    assert (run.status, run.attempt) == ("failed", 3)
    assert ScheduledRun.objects.count() == 1
    schedule.refresh_from_db()
    assert (schedule.error_count, schedule.consecutive_failures) == (3, 1)


def test_too_many_failures_in_a_row_pause_the_schedule_with_the_reason(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(pause_after_failures=2)
    for minute in (1, 2):
        end(fire(schedule, minute), "failed", NOON + minute * MINUTE, "broken pipe")
    schedule.refresh_from_db()
    assert schedule.status == "paused"
    assert "2 failures in a row" in schedule.status_reason
    assert "broken pipe" in schedule.status_reason
    event = ScheduleEvent.objects.filter(schedule=schedule, verb="pause").get()
    assert (event.actor_kind, event.actor_name) == ("system", "system")


def test_the_end_of_a_run_frees_the_one_that_waited(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(overlap_policy="queue")
    first, second = fire(schedule, 1), fire(schedule, 2)
    assert (first.status, second.status) == ("pending", "waiting")
    end(first, "succeeded")
    second.refresh_from_db()
    assert second.status == "pending"
    assert redis.lrange("rq:queue:workflows", -1, -1) == [
        f"run-{second.id}-1-0".encode()
    ]


def test_a_token_that_was_taken_away_records_nothing(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    run = fire(make_schedule(), 1)
    start(run, DUE)
    late = record_outcome(
        run.id, token=uuid.uuid4(), outcome=Outcome("succeeded"), now=DUE
    )
    assert not late
    run.refresh_from_db()
    assert run.status == "running"


def test_what_runs_while_its_schedule_is_paused_runs_on_but_is_not_retried(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(max_retries=3)
    run = fire(schedule, 1)
    token = start(run, DUE)
    pause_schedule(schedule.id, actor=Actor.person(schedule.owner), now=DUE)
    record_outcome(run.id, token=token, outcome=outcome_of("failed", "x"), now=DUE)
    run.refresh_from_db()
    assert run.status == "failed"


def test_what_runs_while_its_schedule_is_stopped_records_itself(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    run = fire(schedule, 1)
    token = start(run, DUE)
    stop_schedule(schedule.id, actor=Actor.person(schedule.owner), now=DUE)
    record_outcome(run.id, token=token, outcome=Outcome("succeeded"), now=DUE)
    run.refresh_from_db()
    assert (run.status, run.schedule_name) == ("succeeded", "job")
    assert run.execution is not None


KILLED = Ending("failed", "The work process was killed.", FailureKind.CRASH)


def test_an_execution_that_was_asked_to_end_makes_its_run_a_cancelled_one(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    run = fire(make_schedule(max_retries=3), 1)
    token = start(run, DUE)
    WorkflowExecution.objects.update(cancel_requested_at=DUE + SECOND)
    assert close_lost_run(run.id, token, observed=KILLED, now=DUE + 2 * SECOND)
    run.refresh_from_db()
    ended = (run.status, run.failure_kind, run.error)
    assert ended == ("cancelled", "", CANCELLED.error)


def test_what_a_user_has_cancelled_is_not_retried_should_it_fail(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    run = fire(make_schedule(max_retries=3), 1)
    token = start(run, DUE)
    WorkflowExecution.objects.update(cancel_requested_at=DUE)
    record_outcome(run.id, token=token, outcome=outcome_of("failed", "x"), now=DUE)
    run.refresh_from_db()
    assert (run.status, run.attempt) == ("failed", 1)


def test_an_outcome_and_a_verb_never_wait_for_each_other(
    make_schedule: MakeSchedule,
) -> None:
    """Both lock the schedule first, and then the run."""
    schedule = make_schedule()
    fire_due(DUE)
    run = schedule.runs.get()
    token = start(run, DUE)
    locked, asked = Event(), Event()

    def verb() -> None:
        with transaction.atomic():
            ScheduledJob.objects.locked_or_none(schedule.pk)
            locked.set()
            assert asked.wait(10)
            time.sleep(0.2)  # the outcome waits for the schedule
            ScheduledRun.objects.update(cancel_requested_at=DUE)

    def outcome() -> bool:
        assert locked.wait(10)
        asked.set()
        ended = outcome_of("failed")
        return record_outcome(run.pk, token=token, outcome=ended, now=DUE + SECOND)

    assert at_once([verb, outcome]) == [None, True]
    run.refresh_from_db()
    assert (run.status, run.cancel_requested_at) == ("failed", DUE)
