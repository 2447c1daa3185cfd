"""Days without a midnight, with two of them, and one that never was."""

from __future__ import annotations

from schedules.timing import CronTiming, next_occurrences
from tests.schedules.timing.sequences import assert_ticks, at, utc


class TestApia:
    """Left out 30 December 2011."""

    zone = "Pacific/Apia"

    def test_a_daily_job_of_the_day_that_was_left_out_merges_with_the_next(self):
        assert_ticks(
            CronTiming("@daily", self.zone),
            "2011-12-28T12:00-10:00",
            "12-29 00:00-10:00",
            "12-31 00:00+14:00",
            "01-01 00:00+14:00",
        )

    def test_a_job_of_that_date_runs_at_the_end_of_the_gap(self):
        assert_ticks(
            CronTiming("0 9 30 * *", self.zone),
            "2011-12-01T00:00-10:00",
            "2011-12-31 00:00+14:00",
            "2012-01-30 09:00+14:00",
        )

    def test_an_every_hour_job_of_that_date_does_not_run(self):
        assert_ticks(
            CronTiming("0 * 30 12 *", self.zone),
            "2010-12-30T23:00-10:00",
            "2012-12-30 00:00+14:00",
        )

    def test_autumn(self):
        assert_ticks(
            CronTiming("30 3 * * *", self.zone),
            "2021-04-03T12:00+14:00",
            "04-04 03:30+14:00",
            "04-05 03:30+13:00",
        )


class TestSaoPaulo:
    """At midnight."""

    zone = "America/Sao_Paulo"

    def test_a_daily_job_runs_at_one_on_the_day_without_midnight(self):
        assert_ticks(
            CronTiming("@daily", self.zone),
            "2018-11-02T12:00-03:00",
            "11-03 00:00-03:00",
            "11-04 01:00-02:00",
            "11-05 00:00-02:00",
        )

    def test_the_last_hour_of_the_day_comes_twice(self):
        assert_ticks(
            CronTiming("30 23 * * *", self.zone),
            "2018-02-17T12:00-02:00",
            "02-17 23:30-02:00",
            "02-18 23:30-03:00",
        )
        assert_ticks(
            CronTiming("@daily", self.zone),
            "2018-02-17T12:00-02:00",
            "02-18 00:00-03:00",
            "02-19 00:00-03:00",
        )

    def test_twelve_hourly_is_never_lost_at_a_midnight_gap(self):
        assert_ticks(
            CronTiming("0 */12 * * *", self.zone),
            "2018-11-03T12:00-03:00",
            "11-04 01:00-02:00",
            "11-04 12:00-02:00",
        )


class TestBeirut:
    zone = "Asia/Beirut"

    def test_spring_has_a_day_without_midnight(self):
        assert_ticks(
            CronTiming("0 0 * * sun", self.zone),
            "2026-03-25T00:00+02:00",
            "03-29 01:00+03:00",
            "04-05 00:00+03:00",
        )

    def test_autumn_repeats_the_hour_before_midnight(self):
        assert_ticks(
            CronTiming("0 23 * * *", self.zone),
            "2026-10-24T00:00+03:00",
            "10-24 23:00+03:00",
            "10-25 23:00+02:00",
        )


class TestHavana:
    zone = "America/Havana"

    def test_spring_has_a_day_without_midnight(self):
        assert_ticks(
            CronTiming("15 0 * * *", self.zone),
            "2025-03-08T12:00-05:00",
            "03-09 01:00-04:00",
            "03-10 00:15-04:00",
        )

    def test_autumn_has_midnight_twice(self):
        assert_ticks(
            CronTiming("@daily", self.zone),
            "2025-11-01T12:00-04:00",
            "11-02 00:00-04:00",
            "11-03 00:00-05:00",
        )
        assert_ticks(
            CronTiming("@hourly", self.zone),
            "2025-11-01T23:00-04:00",
            "00:00-04:00",
            "00:00-05:00",
            "01:00-05:00",
        )


def test_a_job_inside_a_gap_of_odd_length_ends_at_its_last_second():
    monrovia = next_occurrences("@daily", "Africa/Monrovia", at("1972-01-06T12:00"), 1)
    assert monrovia == utc("1972-01-07T00:44:30")
