"""Days of a calendar, whose length a clock change may alter."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from schedules.services.insight.local_days import date_at, local_day, local_days
from tests.schedules.timing.sequences import at


@pytest.mark.parametrize(
    ("zone", "day", "begins", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 28), "2026-03-27T23:00", 24),
        ("Europe/Berlin", date(2026, 3, 29), "2026-03-28T23:00", 23),
        ("Europe/Berlin", date(2026, 10, 25), "2026-10-24T22:00", 25),
        ("Australia/Lord_Howe", date(2026, 10, 4), "2026-10-03T13:30", 23.5),
        ("Asia/Kathmandu", date(2026, 10, 4), "2026-10-03T18:15", 24),
        # The clock skips midnight: the day begins at one o'clock.
        ("Africa/Cairo", date(2026, 4, 24), "2026-04-23T22:00", 23),
        ("UTC", date(2026, 12, 31), "2026-12-31T00:00", 24),
    ],
)
def test_a_day_has_23_24_or_25_hours(zone, day, begins, hours):
    found = local_day(day, zone)
    assert found.begins == at(begins)
    assert found.ends - found.begins == timedelta(hours=hours)
    assert len(found.changes) == (hours != 24)


def test_days_in_a_row_leave_nothing_out():
    days = local_days(date(2026, 3, 1), 60, "America/New_York")
    for day, following in pairwise(days):
        assert day.ends == following.begins
        assert following.date - day.date == timedelta(days=1)


def test_the_date_and_the_reading_of_the_clock():
    late = at("2026-03-28T23:30")
    assert date_at(late, "Europe/Berlin") == date(2026, 3, 29)
    assert date_at(late, "UTC") == date(2026, 3, 28)
    assert (
        f"{local_day(date(2026, 3, 29), 'Europe/Berlin').wall(late):%H:%M}" == "00:30"
    )
