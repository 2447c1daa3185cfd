"""A clock was ahead and is right again: what had not come is withdrawn, and all fires on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from schedules.models import ScheduledJob, ScheduledRun, ScheduleEpoch, ScheduleEvent
from schedules.services import (
    Actor,
    backfill,
    explain,
    fire_due,
    pause_schedule,
    preview_schedule,
    resume_schedule,
    run_now,
    update_schedule,
    withdrawing,
)
from schedules.services.ahead import ledger_ahead
from schedules.services.auditing import Proof, audit
from schedules.services.claims import claim_run
from schedules.services.outcomes import Outcome, record_outcome
from schedules.services.withdrawing import withdraw_batch
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.policies import told

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
AHEAD = NOON + 2 * DAY
# The clock is right again; the ticks of noon to then have passed.
BACK = NOON + 90 * SECOND


def fire_all(now: datetime) -> None:
    while fire_due(now).schedules:
        pass


def put_right(now: datetime = BACK) -> None:
    tried: set[Any] = set()
    while withdraw_batch(now, tried):
        pass
    assert ledger_ahead(now) is None


def start_and_end(run: ScheduledRun, now: datetime, status: Any = "succeeded") -> None:
    token = uuid4()
    assert claim_run(run.pk, run.attempt, token=token, now=now)
    record_outcome(run.pk, token=token, outcome=Outcome(status), now=now)


def pending() -> ScheduledRun:
    return ScheduledRun.objects.get(status="pending")


def proof_of(schedule: ScheduledJob) -> Proof:
    (proof,) = audit([schedule.pk])
    assert proof.faults == []
    return proof


def rows(schedule: ScheduledJob) -> list[str]:
    return told(schedule.runs.order_by("scheduled_for"))


def events(schedule: ScheduledJob) -> list[ScheduleEvent]:
    return list(schedule.events.filter(verb="withdraw"))


@pytest.mark.parametrize("catchup", ["latest", "all", "none"])
@pytest.mark.parametrize("overlap", ["skip", "queue", "allow", "replace"])
def test_the_next_tick_is_the_first_after_now_again(
    make_schedule: MakeSchedule, catchup: str, overlap: str
) -> None:
    schedule = make_schedule(catchup_policy=catchup, overlap_policy=overlap)
    for late in (0, 5, 60, 65):
        fire_all(AHEAD + late * SECOND)
    schedule.refresh_from_db()
    assert schedule.next_tick_at > AHEAD
    assert ledger_ahead(BACK) > 2 * DAY - 2 * MINUTE
    put_right()
    schedule.refresh_from_db()
    assert schedule.next_tick_at == schedule.next_run_at == NOON + 2 * MINUTE
    assert schedule.fired_count == 0
    assert not ScheduledRun.objects.filter(scheduled_for__gt=BACK).exists()
    assert proof_of(schedule).expected == 1
    fire_all(NOON + 2 * MINUTE)
    assert rows(schedule)[-1] == "2 pending"
    assert proof_of(schedule).expected == 2


def test_a_range_that_straddles_now_is_cut_and_its_past_part_stays(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(catchup_policy="none")
    fire_all(AHEAD + 45 * SECOND)
    assert rows(schedule) == [
        "1-2820 x2820 missed window",
        "2821-2880 x60 missed policy",
    ]
    put_right(NOON + 10.5 * MINUTE)
    assert rows(schedule) == ["1-10 x10 missed window"]
    assert proof_of(schedule).expected == 10
    (event,) = events(schedule)
    assert event.after["ticks_withdrawn"] == 2870
    assert event.note == "The ledger was 1 day 23 h ahead of the clock."


def test_a_range_of_which_one_tick_has_come_is_a_single_tick(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(catchup_policy="none")
    fire_all(AHEAD + 45 * SECOND)
    put_right()
    assert rows(schedule) == ["1 missed window"]


def test_a_tick_that_ran_early_is_passed_over_when_its_time_comes(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(overlap_policy="allow", catchup_policy="none")
    fire_all(NOON + 5 * MINUTE)
    start_and_end(pending(), NOON + 5 * MINUTE)
    put_right()
    schedule.refresh_from_db()
    assert (schedule.next_tick_at, schedule.fired_count) == (NOON + 2 * MINUTE, 1)
    assert proof_of(schedule).ran_early == [NOON + 5 * MINUTE]
    for minute in range(2, 8):
        fire_all(NOON + minute * MINUTE)
        proof_of(schedule)
    assert proof_of(schedule).expected == 7
    assert [row for row in rows(schedule) if row.startswith("5 ")] == ["5 succeeded"]
    schedule.refresh_from_db()
    assert schedule.fired_count == 6  # 2, 3, 4, 6, 7, and 5, early
    assert schedule.status == "active"
    assert proof_of(schedule).ran_early == []


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
    assert proof_of(schedule).expected == 5


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
    assert proof_of(schedule).expected == 60
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
    assert proof_of(schedule).ran_early == [NOON + 30 * MINUTE]
    for minute in (10, 20, 30, 40):
        fire_all(NOON + minute * MINUTE)
        proof_of(schedule)
    at_30 = ScheduledRun.objects.get(scheduled_for=NOON + 30 * MINUTE)
    assert (at_30.status, at_30.epoch) == ("succeeded", 2)
    assert proof_of(schedule).ran_early == []
    update_schedule(
        schedule.pk, {"interval_seconds": 60}, actor=actor, now=NOON + 45 * MINUTE
    )
    assert proof_of(schedule).expected == 1 + 4


def test_what_runs_goes_on_and_what_waits_behind_it_is_withdrawn(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(overlap_policy="queue", catchup_policy="none")
    fire_all(AHEAD)
    running, token = pending(), uuid4()
    assert claim_run(running.pk, 1, token=token, now=AHEAD)
    fire_all(AHEAD + MINUTE)
    assert rows(schedule)[-1].endswith("waiting")
    put_right()
    assert rows(schedule) == ["1 missed window", "2880 running"]
    assert record_outcome(
        running.pk, token=token, outcome=Outcome("succeeded"), now=BACK
    )
    schedule.refresh_from_db()
    assert schedule.fired_count == 1


def test_a_job_of_a_withdrawn_run_starts_nothing(make_schedule: MakeSchedule) -> None:
    make_schedule()
    fire_all(AHEAD)
    run = pending()
    put_right()
    assert claim_run(run.pk, 1, token=uuid4(), now=BACK) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"max_runs": 1},
        {"end_at": NOON + DAY},
        {"run_at": NOON + HOUR},
        {"run_at": NOON + 2 * DAY, "catchup_policy": "none"},
    ],
)
def test_what_ended_only_by_the_wrong_clock_is_active_again(
    make_schedule: MakeSchedule, fields: dict[str, Any]
) -> None:
    schedule = make_schedule(**fields)
    first = schedule.next_tick_at
    fire_all(AHEAD)
    schedule.refresh_from_db()
    assert schedule.status == "stopped"
    put_right(NOON + 30 * SECOND)
    schedule.refresh_from_db()
    assert (schedule.status, schedule.status_reason) == ("active", "")
    assert schedule.next_run_at == first
    fire_all(first)
    assert ScheduledRun.objects.get().scheduled_for == first
    proof_of(schedule)


def test_a_once_that_ran_stays_ended(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule(run_at=AHEAD)
    fire_all(AHEAD)
    start_and_end(pending(), AHEAD)
    put_right()
    schedule.refresh_from_db()
    assert (schedule.status, schedule.status_reason) == ("stopped", "completed")
    assert proof_of(schedule).expected == 1
    put_right()
    assert len(events(schedule)) == 1


def test_a_limit_that_was_reached_by_runs_that_started_stays_reached(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(max_runs=1)
    fire_all(AHEAD)
    start_and_end(pending(), AHEAD)
    put_right()
    schedule.refresh_from_db()
    assert (schedule.status, schedule.fired_count) == ("stopped", 1)
    proof_of(schedule)
    put_right()
    assert len(events(schedule)) == 1


def test_a_run_that_a_pause_skipped_before_it_began_counts_no_more(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(max_runs=5)
    actor = Actor.person(schedule.owner)
    fire_all(AHEAD)
    pause_schedule(schedule.pk, actor=actor, now=AHEAD + SECOND)
    put_right()
    schedule.refresh_from_db()
    assert (schedule.status, schedule.next_run_at) == ("paused", None)
    assert (schedule.fired_count, schedule.next_tick_at) == (0, NOON + 2 * MINUTE)
    resume_schedule(schedule.pk, actor=actor, now=NOON + 3.5 * MINUTE)
    assert rows(schedule) == ["1 missed window", "2-3 x2 skipped paused"]
    proof_of(schedule)


def test_every_verb_puts_its_schedule_right(make_schedule: MakeSchedule) -> None:
    schedules = [make_schedule(name=name) for name in "prubm"]
    actor = Actor.person(schedules[0].owner)
    pause_schedule(schedules[1].pk, actor=actor, now=NOON)
    resume_schedule(schedules[1].pk, actor=actor, now=AHEAD)
    fire_all(AHEAD + MINUTE)
    pause_schedule(schedules[0].pk, actor=actor, now=BACK)
    resume_schedule(schedules[1].pk, actor=actor, now=BACK)
    run_now(schedules[2].pk, actor=actor, now=BACK)
    update_schedule(schedules[3].pk, {"name": "b2"}, actor=actor, now=BACK)
    backfill(schedules[4].pk, from_at=NOON, to_at=BACK, actor=actor, now=BACK)
    assert ledger_ahead(BACK) is None
    for schedule in schedules:
        schedule.refresh_from_db()
        assert schedule.next_tick_at == NOON + 2 * MINUTE, schedule.name
        assert len(events(schedule)) == 1, schedule.name
        proof_of(schedule)


def test_a_schedule_that_was_made_and_changed_by_the_wrong_clock_fires(
    make_schedule: MakeSchedule,
) -> None:
    made = make_schedule(AHEAD, interval_seconds=60)
    cron = make_schedule(AHEAD, cron_expression="* * * * *")
    edited = make_schedule(cron_expression="0 0 1 1 *")
    actor = Actor.person(made.owner)
    fields = {"cron_expression": "*/2 * * * *"}
    update_schedule(edited.pk, fields, actor=actor, now=AHEAD)
    fields = {"interval_seconds": 300}
    update_schedule(edited.pk, fields, actor=actor, now=AHEAD + SECOND)
    assert ledger_ahead(BACK) == AHEAD + SECOND - BACK
    put_right()
    for schedule, first in ((made, 2), (cron, 2), (edited, 5)):
        schedule.refresh_from_db()
        assert schedule.created_at <= BACK
        assert schedule.next_run_at is not None
        assert BACK < schedule.next_run_at <= BACK + 5 * MINUTE, schedule.timing
        fire_all(schedule.next_run_at)
        proof_of(schedule)
        assert first
    assert ScheduleEpoch.objects.filter(from_at__gt=BACK).count() == 0


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
        proof_of(schedule)
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
    assert proof_of(schedule).ran_early == [AHEAD]
    fire_all(AHEAD + MINUTE)
    assert proof_of(schedule).expected == 2 * 1440 + 1
    assert ScheduledRun.objects.filter(scheduled_for=AHEAD).count() == 1


def test_many_rows_are_taken_out_in_several_transactions_each_of_which_proves(
    make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between any two of them, the ledger is whole and the next goes on."""
    monkeypatch.setattr(withdrawing, "MOST_ROWS", 10)
    schedule = make_schedule(interval_seconds=1)
    for second in range(60):
        fire_all(NOON + HOUR + second * SECOND)
    tried: set[Any] = set()
    steps = 0
    while withdraw_batch(BACK, tried):
        steps += 1
        proof_of(schedule)
    assert steps > 5
    schedule.refresh_from_db()
    assert schedule.next_tick_at == BACK + SECOND
    assert schedule.fired_count == 0


def test_a_clock_that_is_ahead_by_less_than_a_minute_is_left_alone(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule()
    fire_all(NOON + MINUTE)
    now = NOON + 20 * SECOND
    assert ledger_ahead(now) is None
    pause_schedule(schedule.pk, actor=Actor.person(schedule.owner), now=now)
    assert events(schedule) == []


def test_what_is_in_step_costs_no_verb_a_query(
    make_schedule: MakeSchedule, django_assert_num_queries: Any
) -> None:
    schedule = make_schedule()
    fire_all(NOON + MINUTE)
    schedule.refresh_from_db()
    with django_assert_num_queries(0):
        withdrawing.withdraw_ahead(schedule, now=NOON + MINUTE)


def test_explain_never_calls_a_future_tick_missed(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule()
    fire_all(AHEAD)
    start_and_end(pending(), AHEAD)
    schedule.refresh_from_db()
    future = explain(schedule, at=NOON + HOUR, now=BACK)
    assert future.sentence == (
        "It has not come yet. The ledger holds it already, for it is 1 day 23 h ahead of "
        "the clock: a scheduler withdraws it at its start, or the next verb on this "
        "schedule does, and then it runs in its time."
    )
    early = explain(schedule, at=AHEAD, now=BACK)
    assert early.sentence.startswith(
        "It has run before its time, while a clock was ahead."
    )
    (tick,) = preview_schedule(schedule, count=1, now=BACK).ticks
    assert tick.due_at == schedule.next_run_at
