"""A schedule is moved by minutes through the update service."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from schedules.exceptions import (
    InvalidSchedule,
    ScheduleNotAllowed,
    ScheduleNotFound,
    ScheduleStopped,
    StaleSchedule,
)
from schedules.models import ScheduledJob, ScheduleEvent
from schedules.services import Actor, spread_schedule
from tests.permissions import allow
from tests.schedules.conftest import NOON


def spread(schedule, minutes, *, by=None, version=1):
    actor = Actor.person(by or schedule.owner)
    return spread_schedule(schedule.pk, minutes, version=version, actor=actor, now=NOON)


@pytest.mark.both_databases
def test_the_minutes_of_a_cron_expression_are_moved(make_schedule):
    schedule = make_schedule(cron_expression="0 14 * * mon-fri", timezone="UTC")
    done = spread(schedule, 15)
    assert done.was_next == NOON + timedelta(hours=2)
    assert done.schedule.next_run_at == NOON + timedelta(hours=2, minutes=15)
    schedule.refresh_from_db()
    assert schedule.cron_expression == "15 14 * * mon-fri"
    assert schedule.version == 2
    event = ScheduleEvent.objects.filter(schedule=schedule.pk).latest("id")
    assert event.after["cron_expression"] == "15 14 * * mon-fri"


def test_an_interval_is_counted_from_another_time(make_schedule):
    schedule = make_schedule(interval_seconds=7200)
    done = spread(schedule, -45)
    assert done.schedule.anchor_at == NOON - timedelta(minutes=45)
    assert done.schedule.next_run_at == NOON + timedelta(minutes=75)


def test_a_stale_version_is_refused(make_schedule):
    schedule = make_schedule(cron_expression="0 14 * * *", timezone="UTC")
    with pytest.raises(StaleSchedule):
        spread(schedule, 15, version=0)


@pytest.mark.parametrize(
    ("fields", "minutes", "field"),
    [
        ({"cron_expression": "50 14 * * *"}, 15, "cron_expression"),
        ({"cron_expression": "0 14 * * *"}, 24 * 60, "cron_expression"),
        ({"interval_seconds": 600}, 15, "anchor_at"),
        ({"run_at": NOON + timedelta(hours=1)}, 15, "schedule_type"),
    ],
)
def test_what_cannot_be_moved_is_refused_with_the_field(
    make_schedule, fields, minutes, field
):
    schedule = make_schedule(**fields)
    with pytest.raises(InvalidSchedule) as refused:
        spread(schedule, minutes)
    assert [*refused.value.errors] == [field]
    assert ScheduledJob.objects.get().version == 1


def test_a_schedule_that_has_ended_is_not_revived(make_schedule):
    schedule = make_schedule(cron_expression="0 14 * * *", timezone="UTC")
    ScheduledJob.objects.update(status="stopped", reason_code="end_reached")
    with pytest.raises(ScheduleStopped):
        spread(schedule, 15)


def test_only_those_who_may_change_it_may_move_it(make_schedule, bob):
    schedule = make_schedule(cron_expression="0 14 * * *")
    with pytest.raises(ScheduleNotFound):
        spread(schedule, 15, by=bob)
    bob.is_staff = True
    bob.save()
    allow(bob, "ostinato_schedules.view_scheduledjob")
    with pytest.raises(ScheduleNotAllowed):
        spread(schedule, 15, by=bob)
    with pytest.raises(ScheduleNotFound):
        spread_schedule(uuid4(), 15, version=1, actor=Actor.person(bob), now=NOON)
