"""The clocks at which the other tests run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.clocks import CLOCKS, clock_at, clock_of_test

DAYS = [
    datetime(2026, 11, 28, 5, tzinfo=UTC),
    datetime(2028, 2, 28, 23, 59, 59, tzinfo=UTC),
    datetime(2028, 2, 29, 12, tzinfo=UTC),
    datetime(2027, 12, 31, 23, 59, 59, 800_000, tzinfo=UTC),
]


@pytest.mark.parametrize("now", DAYS)
@pytest.mark.parametrize("name", CLOCKS)
def test_no_clock_is_behind(name: str, now: datetime) -> None:
    assert clock_at(name, now) > now


@pytest.mark.parametrize("now", DAYS)
def test_they_show_what_they_are_named_after(now: datetime) -> None:
    leap_day = clock_at("leap-day", now)
    assert (leap_day.month, leap_day.day) == (2, 29)
    for name in ("month-end", "year-end"):
        assert (clock_at(name, now) + timedelta(seconds=0.1)).day == 1
    assert clock_at("half-year", now) - now == timedelta(days=183)


def test_each_test_has_a_clock_and_all_clocks_have_tests() -> None:
    ids = [f"tests/test_{number}.py::test" for number in range(60)]
    given = {clock_of_test(id_, "sqlite") for id_ in ids}
    assert given == {"now", *CLOCKS}
    assert clock_of_test(ids[0], "sqlite") != clock_of_test(ids[0], "postgresql")
