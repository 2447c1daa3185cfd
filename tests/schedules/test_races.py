"""Verbs, schedulers and people at the same moment."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from redis import Redis

from schedules.exceptions import StaleVersion
from schedules.models import ScheduledRun, ScheduleEvent
from schedules.services import (
    Actor,
    create_schedule,
    fire_due,
    pause_schedule,
    resume_schedule,
    run_now,
    update_schedule,
)
from schedules.services.auditing import audit
from schedules.services.claims import claim_run
from tests.schedules.conftest import NOON, MakeSchedule

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)
Call = Callable[[], Any]


def at_once(calls: Iterable[Call]) -> list[Any]:
    """What each call returned, or raised; all begin at the same moment."""
    calls = list(calls)
    barrier = Barrier(len(calls))

    def run(call: Call) -> Any:
        barrier.wait()
        try:
            return call()
        except Exception as error:  # noqa: BLE001 the test looks at it
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_schedulers_that_fire_at_once_fire_every_tick_once(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    for _ in range(30):
        make_schedule(overlap_policy="allow")
    for minute in (1, 2, 3):
        now = NOON + minute * MINUTE
        at_once([lambda now=now: fire_due(now)] * 4)
        fire_due(now)  # what a lock hid from all four
    assert ScheduledRun.objects.count() == redis.llen("rq:queue:workflows") == 90
    assert all(proof.holds for proof in audit())


def test_of_two_edits_at_once_one_wins_and_one_is_stale(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    actor = Actor.person(schedule.owner)

    def edit(name: str) -> Call:
        fields = {"name": name}
        return lambda: update_schedule(
            schedule.id, fields, actor=actor, now=NOON, version=1
        )

    answers = at_once([edit("one"), edit("two")])
    assert sum(isinstance(answer, StaleVersion) for answer in answers) == 1
    schedule.refresh_from_db()
    assert (schedule.name in {"one", "two"}, schedule.version) == (True, 2)


def test_a_double_click_makes_one_run(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    actor = Actor.person(schedule.owner)
    runs = at_once(
        [lambda: run_now(schedule.id, actor=actor, now=NOON, request_id="click")] * 4
    )
    assert len({run.id for run in runs}) == ScheduledRun.objects.count() == 1
    assert redis.llen("rq:queue:workflows") == 1


def test_one_idempotency_key_makes_one_schedule(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    first = make_schedule()
    actor = Actor.person(first.owner)
    fields = {"name": "new", "workflow": first.workflow, "interval_seconds": 60}
    made = at_once(
        [
            lambda: create_schedule(
                fields, actor=actor, now=NOON, idempotency_key="the key"
            )
        ]
        * 4
    )
    assert len({schedule.id for schedule in made}) == 1


def test_pausing_twice_at_once_is_one_pause(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule()
    actor = Actor.person(schedule.owner)
    at_once([lambda: pause_schedule(schedule.id, actor=actor, now=NOON)] * 4)
    assert ScheduleEvent.objects.filter(verb="pause").count() == 1


def test_after_a_pause_has_returned_nothing_starts(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(overlap_policy="allow")
    actor = Actor.person(schedule.owner)
    for minute in range(1, 6):
        now = NOON + minute * MINUTE

        def fire_and_claim(now=now) -> list[bool]:
            fire_due(now)
            pending = ScheduledRun.objects.filter(status="pending")
            return [
                claim_run(run.id, 1, token=uuid.uuid4(), now=now) is not None
                for run in list(pending)
            ]

        def pause(now=now) -> None:
            pause_schedule(schedule.id, actor=actor, now=now)

        at_once([fire_and_claim, pause, fire_and_claim])
        assert not ScheduledRun.objects.filter(status="pending").exists()
        assert not any(fire_and_claim())
        resume_schedule(schedule.id, actor=actor, now=now + timedelta(seconds=1))
    assert all(proof.holds for proof in audit())
