from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from schedules.models import ScheduledJob
from schedules.services import (
    Actor,
    fire_due,
    pause_schedule,
    resume_schedule,
    update_schedule,
)
from schedules.services.insight.standing import last_pauses, led_here
from tests.schedules.conftest import NOON, MakeSchedule

LATER = NOON + timedelta(seconds=5)


def verb_of(schedule: ScheduledJob) -> str:
    schedule.refresh_from_db()
    event = led_here(schedule)
    assert event is not None
    return event.verb


def test_the_newest_event_that_led_to_the_state_is_found(
    make_schedule: MakeSchedule, alice: User
) -> None:
    schedule, actor = make_schedule(), Actor.person(alice)
    assert verb_of(schedule) == "create"
    pause_schedule(schedule.pk, actor=actor, now=LATER, note="a reason")
    assert verb_of(schedule) == "pause"
    update_schedule(schedule.pk, {"name": "other"}, actor=actor, now=LATER)
    assert verb_of(schedule) == "pause"
    resume_schedule(schedule.pk, actor=actor, now=LATER)
    assert verb_of(schedule) == "resume"


def test_a_schedule_that_ended_and_was_revived(
    make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule(run_at=NOON + timedelta(seconds=1))
    fire_due(NOON + timedelta(seconds=2))
    assert verb_of(schedule) == "complete"
    fields = {"run_at": NOON + timedelta(days=1)}
    update_schedule(schedule.pk, fields, actor=Actor.person(alice), now=LATER)
    assert verb_of(schedule) == "revive"


@pytest.mark.django_db
def test_one_that_was_created_paused(make_schedule: MakeSchedule) -> None:
    assert verb_of(make_schedule(status="paused")) == "create"


@pytest.mark.both_databases
def test_the_pauses_of_many_are_found_in_one_query(
    make_schedule: MakeSchedule, alice: User, django_assert_num_queries: Any
) -> None:
    actor = Actor.person(alice)
    twice, made = make_schedule(), make_schedule(status="paused")
    for note in ("first", "second"):
        pause_schedule(twice.pk, actor=actor, now=LATER, note=note)
    with django_assert_num_queries(1):
        found = last_pauses([twice.pk, made.pk])
    assert found[twice.pk].note == "second"
    assert found[made.pk].verb == "create"
    assert last_pauses([]) == {}
