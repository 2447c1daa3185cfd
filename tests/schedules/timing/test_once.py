from __future__ import annotations

import pytest

from schedules.timing import (
    OnceTiming,
    TimingError,
    between,
    count,
    last_upto,
    next_after,
    occurrence_note,
)
from tests.schedules.timing.sequences import MICROSECOND, assert_ticks, at

RUN_AT = at("2026-11-23T10:00")
ONCE = OnceTiming(RUN_AT)


def test_a_single_time_has_one_tick():
    assert between(ONCE, at("2000-01-01"), at("2100-01-01"), 5) == [RUN_AT]
    assert_ticks(ONCE, "2026-01-01", "2026-11-23 10:00+00:00")


def test_it_is_over_from_its_instant_on():
    assert next_after(ONCE, RUN_AT - MICROSECOND) == RUN_AT
    assert next_after(ONCE, RUN_AT) is None
    assert last_upto(ONCE, RUN_AT) == RUN_AT
    assert last_upto(ONCE, RUN_AT - MICROSECOND) is None
    assert last_upto(ONCE, at("2100-01-01"), after=RUN_AT) is None


def test_outside_its_bounds_it_has_none():
    late = OnceTiming(RUN_AT, start_at=at("2026-11-24"))
    assert next_after(late, at("2026-01-01")) is None
    assert count(late, at("2026-01-01"), at("2027-01-01")) == 0


def test_a_time_without_an_offset_is_refused():
    with pytest.raises(TimingError, match="run_at must be a date and time") as caught:
        OnceTiming(RUN_AT.replace(tzinfo=None))
    assert caught.value.field == "run_at"


def test_a_single_time_has_no_note_on_clock_changes():
    assert occurrence_note(ONCE, RUN_AT) is None
