"""What `explain` says of a time that has no run: whole sentences, for every schedule status."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.contrib.auth.models import User
from redis import Redis

from schedules.models import (
    REASONS_OF_STATUS,
    ReasonCode,
    ScheduledJob,
    ScheduledRun,
    ScheduleEpoch,
    Status,
)
from schedules.services import Actor, fire_due, pause_schedule, run_now, update_schedule
from schedules.services.insight.explain import explain
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.policies import MINUTE, SECOND

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def activate(schedule: ScheduledJob, alice: User) -> None:
    """It is active already."""


def pause(schedule: ScheduledJob, alice: User) -> None:
    actor, now = Actor.person(alice), NOON + MINUTE / 2
    pause_schedule(schedule.id, actor=actor, now=now, note="holidays")


def stop(schedule: ScheduledJob, alice: User) -> None:
    ScheduledJob.objects.update(
        status=Status.STOPPED, next_run_at=None, next_tick_at=None
    )


BRING_TO: dict[Status, Callable[[ScheduledJob, User], None]] = {
    Status.ACTIVE: activate,
    Status.PAUSED: pause,
    Status.STOPPED: stop,
}
PAUSED = 'was paused at 2026-11-23 12:00:30 UTC by alice ("holidays") and still is.'
ENDS = {
    ReasonCode.NONE: "ended",
    ReasonCode.COMPLETED: "completed",
    ReasonCode.MISSED: "missed",
    ReasonCode.END_REACHED: "end reached",
    ReasonCode.LIMIT_REACHED: "limit reached",
}
# By status: the sentences for a past tick and for one to come, at 12:03.
STATUSES = {
    Status.ACTIVE: (
        "It has been due for 2 minutes and has not fired: is a scheduler running?",
        "It is not due yet: the schedule is active and will run then.",
    ),
    Status.PAUSED: (
        f"It did not run: the schedule {PAUSED}",
        f"It will not run unless the schedule is resumed: it {PAUSED}",
    ),
    Status.STOPPED: (
        "It does not run: the schedule has stopped ({end}).",
        "It does not run: the schedule has stopped ({end}).",
    ),
}


def test_the_tables_are_complete() -> None:
    assert set(STATUSES) == set(BRING_TO) == set(REASONS_OF_STATUS) == set(Status)
    assert set(ENDS) == set(REASONS_OF_STATUS[Status.STOPPED])


@pytest.mark.parametrize(
    ("status", "code"),
    [(status, code) for status, codes in REASONS_OF_STATUS.items() for code in codes],
)
def test_a_tick_that_is_not_in_the_ledger(
    redis: Redis,
    make_schedule: MakeSchedule,
    alice: User,
    status: Status,
    code: ReasonCode,
) -> None:
    schedule = make_schedule()
    BRING_TO[status](schedule, alice)
    ScheduledJob.objects.update(reason_code=code, status_reason="")
    schedule.refresh_from_db()
    assert schedule.status == status
    past, future = (text.format(end=ENDS.get(code)) for text in STATUSES[status])
    assert said(schedule, NOON + MINUTE) == past
    assert said(schedule, NOON + 9 * MINUTE) == future


def test_a_schedule_that_was_paused_without_an_event(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(status="paused")
    assert said(schedule, NOON + MINUTE) == (
        "It did not run: the schedule was paused and still is."
    )
    assert said(schedule, NOON + 9 * MINUTE) == (
        "It will not run unless the schedule is resumed: it was paused and still is."
    )


def said(schedule: ScheduledJob, at: datetime, now: datetime | None = None) -> str:
    schedule.refresh_from_db()
    return explain(schedule, at=at, now=now or NOON + 3 * MINUTE).sentence


def test_before_there_was_a_schedule(redis: Redis, make_schedule: MakeSchedule) -> None:
    schedule = make_schedule()
    did_not_exist = (
        "The schedule did not exist yet: it was created at 2026-11-23 12:00:00 UTC"
    )
    assert said(schedule, NOON - MINUTE) == f"{did_not_exist}."
    assert said(schedule, NOON - MINUTE, now=NOON - 2 * MINUTE) == (
        f"{did_not_exist} by a clock that was ahead."
    )


def test_a_time_between_two_ticks_is_explained(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(end_at=NOON + 9 * MINUTE)
    first, last = "2026-11-23 12:01:00 UTC", "2026-11-23 12:09:00 UTC"
    assert said(schedule, NOON + SECOND) == (
        f"It was not due then: the next tick is at {first} (Every minute)."
    )
    assert said(schedule, NOON + 10 * MINUTE) == (
        f"It is not due then: the previous tick is at {last} (Every minute)."
    )
    assert said(make_schedule(), NOON + 90 * SECOND) == (
        f"It was not due then: the previous tick is at {first} and the next tick is at "
        "2026-11-23 12:02:00 UTC (Every minute)."
    )


def test_a_schedule_without_ticks_is_explained(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(schedule_type="manual", interval_seconds=None)
    assert said(schedule, NOON + MINUTE) == (
        "It was not due then: it has no ticks and runs only on request."
    )


@pytest.mark.parametrize(("most", "allows"), [(1, "1 run"), (2, "2 runs")])
def test_a_tick_beyond_max_runs_is_explained(
    redis: Redis, make_schedule: MakeSchedule, most: int, allows: str
) -> None:
    schedule = make_schedule(max_runs=most)
    assert said(schedule, NOON + 9 * MINUTE) == (
        f"It is not expected to run: max_runs allows {allows}, and the ticks before this one "
        "will use them up unless some of those do not run."
    )


def test_a_pruned_run_is_explained(redis: Redis, make_schedule: MakeSchedule) -> None:
    schedule = make_schedule()
    fire_due(NOON + MINUTE)
    ScheduledRun.objects.all().delete()
    ScheduleEpoch.objects.update(
        pruned_upto=NOON + MINUTE, pruned_counts={"succeeded": 1}
    )
    assert said(schedule, NOON + MINUTE) == (
        "The ledger for that time has been pruned: it is no longer known what happened."
    )


def test_the_time_at_which_a_tick_fires(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(jitter_seconds=50)
    assert schedule.next_run_at
    assert said(schedule, schedule.next_run_at, now=NOON) == (
        "That is when the tick of 2026-11-23 12:01:00 UTC fires. It is not due yet: the "
        "schedule is active and will run then."
    )


def test_a_run_on_request_is_explained(
    redis: Redis, make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule()
    run_now(schedule.id, actor=Actor.person(alice), now=NOON + SECOND, note="again")
    assert said(schedule, NOON + SECOND) == (
        'A run was requested at 2026-11-23 12:00:01 UTC by alice ("again"). It fired on '
        "request but has not been sent to the queue yet."
    )


def test_a_timing_that_can_no_longer_be_read(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    epoch = ScheduleEpoch.objects.get()
    epoch.timing["interval_seconds"] = -1
    epoch.save()
    assert said(schedule, NOON + MINUTE) == (
        "Its timing is no longer valid: An interval must be a whole number of seconds from "
        "1 to 315532800 (ten years)."
    )


def test_the_time_between_an_end_and_a_revival(
    redis: Redis, make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule(max_runs=1)
    fire_due(NOON + MINUTE)
    actor, now = Actor.person(alice), NOON + 5 * MINUTE
    update_schedule(schedule.id, {"max_runs": 3}, actor=actor, now=now)
    assert said(schedule, NOON + 2 * MINUTE, now=now) == (
        "It was not due then: the schedule had stopped (limit reached) and was revived at "
        "2026-11-23 12:05:00 UTC by alice."
    )
