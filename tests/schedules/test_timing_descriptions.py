from __future__ import annotations

import pytest

from schedules.timing import CronTiming, IntervalTiming, OnceTiming, describe
from tests.schedules.sequences import at


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("0 9 * * 1-5", "At 09:00, Monday through Friday"),
        ("@daily", "At 00:00"),
        ("* * * * *", "Every minute"),
        ("*/15 9-17 * * *", "Every 15 minutes, between 09:00 and 17:59"),
        ("0 9-17 * * *", "Every hour from 09:00 to 17:00"),
        ("30 2,3 * * *", "At 02:30 and 03:30"),
        ("0 9 * * fri-sun", "At 09:00, Friday through Sunday"),
        ("0 0 * * 5-5", "At 00:00, only on Friday"),
        ("0 0 13 * fri", "At 00:00, on day 13 of the month or on Friday"),
        (
            "0 0 */11 * fri",
            "At 00:00, on day 1, 12, and 23 of the month if it is Friday",
        ),
        ("0 0 1-31 * fri", "At 00:00"),
        ("0 0 31 2 mon", "At 00:00, only on Monday, only in February"),
        ("0 0 L * *", "At 00:00, on the last day of the month"),
        ("0 0 15W * *", "At 00:00, on the weekday nearest day 15 of the month"),
        ("0 0 * * 5#2", "At 00:00, on the second Friday of the month"),
        ("0 0 * * L5", "At 00:00, on the last Friday of the month"),
        ("*/40 * * * *", "At 0 and 40 minutes past the hour"),
    ],
)
def test_a_cron_expression_is_described_by_its_meaning(expression, sentence):
    timing = CronTiming(expression, "Europe/Berlin")
    assert describe(timing) == f"{sentence}, Europe/Berlin"


@pytest.mark.parametrize(
    ("seconds", "sentence"),
    [
        (1, "Every second"),
        (90, "Every 90 seconds"),
        (60, "Every minute"),
        (5400, "Every 90 minutes"),
        (7200, "Every 2 hours"),
        (86400, "Every 24 hours"),
        (604800, "Every 7 days"),
    ],
)
def test_an_interval_is_described_in_its_largest_whole_unit(seconds, sentence):
    assert describe(IntervalTiming(seconds, at("2026-01-01"))) == sentence


def test_a_one_off_is_described_by_its_instant():
    once = OnceTiming(at("2026-11-23T10:00+01:00"))
    assert describe(once) == "Once, at 2026-11-23 09:00:00 UTC"
