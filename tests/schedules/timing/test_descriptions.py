"""The sentences of real crontabs, to be read for truth and for English."""

from __future__ import annotations

import pytest

from schedules.timing import CronTiming, IntervalTiming, OnceTiming, describe
from tests.schedules.timing.sequences import at

TIMES = {
    "* * * * *": "Every minute",
    "*/1 * * * *": "Every minute",
    "*/5 * * * *": "Every 5 minutes",
    "*/30 * * * *": "Every 30 minutes",
    "0 * * * *": "Every hour",
    "17 * * * *": "Hourly at minute 17",
    "5-59 * * * *": "Hourly at minutes 5 to 59",
    "7,22,37,52 * * * *": "Hourly at minutes 7, 22, 37 and 52",
    "*/40 * * * *": "Hourly at minutes 0 and 40",
    "*/7 * * * *": "Every 7 minutes from minute 0 to 56 of every hour",
    "1-59/2 * * * *": "Every 2 minutes from minute 1 to 59 of every hour",
    "@daily": "At 00:00 every day",
    "*/7 9-17 * * *": "Every 7 minutes from minute 0 to 56 in the hours 9 to 17",
    "0 9,12,18 * * *": "At 09:00, 12:00 and 18:00 every day",
    "30 2,3 * * *": "At 02:30 and 03:30 every day",
    "0,30 9,17 * * *": "At 09:00, 09:30, 17:00 and 17:30 every day",
    "0 */8 * * *": "At 00:00, 08:00 and 16:00 every day",
    "0 */2 * * *": "Every 2 hours",
    "0 1-23/2 * * *": "Every 2 hours from 01:00 to 23:00",
    "30 */6 * * *": "At 00:30, 06:30, 12:30 and 18:30 every day",
    "0 9-17 * * *": "Every hour from 09:00 to 17:00",
    "0 22-23,0-5 * * *": "Every hour from 22:00 to 05:00",
    "0 8-12,14-18 * * *": "Every hour from 08:00 to 12:00 and from 14:00 to 18:00",
    "*/10 8-23 * * *": "Every 10 minutes from 08:00 to 23:50",
    "*/10 1,4-5 * * *": "Every 10 minutes from 01:00 to 01:50 and from 04:00 to 05:50",
    "* 2 * * *": "Every minute from 02:00 to 02:59",
    "*/5 12-13,18-19,0-3 * * *": "Every 5 minutes in the hours 0 to 3, 12, 13, 18 and 19",
    "*/5 */2 * * *": "Every 5 minutes in every 2nd hour from 0 to 22",
    "*/40 9-17 * * *": "At minutes 0 and 40 in the hours 9 to 17, every day",
}
DAYS = {
    "0 9 * * mon-sat": "At 09:00, Monday to Saturday",
    "0 9 * * 1-6": "At 09:00, Monday to Saturday",
    "0 9 * * tue-sat": "At 09:00, Tuesday to Saturday",
    "0 9 * * 1-5": "At 09:00, Monday to Friday",
    "0 9 * * fri-sun": "At 09:00, Friday to Sunday",
    "0 9 * * 0-4": "At 09:00, Sunday to Thursday",
    "0 9 * * 6,0": "At 09:00 on Saturdays and Sundays",
    "0 9 * * 1-3,5": "At 09:00, Monday to Wednesday and Friday",
    "15 4 * * 5-5": "At 04:15 on Fridays",
    "0 */2 * * mon-sat": "Every 2 hours, Monday to Saturday",
    "0 * * * mon": "Every hour on Mondays",
    "0 22-23,0-5 * * mon": "Every hour from 00:00 to 05:00 and from 22:00 to 23:00 on Mondays",
    "0 0 10-31 * *": "At 00:00 on days 10 to 31 of the month",
    "0 0 1,15 * *": "At 00:00 on days 1 and 15 of the month",
    "0 0 */2 * *": "At 00:00 on odd days of the month",
    "0 0 */3 * *": "At 00:00 on every 3rd day from the 1st to the 31st of the month",
    "0 0 L * *": "At 00:00 on the last day of the month",
    "0 0 1,L * *": "At 00:00 on day 1 and on the last day of the month",
    "0 0 LW * *": "At 00:00 on the last weekday (Monday to Friday) of the month",
    "0 0 15W * *": "At 00:00 on the weekday (Monday to Friday) nearest to day 15 of the month",
    "0 0 * * 5#2": "At 00:00 on the second Friday of the month",
    "0 0 * * 1#1,1#3": "At 00:00 on the first and third Monday of the month",
    "0 0 * * L5": "At 00:00 on the last Friday of the month",
    "0 0 13 * fri": "At 00:00 on day 13 of the month, and also on Fridays",
    "0 0 */11 * fri": "At 00:00 on days 1, 12 and 23 of the month, but only on Fridays",
    "0 0 */2 * 1-5": "At 00:00 on odd days of the month, but only Monday to Friday",
    "0 3 1-7 * */7": "At 03:00 on the first Sunday of the month",
    "0 0 1-31 * fri": "At 00:00 every day",
}
MONTHS = {
    "@yearly": "At 00:00 on 1 January",
    "0 0 29 2 *": "At 00:00 on 29 February",
    "0 0 1 */3 *": "At 00:00 on day 1 of January, April, July and October",
    "0 0 1 6-8 *": "At 00:00 on day 1 of the month, from June to August",
    "0 0 * 12 *": "At 00:00 every day in December",
    "*/5 * * 1,2,11,12 *": "Every 5 minutes from November to February",
    "0 9 * 3 mon": "At 09:00 on Mondays in March",
    "0 9 * 6-8 1-5": "At 09:00, Monday to Friday, from June to August",
    "0 0 L 2 *": "At 00:00 on the last day of February",
    "0 0 13 1,6 fri": "At 00:00 in January and June, on day 13 of the month, and also on Fridays",
    "0 0 */2 6 fri": "At 00:00 on odd days of June, but only on Fridays",
    "0 9-17 * 6 *": "Every hour from 09:00 to 17:00, every day in June",
    "0 9 * 1,3,5-8 *": "At 09:00 every day in January, in March and from May to August",
    "0 9 1 3-5,9-11 *": "At 09:00 on day 1 of the month, from March to May and from September to November",
    "0 0 31 2 mon": "At 00:00 on Mondays in February",
}  # fmt: skip


@pytest.mark.parametrize(("expression", "sentence"), [*(TIMES | DAYS | MONTHS).items()])
def test_a_cron_expression_is_described_by_its_meaning(expression, sentence):
    timing = CronTiming(expression, "Europe/Berlin")
    assert describe(timing) == f"{sentence} (Europe/Berlin)"


@pytest.mark.parametrize(
    ("seconds", "sentence"),
    [
        (1, "Every second"),
        (90, "Every 90 seconds"),
        (60, "Every minute"),
        (3600, "Every hour"),
        (5400, "Every 90 minutes"),
        (7200, "Every 2 hours"),
        (86400, "Every 24 hours"),
        (604800, "Every 7 days"),
        (3661, "Every 1 hour, 1 minute and 1 second"),
        (100_000, "Every 27 hours, 46 minutes and 40 seconds"),
        (315_532_800, "Every 3,652 days"),
    ],
)
def test_an_interval_is_described_in_its_largest_whole_unit(seconds, sentence):
    assert describe(IntervalTiming(seconds, at("2026-01-01"))) == sentence


@pytest.mark.parametrize(
    ("zone", "sentence"),
    [
        ("UTC", "Once, on 2026-11-23 at 23:30 (UTC)"),
        (
            "Europe/Berlin",
            "Once, on 2026-11-24 at 00:30 (Europe/Berlin), which is 23:30 UTC on 2026-11-23",
        ),
        (
            "America/New_York",
            "Once, on 2026-11-23 at 18:30 (America/New_York), which is 23:30 UTC",
        ),
    ],
)
def test_a_one_off_is_described_by_its_local_time_and_utc(zone, sentence):
    assert describe(OnceTiming(at("2026-11-24T00:30+01:00")), zone) == sentence


def test_the_seconds_of_a_one_off_are_told_where_there_are_any():
    once = OnceTiming(at("2026-11-23T09:00:07"))
    assert describe(once) == "Once, on 2026-11-23 at 09:00:07 (UTC)"
