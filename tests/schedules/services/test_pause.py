"""Pausing: nothing that was asked for before starts after it."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from redis import Redis

from schedules.exceptions import InvalidSchedule, ScheduleStopped
from schedules.models import ScheduledJob, ScheduledRun, ScheduleEvent
from schedules.services import (
    Actor,
    backfill,
    fire_due,
    pause_schedule,
    run_now,
    stop_schedule,
    sweep,
)
from schedules.services.runs.claims import claim_run
from schedules.services.runs.outcomes import Outcome, record_outcome
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.runs import held, outcome_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def pause(schedule: ScheduledJob, minute: float = 2.5, note: str = "") -> ScheduledJob:
    pause_schedule(
        schedule.id,
        actor=Actor.person(schedule.owner),
        now=NOON + minute * MINUTE,
        note=note,
    )
    schedule.refresh_from_db()
    return schedule


def events(schedule: ScheduledJob) -> list[ScheduleEvent]:
    return list(ScheduleEvent.objects.filter(schedule=schedule, verb="pause"))


def test_a_paused_schedule_has_no_next_run_keeps_its_frontier_and_does_not_fire(
    make_schedule: MakeSchedule,
) -> None:
    schedule = pause(make_schedule(), note="holidays")
    assert (schedule.status, schedule.status_reason) == ("paused", "holidays")
    assert (schedule.next_run_at, schedule.next_tick_at) == (None, NOON + MINUTE)
    assert schedule.version == 2
    assert fire_due(NOON + 9 * MINUTE).schedules == 0
    assert fire_due(NOON + 9 * MINUTE, schedule_id=schedule.id).rows == []


def test_one_event_says_who_why_and_what_was_withdrawn(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(overlap_policy="allow")
    fire_due(NOON + MINUTE)
    fire_due(NOON + 2 * MINUTE)
    pause(schedule, note="holidays")
    (event,) = events(schedule)
    assert (event.actor, event.note) == (schedule.owner, "holidays")
    assert event.before == {"status": "active"}
    assert event.after == {"status": "paused", "runs_withdrawn": 2}


def test_every_run_that_has_not_started_is_skipped_whatever_its_origin(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(overlap_policy="queue", catchup_policy="all")
    actor = Actor.person(schedule.owner)
    fire_due(NOON + 4 * MINUTE)
    run_now(schedule.id, actor=actor, now=NOON + 4.2 * MINUTE)
    pause(schedule, 4.5)
    assert held(schedule) == [
        "1 catch_up skipped paused",
        "2 catch_up skipped paused",
        "3 catch_up skipped paused",
        "4 catch_up skipped paused",
        "4.2 manual skipped paused",
    ]
    ended = ScheduledRun.objects.values_list("finished_at", flat=True)
    assert set(ended) == {NOON + 4.5 * MINUTE}
    schedule.refresh_from_db()
    assert schedule.fired_count == 4, "what fired is not given back"


def test_a_withdrawn_run_never_starts(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule()
    fire_due(NOON + MINUTE)
    run = ScheduledRun.objects.get()
    pause(schedule)
    assert claim_run(run.id, 1, token=uuid.uuid4(), now=NOON + 3 * MINUTE) is None
    run.refresh_from_db()
    assert (run.status, run.execution) == ("skipped", None)


def test_a_retry_that_waited_has_failed_and_what_runs_runs_on(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(overlap_policy="allow", max_retries=3)
    for minute in (1, 2):
        fire_due(NOON + minute * MINUTE)
    waits, runs = ScheduledRun.objects.order_by("scheduled_for")
    for run in (waits, runs):
        assert claim_run(run.id, 1, token=run.id, now=NOON + 2 * MINUTE)
    failed = outcome_of("failed", "no luck")
    record_outcome(waits.id, token=waits.id, outcome=failed, now=NOON + 2 * MINUTE)
    pause(schedule)
    waits.refresh_from_db()
    assert (waits.status, waits.reason, waits.error) == ("failed", "paused", "no luck")
    assert waits.failure_kind == "node"
    assert record_outcome(
        runs.id, token=runs.id, outcome=Outcome("succeeded"), now=NOON + 3 * MINUTE
    )
    runs.refresh_from_db()
    assert runs.status == "succeeded"


def test_a_retry_that_was_sent_and_has_not_started_has_failed_too(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(max_retries=1, retry_backoff_seconds=0)
    fire_due(NOON + MINUTE)
    run = ScheduledRun.objects.get()
    claim_run(run.id, 1, token=run.id, now=NOON + MINUTE)
    record_outcome(
        run.id, token=run.id, outcome=outcome_of("failed"), now=NOON + MINUTE
    )
    sweep(NOON + 2 * MINUTE, judge_leases=False)
    run.refresh_from_db()
    assert (run.status, run.attempt) == ("pending", 2)
    pause(schedule)
    assert held(schedule) == ["1 failed paused"]
    assert claim_run(run.id, 2, token=run.id, now=NOON + 3 * MINUTE) is None


def test_pausing_again_changes_nothing(make_schedule: MakeSchedule) -> None:
    schedule = pause(make_schedule(), note="holidays")
    for note in ("holidays", ""):
        again = pause(schedule, 3.5, note=note)
        assert (again.version, again.status_reason) == (2, "holidays")
    assert len(events(schedule)) == 1


def test_pausing_again_with_another_note_is_recorded_once(
    make_schedule: MakeSchedule,
) -> None:
    schedule = pause(make_schedule(), note="holidays")
    for minute in (3.5, 3.6):
        again = pause(schedule, minute, note="and a day more")
        assert (again.version, again.status_reason) == (3, "and a day more")
    newest, oldest = events(schedule)
    assert (newest.note, oldest.note) == ("and a day more", "holidays")
    assert newest.before == {"status": "paused"}
    assert newest.after == {"status": "paused", "runs_withdrawn": 0}


def test_each_person_who_pauses_it_is_on_record_once(
    make_schedule: MakeSchedule, bob: User
) -> None:
    bob.is_staff = bob.is_superuser = True
    bob.save()
    schedule = pause(make_schedule(), note="holidays")
    for minute in (3, 4):
        at = NOON + minute * MINUTE
        pause_schedule(schedule.id, actor=Actor.person(bob), now=at)
    assert [event.actor for event in events(schedule)] == [bob, schedule.owner]


def test_nothing_that_an_agent_says_hides_the_word_of_a_person(
    make_schedule: MakeSchedule,
) -> None:
    schedule = pause(make_schedule(), note="keep off")
    agent = Actor.agent(schedule.owner)
    for note in ("", "all is well", "all is very well"):
        pause_schedule(schedule.id, actor=agent, now=NOON + 3 * MINUTE, note=note)
    schedule.refresh_from_db()
    assert (schedule.version, schedule.status_reason) == (2, "keep off")
    assert len(events(schedule)) == 1


def test_pausing_again_withdraws_what_was_asked_for_since(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(overlap_policy="allow")
    actor = Actor.person(schedule.owner)
    fire_due(NOON + 4.8 * MINUTE)
    pause(schedule, 5, note="holidays")
    run_now(schedule.id, actor=actor, now=NOON + 5.5 * MINUTE)
    backfill(
        schedule.id,
        from_at=NOON,
        to_at=NOON + 2 * MINUTE,
        actor=actor,
        now=NOON + 5.6 * MINUTE,
    )
    assert ScheduledRun.objects.filter(status="pending").count() == 3
    pause(schedule, 6)
    assert not ScheduledRun.objects.filter(status__in=["pending", "waiting"]).exists()
    assert schedule.status_reason == "holidays"
    assert [event.after["runs_withdrawn"] for event in events(schedule)] == [3, 1]


def test_a_schedule_that_has_ended_says_so(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule(max_runs=1)
    fire_due(NOON + MINUTE)
    with pytest.raises(ScheduleStopped, match=r"stopped \(limit reached\)"):
        pause(schedule)
    assert ScheduledRun.objects.get().status == "pending", "what fired still runs"


@pytest.mark.parametrize("note", ["x" * 501, "nul\x00", "half a pair \ud800"])
@pytest.mark.parametrize("verb", [pause_schedule, stop_schedule, run_now])
def test_a_note_that_cannot_be_kept_is_refused(
    make_schedule: MakeSchedule, verb, note: str
) -> None:
    schedule = make_schedule()
    with pytest.raises(InvalidSchedule) as refused:
        verb(schedule.id, actor=Actor.person(schedule.owner), now=NOON, note=note)
    assert refused.value.errors.keys() == {"note"}
    assert list(ScheduleEvent.objects.values_list("verb", flat=True)) == ["create"]


def test_a_pause_costs_the_same_however_many_runs_it_withdraws(
    make_schedule: MakeSchedule, django_assert_max_num_queries
) -> None:
    schedule = make_schedule(overlap_policy="allow")
    for minute in range(1, 20):
        fire_due(NOON + minute * MINUTE)
    # The row, the withdrawal of retries and of the others, the row, the event, what
    # frames the transaction, and this test's own look.
    with django_assert_max_num_queries(9):
        pause(schedule, 30)


@pytest.mark.django_db(transaction=True)
def test_pausing_removes_the_alarm(redis: Redis, make_schedule: MakeSchedule) -> None:
    schedule = make_schedule()
    assert redis.zcard("rq:scheduler:scheduled_jobs") == 1
    pause(schedule)
    assert redis.zcard("rq:scheduler:scheduled_jobs") == 0
    assert not redis.exists(f"rq:job:{schedule.rq_job_id}")
