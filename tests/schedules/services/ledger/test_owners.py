"""Every open run knows the owner in whose turn it runs."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.contrib.auth.models import User
from django.db import connection

from schedules.models import ScheduledRun
from schedules.services import (
    Actor,
    backfill,
    pause_schedule,
    resume_schedule,
    run_now,
)
from tests.schedules.conftest import NOON, MakeSchedule
from tests.schedules.policies import MINUTE
from tests.schedules.runs import fire

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.both_databases,
    pytest.mark.usefixtures("redis"),
]
TURNS = import_module("schedules.migrations.0009_turns")


def owners() -> set[tuple[str, int | None]]:
    return set(ScheduledRun.objects.values_list("origin", "owner"))


def test_ticks_manual_runs_and_backfills_have_that_of_their_schedule(
    make_schedule: MakeSchedule, alice: User
) -> None:
    schedule = make_schedule(catchup_policy="none", overlap_policy="allow")
    fire(1, 30)
    now = NOON + 30 * MINUTE
    run_now(schedule.id, actor=Actor.person(alice), now=now)
    ticks = {"from_at": NOON + 5 * MINUTE, "to_at": NOON + 6 * MINUTE}
    backfill(schedule.id, actor=Actor.person(alice), now=now, **ticks)
    origins = ("schedule", "manual", "backfill")
    assert owners() == {(origin, alice.pk) for origin in origins}


def test_a_backfill_that_is_asked_for_again_gets_it(
    make_schedule: MakeSchedule, alice: User
) -> None:
    actor = Actor.person(alice)
    schedule = make_schedule(catchup_policy="none")
    fire(30)
    now = NOON + 30 * MINUTE
    ticks = {"from_at": NOON + 5 * MINUTE, "to_at": NOON + 6 * MINUTE}
    backfill(schedule.id, actor=actor, now=now, **ticks)
    pause_schedule(schedule.id, actor=actor, now=now)
    runs = ScheduledRun.objects.filter(origin="backfill", status="skipped")
    assert runs.update(owner=None) == 2  # as written before there were turns
    ScheduledRun.objects.filter(status="missed").update(owner=None)
    resume_schedule(schedule.id, actor=actor, now=now)
    backfill(schedule.id, actor=actor, now=now, **ticks)
    assert set(
        ScheduledRun.objects.filter(origin="backfill").values_list("owner", flat=True)
    ) == {alice.pk}


def test_the_migration_gives_it_to_those_that_are_open(
    make_schedule: MakeSchedule, alice: User
) -> None:
    make_schedule()
    fire(1)
    ended = ScheduledRun.objects.get()
    ended.status = "succeeded"
    ended.save()
    fire(2)
    ScheduledRun.objects.update(owner=None)
    with connection.cursor() as cursor:
        cursor.execute(TURNS.OWNERS_OF_OPEN_RUNS)
    assert list(
        ScheduledRun.objects.order_by("scheduled_for").values_list("owner", flat=True)
    ) == [None, alice.pk]
