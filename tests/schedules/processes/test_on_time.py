"""Ticks are decided a moment ahead and start on time: never early, hardly ever late."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone
from redis import Redis

from schedules import jobs
from schedules.models import ScheduledRun
from schedules.processes.loop import AHEAD_SECONDS, Loop
from schedules.rq.messages import RunMessage
from schedules.scheduler import get_scheduler_service
from schedules.services import fire_due
from schedules.services.runs.claims import claim_run
from schedules.services.runs.firing import Firing
from schedules.services.runs.outcomes import Outcome, record_outcome
from tests.schedules.conftest import MakeSchedule
from tests.schedules.processes.loops import ScriptedLoop, loop_at
from workflows.execution.outbox import Outbox
from workflows.execution.queue import queue_name

pytestmark = pytest.mark.django_db(transaction=True)
QUEUE = f"rq:queue:{queue_name()}"
SECOND = timedelta(seconds=1)


def fire_ahead(redis: Redis, due: datetime) -> tuple[list[int], Firing]:
    """What stood in the ledger and in the queue while the tick was waited for."""
    seen: list[int] = []

    def hold(until: datetime) -> None:
        assert until == due
        seen.extend((ScheduledRun.objects.count(), redis.llen(QUEUE)))

    return seen, fire_due(due, wait_until=hold)


def test_a_tick_is_written_ahead_and_sent_when_it_is_due(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    seen, firing = fire_ahead(redis, schedule.next_run_at)
    assert seen == [1, 0]
    assert (len(firing.runs), redis.llen(QUEUE)) == (1, 1)


def test_the_loop_begins_before_the_alarm_and_sends_after_it(
    redis: Redis, make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now().replace(microsecond=0)
    make_schedule(now=now, interval_seconds=1, overlap_policy="allow")
    early: list[RunMessage] = []
    service = get_scheduler_service()
    enqueue = Outbox.enqueue

    def noted(box: Outbox, runs: Sequence[RunMessage], **kwargs: Any) -> bool:
        early.extend(run for run in runs if timezone.now() < run.scheduled_for)
        return enqueue(box, runs, **kwargs)

    monkeypatch.setattr(Outbox, "enqueue", noted)
    loop = Loop(service, interval=5)
    on_time = ScheduledRun.objects.filter(enqueued_at=F("scheduled_for"))
    # On a busy computer a tick may come late; one of some is on time.
    until = time.monotonic() + 40
    while not on_time.exists():
        assert time.monotonic() < until
        time.sleep(loop.round())
    assert early == []


def test_a_schedule_that_is_farther_ahead_is_left_for_later(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    before = schedule.next_run_at - timedelta(seconds=2 * AHEAD_SECONDS)
    loop = loop_at(before)
    loop.round()
    loop.round()
    assert not ScheduledRun.objects.exists()


def test_a_worker_whose_clock_is_behind_waits_for_the_tick(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    due = timezone.now() + timedelta(seconds=0.3)
    jobs.wait_until(due)
    assert timezone.now() >= due


def test_a_worker_whose_clock_is_far_behind_does_not_wait_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jobs, "LONGEST_WAIT_SECONDS", 0.1)
    started = time.monotonic()
    jobs.wait_until(timezone.now() + timedelta(hours=1))
    assert time.monotonic() - started < 60


def test_a_run_that_ends_just_before_the_next_tick_does_not_make_it_skip(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(overlap_policy="skip")
    first_tick = schedule.next_run_at
    fire_due(first_tick)
    first = ScheduledRun.objects.get()
    assert claim_run(first.id, 1, token=first.id, now=first_tick)
    second_tick = first_tick + 60 * SECOND

    def end_it(until: datetime) -> None:
        ended = until - timedelta(milliseconds=3)
        record_outcome(
            first.id, token=first.id, outcome=Outcome("succeeded"), now=ended
        )

    ahead = fire_due(second_tick, wait_until=end_it)
    assert (ahead.schedules, ahead.rest) == (0, 0.0)
    assert fire_due(second_tick).schedules == 1
    second = ScheduledRun.objects.get(scheduled_for=second_tick)
    assert second.status == "pending"


def test_the_loop_goes_round_again_at_once_for_what_it_left(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    made = timezone.now().replace(microsecond=0) - 118 * SECOND
    schedule = make_schedule(now=made, overlap_policy="skip")
    fire_due(made + 60 * SECOND)  # open ever since
    loop = Loop(get_scheduler_service(), interval=5)
    runs = ScheduledRun.objects.filter(schedule=schedule)
    while runs.count() < 2:
        time.sleep(loop.round())
    skipped = runs.get(status="skipped")
    late = skipped.created_at - (made + 120 * SECOND)
    assert timedelta(0) <= late


def test_with_much_to_catch_up_the_sweep_still_has_its_turn(redis: Redis) -> None:
    swept: list[datetime] = []
    fired: list[datetime] = []

    def fire(now: datetime) -> float | None:
        fired.append(now)
        return 0.01 if len(fired) < 10_000 else None

    def sweep(now: datetime, seen_for: float) -> None:
        swept.append(now)

    loop = ScriptedLoop(fire=fire, sweep=sweep, clock=timezone.now)
    started = time.monotonic()
    loop.round()
    assert swept
    assert time.monotonic() - started < 30
