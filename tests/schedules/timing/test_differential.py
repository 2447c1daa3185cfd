"""croniter, a second implementation, compared with in both directions.

On aware datetimes it fires wall-clock jobs in both passes of a fold; leaving out the second
makes it agree with our rules at every kind of clock change.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from croniter import croniter

from schedules.timing import (
    CronTiming,
    TimingError,
    between,
    count,
    disagreement,
    newest,
)
from schedules.timing.cron import parse
from schedules.timing.croniter_check import Union, texts
from schedules.timing.zones import offset_changes, timezone_names
from tests.effort import some

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
HOUR = timedelta(hours=1)
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
    names = sorted(timezone_names())
    for name in random.Random("samples").sample(names, some(len(names))):
        chance = random.Random(name)
        for year in chance.sample(range(1970, 2038), 2):
            if (name, year) not in KNOWN_TO_DIFFER:
                for change in changes_in(name, year)[:1]:
                    yield from (
                        (e, name, change) for e in chance.sample(EXPRESSIONS, 2)
                    )


def test_both_agree_around_clock_changes_of_zones_of_all_the_world():
    assert [sample for sample in samples() if not agree(*sample)] == []


@pytest.mark.heavy
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


def random_field(chance, low, high):
    a, b = sorted(chance.sample(range(low, high + 1), 2))
    some = sorted(chance.sample(range(low, high + 1), chance.randint(1, 3)))
    every = f"*/{chance.randint(2, (high - low) // 2)}"
    return chance.choice(["*", every, f"{a}-{b}", ",".join(map(str, some))])


def random_expression(chance):
    monthday, weekday = random_field(chance, 1, 31), random_field(chance, 0, 6)
    days = [(monthday, weekday), (monthday, "*"), ("*", weekday)]
    special = [("l", "*"), (f"{chance.randint(1, 31)}w", "*"), ("*", "5#2")]
    day, weekday = chance.choice([*days, *days, *special])
    months = chance.choice(["*", "*", random_field(chance, 1, 12)])
    minute, hour = random_field(chance, 0, 59), random_field(chance, 0, 23)
    return f"{minute} {hour} {day} {months} {weekday}"


def accepted(chance, number):
    """Random expressions that can run at all."""
    while number:
        expression = random_expression(chance)
        try:
            yield CronTiming(expression, "UTC").expression
        except TimingError:
            continue
        number -= 1


def test_hundreds_of_expressions_agree_around_changes_forward_and_backward():
    chance, names = random.Random("zones"), sorted(timezone_names())
    differing = []
    for expression in accepted(chance, some(150)):
        change = None
        while change is None:
            zone, year = chance.choice(names), chance.randrange(1970, 2038)
            change = next(iter(changes_in(zone, year)), None)
        after = change + chance.randint(-48, 24) * HOUR
        if not agree(expression, zone, after + 5 * HOUR):
            differing.append((expression, zone, str(after)))
    assert differing == []


def test_hundreds_of_expressions_have_the_wall_times_of_croniter_both_ways():
    chance, differing = random.Random("wall times"), []
    for expression in accepted(chance, some(200)):
        times, theirs = parse(expression), Union([*texts(expression)])
        for _ in range(3):
            at = START + chance.randrange(2 * 10**9) * SECOND
            if (times.next(at), times.last(at)) != (theirs.next(at), theirs.last(at)):
                differing.append((expression, str(at)))
        if disagreement(expression):
            differing.append((expression, "when it is accepted"))
    assert differing == []


@pytest.mark.parametrize("expression", CALENDAR_EXPRESSIONS)
def test_days_that_need_the_calendar_are_those_of_croniter(expression):
    chance, times = random.Random(expression), parse(expression)
    for _ in range(some(100)):
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
    timing = CronTiming(expression, timezone)
    ours = between(timing, after, upto, 5000)
    assert newest(timing, after, upto, 5000) == ours
    assert count(timing, after, upto) == len(ours)
    return ours == second_opinion(expression, timezone, after, upto)
