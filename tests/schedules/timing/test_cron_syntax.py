"""Which expressions are accepted, what they mean, and why the rest is refused."""

from __future__ import annotations

import re

import pytest

from schedules.timing import CronTiming, TimingError, last_upto, next_occurrences
from schedules.timing.cron import parse
from tests.schedules.timing.sequences import assert_ticks, at, utc

NOW = at("2026-11-23T10:07")  # a Monday


def days(expression, start=NOW, count=4):
    ticks = next_occurrences(expression, "UTC", start, count)
    return [f"{tick:%m-%d}" for tick in ticks]


def refusal(expression):
    with pytest.raises(TimingError) as caught:
        CronTiming(expression, "UTC")
    assert caught.value.field == "cron_expression"
    return str(caught.value)


@pytest.mark.parametrize(
    ("spelling", "meaning"),
    [
        ("@hourly", "0 * * * *"),
        ("@daily", "0 0 * * *"),
        ("@midnight", "0 0 * * *"),
        ("@weekly", "0 0 * * 0"),
        ("@monthly", "0 0 1 * *"),
        ("@yearly", "0 0 1 1 *"),
        ("@annually", "0 0 1 1 *"),
        ("  @Daily\t", "0 0 * * *"),
        ("\t0  9 * *   MON-Fri ", "0 9 * * 1,2,3,4,5"),
        ("5-5 9-9 * * mon-mon", "5 9 * * 1"),
        ("0 0 ? * ?", "0 0 * * *"),
        ("*/15 */6 * */4 *", "0,15,30,45 0,6,12,18 * 1,5,9 *"),
        ("5/20 * * * *", "5,25,45 * * * *"),
        ("59/15 * * * *", "59 * * * *"),
        ("10-20/5 * * * *", "10,15,20 * * * *"),
        ("0 0 * jan-mar,DEC *", "0 0 * 1,2,3,12 *"),
        ("0 0 * * fri-sun", "0 0 * * 0,5,6"),
        ("0 0 * * 5-7", "0 0 * * 0,5,6"),
        ("0 0 * * 5-0", "0 0 * * 0,5,6"),
        ("0 0 * * 0-7", "0 0 * * *"),
        ("0 0 * * 7", "0 0 * * sun"),
        ("0 0 * * 6/1", "0 0 * * sat"),
        ("0 0 * * 7/2", "0 0 * * sun"),
        ("0 0 * * 5L", "0 0 * * L5"),
        ("0 0 * * friL", "0 0 * * L5"),
        ("0 0 * * 7l", "0 0 * * lsun"),
        ("0 0 lw * *", "0 0 LW * *"),
        ("0 0 LW,LW * ?", "0 0 LW * *"),
        ("0 0 LW * *", "0 0 31W * *"),
        ("0 0 * * Fri#2", "0 0 * * 5#2"),
        ("0 0 * * 7#1", "0 0 * * 0#1"),
        ("0005 00 01 * *", "5 0 1 * *"),
        ("1,1,1 0 * * *", "1 0 * * *"),
    ],
)
def test_spellings_of_one_meaning_are_equal(spelling, meaning):
    assert parse(spelling) == parse(meaning)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("0 0 L * *", ["11-30", "12-31", "01-31", "02-28"]),
        ("0 0 1,L * *", ["11-30", "12-01", "12-31", "01-01"]),
        ("0 0 15W * *", ["12-15", "01-15", "02-15", "03-15"]),
        ("0 0 1W * *", ["12-01", "01-01", "02-01", "03-01"]),
        ("0 0 1W,15W * *", ["12-01", "12-15", "01-01", "01-15"]),
        ("0 0 * * 5#2", ["12-11", "01-08", "02-12", "03-12"]),
        ("0 0 * * 5#5", ["01-29", "04-30", "07-30", "10-29"]),
        ("0 0 * * L5", ["11-27", "12-25", "01-29", "02-26"]),
        ("0 0 * * 5#1,1#1", ["12-04", "12-07", "01-01", "01-04"]),
        ("0 0 * * mon,5#2", ["11-30", "12-07", "12-11", "12-14"]),
        ("0 0 L * mon", ["11-30", "12-07", "12-14", "12-21"]),
        ("0 0 LW * *", ["11-30", "12-31", "01-29", "02-26"]),
        ("0 0 1,LW * *", ["11-30", "12-01", "12-31", "01-01"]),
        ("0 0 LW 2,5 *", ["02-26", "05-31", "02-29", "05-31"]),
    ],
)
def test_items_that_need_a_calendar(expression, expected):
    assert days(expression) == expected


def test_the_nearest_working_day_stays_in_its_month():
    saturday_the_first = at("2027-04-20T00:00")
    assert days("0 0 1W * *", saturday_the_first, 1) == ["05-03"]
    sunday_the_last = at("2027-01-20T00:00")
    assert days("0 0 31W 1 *", sunday_the_last, 1) == ["01-29"]


def test_day_and_weekday_both_restricted_mean_either():
    assert days("0 0 13 * fri", count=5) == [
        "11-27",
        "12-04",
        "12-11",
        "12-13",
        "12-18",
    ]


def test_day_or_weekday_that_begins_with_a_star_means_both():
    assert days("0 0 */2 * mon") == ["12-07", "12-21", "01-11", "01-25"]
    assert days("0 0 1-7 * */7") == ["12-06", "01-03", "02-07", "03-07"]
    assert days("0 0 */100,1-7 * mon") == ["12-07", "01-04", "02-01", "03-01"]


def test_a_star_further_inside_a_list_does_not_make_it_both():
    assert days("0 0 1-5,* * mon") == ["11-24", "11-25", "11-26", "11-27"]


def test_a_full_range_is_no_star():
    assert days("0 0 1-31 * mon") == ["11-24", "11-25", "11-26", "11-27"]


def test_a_part_that_cannot_match_leaves_the_other():
    assert days("0 0 31 2 mon", count=2) == ["02-01", "02-08"]


def test_the_rarest_day_is_found_across_a_century():
    leap_day = CronTiming("0 12 29 2 *", "UTC")
    assert_ticks(
        leap_day, "2095-01-01", "2096-02-29 12:00+00:00", "2104-02-29 12:00+00:00"
    )
    on_a_sunday = CronTiming("0 12 29 2 */7", "UTC")
    assert_ticks(
        on_a_sunday, "2077-01-01", "2088-02-29 12:00+00:00", "2128-02-29 12:00+00:00"
    )


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        (None, "must be text of five fields"),
        (b"* * * * *", "must be text of five fields"),
        (["*"], "must be text of five fields"),
        ("", "has 0 fields; give five"),
        ("9", "has 1 field; give five"),
        ("* * * *", "has 4 fields; give five"),
        ("* * * * * *", "no seconds.*interval_seconds to 1"),
        ("0 0 12 * * ? 2027", "last field is a year"),
        ("* * * * * * * *", "has 8 fields; give five"),
        ("@reboot", "whenever a machine"),
        ("@every 5m", "Set interval_seconds to 300"),
        ("@ daily", "not a valid shorthand"),
        ("60 * * * *", 'minute: "60" is outside the range 0 to 59'),
        ("* 24 * * *", 'hour: "24" is outside the range 0 to 23'),
        ("* * 0 * *", 'day of month: "0" is outside the range 1 to 31'),
        ("* * 32 * *", 'day of month: "32" is outside the range'),
        ("* * * 13 *", 'month: "13" is outside the range 1 to 12'),
        ("* * * * 8", 'weekday: "8" is outside the range 0 to 7'),
        ("* * * mon *", 'month: "mon" is not valid.*jan to dec'),
        ("* * * * jan", 'weekday: "jan" is not valid.*sun to sat'),
        ("* * * monday *", "is not valid"),
        ("-5 * * * *", "is not valid"),
        ("1- * * * *", "is not valid"),
        ("1,,2 * * * *", 'minute: "" is not valid'),
        ("1.5 * * * *", "is not valid"),
        ("? * * * *", 'minute: "\\?" is not valid'),
        ("* * ?,1 * *", "is not valid"),
        ("*/0 * * * *", "has a step outside the range 1 to 9999"),
        ("*/00000 * * * *", "has a step outside the range 1 to 9999"),
        ("*/99999 * * * *", "has a step outside the range 1 to 9999"),
        ("00005 * * * *", "outside the range"),
        ("H * * * *", "Jenkins.*jitter_seconds"),
        ("H/15 * * * *", "Jenkins"),
        ("h(0-9) * * * *", "Jenkins"),
        ("h-5 * * * *", "is not valid"),
        ("0 18 ? * 2-6", "mon-fri"),
        ("61 18 ? * 2-6", '"2-6" beside \\? may count from Sunday as 1.*mon-fri'),
        ("61 18 ? * 5#2", '"5#2" beside'),
        ("61 18 ? * 5L", '"5l" beside'),
        ("R * * * *", '"r" would be random.*jitter_seconds'),
        ("1~9 * * * *", "would be random"),
        ("50-10 * * * *", "runs backwards"),
        ("* 22-2 * * *", "runs backwards; give two ranges: 22-23,0-2"),
        ("* 23-0 * * *", "give two ranges: 23,0"),
        ("* * 25-5 * *", "runs backwards"),
        ("* * * nov-feb *", "runs backwards; give two ranges: nov-dec,jan-feb"),
        ("* * * * fri-mon", "runs backwards; give two ranges: fri-sat,sun-mon"),
        ("* * L-3 * *", r"L \(the last day\), LW .*, 15W"),
        ("0 0 last * *", r"L \(the last day\), LW .*, 15W"),
        ("0 0 -1 * *", r"L \(the last day\), LW .*, 15W"),
        ("0 0 * * mon#-1", r"5#2 \(the second Friday\), L5"),
        ("0 0 * * last", r"5#2 \(the second Friday\), L5"),
        ("0 0 * * 5W", r"5#2 \(the second Friday\), L5"),
        ("* * 0W * *", "outside the range"),
        ("* * * * 5#0", "is not valid"),
        ("* * * * 5#6", "is not valid"),
        ("* * * * 8#1", "outside the range"),
        ("* * * * L8", "is not valid"),
        ("L * * * *", "is not valid"),
        ("0 0 1 * 5#2", 'weekday: "5#2" cannot be combined with a day of month'),
        ("0 0 */2 * 5#2", "cannot be combined"),
        ("0 0 13 * L5", 'weekday: "l5" cannot be combined'),
        ("0 0 L * 5L", "cannot be combined"),
        ("0 0 15W * 1", 'day of month: "15w" cannot be combined with a weekday'),
        ("0 0 LW * fri", 'day of month: "lw" cannot be combined with a weekday'),
        ("0 0 30 2 *", "can never run"),
        ("0 0 31 4,6,9,11 *", "can never run"),
        ("0 0 31 2 */2", "can never run"),
        ("0 0 * * *\n", "plain ASCII on one line"),
        ("0 0 * * *\n0 1 * * *", "plain ASCII on one line"),
        ("0\x000 * * *", "plain ASCII"),
        ("\u0665 * * * *", "plain ASCII"),
        ("0\u00a00 * * *", "plain ASCII"),
        ("0 0 * * 1" + ",1" * 96, "longer than 200 characters"),
        ("9" * 5000, "longer than 200 characters"),
    ],
)
def test_what_is_refused_says_why_and_what_to_do(expression, reason):
    message = refusal(expression)
    assert "\n" not in message
    assert len(message) < 400
    assert re.search(reason, message), message


@pytest.mark.parametrize(
    "start", [None, "2026-01-01", at("2026-01-01").replace(tzinfo=None)]
)
def test_a_start_without_an_offset_is_refused(start):
    with pytest.raises(
        ValueError, match="start must be a date and time with an offset"
    ):
        next_occurrences("* * * * *", "UTC", start, 1)


@pytest.mark.parametrize("count", [0, -1, 1001, 2.0, True, None])
def test_a_count_out_of_bounds_is_refused(count):
    with pytest.raises(ValueError, match="count must be a whole number from 1 to 1000"):
        next_occurrences("* * * * *", "UTC", NOW, count)


@pytest.mark.parametrize(
    "name",
    [
        "Mars/Base", "", "localtime", "Factory", "posixrules", "posix/UTC", "right/UTC",
        "../etc/passwd", "/etc/localtime", "America", "x" * 5000, "Europe/Berlin\n", "\0",
        None, 5, ["UTC"], b"UTC",
    ],
)  # fmt: skip
def test_what_is_no_time_zone_is_refused(name):
    with pytest.raises(TimingError, match="is not a valid time zone") as caught:
        CronTiming("* * * * *", name)
    assert caught.value.field == "timezone"


def test_a_time_zone_in_the_wrong_case_is_told_the_right_one():
    with pytest.raises(TimingError, match="did you mean Europe/Berlin"):
        CronTiming("* * * * *", "europe/berlin")


def test_ticks_are_strictly_after_the_start():
    start = at("2026-11-23T10:05")
    assert next_occurrences("*/5 * * * *", "UTC", start, 2) == utc(
        "2026-11-23T10:10", "2026-11-23T10:15"
    )


@pytest.mark.parametrize("expression", ["* * * * *", "0 0 * * *", "0 0 1 1 *"])
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Apia", "Pacific/Midway"])
def test_the_ends_of_the_calendar_are_no_error(expression, zone):
    first, last = at("0001-01-01T00:00:00"), at("9999-12-31T23:59:59")
    assert len(next_occurrences(expression, zone, first, 2)) == 2
    assert next_occurrences(expression, zone, last, 2) == []
    near_the_end = at("9999-12-27T12:00")
    assert len(next_occurrences(expression, zone, near_the_end, 1000)) < 1000
    timing = CronTiming(expression, zone)
    assert last_upto(timing, first) is None
    assert at("9998-12-30T00:00") < last_upto(timing, last) < last
