"""A tick that did start while a clock was ahead does not run again."""

from __future__ import annotations

from datetime import datetime
from itertools import product
from typing import Any

import pytest

from schedules.models import ScheduledJob, ScheduledRun
from schedules.services import (
    Actor,
    backfill,
    pause_schedule,
    preview_schedule,
    resume_schedule,
    update_schedule,
)
from schedules.services.insight.explain import explain
from schedules.services.ledger.early import early_ticks
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.services.clocks.ahead import (
    AHEAD,
    BACK,
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    account_of,
    fire_all,
    pending,
    put_right,
    rows,
    start_and_end,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_a_tick_that_ran_early_is_passed_over_when_its_time_comes(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(overlap_policy="allow", catchup_policy="none")
    fire_all(NOON + 5 * MINUTE)
    start_and_end(pending(), NOON + 5 * MINUTE)
    put_right()
    schedule.refresh_from_db()
    assert (schedule.next_tick_at, schedule.fired_count) == (NOON + 2 * MINUTE, 1)
    assert account_of(schedule).ran_early == [NOON + 5 * MINUTE]
    for minute in range(2, 8):
        fire_all(NOON + minute * MINUTE)
        account_of(schedule)
    assert account_of(schedule).expected == 7
    assert [row for row in rows(schedule) if row.startswith("5 ")] == ["5 succeeded"]
    schedule.refresh_from_db()
    assert schedule.fired_count == 6  # 2, 3, 4, 6, 7, and 5, early
    assert schedule.status == "active"
    assert account_of(schedule).ran_early == []


def test_the_next_run_is_the_next_tick_that_did_not_run_early(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(overlap_policy="allow", catchup_policy="all")
    for minute in (3, 4):
        fire_all(NOON + minute * MINUTE)
        for run in ScheduledRun.objects.filter(status="pending"):
            start_and_end(run, NOON + minute * MINUTE)
    put_right(NOON + 1.5 * MINUTE)
    schedule.refresh_from_db()
    assert schedule.next_tick_at == NOON + 2 * MINUTE
    assert schedule.next_run_at == NOON + 5 * MINUTE
    (tick,) = preview_schedule(schedule, count=1, now=NOON + 1.5 * MINUTE).ticks
    assert tick.due_at == schedule.next_run_at
    fire_all(NOON + 5 * MINUTE)
    assert len(rows(schedule)) == 5
    assert account_of(schedule).expected == 5


@pytest.mark.parametrize("catchup", ["latest", "all", "none"])
def test_late_ticks_around_one_that_ran_early_are_each_recorded_once(
    make_schedule: MakeSchedule, catchup: str
) -> None:
    schedule = make_schedule(overlap_policy="allow", catchup_policy="none")
    fire_all(NOON + 30 * MINUTE)
    start_and_end(pending(), NOON + 30 * MINUTE)
    put_right()
    ScheduledJob.objects.update(catchup_policy=catchup)
    fire_all(NOON + 60.75 * MINUTE)
    assert account_of(schedule).expected == 60
    assert ScheduledRun.objects.filter(scheduled_for=NOON + 30 * MINUTE).count() == 1


def test_an_edit_while_ticks_have_run_early_keeps_the_account(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(overlap_policy="allow", catchup_policy="none")
    fire_all(NOON + 30 * MINUTE)
    start_and_end(pending(), NOON + 30 * MINUTE)
    actor = Actor.person(schedule.owner)
    update_schedule(schedule.pk, {"interval_seconds": 600}, actor=actor, now=BACK)
    schedule.refresh_from_db()
    assert schedule.next_tick_at == NOON + 10 * MINUTE
    assert account_of(schedule).ran_early == [NOON + 30 * MINUTE]
    for minute in (10, 20, 30, 40):
        fire_all(NOON + minute * MINUTE)
        account_of(schedule)
    at_30 = ScheduledRun.objects.get(scheduled_for=NOON + 30 * MINUTE)
    assert (at_30.status, at_30.epoch) == ("succeeded", 2)
    assert account_of(schedule).ran_early == []
    update_schedule(
        schedule.pk, {"interval_seconds": 60}, actor=actor, now=NOON + 45 * MINUTE
    )
    assert account_of(schedule).expected == 1 + 4


def test_what_a_backfill_ran_before_its_time_does_not_run_again(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(catchup_policy="none")
    actor = Actor.person(schedule.owner)
    fire_all(AHEAD)
    at = NOON + 5 * MINUTE
    backfill(schedule.pk, from_at=at, to_at=at + MINUTE, actor=actor, now=AHEAD)
    start_and_end(pending(), AHEAD)  # the other waits for its turn
    put_right()
    for minute in (2, 3, 4, 5, 6, 7):
        fire_all(NOON + minute * MINUTE)
        account_of(schedule)
    assert ScheduledRun.objects.filter(scheduled_for=at).count() == 1
    assert ScheduledRun.objects.filter(scheduled_for=at + MINUTE).count() == 1


def test_a_second_time_ahead_is_put_right_as_well(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule(overlap_policy="allow", catchup_policy="none")
    fire_all(AHEAD)
    start_and_end(pending(), AHEAD)
    put_right()
    fire_all(NOON + DAY)
    put_right(NOON + 5.5 * MINUTE)
    schedule.refresh_from_db()
    assert schedule.next_tick_at == NOON + 6 * MINUTE
    assert account_of(schedule).ran_early == [AHEAD]
    fire_all(AHEAD + MINUTE)
    assert account_of(schedule).expected == 2 * 1440 + 1
    assert ScheduledRun.objects.filter(scheduled_for=AHEAD).count() == 1


def test_explain_never_calls_a_future_tick_missed(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule()
    fire_all(AHEAD)
    start_and_end(pending(), AHEAD)
    schedule.refresh_from_db()
    future = explain(schedule, at=NOON + HOUR, now=BACK)
    assert future.sentence == (
        "It is not due yet. It is already in the ledger, because the ledger is 1 day 23 hours "
        "ahead of the clock. The next start of a scheduler, or the next change of this "
        "schedule, withdraws it; it then runs on time."
    )
    early = explain(schedule, at=AHEAD, now=BACK)
    assert early.sentence == (
        "It ran before its time, while a clock was ahead. It ran: it started at 2026-11-25 "
        "12:00:00 UTC and succeeded at 2026-11-25 12:00:00 UTC."
    )
    (tick,) = preview_schedule(schedule, count=1, now=BACK).ticks
    assert tick.due_at == schedule.next_run_at


CATCHUPS, OVERLAPS = ["latest", "all", "none"], ["skip", "queue", "allow", "replace"]
# Each value once; all the pairs with `--all`.
PAIRS = [("latest", "skip"), ("all", "queue"), ("none", "allow"), ("latest", "replace")]


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("catchup", "overlap"),
    [
        pytest.param(*pair, marks=() if pair in PAIRS else pytest.mark.slow)
        for pair in product(CATCHUPS, OVERLAPS)
    ],
)
def test_a_clock_that_is_behind_starts_nothing_again(
    make_schedule: MakeSchedule, catchup: str, overlap: str
) -> None:
    """From inside it looks as if the ledger were ahead."""
    schedule = make_schedule(catchup_policy=catchup, overlap_policy=overlap)
    started: list[datetime] = []

    def work(now: datetime) -> None:
        fire_all(now)
        for run in ScheduledRun.objects.filter(status="pending"):
            start_and_end(run, now)
            started.append(run.scheduled_for)

    for minute in range(1, 10):
        work(NOON + minute * MINUTE)
    put_right(NOON + 3.5 * MINUTE)
    for minute in (4, 5):
        work(NOON + minute * MINUTE)
    for minute in range(10, 15):
        work(NOON + minute * MINUTE)
        account_of(schedule)
    assert len(started) == len(set(started)) == 14
    assert account_of(schedule).expected == 14


def test_a_backfill_of_an_earlier_timing_counts_where_its_tick_does(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(overlap_policy="allow")
    actor = Actor.person(schedule.owner)
    pause_schedule(schedule.pk, actor=actor, now=NOON)
    late = NOON + 10 * MINUTE
    update_schedule(schedule.pk, {"interval_seconds": 300}, actor=actor, now=late)
    backfill(schedule.pk, from_at=NOON, to_at=late, actor=actor, now=late)
    for run in ScheduledRun.objects.filter(status="pending"):
        start_and_end(run, late)
    put_right(NOON)
    assert len(account_of(schedule).ran_early) == 10
    resume_schedule(schedule.pk, actor=actor, now=NOON)
    fire_all(NOON + 20 * MINUTE)
    assert account_of(schedule).expected == 4
    assert ScheduledRun.objects.filter(scheduled_for__lte=late).count() == 10


def test_what_was_made_manual_begins_again_from_now_on(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(overlap_policy="allow", catchup_policy="none")
    fire_all(AHEAD)
    start_and_end(pending(), AHEAD)
    put_right()
    actor = Actor.person(schedule.owner)
    update_schedule(schedule.pk, {"schedule_type": "manual"}, actor=actor, now=BACK)
    account_of(schedule)
    update_schedule(
        schedule.pk, {"interval_seconds": 60}, actor=actor, now=BACK + MINUTE
    )
    schedule.refresh_from_db()
    assert schedule.next_tick_at == BACK + 2 * MINUTE
    fire_all(AHEAD + 2 * MINUTE)
    account_of(schedule)


def test_what_ran_once_and_early_is_revived_before_that_time(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(run_at=AHEAD)
    fire_all(AHEAD)
    start_and_end(pending(), AHEAD)
    put_right()
    actor = Actor.person(schedule.owner)
    update_schedule(schedule.pk, {"run_at": NOON + HOUR}, actor=actor, now=BACK)
    schedule.refresh_from_db()
    assert (schedule.status, schedule.next_run_at) == ("active", NOON + HOUR)
    assert account_of(schedule).ran_early == [AHEAD]
    fire_all(NOON + HOUR)
    assert account_of(schedule).expected == 1


def test_passing_over_a_tick_that_would_replace_an_open_run_frees_nobody(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(overlap_policy="replace")
    fire_all(NOON + 5 * MINUTE)
    start_and_end(pending(), NOON + 5 * MINUTE)
    put_right()
    for minute in (2, 3, 5):
        fire_all(NOON + minute * MINUTE)
    assert rows(schedule)[-3:] == ["3 pending", "4 catch_up waiting", "5 succeeded"]


@pytest.mark.heavy
def test_ticks_that_ran_early_cost_a_batch_one_query(
    make_schedule: MakeSchedule, django_assert_max_num_queries: Any
) -> None:
    schedules = [make_schedule(overlap_policy="allow") for _ in range(12)]
    fire_all(NOON + 5 * MINUTE)
    for run in ScheduledRun.objects.filter(status="pending"):
        start_and_end(run, NOON + 5 * MINUTE)
    put_right()
    for minute in (2, 3, 6):
        # One of them takes the mark back, as Redis is away.
        with django_assert_max_num_queries(11):
            fire_all(NOON + minute * MINUTE)
    for schedule in schedules:
        assert account_of(schedule).expected == 6


def test_explain_names_the_tick_that_the_next_run_is_for(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(
        overlap_policy="allow", catchup_policy="none", jitter_seconds=20, max_runs=3
    )
    at = NOON + 3 * MINUTE + 21 * SECOND
    fire_all(at)
    start_and_end(pending(), at)
    put_right()
    fire_all(NOON + 3 * MINUTE - SECOND)
    schedule.refresh_from_db()
    assert schedule.next_run_at is not None
    assert schedule.next_tick_at in early_ticks(schedule)
    (tick,) = preview_schedule(schedule, count=1, now=NOON + 3 * MINUTE).ticks
    assert tick.due_at == schedule.next_run_at
    told = explain(schedule, at=schedule.next_run_at, now=NOON + 3 * MINUTE).sentence
    assert told.startswith(f"That is when the tick of {tick.scheduled_for:%F %T} UTC")
    assert told.endswith("It is not due yet: the schedule is active and will run then.")
