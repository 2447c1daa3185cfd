"""The rows of the ledger are counted by an index, for each stretch of time."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from schedules.models import ScheduledRun
from schedules.services.insight.stretches import rows_in
from tests.plans import plan_of
from tests.schedules.conftest import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
HOUR = timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def recorded(make_schedule):
    """Runs at these times after noon."""
    job = make_schedule(NOON)

    def record(*after):
        ScheduledRun.objects.bulk_create(
            ScheduledRun(
                schedule=job,
                epoch=1,
                origin="schedule",
                scheduled_for=NOON + each,
                due_at=NOON,
                status="succeeded",
                created_at=NOON,
            )
            for each in after
        )

    return record


def test_each_stretch_begins_with_its_first_instant_and_ends_before_its_last(recorded):
    recorded(-MICROSECOND, 0 * HOUR, HOUR / 2, HOUR - MICROSECOND, HOUR, 3 * HOUR)
    assert rows_in(NOON, NOON + 3 * HOUR, 3_600) == [3, 1, 0]
    assert rows_in(NOON, NOON + HOUR, 900) == [1, 0, 1, 1]


def test_the_last_stretch_may_be_shorter(recorded):
    recorded(HOUR, HOUR * 1.25)
    assert rows_in(NOON, NOON + HOUR + MICROSECOND, 3_600) == [0, 1]
    assert rows_in(NOON, NOON, 3_600) == []
    assert rows_in(NOON, NOON - HOUR, 3_600) == []


def test_any_number_of_stretches_is_one_query_that_reads_an_index_only(recorded):
    recorded(HOUR)
    with CaptureQueriesContext(connection) as captured:
        assert sum(rows_in(NOON, NOON + 1_000 * HOUR, 900)) == 1
    (query,) = captured.captured_queries
    plan = plan_of(query["sql"], without=("seqscan", "bitmapscan"))
    assert re.search("(COVERING INDEX|Index Only Scan using) run_newest", plan)
