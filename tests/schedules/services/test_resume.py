"""Resuming: from the next tick on, with an exact account of what passed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from redis import Redis

from schedules.exceptions import InvalidSchedule, ScheduleStopped
from schedules.models import ScheduledJob, ScheduledRun, ScheduleEvent
from schedules.services import (
    Actor,
    Resumed,
    fire_due,
    pause_schedule,
    resume_schedule,
)
from schedules.services.runs.claims import claim_run
from schedules.services.runs.outcomes import Outcome, record_outcome
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.runs import held, outcome_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)


def pause(schedule: ScheduledJob, minute: float = 0) -> ScheduledJob:
    actor = Actor.person(schedule.owner)
    return pause_schedule(schedule.id, actor=actor, now=NOON + minute * MINUTE)


def resume(schedule: ScheduledJob, minute: float, **how: str) -> Resumed:
    resumed = resume_schedule(
        schedule.id,
        actor=Actor.person(schedule.owner),
        now=NOON + minute * MINUTE,
        **how,
    )
    schedule.refresh_from_db()
    return resumed


def trail(schedule: ScheduledJob) -> list[str]:
    events = ScheduleEvent.objects.filter(schedule=schedule).order_by("id")
    return list(events.values_list("verb", flat=True))


def test_it_fires_again_from_the_next_tick_on(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule()
    pause(schedule)
    resumed = resume(schedule, 3.5, note="back")
    assert (resumed.passed, resumed.caught_up) == (3, 0)
    assert (schedule.status, schedule.status_reason) == ("active", "")
    assert schedule.next_tick_at == schedule.next_run_at == NOON + 4 * MINUTE
    assert held(schedule) == ["1-3 x3 skipped paused"]
    fire_due(NOON + 4 * MINUTE)
    assert held(schedule)[1:] == ["4 pending"]


def test_one_event_says_what_passed(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule()
    pause(schedule)
    resume(schedule, 3.5, catch_up="latest", note="back")
    event = ScheduleEvent.objects.get(verb="resume")
    assert (event.note, event.before) == ("back", {"status": "paused"})
    assert event.after == {
        "status": "active",
        "ticks_passed": 3,
        "ticks_caught_up": 1,
    }
    assert schedule.version == 3


def test_what_is_caught_up_counts_as_fired_and_runs_one_at_a_time(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule()
    pause(schedule)
    resumed = resume(schedule, 3.5, catch_up="all")
    assert (resumed.passed, resumed.caught_up, schedule.fired_count) == (3, 3, 3)
    assert held(schedule) == [
        "1 catch_up pending",
        "2 catch_up waiting",
        "3 catch_up waiting",
    ]


def test_it_waits_behind_a_run_from_before_the_pause(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule()
    fire_due(NOON + MINUTE)
    run = ScheduledRun.objects.get()
    claim_run(run.id, 1, token=run.id, now=NOON + MINUTE)
    pause(schedule, 1.5)
    resume(schedule, 3.5, catch_up="latest")
    assert held(schedule) == [
        "1 running",
        "2 skipped paused",
        "3 catch_up waiting",
    ]
    record_outcome(
        run.id, token=run.id, outcome=Outcome("succeeded"), now=NOON + 3.7 * MINUTE
    )
    assert held(schedule)[-1] == "3 catch_up pending"


def test_resuming_again_changes_nothing(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule()
    pause(schedule)
    resume(schedule, 3.5)
    again = resume(schedule, 9.5, catch_up="all")
    assert (again.passed, again.caught_up, schedule.version) == (0, 0, 3)
    assert schedule.next_tick_at == NOON + 4 * MINUTE
    assert trail(schedule) == ["create", "pause", "resume"]


def test_a_pause_without_a_tick_in_it_leaves_no_row(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule()
    pause(schedule, 0.2)
    assert resume(schedule, 0.5).passed == 0
    assert held(schedule) == []
    assert schedule.next_run_at == NOON + MINUTE


@pytest.mark.parametrize(
    ("fields", "catch_up", "reason"),
    [
        ({"end_at": NOON + 2 * MINUTE}, "none", "end reached"),
        ({"run_at": NOON + MINUTE}, "none", "missed"),
        ({"run_at": NOON + MINUTE}, "latest", "completed"),
        ({"max_runs": 2}, "all", "limit reached"),
    ],
)
def test_with_nothing_left_it_ends_and_says_so(
    make_schedule: MakeSchedule, fields: dict, catch_up: str, reason: str
) -> None:
    schedule = make_schedule(**fields)
    pause(schedule)
    resumed = resume(schedule, 9.5, catch_up=catch_up)
    assert (schedule.status, schedule.status_reason) == ("stopped", reason)
    assert resumed.schedule.next_run_at is schedule.next_run_at is None
    assert trail(schedule) == ["create", "pause", "resume", "complete"]
    with pytest.raises(ScheduleStopped, match=rf"stopped \({reason}\)"):
        resume(schedule, 9.6)


def test_a_row_of_failures_is_forgotten(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule(pause_after_failures=1)
    fire_due(NOON + MINUTE)
    run = ScheduledRun.objects.get()
    claim_run(run.id, 1, token=run.id, now=NOON + MINUTE)
    record_outcome(
        run.id, token=run.id, outcome=outcome_of("failed", "no luck"), now=NOON + MINUTE
    )
    schedule.refresh_from_db()
    assert schedule.status == "paused"
    assert "no luck" in schedule.status_reason
    resume(schedule, 1.5)
    assert (schedule.status, schedule.consecutive_failures) == ("active", 0)


def test_what_is_to_be_caught_up_must_be_one_of_three(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule()
    pause(schedule)
    with pytest.raises(InvalidSchedule) as refused:
        resume(schedule, 3.5, catch_up="some")
    assert refused.value.errors.keys() == {"catch_up"}


def test_after_the_clock_was_set_back_a_little_no_tick_comes_twice(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(overlap_policy="allow")
    fire_due(NOON + 5 * MINUTE)
    pause(schedule, 5.5)
    resume(schedule, 4.5, catch_up="all")
    assert schedule.next_tick_at == NOON + 6 * MINUTE


def test_a_year_of_pause_costs_what_a_minute_does(
    make_schedule: MakeSchedule, django_assert_max_num_queries
) -> None:
    schedule = make_schedule(cron_expression="* * * * *")
    pause(schedule)
    # The row, the triggers, what is open, the ledger, the event, the row, and this test's own look.
    with django_assert_max_num_queries(11):
        assert resume(schedule, 525_600.5, catch_up="all").passed == 525_600
    assert len(held(schedule)) == 101


@pytest.mark.django_db(transaction=True)
def test_its_alarm_is_back_and_what_is_caught_up_is_sent(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    pause(schedule)
    resume(schedule, 3.5, catch_up="all")
    score = redis.zscore("rq:scheduler:scheduled_jobs", schedule.rq_job_id)
    assert score == (NOON + 4 * MINUTE).timestamp()
    assert redis.llen("rq:queue:workflows") == 1
