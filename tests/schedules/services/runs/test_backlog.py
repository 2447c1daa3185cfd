"""A backlog under `catchup_policy: all`: on the ledger, every tick once and in order."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from redis import Redis

from schedules.models import ScheduledJob, ScheduledRun
from schedules.services import (
    Actor,
    backfill,
    fire_due,
    pause_schedule,
    resume_schedule,
    sweep,
)
from schedules.services.insight.audit import audit
from tests.at_once import at_once
from tests.schedules.conftest import MakeSchedule
from tests.schedules.helpers import edit
from tests.schedules.policies import MINUTE, NOON
from tests.schedules.runs import end, end_open, fire, held, run_of, start

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
ONE_AT_A_TIME = ["skip", "queue", "replace"]


def started(schedule: ScheduledJob) -> list[int]:
    """The minutes whose ticks have started, in the order in which they did."""
    runs = ScheduledRun.objects.filter(schedule=schedule, started_at__isnull=False)
    ticks = runs.order_by("started_at").values_list("scheduled_for", flat=True)
    return [(tick - NOON) // MINUTE for tick in ticks]


@pytest.mark.heavy
@pytest.mark.parametrize("overlap", ONE_AT_A_TIME)
def test_every_tick_runs_once_and_in_order_although_the_line_drains_slowly(
    make_schedule: MakeSchedule, overlap: str
) -> None:
    """8 ticks late, and work that takes 40 seconds: twice as many ticks come meanwhile."""
    schedule = make_schedule(catchup_policy="all", overlap_policy=overlap)
    now, fired = 8.0, 8
    fire(now)
    while end_open(schedule, now):
        now += 2 / 3
        for minute in range(fired + 1, int(now) + 1):
            fire(minute)
            fired = minute
    assert started(schedule) == list(range(1, fired + 1))
    assert fired > 20
    assert next(audit()).is_balanced


def test_replace_cancels_nothing_until_the_line_is_empty(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(catchup_policy="all", overlap_policy="replace")
    fire(2)
    first = start(schedule, 1)
    fire(3)
    assert held(schedule) == [
        "1 catch_up running",
        "2 catch_up waiting",
        "3 catch_up waiting",
    ]
    end(first, 3.1)
    for minute in (2, 3):
        end(start(schedule, minute), 3.2)
    fire(4)
    start(schedule, 4)
    fire(5)
    assert held(schedule)[3:] == ["4 running replaced", "5 waiting"]


def test_the_last_of_the_line_still_runs_and_the_next_tick_is_not_lost(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(catchup_policy="all")
    fire(1.75)
    last = start(schedule, 1)
    fire(2)
    end(last, 2.5)
    second = start(schedule, 2)
    fire(3)
    end(second, 3.5)
    end(start(schedule, 3), 3.7)
    fire(4)
    start(schedule, 4)
    fire(5)
    assert held(schedule) == [
        *(f"{minute} catch_up succeeded" for minute in (1, 2, 3)),
        "4 running",
        "5 skipped overlap",
    ]


def test_a_full_line_skips_live_ticks_until_it_has_room(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(catchup_policy="all", catchup_window_seconds=86_400)
    fire(101, 102)
    skipped = run_of(schedule, 102)
    assert (skipped.status, skipped.reason) == ("skipped", "overlap")
    assert skipped.overlap == {
        "rule": "max_waiting",
        "running": 0,
        "pending": 1,
        "retrying": 0,
        "waiting": 100,
    }
    end(start(schedule, 1), 102.1)
    fire(103, 104)
    assert held(schedule)[-2:] == ["103 catch_up waiting", "104 skipped overlap"]


def test_the_line_stands_still_while_its_first_waits_for_a_retry(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(
        catchup_policy="all", max_retries=1, retry_backoff_seconds=120
    )
    fire(2)
    end(start(schedule, 1), 2.5, "failed")
    fire(3)
    sweep(NOON + 4 * MINUTE, judge_leases=False)
    assert [*held(schedule)] == [
        "1 catch_up waiting",
        "2 catch_up waiting",
        "3 catch_up waiting",
    ]
    sweep(NOON + 4.6 * MINUTE, judge_leases=False)
    end(start(schedule, 1), 5, "failed")
    assert [*held(schedule)] == [
        "1 catch_up failed",
        "2 catch_up pending",
        "3 catch_up waiting",
    ]


def test_a_tick_that_queue_kept_goes_before_the_backlog(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(catchup_policy="all", overlap_policy="queue")
    fire(1)
    first = start(schedule, 1)
    fire(2, 5)
    assert held(schedule) == [
        "1 running",
        "2 waiting",
        "3 catch_up waiting",
        "4 catch_up waiting",
        "5 catch_up waiting",
    ]
    end(first, 5.1)
    while end_open(schedule, 5.2):
        pass
    assert started(schedule) == [1, 2, 3, 4, 5]


def test_with_max_runs_the_oldest_run_and_an_ended_schedule_drains(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(catchup_policy="all", max_runs=3)
    fire(5)
    schedule.refresh_from_db()
    assert (schedule.status, schedule.fired_count) == ("stopped", 3)
    while end_open(schedule, 5.2):
        pass
    assert started(schedule) == [1, 2, 3]
    assert held(schedule)[-1] == "4-5 x2 skipped limit"


def test_a_pause_withdraws_the_line_and_resuming_with_all_begins_another(
    make_schedule: MakeSchedule, alice: User
) -> None:
    schedule, actor = make_schedule(catchup_policy="all"), Actor.person(alice)
    fire(3)
    running = start(schedule, 1)
    pause_schedule(schedule.id, actor=actor, now=NOON + 3.5 * MINUTE)
    assert held(schedule)[1:] == [
        "2 catch_up skipped paused",
        "3 catch_up skipped paused",
    ]
    resume_schedule(schedule.id, actor=actor, now=NOON + 5.5 * MINUTE, catch_up="all")
    fire(6)
    waiting = [f"{minute} catch_up waiting" for minute in (4, 5, 6)]
    assert held(schedule)[3:] == waiting
    end(running, 6.1)
    while end_open(schedule, 6.2):
        pass
    assert started(schedule) == [1, 4, 5, 6]


def test_a_backfill_waits_for_the_whole_line(
    make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule(catchup_policy="none")
    fire(3)
    end(start(schedule, 3), 3.1)
    ScheduledJob.objects.update(catchup_policy="all")
    fire(5)
    backfill(
        schedule.id,
        from_at=NOON,
        to_at=NOON + 2 * MINUTE,
        actor=Actor.person(alice),
        now=NOON + 5.1 * MINUTE,
    )
    fire(6)
    while end_open(schedule, 6.5):
        pass
    assert started(schedule) == [3, 4, 5, 6, 1, 2]


def test_a_running_backfill_keeps_no_tick_of_a_backlog_waiting(
    make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule(catchup_policy="none")
    fire(2)
    end(start(schedule, 2), 2.1)
    backfill(
        schedule.id,
        from_at=NOON,
        to_at=NOON + MINUTE,
        actor=Actor.person(alice),
        now=NOON + 2.2 * MINUTE,
    )
    ScheduledJob.objects.update(catchup_policy="all")
    fire(4)
    assert held(schedule)[-2:] == ["3 catch_up pending", "4 catch_up waiting"]


def test_another_catch_up_policy_judges_live_ticks_and_keeps_the_line(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(catchup_policy="all")
    fire(3)
    start(schedule, 1)
    edit(schedule, 3.2, catchup_policy="latest")
    fire(4)
    assert held(schedule)[-1] == "4 skipped overlap"
    while end_open(schedule, 4.5):
        pass
    assert started(schedule) == [1, 2, 3]


def test_a_line_that_is_already_there_becomes_a_backlog_when_all_is_chosen(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(catchup_policy="latest", overlap_policy="queue")
    fire(1)
    start(schedule, 1)
    fire(3)
    assert held(schedule)[1:] == ["2 catch_up waiting", "3 waiting"]
    edit(schedule, 3.2, catchup_policy="all")
    fire(4)
    while end_open(schedule, 4.5):
        pass
    assert started(schedule) == [1, 2, 3, 4]


def test_with_overlap_allow_the_line_starts_at_once(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(catchup_policy="all")
    fire(3)
    start(schedule, 1)
    edit(schedule, 3.2, overlap_policy="allow")
    assert held(schedule)[1:] == ["2 catch_up pending", "3 catch_up pending"]
    fire(4)
    assert held(schedule)[-1] == "4 pending"


@pytest.mark.parametrize("overlap", ONE_AT_A_TIME)
def test_the_sweep_frees_the_oldest_of_a_line_that_nobody_freed(
    redis: Redis, make_schedule: MakeSchedule, overlap: str
) -> None:
    schedule = make_schedule(catchup_policy="all", overlap_policy=overlap)
    fire(3)
    first = ScheduledRun.objects.filter(pk=run_of(schedule, 1).pk)
    assert sweep(NOON + 3.1 * MINUTE, judge_leases=False).waiting_released == 0
    first.update(status="succeeded")
    fire(4)
    assert sweep(NOON + 4.1 * MINUTE, judge_leases=False).waiting_released == 1
    assert held(schedule) == [
        "1 catch_up succeeded",
        "2 catch_up pending",
        "3 catch_up waiting",
        "4 catch_up waiting",
    ]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("overlap", ONE_AT_A_TIME)
def test_outcomes_ticks_and_sweeps_at_once_keep_the_order(
    redis: Redis, make_schedule: MakeSchedule, overlap: str
) -> None:
    schedule = make_schedule(catchup_policy="all", overlap_policy=overlap)
    fire(4)
    for minute in range(5, 17):
        now = NOON + minute * MINUTE
        answers = at_once(
            [
                lambda minute=minute: end_open(schedule, minute),
                lambda now=now: fire_due(now),
                lambda now=now: sweep(now, judge_leases=False),
                lambda now=now: fire_due(now),
            ]
        )
        assert not [error for error in answers if isinstance(error, Exception)]
        fire_due(now)  # what a lock hid from both
        still_open = ScheduledRun.objects.filter(status__in=("pending", "running"))
        assert still_open.count() == 1
    while end_open(schedule, 17):
        pass
    assert started(schedule) == list(range(1, 17))
    assert next(audit()).is_balanced
