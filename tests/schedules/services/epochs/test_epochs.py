"""Whatever is done to a schedule, its epochs account for each of its ticks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schedules.exceptions import InvalidSchedule, ScheduleStopped
from schedules.models import ScheduledJob, ScheduledRun, ScheduleEpoch
from schedules.services import (
    Actor,
    backfill,
    fire_due,
    pause_schedule,
    resume_schedule,
    run_now,
    update_schedule,
)
from schedules.services.insight.audit import audit
from schedules.services.runs.claims import claim_run
from schedules.services.runs.outcomes import record_outcome
from tests.effort import some
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.policies import told
from tests.schedules.runs import outcome_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def edit(schedule: ScheduledJob, now: datetime, **fields: Any) -> ScheduledJob:
    actor = Actor.person(schedule.owner)
    return update_schedule(schedule.id, fields, actor=actor, now=now)


def epochs(schedule: ScheduledJob) -> list[ScheduleEpoch]:
    return list(ScheduleEpoch.objects.filter(schedule=schedule).order_by("number"))


def problems(schedule: ScheduledJob) -> list[str]:
    (account,) = audit([schedule.id])
    return account.problems


def test_a_change_of_timing_closes_one_epoch_and_opens_the_next(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(overlap_policy="allow")
    fire_due(NOON + MINUTE)
    fire_due(NOON + 2 * MINUTE)
    edited = NOON + 4.5 * MINUTE
    edit(schedule, edited, interval_seconds=600)
    old, new = epochs(schedule)
    assert (old.from_at, old.to_at, old.tick_count) == (NOON, edited, 4)
    assert old.counts == {"pending": 2, "skipped": 2}
    assert old.timing["interval_seconds"] == 60
    assert (new.number, new.from_at, new.to_at) == (2, edited, None)
    assert new.timing["interval_seconds"] == 600
    assert problems(schedule) == []


@pytest.mark.heavy
@pytest.mark.parametrize(
    "fields",
    [
        {"interval_seconds": 61},
        {"anchor_at": NOON + SECOND},
        {"start_at": NOON + 3 * MINUTE},
        {"end_at": NOON + 99 * MINUTE},
        {"jitter_seconds": 5},
        {"timezone": "Europe/Berlin"},
        {"cron_expression": "* * * * *"},
        {"run_at": NOON + 9 * MINUTE},
    ],
)
def test_each_field_of_the_timing_opens_an_epoch(
    make_schedule: MakeSchedule, fields: dict[str, Any]
) -> None:
    schedule = edit(make_schedule(), NOON + 1.5 * MINUTE, **fields)
    assert [epoch.number for epoch in epochs(schedule)] == [1, 2]
    assert problems(schedule) == []


def test_runs_belong_to_the_epoch_of_their_tick(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule(overlap_policy="allow")
    fire_due(NOON + MINUTE)
    edit(schedule, NOON + 1.5 * MINUTE, interval_seconds=120)
    fire_due(NOON + 2 * MINUTE)
    runs = ScheduledRun.objects.order_by("scheduled_for")
    assert list(runs.values_list("epoch", flat=True)) == [1, 2]


def test_after_the_clock_was_set_back_a_little_an_edit_repeats_no_tick(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(overlap_policy="allow")
    fire_due(NOON + 5 * MINUTE)
    edit(schedule, NOON + 4.5 * MINUTE, interval_seconds=30)
    edit(schedule, NOON + 4.25 * MINUTE, interval_seconds=20)
    schedule.refresh_from_db()
    assert schedule.next_tick_at == NOON + 5 * MINUTE + 20 * SECOND
    assert [epoch.from_at for epoch in epochs(schedule)][1:] == [NOON + 5 * MINUTE] * 2
    assert problems(schedule) == []


def test_an_epoch_whose_zone_is_gone_is_closed_with_what_the_ledger_holds(
    make_schedule: MakeSchedule,
) -> None:
    schedule = make_schedule(cron_expression="* * * * *", overlap_policy="allow")
    fire_due(NOON + MINUTE)
    fire_due(NOON + 2 * MINUTE)
    ScheduledJob.objects.update(timezone="Mars/Olympus")
    edit(schedule, NOON + 9.5 * MINUTE, timezone="UTC")
    old, _ = epochs(schedule)
    assert (old.tick_count, old.counts) == (2, {"pending": 2})
    assert problems(schedule) == []


def test_resuming_keeps_the_epoch(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule()
    actor = Actor.person(schedule.owner)
    pause_schedule(schedule.id, actor=actor, now=NOON)
    resume_schedule(schedule.id, actor=actor, now=NOON + 9 * MINUTE)
    assert len(epochs(schedule)) == 1
    assert problems(schedule) == []


seconds = st.integers(-400, 9_000)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("fire"), seconds),
        st.tuples(st.just("pause"), seconds),
        st.tuples(st.just("resume"), st.sampled_from(["none", "latest", "all"])),
        st.tuples(st.just("finish"), st.sampled_from(["succeeded", "failed"])),
        st.tuples(st.just("by_hand"), seconds),
        st.tuples(st.just("fill"), seconds),
        st.tuples(
            st.just("edit"),
            st.sampled_from(
                [
                    {"interval_seconds": 600},
                    {"interval_seconds": 97, "jitter_seconds": 50},
                    {"cron_expression": "*/7 * * * *", "timezone": "Europe/Berlin"},
                    {"start_at": NOON + timedelta(hours=3)},
                    {"end_at": NOON + timedelta(hours=30)},
                    {"overlap_policy": "queue", "jitter_seconds": 0},
                ]
            ),
        ),
    ),
    max_size=12,
)


class Life:
    """What can happen to a schedule, one thing after the other."""

    def __init__(self, schedule: ScheduledJob) -> None:
        self.schedule = schedule
        self.actor = Actor.person(schedule.owner)
        self.now = NOON

    def later(self, seconds: int) -> dict[str, Any]:
        self.now += seconds * SECOND
        return {"actor": self.actor, "now": self.now}

    def fire(self, seconds: int) -> None:
        fire_due(self.later(seconds)["now"], schedule_id=self.schedule.id)

    def pause(self, seconds: int) -> None:
        pause_schedule(self.schedule.id, **self.later(seconds))

    def resume(self, catch_up: str) -> None:
        resume_schedule(self.schedule.id, catch_up=catch_up, **self.later(1))

    def edit(self, fields: dict[str, Any]) -> None:
        update_schedule(self.schedule.id, fields, **self.later(1))

    def by_hand(self, seconds: int) -> None:
        run_now(self.schedule.id, **self.later(seconds))

    def fill(self, seconds: int) -> None:
        until = self.now
        begin = until - timedelta(hours=1)
        later = self.later(seconds)
        backfill(self.schedule.id, from_at=begin, to_at=until, **later)

    def finish(self, status: str) -> None:
        run = ScheduledRun.objects.filter(schedule=self.schedule, status="pending")
        for one in run[:1]:
            claim_run(one.id, one.attempt, token=one.id, now=self.now)
            record_outcome(
                one.id, token=one.id, outcome=outcome_of(status), now=self.now
            )


@settings(
    max_examples=some(40),
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,  # each example makes a schedule of its own
        HealthCheck.too_slow,
    ],
)
@given(
    fields=st.fixed_dictionaries(
        {
            "overlap_policy": st.sampled_from(["skip", "queue", "allow", "replace"]),
            "catchup_policy": st.sampled_from(["latest", "all", "none"]),
            "catchup_window_seconds": st.sampled_from([0, 600, 100_000]),
            "max_runs": st.sampled_from([None, None, 3, 150]),
            "max_retries": st.sampled_from([0, 2]),
            "jitter_seconds": st.sampled_from([0, 30]),
        }
    ),
    taken=steps,
)
def test_the_ledger_conserves_ticks_through_any_life(
    make_schedule: MakeSchedule, fields: dict[str, Any], taken: list[tuple[str, Any]]
) -> None:
    schedule = make_schedule(**fields)
    life = Life(schedule)
    for name, argument in taken:
        try:
            getattr(life, name)(argument)
        except (InvalidSchedule, ScheduleStopped):
            continue
    schedule.refresh_from_db()
    assert problems(schedule) == [], told(
        ScheduledRun.objects.filter(schedule=schedule).order_by("scheduled_for")
    )
    for epoch in epochs(schedule)[:-1]:
        assert epoch.to_at is not None
        assert sum(epoch.counts.values()) == epoch.tick_count
    limit = schedule.max_runs
    assert limit is None or schedule.fired_count <= limit
