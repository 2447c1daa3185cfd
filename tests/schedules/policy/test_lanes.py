"""The lane of each kind of run, in Python and in SQL."""

from __future__ import annotations

from itertools import product

import pytest
from django.db.models import IntegerField
from django.db.models.expressions import RawSQL

from schedules.models import Origin, ScheduledRun
from schedules.models.ledger import LANE_SQL
from schedules.policy.lanes import Lane, lane_of
from tests.schedules.conftest import NOON, MakeSchedule


@pytest.mark.parametrize(
    ("origin", "attempt", "lane"),
    [
        ("schedule", 1, Lane.LIVE),
        ("manual", 1, Lane.LIVE),
        ("catch_up", 1, Lane.CATCH_UP),
        ("backfill", 1, Lane.BACKFILL),
        ("catch_up", 2, Lane.LIVE),
        ("backfill", 2, Lane.LIVE),
    ],
)
def test_live_goes_before_catch_up_and_catch_up_before_backfill(
    origin: str, attempt: int, lane: Lane
) -> None:
    assert lane_of(origin, attempt) == lane


@pytest.mark.django_db
@pytest.mark.both_databases
def test_the_database_finds_the_same_lanes(make_schedule: MakeSchedule) -> None:
    schedule = make_schedule()
    kinds = product(Origin.values, (1, 2))
    for number, (origin, attempt) in enumerate(kinds):
        ScheduledRun.objects.create(
            schedule=schedule,
            schedule_name="",
            epoch=1,
            origin=origin,
            scheduled_for=NOON.replace(microsecond=number),
            due_at=NOON,
            status="pending",
            attempt=attempt,
            failure_kind="node" if attempt > 1 else "",
            created_at=NOON,
        )
    lane = RawSQL(LANE_SQL, (), output_field=IntegerField())
    runs = ScheduledRun.objects.annotate(lane=lane)
    found = list(runs.values_list("origin", "attempt", "lane"))
    assert found == [
        (origin, attempt, lane_of(origin, attempt)) for origin, attempt, _ in found
    ]
    assert len(found) == 2 * len(Origin.values)
