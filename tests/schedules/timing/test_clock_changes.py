"""Spring and autumn, zone by zone: what a tick does when the clock is moved."""

from __future__ import annotations

import pytest

from schedules.timing import (
    CronTiming,
    next_after,
    occurrence_note,
)
from tests.schedules.timing.sequences import MICROSECOND, assert_ticks, at


class TestNewYork:
    zone = "America/New_York"

    def test_a_wall_clock_job_lost_in_spring_runs_after_the_gap(self):
        assert_ticks(
            CronTiming("30 2 * * *", self.zone),
            "2026-03-07T00:00-05:00",
            "03-07 02:30-05:00",
            "03-08 03:00-04:00",
            "03-09 02:30-04:00",
        )

    def test_a_wall_clock_job_runs_in_the_first_pass_of_autumn_only(self):
        assert_ticks(
            CronTiming("30 1 * * *", self.zone),
            "2026-10-31T00:00-04:00",
            "10-31 01:30-04:00",
            "11-01 01:30-04:00",
            "11-02 01:30-05:00",
        )

    def test_an_every_hour_job_leaves_out_the_gap(self):
        assert_ticks(
            CronTiming("30 * * * *", self.zone),
            "2026-03-08T00:31-05:00",
            "01:30-05:00",
            "03:30-04:00",
            "04:30-04:00",
        )

    def test_an_every_hour_job_runs_in_both_passes(self):
        assert_ticks(
            CronTiming("*/30 * * * *", self.zone),
            "2026-11-01T00:45-04:00",
            "01:00-04:00",
            "01:30-04:00",
            "01:00-05:00",
            "01:30-05:00",
            "02:00-05:00",
        )


class TestBerlin:
    zone = "Europe/Berlin"

    def test_lost_slots_and_a_real_one_at_the_end_of_the_gap_are_one_run(self):
        assert_ticks(
            CronTiming("*/20 1-3 * * *", self.zone),
            "2026-03-29T01:30+01:00",
            "01:40+01:00",
            "03:00+02:00",
            "03:20+02:00",
            "03:40+02:00",
            "03-30 01:00+02:00",
        )

    def test_slots_of_the_repeated_hour_run_once(self):
        assert_ticks(
            CronTiming("*/30 1-3 * * *", self.zone),
            "2026-10-25T01:45+02:00",
            "02:00+02:00",
            "02:30+02:00",
            "03:00+01:00",
            "03:30+01:00",
            "10-26 01:00+01:00",
        )

    def test_a_restart_in_the_second_pass_does_not_run_again(self):
        assert_ticks(
            CronTiming("*/30 2 * * *", self.zone),
            "2026-10-25T02:10+01:00",
            "10-26 02:00+01:00",
        )

    def test_a_restart_inside_the_repeated_hour_goes_on_in_the_second_pass(self):
        assert_ticks(
            CronTiming("15 * * * *", self.zone),
            "2026-10-25T02:15+02:00",
            "02:15+01:00",
            "03:15+01:00",
        )

    def test_every_second_hour_is_wall_clock(self):
        assert_ticks(
            CronTiming("0 */2 * * *", self.zone),
            "2026-03-29T00:00+01:00",
            "03:00+02:00",
            "04:00+02:00",
        )
        assert_ticks(
            CronTiming("0 */2 * * *", self.zone),
            "2026-10-25T00:00+02:00",
            "02:00+02:00",
            "04:00+01:00",
        )

    @pytest.mark.parametrize("hour", ["*", "*/1", "0-23", "0-11,12-23"])
    def test_every_hour_is_told_by_meaning_not_by_spelling(self, hour):
        assert_ticks(
            CronTiming(f"0 {hour} * * *", self.zone),
            "2026-10-25T01:00+02:00",
            "02:00+02:00",
            "02:00+01:00",
            "03:00+01:00",
        )


class TestLordHowe:
    """Half an hour, at two o'clock."""

    zone = "Australia/Lord_Howe"

    def test_spring(self):
        assert_ticks(
            CronTiming("15 2 * * *", self.zone),
            "2026-10-03T00:00+10:30",
            "10-03 02:15+10:30",
            "10-04 02:30+11:00",
            "10-05 02:15+11:00",
        )
        assert_ticks(
            CronTiming("*/15 * * * *", self.zone),
            "2026-10-04T01:40+10:30",
            "01:45+10:30",
            "02:30+11:00",
            "02:45+11:00",
        )

    def test_autumn(self):
        assert_ticks(
            CronTiming("45 1 * * *", self.zone),
            "2026-04-04T00:00+11:00",
            "04-04 01:45+11:00",
            "04-05 01:45+11:00",
            "04-06 01:45+10:30",
        )
        assert_ticks(
            CronTiming("*/15 * * * *", self.zone),
            "2026-04-05T01:25+11:00",
            "01:30+11:00",
            "01:45+11:00",
            "01:30+10:30",
            "01:45+10:30",
            "02:00+10:30",
        )


def test_a_second_pass_on_the_evening_before_counts_for_that_day():
    """At a minute past midnight St. John's went back to a minute past eleven."""
    assert_ticks(
        CronTiming("14 * * * sat", "America/St_Johns"),
        "1997-10-25T22:00-02:30",
        "22:14-02:30",
        "23:14-02:30",
        "10-25 23:14-03:30",
        "11-01 00:14-03:30",
    )


class TestCasablanca:
    """Puts its clock back for Ramadan."""

    zone = "Africa/Casablanca"

    def test_the_beginning_of_ramadan_repeats_an_hour(self):
        assert_ticks(
            CronTiming("30 2 * * *", self.zone),
            "2026-02-14T12:00+01:00",
            "02-15 02:30+01:00",
            "02-16 02:30+00:00",
        )

    def test_the_end_of_ramadan_leaves_out_an_hour(self):
        assert_ticks(
            CronTiming("30 2 * * *", self.zone),
            "2026-03-21T12:00+00:00",
            "03-22 03:00+01:00",
            "03-23 02:30+01:00",
        )


class TestChatham:
    """Changes at a quarter to three and a quarter to four."""

    zone = "Pacific/Chatham"

    def test_spring(self):
        assert_ticks(
            CronTiming("0,50 2,3 * * *", self.zone),
            "2026-09-27T00:00+12:45",
            "02:00+12:45",
            "03:45+13:45",
            "03:50+13:45",
            "09-28 02:00+13:45",
        )

    def test_autumn(self):
        assert_ticks(
            CronTiming("0,50 2,3 * * *", self.zone),
            "2026-04-05T00:00+13:45",
            "02:00+13:45",
            "02:50+13:45",
            "03:00+13:45",
            "03:50+12:45",
        )
        assert_ticks(
            CronTiming("50 * * * *", self.zone),
            "2026-04-05T02:00+13:45",
            "02:50+13:45",
            "02:50+12:45",
            "03:50+12:45",
        )


class TestKathmandu:
    """A quarter of an hour, once, at the new year of 1986."""

    zone = "Asia/Kathmandu"

    def test_the_quarter_that_was_left_out(self):
        assert_ticks(
            CronTiming("5 0 * * *", self.zone),
            "1985-12-31T00:00+05:30",
            "1985-12-31 00:05+05:30",
            "1986-01-01 00:15+05:45",
            "1986-01-02 00:05+05:45",
        )

    def test_hours_are_hours_of_its_own_clock(self):
        assert_ticks(
            CronTiming("0 * * * *", self.zone),
            "2026-06-01T00:00+00:00",
            "06:00+05:45",
            "07:00+05:45",
        )


def test_the_preview_marks_what_a_change_of_the_clock_did():
    job = CronTiming("30 2 * * *", "Europe/Berlin")
    assert occurrence_note(job, at("2026-03-29T03:00+02:00")) == "moved_by_gap"
    assert occurrence_note(job, at("2026-10-25T02:30+02:00")) == "first_of_two"
    assert occurrence_note(job, at("2026-10-26T02:30+01:00")) is None


def test_a_real_slot_at_the_end_of_a_gap_is_not_marked_as_moved():
    job = CronTiming("0 3 * * *", "Europe/Berlin")
    assert occurrence_note(job, at("2026-03-29T03:00+02:00")) is None


def test_an_every_hour_job_has_no_marks():
    job = CronTiming("30 * * * *", "Europe/Berlin")
    assert occurrence_note(job, at("2026-10-25T02:30+02:00")) is None


def test_the_second_pass_never_gives_a_time_before_its_start():
    job = CronTiming("* 2 * * *", "Europe/Berlin")
    start = at("2026-10-25T02:59+01:00")
    assert next_after(job, start) == at("2026-10-26T02:00+01:00")
    assert next_after(job, start - MICROSECOND) == at("2026-10-26T02:00+01:00")
