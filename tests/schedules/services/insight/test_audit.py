"""The audit proves the law of conservation, and finds every way of breaking it."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from io import StringIO
from itertools import count

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from redis import Redis

from schedules.models import ScheduledJob, ScheduledRun
from schedules.policy.conservation import Account
from schedules.services import (
    Actor,
    fire_due,
    pause_schedule,
    resume_schedule,
    update_schedule,
)
from schedules.services.insight.audit import audit
from tests.schedules.conftest import NOON, MakeSchedule

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
MINUTE = timedelta(minutes=1)


def account_of(schedule: ScheduledJob) -> Account:
    (account,) = audit([schedule.id])
    return account


@pytest.fixture
def eventful(make_schedule: MakeSchedule) -> ScheduledJob:
    """Fired, skipped, missed in an outage, paused, resumed, edited, and fired again."""
    schedule = make_schedule()
    actor = Actor.person(schedule.owner)
    for minute in (1, 2, 3):
        fire_due(NOON + minute * MINUTE)
    fire_due(NOON + 20 * MINUTE)
    pause_schedule(schedule.id, actor=actor, now=NOON + 21 * MINUTE)
    resume_schedule(schedule.id, actor=actor, now=NOON + 40 * MINUTE, catch_up="latest")
    update_schedule(
        schedule.id,
        {"cron_expression": "*/7 * * * *"},
        actor=actor,
        now=NOON + 45 * MINUTE,
    )
    fire_due(NOON + 49 * MINUTE)
    fire_due(NOON + 90 * MINUTE)
    return schedule


def test_after_everything_that_can_happen_every_tick_is_accounted_for(
    eventful: ScheduledJob,
) -> None:
    account = account_of(eventful)
    assert account.problems == []
    # Forty-five minutes of a minutely interval; then the sevens up to half past one.
    assert account.expected == account.recorded == 45 + 7
    assert account.epochs == 2


def test_a_missing_tick_is_found(eventful: ScheduledJob) -> None:
    ScheduledRun.objects.filter(schedule=eventful, epoch=2, tick_count=1).earliest(
        "scheduled_for"
    ).delete()
    account = account_of(eventful)
    assert (account.missing, account.double) == (1, 0)
    assert "missing" in account.problems[0]


def test_a_missing_tick_of_a_closed_epoch_is_found(eventful: ScheduledJob) -> None:
    ScheduledRun.objects.filter(schedule=eventful, epoch=1).earliest(
        "scheduled_for"
    ).delete()
    assert account_of(eventful).missing == 1


def test_a_range_that_counts_wrong_is_found(eventful: ScheduledJob) -> None:
    wrong = ScheduledRun.objects.get(schedule=eventful, epoch=2, tick_count__gt=1)
    wrong.tick_count += 1
    wrong.save(update_fields=["tick_count"])
    assert not account_of(eventful).is_balanced


def test_a_tick_inside_a_range_is_found_double(eventful: ScheduledJob) -> None:
    covered = ScheduledRun.objects.get(schedule=eventful, epoch=2, tick_count__gt=1)
    covered.pk = None
    covered.scheduled_for += timedelta(minutes=7)
    covered.range_end, covered.tick_count = None, 1
    covered.save(force_insert=True)
    assert account_of(eventful).double == 1


def test_a_row_that_is_no_tick_is_found(eventful: ScheduledJob) -> None:
    row = ScheduledRun.objects.filter(schedule=eventful, epoch=2).earliest(
        "scheduled_for"
    )
    row.scheduled_for += timedelta(seconds=1)
    row.save(update_fields=["scheduled_for"])
    assert not account_of(eventful).is_balanced


def test_a_frontier_that_jumped_is_found(eventful: ScheduledJob) -> None:
    eventful.refresh_from_db()
    assert eventful.next_tick_at is not None
    ScheduledJob.objects.filter(pk=eventful.pk).update(
        next_tick_at=eventful.next_tick_at + 14 * MINUTE
    )
    assert account_of(eventful).missing == 2


def test_one_that_has_ended_is_proved_too(make_schedule: MakeSchedule) -> None:
    once = make_schedule(run_at=NOON + MINUTE)
    limited = make_schedule(max_runs=1)
    ended = make_schedule(end_at=NOON + 3 * MINUTE)
    fire_due(NOON + MINUTE)
    fire_due(NOON + 5 * MINUTE)
    assert [account_of(s).problems for s in (once, limited, ended)] == [[], [], []]


def test_the_command_prints_the_proof_and_its_status_tells(
    eventful: ScheduledJob, make_schedule: MakeSchedule
) -> None:
    out = StringIO()
    call_command("audit_schedules", stdout=out)
    assert "1 schedule, 52 ticks expected, 52 recorded" in out.getvalue()
    ScheduledRun.objects.filter(schedule=eventful).first().delete()
    out = StringIO()
    with pytest.raises(SystemExit) as exit_status:
        call_command("audit_schedules", "--json", stdout=out)
    assert exit_status.value.code == 1
    assert json.loads(out.getvalue())["missing"] > 0


def test_the_number_of_queries_does_not_grow_with_the_schedules(
    make_schedule: MakeSchedule, django_assert_num_queries
) -> None:
    for _ in range(10):
        make_schedule()
    fire_due(NOON + MINUTE)
    with django_assert_num_queries(6):
        assert all(account.is_balanced for account in audit())


def test_a_schedule_that_fires_while_it_is_read_is_no_fault(
    make_schedule: MakeSchedule, redis: Redis
) -> None:
    """It fires between any two reads, until the audit holds its row."""
    schedule = make_schedule(overlap_policy="allow")
    minutes = count(1)
    firing = False

    def fire_between(execute, statement, params, many, context):
        nonlocal firing
        if not firing and not connection.in_atomic_block:
            firing = True
            fire_due(NOON + next(minutes) * MINUTE)
            firing = False
        return execute(statement, params, many, context)

    with connection.execute_wrapper(fire_between):
        account = account_of(schedule)
    assert account.problems == []
    assert account.recorded > 3, "it fired meanwhile"


def test_a_schedule_that_is_not_there_is_an_error_and_not_a_proof(db: None) -> None:
    with pytest.raises(CommandError, match="No schedule has the id"):
        call_command("audit_schedules", str(uuid.uuid4()))
