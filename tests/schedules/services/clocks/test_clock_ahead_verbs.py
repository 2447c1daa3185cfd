"""What verbs do, and what became of them, while a clock was ahead and afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from schedules.models import ScheduledRun, ScheduleEpoch
from schedules.services import (
    Actor,
    backfill,
    pause_schedule,
    resume_schedule,
    run_now,
    update_schedule,
)
from schedules.services.clocks import withdrawing
from schedules.services.events import who_paused
from schedules.services.ledger.ahead import ledger_ahead
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.services.clocks.ahead import (
    AHEAD,
    BACK,
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    account_of,
    events,
    fire_all,
    pending,
    put_right,
    rows,
    start_and_end,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


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
    account_of(schedule)


def test_a_once_that_ran_stays_ended(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule(run_at=AHEAD)
    fire_all(AHEAD)
    start_and_end(pending(), AHEAD)
    put_right()
    schedule.refresh_from_db()
    assert (schedule.status, schedule.status_reason) == ("stopped", "completed")
    assert account_of(schedule).expected == 1
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
    account_of(schedule)
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
    account_of(schedule)


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
        account_of(schedule)


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
        account_of(schedule)
        assert first
    assert ScheduleEpoch.objects.filter(from_at__gt=BACK).count() == 0


def test_what_is_in_step_costs_no_verb_a_query(
    make_schedule: MakeSchedule, django_assert_num_queries: Any
) -> None:
    schedule = make_schedule()
    fire_all(NOON + MINUTE)
    schedule.refresh_from_db()
    with django_assert_num_queries(0):
        withdrawing.withdraw_ahead(schedule, now=NOON + MINUTE)


def test_a_person_who_pauses_after_the_clock_was_ahead_has_the_last_word(
    make_schedule: MakeSchedule,
) -> None:
    """The resuming of then bears a later time than the pause of now."""
    schedule = make_schedule()
    actor = Actor.person(schedule.owner)
    pause_schedule(schedule.pk, actor=actor, now=AHEAD)
    resume_schedule(schedule.pk, actor=actor, now=AHEAD + SECOND)
    pause_schedule(schedule.pk, actor=actor, now=BACK)
    assert who_paused(schedule) == {("user", schedule.owner_id)}


def test_what_is_left_of_an_earlier_timing_is_withdrawn_as_well(
    make_schedule: MakeSchedule,
) -> None:
    """The next tick of the new timing is the same by either clock."""
    schedule = make_schedule(catchup_policy="none")
    actor = Actor.person(schedule.owner)
    fire_all(NOON + HOUR)
    fields = {"start_at": NOON + 2 * HOUR}
    update_schedule(schedule.pk, fields, actor=actor, now=NOON + HOUR)
    put_right()
    schedule.refresh_from_db()
    assert schedule.next_tick_at == NOON + 2 * HOUR
    assert rows(schedule) == ["1 missed policy"]
    account_of(schedule)
