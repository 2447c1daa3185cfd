"""A timing is moved by minutes: its cron minutes or its anchor, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.timing import (
    CronTiming,
    IntervalTiming,
    ManualTiming,
    OnceTiming,
    between,
)
from schedules.timing.shifting import shifted
from tests.schedules.timing.sequences import at
from tests.schedules.timing.test_properties import BOUNDED, expressions

START, END = at("2026-03-01"), at("2026-06-01")
ZONE = "Europe/Berlin"


@pytest.mark.parametrize(
    ("expression", "minutes", "moved"),
    [
        ("0 2 * * *", 15, "15 2 * * *"),
        ("50 1 * * *", -45, "5 1 * * *"),
        ("0,30 9 * * MON-FRI", 15, "15,45 9 * * MON-FRI"),
        ("*/30 * * * *", 29, "29,59 * * * *"),
        ("@daily", 30, "30 0 * * *"),
        (" 7  4 L * ? ", 1, "8 4 L * ?"),
    ],
)
def test_only_the_minutes_of_a_cron_expression_are_moved(expression, minutes, moved):
    bounds = START, END
    timing = CronTiming(expression, ZONE, *bounds)
    assert shifted(timing, minutes) == CronTiming(moved, ZONE, *bounds)


@pytest.mark.parametrize(
    ("expression", "minutes"),
    [
        ("50 1 * * *", 15),
        ("0 2 * * *", -15),
        ("*/15 * * * *", 15),
        ("0 2 * * *", 0),
        ("0 2 * * *", 60),
    ],
)
def test_a_cron_expression_stays_in_its_hour(expression, minutes):
    assert shifted(CronTiming(expression, ZONE), minutes) is None


@pytest.mark.heavy
@BOUNDED
@given(expressions(), st.integers(-59, 59))
def test_in_a_zone_without_clock_changes_every_tick_moves_alike(expression, minutes):
    timing = CronTiming(expression, "UTC")
    moved, by = shifted(timing, minutes), timedelta(minutes=minutes)
    if moved:
        ticks = between(timing, START, END, 40)
        assert between(moved, START + by, END + by, 40) == [tick + by for tick in ticks]


def test_an_interval_is_counted_from_another_time():
    timing = IntervalTiming(3600, START, START, END)
    assert shifted(timing, 45) == IntervalTiming(
        3600, START + timedelta(minutes=45), START, END
    )
    assert shifted(IntervalTiming(900, START), 15) is None, "that is the same"
    assert shifted(IntervalTiming(86400, at("0001-01-01T00:10")), -45) is None


def test_what_runs_once_or_on_request_is_not_moved():
    assert shifted(OnceTiming(START), 15) is None
    assert shifted(ManualTiming(), 15) is None
