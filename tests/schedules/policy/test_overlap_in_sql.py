"""What SQL finds open, in line, replaced and held up is what the pure rules say of a ledger.

Each ledger is made at random, and read a second time here in plain Python.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from copy import copy
from dataclasses import asdict
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from schedules.models import (
    CatchupPolicy,
    OverlapPolicy,
    ScheduledJob,
    ScheduledRun,
)
from schedules.policy import overlap
from schedules.policy.types import OpenRuns
from schedules.services.ledger import ledger
from schedules.services.runs import waiting
from tests.schedules.conftest import NOON, MakeSchedule

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)
LEDGERS = range(2)
SCHEDULES = 64
ENDED = ("succeeded", "failed", "cancelled", "skipped", "missed")
ORIGINS = ("schedule", "catch_up", "backfill", "manual")
# Of a run that is open or in line: its status, and whether it waits for a retry.
STATES = {
    "pending": ("pending", False),
    "running": ("running", False),
    "retrying": ("waiting", True),
    "in line": ("waiting", False),
}
RandomLedger = Callable[[int], list[ScheduledJob]]


@pytest.fixture
def random_ledger(make_schedule: MakeSchedule) -> RandomLedger:
    pattern = make_schedule()

    def make(seed: int) -> list[ScheduledJob]:
        random = Random(seed)
        schedules = []
        runs: list[ScheduledRun] = []
        for number in range(SCHEDULES):
            schedule = copy(pattern)
            schedule.pk, schedule.name = uuid.UUID(int=number), str(number)
            schedule.overlap_policy = random.choice(OverlapPolicy.values)
            schedule.catchup_policy = random.choice(CatchupPolicy.values)
            schedule.max_open_runs = random.choice([0, 1, 2, 5])
            schedules.append(schedule)
            likely = random.sample([*STATES, *ENDED], 3)
            runs += [
                run(schedule, minute, random.choice(likely), random)
                for minute in random.sample(range(40), random.randrange(7))
            ]
        ScheduledJob.objects.bulk_create(schedules)
        ScheduledRun.objects.bulk_create(runs)
        return schedules

    return make


def run(
    schedule: ScheduledJob, minute: int, state: str, random: Random
) -> ScheduledRun:
    status, retries = STATES.get(state, (state, False))
    failed = status == "failed" or retries
    held: dict[str, Any] = {}
    if status == "running":
        held = {"token": uuid.uuid4(), "lease_until": NOON}
    tick = NOON + minute * MINUTE
    return ScheduledRun(
        schedule=schedule,
        schedule_name=schedule.name,
        epoch=1,
        origin=random.choice(ORIGINS),
        scheduled_for=tick,
        due_at=tick,
        status=status,
        attempt=2 if retries else 1,
        not_before=tick if retries else None,
        failure_kind="node" if failed else "",
        created_at=NOON,
        **held,
    )


def state_of(run: ScheduledRun) -> str:
    if run.status == "waiting":
        return "retrying" if run.not_before else "in line"
    return run.status


def rows(schedule: ScheduledJob) -> list[ScheduledRun]:
    return list(ScheduledRun.objects.filter(schedule=schedule).order_by("pk"))


def read(schedule: ScheduledJob) -> OpenRuns:
    """What the ledger of a schedule holds, counted row by row."""
    found = dict.fromkeys(asdict(OpenRuns()), 0)
    for each in rows(schedule):
        state, origin = state_of(each), each.origin
        is_open = state in ("pending", "running", "retrying")
        if origin == "backfill":
            found["open_backfills"] += is_open
            found["waiting_backfills"] += state == "in line"
        elif origin != "manual":
            for name in ("pending", "running", "retrying"):
                found[name] += state == name
            late = origin == "catch_up"
            found["catching_up"] += is_open and late
            found["waiting_late"] += state == "in line" and late
            found["waiting_live"] += state == "in line" and not late
    return OpenRuns(**found)


def line_of(schedule: ScheduledJob) -> tuple[list[ScheduledRun], list[ScheduledRun]]:
    """The ticks and the backfills that are in line, the first ones first."""
    by_time = overlap.keeps_order(schedule.catchup_policy, schedule.overlap_policy)
    in_line = [each for each in rows(schedule) if state_of(each) == "in line"]
    in_line.sort(key=lambda each: each.scheduled_for)
    if not by_time:
        in_line.sort(key=lambda each: each.origin == "catch_up")
    ticks = [each for each in in_line if each.origin in ("schedule", "catch_up")]
    return ticks, [each for each in in_line if each.origin == "backfill"]


def leaving(schedule: ScheduledJob) -> set[uuid.UUID]:
    """Who of those in line may start, by the pure rule."""
    may = overlap.released(
        schedule.overlap_policy, schedule.max_open_runs, read(schedule)
    )
    ticks, backfills = line_of(schedule)
    return {each.pk for each in ticks[: may.ticks] + backfills[: may.backfills]}


@pytest.mark.heavy
@pytest.mark.parametrize("seed", LEDGERS)
def test_what_is_open_is_counted_alike(random_ledger: RandomLedger, seed: int) -> None:
    schedules = random_ledger(seed)
    of_all = ScheduledRun.objects.order_by().values_list("schedule_id", flat=True)
    found = ledger.open_runs_among(of_all, waiting.ORIGINS)
    for schedule in schedules:
        assert found.get(schedule.pk, OpenRuns()) == read(schedule)


@pytest.mark.heavy
@pytest.mark.parametrize("seed", LEDGERS)
def test_the_sweep_finds_the_schedules_of_which_somebody_may_leave_the_line(
    random_ledger: RandomLedger, seed: int
) -> None:
    schedules = random_ledger(seed)
    stuck = {each.pk for each in schedules if leaving(each)}
    assert set(waiting.stuck_schedules()) == stuck


@pytest.mark.heavy
@pytest.mark.parametrize("seed", LEDGERS)
def test_they_leave_it_in_order_and_nobody_else_does(
    random_ledger: RandomLedger, seed: int
) -> None:
    schedules = random_ledger(seed)
    for schedule in schedules:
        free = leaving(schedule)
        before = {each.pk: each.status for each in rows(schedule)}
        assert waiting.release_waiting(schedule, now=NOON) == len(free)
        assert {
            each.pk: each.status for each in rows(schedule)
        } == before | dict.fromkeys(free, "pending")
    assert not list(waiting.stuck_schedules())


@pytest.mark.heavy
@pytest.mark.parametrize("seed", LEDGERS)
def test_a_replacing_tick_cancels_and_asks_whom_the_rules_name(
    random_ledger: RandomLedger, seed: int
) -> None:
    schedules = random_ledger(seed)
    expected = {}
    for schedule in schedules:
        for each in rows(schedule):
            state = (each.status, False)
            if each.origin in ("schedule", "catch_up"):
                late_in_line = each.origin == "catch_up" and state_of(each) == "in line"
                if each.status in ("pending", "waiting") and not late_in_line:
                    state = ("cancelled", False)
                elif each.status == "running":
                    state = ("running", True)
            expected[each.pk] = state
    ledger.cancel_open([each.pk for each in schedules], now=NOON)
    assert expected == {
        each.pk: (each.status, each.cancel_requested_at is not None)
        for each in ScheduledRun.objects.all()
    }
