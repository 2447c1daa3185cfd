"""What the clock changes of Berlin do: on 29 March 2026 02:00 becomes 03:00, on 25 October
03:00 becomes 02:00. Both are Sundays."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schedules.timing import (
    CronTiming,
    IntervalTiming,
    ManualTiming,
    OnceTiming,
    Timing,
)
from schedules.timing.clock_effects import ClockEffect, clock_effects

NOW = datetime(2026, 3, 28, 22, 42, tzinfo=UTC)
SKIPPED = ClockEffect(
    "skipped",
    datetime(2026, 3, 29, 2, 30),  # noqa: DTZ001 a wall time
    datetime(2026, 3, 29, 1, tzinfo=UTC),
)
REPEATED = ClockEffect(
    "repeated",
    datetime(2026, 10, 25, 2, 30),  # noqa: DTZ001 a wall time
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
)


def of(rule: Timing, zone: str = "Europe/Berlin") -> list[ClockEffect]:
    return clock_effects(rule, zone, now=NOW)


def kinds(expression: str, zone: str = "Europe/Berlin") -> list[str]:
    return [effect.kind for effect in of(CronTiming(expression, zone), zone)]


def test_the_next_run_that_each_kind_of_change_moves_is_named() -> None:
    rule = CronTiming("30 2 * * *", "Europe/Berlin")
    assert of(rule) == [SKIPPED, REPEATED]
    assert of(CronTiming("30 2 * * sun", "Europe/Berlin")) == [SKIPPED, REPEATED]


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("30 2 * * mon-fri", "spared"),
        ("0 9 * * *", "untouched"),
        ("*/10 * * * *", "real_time"),
    ],
)
def test_a_cron_expression_that_no_change_touches(expression: str, kind: str) -> None:
    assert kinds(expression) == [kind]


def test_a_zone_without_changes() -> None:
    assert kinds("30 2 * * *", "Asia/Kolkata") == ["no_changes"]


def test_elapsed_time_has_none() -> None:
    assert of(IntervalTiming(3600, NOW)) == []
    assert of(ManualTiming()) == []


def test_a_single_run_at_a_time_that_comes_twice() -> None:
    assert REPEATED.at
    assert of(OnceTiming(REPEATED.at)) == [REPEATED]
    assert of(OnceTiming(NOW)) == []


def test_the_end_of_the_calendar() -> None:
    last = datetime(9999, 12, 30, tzinfo=UTC)
    rule = CronTiming("30 2 * * *", "Europe/Berlin")
    assert isinstance(clock_effects(rule, "Europe/Berlin", now=last), list)
