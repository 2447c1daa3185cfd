from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schedules.models import ScheduledJob
from schedules.services.insight.overview.clock_changes import (
    ClockChange,
    clock_changes,
    soonest_of,
)
from tests.schedules.conftest import MakeSchedule

SPRING = datetime(
    2026, 3, 28, 22, 42, tzinfo=UTC
)  # clocks go forward in Berlin at 1:00
AUTUMN = datetime(2026, 10, 24, 20, tzinfo=UTC)


def changes(now: datetime) -> list[ClockChange]:
    return clock_changes(ScheduledJob.objects.all(), now=now)


@pytest.fixture
def calendar(make_schedule: MakeSchedule) -> Any:
    def make(expression: str, zone: str = "Europe/Berlin", **fields: Any) -> None:
        now = datetime(2026, 1, 1, tzinfo=UTC)
        make_schedule(now, cron_expression=expression, timezone=zone, **fields)

    return make


@pytest.mark.both_databases
def test_clocks_that_go_forward_move_what_is_due_in_the_gap(calendar: Any) -> None:
    calendar("30 2 * * *")  # in the gap
    calendar("30 2 * * *", name="another")
    calendar("0 3 * * *")  # just after it
    calendar("30 2 * * 1")  # not on this day
    calendar("30 * * * *")  # every hour goes by elapsed time
    calendar("30 2 * * *", "Asia/Tokyo")
    calendar("30 2 * * *", status="paused")
    assert changes(SPRING) == [
        ClockChange(
            datetime(2026, 3, 29, 1, tzinfo=UTC), ("Europe/Berlin",), 2, forward=True
        )
    ]


def test_clocks_that_go_back_affect_what_would_come_twice(calendar: Any) -> None:
    calendar("30 2 * * *")
    calendar("15 2,14 * * *")
    calendar("0 3 * * *")
    calendar("59 1 * * *")
    (found,) = changes(AUTUMN)
    assert (found.forward, found.schedules) == (False, 2)


def test_zones_that_change_at_the_same_time_are_told_together(calendar: Any) -> None:
    calendar("30 2 * * *")
    calendar("30 1 * * *", "Europe/London")
    (found,) = changes(SPRING)
    assert found.zones == ("Europe/Berlin", "Europe/London")
    assert found.schedules == 2


def test_a_day_without_changes_costs_one_query(
    calendar: Any, django_assert_num_queries: Any
) -> None:
    calendar("30 2 * * *")
    with django_assert_num_queries(1):
        assert changes(SPRING - timedelta(days=2)) == []
    with django_assert_num_queries(2):
        assert changes(SPRING)


def test_everyone_is_told_of_their_own_clock_first() -> None:
    at = datetime(2026, 3, 29, 1, tzinfo=UTC)
    mine = ClockChange(at, ("Europe/Berlin",), 1, forward=True)
    other = ClockChange(at, ("Asia/Beirut",), 9, forward=False)
    assert soonest_of([other, mine], "Europe/Berlin") == mine
    assert soonest_of([other, mine], "Asia/Tokyo") == other
    assert soonest_of([], "Asia/Tokyo") is None
