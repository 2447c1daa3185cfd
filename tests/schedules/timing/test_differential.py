"""A second implementation, to be compared with at every kind of clock change.

croniter on aware datetimes fires wall-clock jobs in both passes of a fold; leaving
out the second makes it agree with our rules.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from croniter import croniter

from schedules.timing import CronTiming, between
from schedules.timing.cron import parse
from schedules.timing.zones import offset_changes, timezone_names

EXPRESSIONS = [
    "30 2 * * *",
    "*/30 * * * *",
    "0 0 * * *",
    "*/20 0-22 * * *",
    "0 */2 * * *",
    "7 * * * *",
    "0 12 29,30,31 * 5",
]
CALENDAR_EXPRESSIONS = [
    "0 9 15W * *",
    "*/7 3-5 L * *",
    "0 0 31W * *",
    "15 12 * * 5#2",
    "0 23 * * L5",
    "59 23 1W 2,3 *",
]
SECOND = timedelta(seconds=1)
START = datetime(1980, 1, 1)  # noqa: DTZ001 a wall time
# It rounds to the minute the end of a gap of 44 min 30 s.
KNOWN_TO_DIFFER = {("Africa/Monrovia", 1972)}


def second_opinion(expression, timezone, after, upto):
    every_hour = expression.split()[1] == "*"
    start = after.astimezone(ZoneInfo(timezone))
    local_times = croniter(expression, start, implement_cron_bug=True)
    ticks = []
    while (local := local_times.get_next(datetime)) <= upto:
        if every_hour or not local.fold:
            ticks.append(local.astimezone(UTC))
    return ticks


def samples():
    """Clock changes of two years out of each zone's history, two expressions each."""
    for name in sorted(timezone_names()):
        chance = random.Random(name)
        for year in chance.sample(range(1970, 2038), 2):
            if (name, year) not in KNOWN_TO_DIFFER:
                for change in changes_in(name, year)[:1]:
                    yield from (
                        (e, name, change) for e in chance.sample(EXPRESSIONS, 2)
                    )


def test_both_agree_around_clock_changes_of_every_zone():
    assert [sample for sample in samples() if not agree(*sample)] == []


@pytest.mark.parametrize(
    ("timezone", "year"),
    [
        ("America/St_Johns", 2004),
        ("America/St_Johns", 2010),
        ("Antarctica/Casey", 2010),
        ("Asia/Tehran", 2021),
        ("Pacific/Apia", 2011),
        ("Pacific/Kwajalein", 1993),
    ],
)
@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_both_agree_where_other_libraries_go_wrong(expression, timezone, year):
    changes = changes_in(timezone, year)
    assert changes
    assert all(agree(expression, timezone, change) for change in changes)


@pytest.mark.parametrize("expression", CALENDAR_EXPRESSIONS)
def test_days_that_need_the_calendar_are_those_of_croniter(expression):
    chance, times = random.Random(expression), parse(expression)
    for _ in range(100):
        at = START + chance.randrange(2 * 10**9) * SECOND
        found = times.next(at)
        assert found == croniter(expression, at).get_next(datetime)
        for near in (found - SECOND, found, found + SECOND):
            assert times.last(near) == croniter(expression, near + SECOND).get_prev(
                datetime
            )


def test_the_last_weekday_is_the_last_day_that_is_no_saturday_or_sunday():
    times, wall = parse("30 17 LW * *"), START
    for year in range(1980, 2060):
        for month in range(1, 13):
            following = datetime(year + month // 12, month % 12 + 1, 1)  # noqa: DTZ001
            day = following - timedelta(days=1)
            while day.weekday() >= 5:
                day -= timedelta(days=1)
            wall = times.next(wall)
            assert wall == day.replace(hour=17, minute=30)
            assert times.last(following) == wall
    assert times.count(START, wall) == 80 * 12


def changes_in(timezone, year):
    new_years = (datetime(y, 1, 1, tzinfo=UTC) for y in (year, year + 1))
    return [change.at for change in offset_changes(timezone, *new_years)]


def agree(expression, timezone, instant):
    after, upto = instant - timedelta(hours=5), instant + timedelta(hours=26)
    ours = between(CronTiming(expression, timezone), after, upto, 1000)
    return ours == second_opinion(expression, timezone, after, upto)
