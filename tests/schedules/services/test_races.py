"""Verbs, schedulers and people at the same moment."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from redis import Redis

from schedules.exceptions import StaleSchedule
from schedules.models import ScheduledJob, ScheduledRun, ScheduleEvent
from schedules.services import (
    Actor,
    create_schedule,
    fire_due,
    pause_schedule,
    resume_schedule,
    run_now,
    stop_schedule,
    sweep,
    update_schedule,
)
from schedules.services.insight.audit import audit
from schedules.services.runs.claims import claim_run
from schedules.services.runs.outcomes import record_outcome
from tests.api import client
from tests.at_once import Call, at_once
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.runs import outcome_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)


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
    assert all(account.is_balanced for account in audit())


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
    assert sum(isinstance(answer, StaleSchedule) for answer in answers) == 1
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
    assert all(account.is_balanced for account in audit())


@pytest.mark.slow
def test_edits_pauses_and_ticks_at_once_lose_and_repeat_no_tick(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(overlap_policy="allow")
    actor = Actor.person(schedule.owner)
    for minute in range(1, 9):
        now = NOON + minute * MINUTE
        seconds = 60 + minute % 2 * 30

        def edit(now=now, seconds=seconds) -> None:
            fields = {"interval_seconds": seconds}
            update_schedule(schedule.id, fields, actor=actor, now=now)

        def pause_and_resume(now=now) -> None:
            pause_schedule(schedule.id, actor=actor, now=now)
            resume_schedule(schedule.id, actor=actor, now=now, catch_up="all")

        calls = [lambda now=now: fire_due(now), edit, pause_and_resume]
        assert not [error for error in at_once(calls) if isinstance(error, Exception)]
    assert next(audit()).problems == []


@pytest.mark.slow
def test_a_retry_that_is_released_while_its_schedule_is_paused_does_not_start(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    schedule = make_schedule(max_retries=9, retry_backoff_seconds=0)
    actor = Actor.person(schedule.owner)
    for minute in range(1, 6):
        now = NOON + minute * MINUTE
        fire_due(now)
        run = ScheduledRun.objects.get(status="pending")
        claim_run(run.id, 1, token=run.id, now=now)
        record_outcome(run.id, token=run.id, outcome=outcome_of("failed"), now=now)
        at_once(
            [
                lambda now=now: sweep(now, judge_leases=False),
                lambda now=now: pause_schedule(schedule.id, actor=actor, now=now),
            ]
        )
        run.refresh_from_db()
        assert (run.status, run.reason) == ("failed", "paused")
        assert claim_run(run.id, 2, token=run.id, now=now) is None
        resume_schedule(schedule.id, actor=actor, now=now)


def test_a_schedule_that_is_stopped_while_it_fires_leaves_no_run_to_start(
    redis: Redis, make_schedule: MakeSchedule
) -> None:
    made = [make_schedule() for _ in range(6)]
    for schedule in made:
        actor = Actor.person(schedule.owner)
        at_once(
            [
                lambda: fire_due(NOON + MINUTE),
                lambda schedule=schedule, actor=actor: stop_schedule(
                    schedule.id, actor=actor, now=NOON + MINUTE
                ),
            ]
        )
    states = ScheduledRun.objects.values_list("status", flat=True)
    assert set(states) <= {"cancelled"}


def test_a_change_and_a_deletion_at_once_are_answered_as_if_one_came_first(
    redis: Redis, make_schedule: MakeSchedule, alice: User
) -> None:
    def answers(schedule: ScheduledJob) -> list[Any]:
        url = f"/api/v1/schedules/{schedule.pk}/"
        verbs = [
            lambda: client(alice).patch(url, {"name": "new"}, format="json"),
            lambda: client(alice).post(f"{url}pause/", {}, format="json"),
            lambda: client(alice).post(f"{url}resume/", {}, format="json"),
            lambda: client(alice).delete(url),
        ]
        return at_once(verbs)

    for _ in range(8):
        *changed, deleted = answers(make_schedule())
        assert deleted.status_code == 204
        assert {answer.status_code for answer in changed} <= {200, 404}
