from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from schedules.models import ScheduledJob
from schedules.services.insight.overview.hour_ahead import HourAhead, hour_ahead
from schedules.services.insight.preview import preview_schedule
from tests.schedules.conftest import NOON, MakeSchedule

MINUTE = timedelta(minutes=1)
NOW = NOON + timedelta(seconds=30)


def ahead() -> HourAhead:
    return hour_ahead(ScheduledJob.objects.all(), now=NOW)


def minutes(hour: HourAhead) -> list[int]:
    """Each minute as often as something runs in it."""
    return [m for m, runs in enumerate(hour.runs) for _ in range(runs)]


@pytest.mark.heavy
@pytest.mark.both_databases
@pytest.mark.parametrize(
    "fields",
    [
        {"cron_expression": "*/20 * * * *"},
        {"cron_expression": "17,18 13 * * *", "timezone": "Europe/Berlin"},
        {"cron_expression": "0 13 * * *"},
        {"interval_seconds": 90},
        {"interval_seconds": 1800, "anchor_at": NOON - 7 * MINUTE},
        {"interval_seconds": 86400, "anchor_at": NOON + 5 * MINUTE},
        {"interval_seconds": 300, "end_at": NOON + 15 * MINUTE},
        {"cron_expression": "* * * * *", "end_at": NOON + 3 * MINUTE},
        {"cron_expression": "* * * * *", "start_at": NOON + 50 * MINUTE},
        {"run_at": NOON + 59 * MINUTE},
        {"run_at": NOON + 61 * MINUTE},
        {"interval_seconds": 60, "max_runs": 7},
    ],
)
def test_the_runs_of_the_hour_are_those_that_a_preview_lists(
    make_schedule: MakeSchedule, fields: dict[str, Any]
) -> None:
    schedule = make_schedule(**fields)
    ticks = preview_schedule(schedule, count=500, now=NOW).ticks
    due = [tick.due_at - NOON for tick in ticks if tick.due_at < NOON + 60 * MINUTE]
    found = ahead()
    assert minutes(found) == sorted(each // MINUTE for each in due)
    assert found.schedules == bool(due)
    assert found.total == len(due)


def test_only_active_schedules_are_expected_to_run(make_schedule: MakeSchedule) -> None:
    make_schedule(interval_seconds=60, status="paused")
    make_schedule(cron_expression="0 0 * * *")
    assert ahead().total == ahead().schedules == 0


def test_what_is_overdue_is_expected_at_once_and_then_as_usual(
    make_schedule: MakeSchedule,
) -> None:
    make_schedule(interval_seconds=1800, anchor_at=NOON - 10 * MINUTE)
    ScheduledJob.objects.update(next_tick_at=NOON - MINUTE, next_run_at=NOON - MINUTE)
    assert minutes(ahead()) == [0, 29, 59]
    ScheduledJob.objects.update(max_runs=2)
    assert minutes(ahead()) == [0, 29]


def test_half_of_the_jitter_stands_for_all(make_schedule: MakeSchedule) -> None:
    make_schedule(cron_expression="30 * * * *", jitter_seconds=240)
    assert minutes(ahead()) == [32]


def test_a_lonely_run_is_named_and_several_are_counted(
    make_schedule: MakeSchedule,
) -> None:
    for number in range(3):
        make_schedule(cron_expression="15 * * * *", name=f"quarter {number}")
    make_schedule(cron_expression="45 * * * *", name="archive")
    make_schedule(cron_expression="*/10 * * * *", name="often")
    peaks = {
        peak.minute: (peak.runs, peak.singles, peak.name) for peak in ahead().peaks
    }
    assert peaks == {15: (3, 3, ""), 45: (1, 1, "archive")}


def test_a_minute_in_which_much_runs_stands_out(make_schedule: MakeSchedule) -> None:
    make_schedule(cron_expression="* * * * *")
    for _ in range(2):
        make_schedule(cron_expression="7,37 * * * *")
    highest = ahead().peaks
    assert [(peak.minute, peak.runs) for peak in highest] == [(7, 3), (37, 3)]


def test_a_timing_that_is_not_valid_any_more_is_left_out(
    make_schedule: MakeSchedule,
) -> None:
    make_schedule(cron_expression="* * * * *")
    ScheduledJob.objects.update(timezone="Europe/Atlantis")
    assert ahead().total == 0


@pytest.mark.both_databases
def test_the_number_of_queries_is_the_same_for_any_number(
    make_schedule: MakeSchedule, django_assert_num_queries: Any
) -> None:
    for minute in range(9):
        make_schedule(cron_expression=f"{minute} * * * *", name=str(minute))
    with django_assert_num_queries(2):
        found = ahead()
    assert Counter(peak.name for peak in found.peaks) == Counter("12345678")
