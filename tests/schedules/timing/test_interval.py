from __future__ import annotations

from datetime import timedelta

import pytest

from schedules.limits import INTERVAL_SECONDS
from schedules.timing import (
    IntervalTiming,
    TimingError,
    count,
    interval_occurrences,
    next_after,
)
from tests.schedules.timing.sequences import assert_ticks, at, utc

ANCHOR = at("2026-03-28T09:00")


def test_ticks_stay_in_phase_with_the_anchor():
    assert_ticks(
        IntervalTiming(90, ANCHOR),
        "2026-03-28T10:00",
        "10:01+00:00",
        "10:03+00:00",
        "10:04+00:00",
    )
    after = at("2026-03-28T10:00:29.999999")
    assert next_after(IntervalTiming(90, ANCHOR), after) == at("2026-03-28T10:01:30")


def test_an_anchor_to_come_is_the_first_tick():
    assert_ticks(
        IntervalTiming(3600, ANCHOR), "2020-01-01", "03-28 09:00+00:00", "10:00+00:00"
    )


def test_the_anchor_itself_is_not_after_itself():
    assert next_after(IntervalTiming(3600, ANCHOR), ANCHOR) == at("2026-03-28T10:00")


def test_a_day_is_elapsed_time_whatever_clocks_do():
    ticks = interval_occurrences(86400, at("2026-03-28T09:00+01:00"), ANCHOR, 2)
    assert ticks == utc("2026-03-29T08:00", "2026-03-30T08:00")


def test_nine_hundred_years_lose_no_microsecond():
    anchor = at("2026-01-01T00:00:00.000001")
    every = 7 * 3600 + 1
    start = at("2926-01-01")
    (tick,) = interval_occurrences(every, anchor, start, 1)
    assert (tick - anchor) % timedelta(seconds=every) == timedelta(0)
    assert start < tick <= start + timedelta(seconds=every)


def test_a_fraction_in_the_anchor_does_not_repeat_the_start():
    anchor = at("2026-01-01T00:00:00.25")
    first, second = interval_occurrences(10, anchor, at("2025-01-01"), 2)
    assert first == anchor
    assert interval_occurrences(10, anchor, first, 1) == [second]


def test_an_interval_ends_with_the_calendar():
    yearly = IntervalTiming(365 * 86400, at("9990-01-01"))
    assert next_after(yearly, at("9999-12-30")) is None
    assert interval_occurrences(1, at("2026-01-01"), at("9999-12-31"), 5) == []
    assert interval_occurrences(60, at("0001-01-03"), at("0001-01-01"), 1)


def test_start_and_end_are_both_included():
    timing = IntervalTiming(60, ANCHOR, at("2026-03-28T09:02"), at("2026-03-28T09:04"))
    assert count(timing, at("2000-01-01"), at("2100-01-01")) == 3
    assert_ticks(timing, "2000-01-01", "09:02+00:00", "09:03+00:00", "09:04+00:00")
    assert next_after(timing, at("2026-03-28T09:04")) is None


def test_ten_years_of_seconds_are_counted_at_once():
    second = IntervalTiming(1, ANCHOR)
    assert count(second, ANCHOR, ANCHOR + timedelta(days=3650)) == 3650 * 86400


@pytest.mark.parametrize(
    "seconds", [0, -5, INTERVAL_SECONDS[1] + 1, 1.5, "60", True, None]
)
def test_an_interval_out_of_bounds_is_refused(seconds):
    with pytest.raises(
        TimingError, match="whole number of seconds from 1 to"
    ) as caught:
        IntervalTiming(seconds, ANCHOR)
    assert caught.value.field == "interval_seconds"


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("anchor_at", ANCHOR.replace(tzinfo=None), "with an offset"),
        ("anchor_at", None, "with an offset"),
        ("anchor_at", at("2026-01-01T00:00:00.5"), "give whole seconds"),
        ("start_at", ANCHOR.replace(tzinfo=None), "with an offset"),
        ("end_at", "tomorrow", "with an offset"),
        ("start_at", at("0001-01-01T00:00+01:00"), "outside the calendar"),
    ],
)
def test_instants_are_aware_and_whole_seconds(field, value, reason):
    with pytest.raises(TimingError, match=f"{field}.*{reason}") as caught:
        IntervalTiming(**{"every_seconds": 60, "anchor_at": ANCHOR, field: value})
    assert caught.value.field == field


def test_an_end_before_the_start_is_refused():
    with pytest.raises(TimingError, match="end_at is before start_at") as caught:
        IntervalTiming(60, ANCHOR, at("2026-02-02"), at("2026-02-01"))
    assert caught.value.field == "end_at"


def test_equal_instants_in_other_zones_make_equal_timings():
    here, there = at("2026-03-28T10:00+01:00"), at("2026-03-28T09:00")
    assert IntervalTiming(60, here) == IntervalTiming(60, there)
    assert hash(IntervalTiming(60, here)) == hash(IntervalTiming(60, there))
    assert IntervalTiming(60, here).anchor_at.utcoffset() == timedelta(0)
