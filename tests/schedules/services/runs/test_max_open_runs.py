"""How many runs overlap `allow` may have open at once, so that one schedule fills no queue."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from redis import Redis

from schedules.exceptions import InvalidSchedule
from schedules.models import ScheduledJob, ScheduledRun, ScheduleEvent
from schedules.services import (
    Actor,
    backfill,
    fire_due,
    resume_schedule,
    run_now,
    sweep,
)
from schedules.services.insight.audit import audit
from tests.at_once import at_once
from tests.options import Options
from tests.schedules.conftest import MakeSchedule
from tests.schedules.helpers import edit
from tests.schedules.policies import MINUTE, NOON
from tests.schedules.runs import end, fire, held, run_of, start

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def allow(make_schedule: MakeSchedule, most: int, **fields: object) -> ScheduledJob:
    return make_schedule(overlap_policy="allow", max_open_runs=most, **fields)


def backfilled(schedule: ScheduledJob, upto: float, now: float) -> list[str]:
    """The states of the backfilled runs, oldest first."""
    backfill(
        schedule.id,
        from_at=NOON,
        to_at=NOON + upto * MINUTE,
        actor=Actor.person(schedule.owner),
        now=NOON + now * MINUTE,
    )
    return states_of("backfill")


def states_of(origin: str) -> list[str]:
    runs = ScheduledRun.objects.filter(origin=origin).order_by("scheduled_for")
    return list(runs.values_list("status", flat=True))


def test_ticks_beyond_the_limit_are_skipped_until_one_ends(
    make_schedule: MakeSchedule,
) -> None:
    schedule = allow(make_schedule, 2)
    fire(1)
    first = start(schedule, 1)
    fire(2, 3)
    end(first, 3.5)
    fire(4, 5)
    assert held(schedule) == [
        "1 succeeded",
        "2 pending",
        "3 skipped overlap",
        "4 pending",
        "5 skipped overlap",
    ]
    assert run_of(schedule, 3).overlap == {
        "rule": "max_open_runs",
        "running": 1,
        "pending": 1,
        "retrying": 0,
        "waiting": 0,
    }
    assert next(audit()).is_balanced


def test_a_run_that_waits_for_a_retry_is_open(make_schedule: MakeSchedule) -> None:
    schedule = allow(make_schedule, 1, max_retries=1, retry_backoff_seconds=600)
    fire(1)
    end(start(schedule, 1), 1.5, "failed")
    fire(2)
    assert held(schedule) == ["1 waiting", "2 skipped overlap"]
    assert run_of(schedule, 2).overlap["retrying"] == 1


def test_neither_manual_runs_nor_backfills_count(make_schedule: MakeSchedule) -> None:
    schedule = allow(make_schedule, 1, catchup_policy="none")
    actor = Actor.person(schedule.owner)
    run_now(schedule.id, actor=actor, now=NOON + MINUTE / 2)
    fire(3)
    end(start(schedule, 3), 3.1)
    assert backfilled(schedule, 1, now=3.5) == ["pending"]
    fire(4)
    assert run_of(schedule, 4).status == "pending"


@pytest.mark.heavy
def test_there_may_be_no_limit(make_schedule: MakeSchedule) -> None:
    schedule = allow(make_schedule, 0)
    fire(*range(1, 131))
    assert held(schedule)[-1] == "130 pending"


def test_the_site_says_how_many_a_new_schedule_allows(
    make_schedule: MakeSchedule, ostinato: Options
) -> None:
    assert make_schedule().max_open_runs == 100
    ostinato(MAX_OPEN_RUNS=7)
    assert make_schedule().max_open_runs == 7


def test_late_ticks_beyond_the_limit_wait_and_start_as_others_end(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = allow(make_schedule, 2, catchup_policy="all")
    fire(4)
    assert held(schedule) == [
        "1 catch_up pending",
        "2 catch_up waiting",
        "3 catch_up waiting",
        "4 pending",
    ]
    end(start(schedule, 4), 4.1)
    assert states_of("catch_up") == ["pending", "pending", "waiting"]
    fire(5)
    assert held(schedule)[-1] == "5 skipped overlap"
    end(start(schedule, 1), 5.1)
    assert states_of("catch_up") == ["succeeded", "pending", "pending"]


def test_resuming_with_all_keeps_to_the_limit(
    make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = allow(make_schedule, 2)
    ScheduledJob.objects.update(status="paused", next_run_at=None)
    actor = Actor.person(alice)
    resume_schedule(schedule.id, actor=actor, now=NOON + 4.5 * MINUTE, catch_up="all")
    assert states_of("catch_up") == ["pending", "pending", "waiting", "waiting"]


def test_a_backfill_is_not_skipped_and_starts_so_many_at_a_time(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = allow(make_schedule, 3, catchup_policy="none")
    fire(6)  # open, and counted apart
    states = backfilled(schedule, 5, now=6.5)
    assert states == ["pending", "pending", "pending", "waiting", "waiting"]
    # Somebody crashed between the outcome and the release.
    of_backfill = ScheduledRun.objects.filter(origin="backfill")
    of_backfill.filter(scheduled_for=NOON + 2 * MINUTE).update(status="succeeded")
    assert sweep(NOON + 7 * MINUTE, judge_leases=False).waiting_released == 1
    assert states_of("backfill") == [
        "pending",
        "succeeded",
        "pending",
        "pending",
        "waiting",
    ]


def test_a_backfill_without_a_limit_starts_at_once(
    redis: Redis, make_schedule: MakeSchedule, django_capture_on_commit_callbacks
) -> None:
    schedule = allow(make_schedule, 0, catchup_policy="none")
    fire(301)
    with django_capture_on_commit_callbacks(execute=True):
        assert set(backfilled(schedule, 300, now=301.5)) == {"pending"}
    assert redis.llen("rq:queue:workflows") == 301


def test_a_higher_limit_starts_what_waits(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = allow(make_schedule, 1, catchup_policy="all")
    fire(5)
    edit(schedule, 9, max_open_runs=3)
    assert states_of("catch_up") == ["pending", "pending", "waiting", "waiting"]
    edit(schedule, 9, max_open_runs=0)
    assert set(states_of("catch_up")) == {"pending"}
    assert ScheduleEvent.objects.first().after == {"max_open_runs": 0}


def test_a_lower_limit_ends_nothing(make_schedule: MakeSchedule) -> None:
    schedule = allow(make_schedule, 3)
    fire(1, 2, 3)
    edit(schedule, 9, max_open_runs=1)
    end(start(schedule, 1), 9)
    fire(10)
    assert held(schedule)[-1] == "10 skipped overlap"
    assert states_of("schedule").count("pending") == 2


@pytest.mark.parametrize("wrong", [-1, 100_001, 1.5, True, "9", None])
def test_a_limit_that_is_none_is_refused(
    make_schedule: MakeSchedule, wrong: object
) -> None:
    with pytest.raises(InvalidSchedule) as refused:
        make_schedule(max_open_runs=wrong)
    assert list(refused.value.errors) == ["max_open_runs"]


def test_below_the_limit_a_tick_is_decided_ahead_of_time_and_at_the_limit_it_is_not(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = allow(make_schedule, 2)
    fire(1)
    ahead = fire_due(NOON + 2 * MINUTE, wait_until=lambda until: None)
    assert (ahead.schedules, ahead.rest) == (1, None)
    first = start(schedule, 1)

    def end_it(until: object) -> None:
        end(first, 2.999)

    left = fire_due(NOON + 3 * MINUTE, wait_until=end_it)
    assert (left.schedules, left.rest) == (0, 0.0)
    fire(3)
    assert held(schedule) == ["1 succeeded", "2 pending", "3 pending"]


def test_however_much_is_open_firing_takes_as_many_queries(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    def queries(minute: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            fire(minute)
        return len(captured)

    allow(make_schedule, 50)
    first = queries(1)
    for _ in range(5):
        allow(make_schedule, 50)
    fire(*range(2, 9))
    assert queries(9) == first


@pytest.mark.django_db(transaction=True)
def test_outcomes_ticks_and_sweeps_at_once_keep_to_the_limit(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = allow(make_schedule, 3, catchup_policy="all")
    fire(6)
    for minute in range(7, 15):
        now = NOON + minute * MINUTE

        def end_one(minute=minute) -> None:
            tick = ScheduledRun.objects.filter(status="pending").first()
            assert tick is not None
            at = (tick.scheduled_for - NOON) / MINUTE
            end(start(schedule, round(at)), minute)

        answers = at_once(
            [
                end_one,
                lambda now=now: fire_due(now),
                lambda now=now: sweep(now, judge_leases=False),
            ]
        )
        assert not [error for error in answers if isinstance(error, Exception)]
        fire_due(now + timedelta(seconds=1))
        states = list(ScheduledRun.objects.values_list("status", flat=True))
        assert "running" not in states
        assert states.count("pending") <= 3
        assert states.count("pending") == 3 or "waiting" not in states
    assert next(audit()).is_balanced
