"""A run that somebody asked for, beside the schedule's ticks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from redis import Redis

from schedules.exceptions import InvalidSchedule, ScheduleStopped
from schedules.models import ScheduledJob, ScheduledRun, ScheduleEvent
from schedules.services import Actor, fire_due, pause_schedule, run_now
from schedules.services.insight.audit import audit
from schedules.services.runs.claims import claim_run
from schedules.services.runs.outcomes import record_outcome
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.runs import held, outcome_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)


def ask(
    schedule: ScheduledJob, minute: float = 0.5, request_id: str | None = None
) -> ScheduledRun:
    return run_now(
        schedule.id,
        actor=Actor.person(schedule.owner),
        now=NOON + minute * MINUTE,
        note="to see it work",
        request_id=request_id,
    )


def test_it_moves_no_frontier_and_counts_for_no_limit(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(max_runs=1)
    run = ask(schedule)
    assert (run.origin, run.status, run.attempt) == ("manual", "pending", 1)
    assert run.scheduled_for == run.due_at == NOON + 0.5 * MINUTE
    schedule.refresh_from_db()
    assert (schedule.fired_count, schedule.version) == (0, 1)
    assert schedule.next_tick_at == NOON + MINUTE
    fire_due(NOON + MINUTE)
    assert held(schedule) == ["0.5 manual pending", "1 pending"]
    assert next(audit()).problems == []


def test_one_event_says_who_asked_and_for_which_run(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule()
    run = ask(schedule)
    event = ScheduleEvent.objects.get(verb="run")
    assert (event.actor, event.note) == (schedule.owner, "to see it work")
    assert event.after == {"run": str(run.id)}


def test_a_paused_schedule_runs_and_stays_paused(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule()
    pause_schedule(schedule.id, actor=Actor.person(schedule.owner), now=NOON)
    run = ask(schedule)
    assert claim_run(run.id, 1, token=run.id, now=NOON + MINUTE) is not None
    schedule.refresh_from_db()
    assert schedule.status == "paused"


@pytest.mark.parametrize("overlap", ["skip", "queue", "replace"])
def test_it_neither_waits_nor_keeps_a_tick_waiting(
    make_schedule: MakeSchedule, overlap: str
) -> None:
    schedule = make_schedule(overlap_policy=overlap)
    first = ask(schedule)
    claim_run(first.id, 1, token=first.id, now=NOON + 0.6 * MINUTE)
    fire_due(NOON + MINUTE)
    ask(schedule, 1.5)
    assert held(schedule) == ["0.5 manual running", "1 pending", "1.5 manual pending"]


def test_its_outcome_counts_as_any_other(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule(max_retries=1)
    run = ask(schedule)
    claim_run(run.id, 1, token=run.id, now=NOON + MINUTE)
    record_outcome(
        run.id, token=run.id, outcome=outcome_of("failed"), now=NOON + MINUTE
    )
    run.refresh_from_db()
    assert (run.status, run.attempt) == ("waiting", 2)
    schedule.refresh_from_db()
    assert (schedule.run_count, schedule.error_count) == (1, 1)


def test_the_same_request_is_the_same_run_even_when_it_is_over(
    make_schedule: MakeSchedule,
) -> None:
    schedule, other = make_schedule(), make_schedule()
    run = ask(schedule, request_id="click")
    ScheduledRun.objects.filter(pk=run.pk).update(status="succeeded")
    assert ask(schedule, 9, request_id="click").id == run.id
    assert ask(other, request_id="click").id != run.id
    assert ask(schedule, request_id="another").id != run.id
    assert ask(schedule).id != ask(schedule).id
    assert ScheduleEvent.objects.filter(schedule=schedule, verb="run").count() == 4


def test_the_same_request_is_answered_although_the_schedule_has_ended(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(max_runs=1)
    run = ask(schedule, request_id="click")
    fire_due(NOON + MINUTE)
    assert ask(schedule, 2, request_id="click").id == run.id
    with pytest.raises(ScheduleStopped, match=r"stopped \(limit reached\)"):
        ask(schedule, 2)


@pytest.mark.parametrize("request_id", ["x" * 101, "nul\x00", "half a pair \ud800"])
def test_a_request_id_that_cannot_be_kept_is_refused(
    make_schedule: MakeSchedule, request_id: str
) -> None:
    with pytest.raises(InvalidSchedule) as refused:
        ask(make_schedule(), request_id=request_id)
    assert refused.value.errors.keys() == {"request_id"}


def test_it_costs_the_same_whatever_the_ledger_holds(
    make_schedule: MakeSchedule, django_assert_max_num_queries
) -> None:
    schedule = make_schedule(overlap_policy="allow")
    for minute in range(1, 20):
        fire_due(NOON + minute * MINUTE)
    # The row, the same request, the triggers, the run, the event, and what frames a transaction.
    with django_assert_max_num_queries(9):
        ask(schedule, 30, request_id="click")


@pytest.mark.django_db(transaction=True)
def test_it_stands_in_the_queue_at_once(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    run = ask(make_schedule())
    assert redis.lrange("rq:queue:workflows", 0, -1) == [f"run-{run.id}-1-0".encode()]
    run.refresh_from_db()
    assert run.enqueued_at == NOON + 0.5 * MINUTE
