"""`assert_next_ticks`: passes if the ticks are right, and says which are not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from schedules import cron, every, once
from schedules.exceptions import InvalidSchedule
from schedules.testing import FrozenSchedules, assert_next_ticks
from schedules.timing import CronTiming, IntervalTiming, OnceTiming
from tests.schedules.conftest import MakeSchedule

NIGHTLY = CronTiming("30 2 * * *", "Europe/Berlin")


def test_local_times_are_those_of_the_zone() -> None:
    expected = ["2026-03-28 02:30", "2026-03-29 03:00", "2026-03-30 02:30"]
    assert_next_ticks(NIGHTLY, expected, after="2026-03-28 00:00")


@pytest.mark.django_db
def test_of_what_application_code_declares(frozen_schedules: FrozenSchedules) -> None:
    now = frozen_schedules.travel("2026-03-28 12:00", "Europe/Berlin")
    nightly = cron("30 2 * * *", timezone="Europe/Berlin")
    assert_next_ticks(nightly, ["2026-03-29 03:00", "2026-03-30 02:30"])
    hours = [now + timedelta(hours=hour) for hour in (1, 2)]
    assert_next_ticks(every(hours=1), hours, after=now)
    assert_next_ticks(once(hours[0]), [hours[0]])
    with pytest.raises(InvalidSchedule):
        assert_next_ticks(cron("30 25 * * *"), [])


def test_the_message_shows_each_tick_and_why_it_is_then() -> None:
    with pytest.raises(AssertionError) as refused:
        assert_next_ticks(
            NIGHTLY, ["2026-03-28 02:30", "2026-03-29 04:00"], after="2026-03-28"
        )
    assert str(refused.value) == (
        "These are not the next ticks after 2026-03-28 00:00+0100:\n"
        "  2026-03-28 02:30+0100\n"
        "! 2026-03-29 03:00+0200 (the clocks skip its time that day), "
        "where 2026-03-29 04:00+0200 was expected"
    )


def test_no_tick_is_left() -> None:
    once = OnceTiming(datetime(2026, 3, 29, 9, tzinfo=UTC))
    assert_next_ticks(once, ["2026-03-29 09:00"], after="2026-03-29 08:59:59")
    assert_next_ticks(once, [], after="2026-03-29 09:00")
    with pytest.raises(AssertionError, match="no tick, where 2026-03-30 09:00"):
        assert_next_ticks(once, ["2026-03-30 09:00"], after="2026-03-29 09:00")
    with pytest.raises(AssertionError, match="where no tick was expected"):
        assert_next_ticks(once, [], after="2026-03-29 08:00")


def test_times_may_be_in_another_zone_or_have_an_offset() -> None:
    hourly = IntervalTiming(3600, datetime(2026, 7, 1, tzinfo=UTC))
    assert_next_ticks(
        hourly,
        ["2026-07-01 10:00", "2026-07-01 09:00+00:00"],
        after="2026-07-01 09:30",
        timezone="Europe/Berlin",
    )


@pytest.mark.django_db
def test_of_a_schedule_after_now(make_schedule: MakeSchedule, request) -> None:
    frozen = request.getfixturevalue("frozen_schedules")
    now = frozen.travel("2026-03-28 12:00", "Europe/Berlin")
    schedule = make_schedule(now, cron_expression="0 9 * * *", timezone="Asia/Tokyo")
    by_fixture = request.getfixturevalue("assert_next_ticks")
    by_fixture(schedule, ["2026-03-29 09:00"])
