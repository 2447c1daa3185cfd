"""From timings to English sentences.

A sentence is made from the set of wall times, never from the text: the same ticks have the same
sentence, regardless of their spelling.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

from schedules.timing import zones
from schedules.timing.english import listing, numbered, runs, step_of
from schedules.timing.wall_times import DAY_MINUTES, WallTimes
from schedules.timing.words.days import describe_days, describe_months
from workflows.kit.phrases import phrase, phrases

DAY_SECONDS = 86_400
_EVERY_HOUR = phrases("Every hour", "Every {count} hours")
_EVERY_MINUTE = phrases("Every minute", "Every {count} minutes")
_UNITS = (
    # Not "every day": it is elapsed time, so that its wall time changes with the clock.
    (phrases("Every 24 hours", "Every {count} days"), DAY_SECONDS),
    (_EVERY_HOUR, 3_600),
    (_EVERY_MINUTE, 60),
    (phrases("Every second", "Every {count} seconds"), 1),
)
_PARTS = (
    (phrases("{count} hour", "{count} hours"), 3_600),
    (phrases("{count} minute", "{count} minutes"), 60),
    (phrases("{count} second", "{count} seconds"), 1),
)
# Above this, "Every 27 hours, 46 minutes and 40 seconds" is clearer than one number.
_LARGEST_NUMBER = 999

_LISTED = re.compile(r"At [0-9]")
_LIMITED = re.compile(r"^At | (?:from|in) ")  # to some hours of a day
# So many times of a day are listed, where they are not evenly apart.
_MOST_LISTED = 6
# So many, evenly apart, are a pattern: "Every 20 minutes from 09:00 to 10:00".
_SHORTEST_PATTERN = 4
_SHORTEST_LONG_PATTERN = 5
_MOST_STRETCHES = 2


@lru_cache(maxsize=1024)
def describe_wall_times(times: WallTimes) -> str:
    """Such as "At 09:00, Monday to Friday"."""
    days = describe_days(times.rules)
    time = _time(times.minutes, times.hours, is_daily=not days)
    lists_times = _LISTED.match(time) is not None
    if time.startswith("At "):
        days = days or phrase("every day")
    if not days:
        return time
    if days.startswith("every day ") and not _LIMITED.search(time):
        days = describe_months(times.rules)
    # "At 09:00 every day in June" and "Every 5 minutes in June", but "Every hour from 08:00 to
    # 17:00, every day in June".
    follows = days.startswith(("on ", "in ", "from ")) or (
        lists_times and days.startswith("every ")
    )
    joined = phrase("{time} {days}") if follows else phrase("{time}, {days}")
    return joined.fill(time=time, days=days)


def describe_interval(seconds: int) -> str:
    """Such as "Every 90 seconds", in the largest unit that gives a whole number."""
    every, size = next((each, size) for each, size in _UNITS if seconds % size == 0)
    number = seconds // size
    if number <= _LARGEST_NUMBER or size == DAY_SECONDS:
        return every.of(number)
    parts = []
    for part, in_seconds in _PARTS:
        whole, seconds = divmod(seconds, in_seconds)
        if whole:
            parts.append(part.of(whole))
    return phrase("Every {duration}", duration=listing(parts))


def describe_once(run_at: datetime, timezone: str) -> str:
    """Such as "Once, on 2027-01-05 at 09:00 (Europe/Berlin), which is 08:00 UTC"."""
    local, universal = zones.wall_time(run_at, timezone), run_at.astimezone(UTC)
    text = phrase(
        "Once, on {date} at {time} ({zone})",
        date=f"{local:%Y-%m-%d}",
        time=_seconds_clock(local),
        zone=timezone,
    )
    if timezone == "UTC":
        return text
    same_day = local.date() == universal.date()
    in_utc = phrase("{once}, which is {time} UTC on {date}")
    in_utc = phrase("{once}, which is {time} UTC") if same_day else in_utc
    return in_utc.fill(
        once=text, time=_seconds_clock(universal), date=f"{universal:%Y-%m-%d}"
    )


def _seconds_clock(moment: datetime) -> str:
    return f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"


def _time(minutes: Sequence[int], hours: Sequence[int], *, is_daily: bool) -> str:
    """The times of a day on which there are some."""
    if len(hours) == 24:
        return _every_hour(minutes)
    moments = [60 * hour + minute for hour in hours for minute in minutes]
    return (
        _evenly(moments)
        or _listed(moments)
        or _in_stretches(minutes, hours, is_daily=is_daily)
        or phrase(
            "{minutes} in {hours}", minutes=_minutes(minutes), hours=_hours(hours)
        )
    )


def _every_hour(minutes: Sequence[int]) -> str:
    if len(minutes) == 1:
        hourly = phrase("Hourly at minute {minute}", minute=minutes[0])
        return _EVERY_HOUR.of(1) if minutes == (0,) else hourly
    text = _minutes(minutes)
    if text.startswith("At "):
        return phrase("Hourly at {minutes}", minutes=numbered("minute", minutes))
    if "from" in text:
        return phrase("{minutes} of every hour", minutes=text)
    return text


def _minutes(minutes: Sequence[int]) -> str:
    """The minutes of each of the hours."""
    step = step_of(minutes)
    if step and [*minutes] == [*range(0, 60, step)] and 60 % step == 0:
        return _every(step)
    if step and step > 1 and len(minutes) >= _SHORTEST_LONG_PATTERN:
        return phrase(
            "{every} from minute {first} to {last}",
            every=_every(step),
            first=minutes[0],
            last=minutes[-1],
        )
    return phrase("At {times}", times=numbered("minute", minutes))


def _hours(hours: Sequence[int]) -> str:
    text = numbered("hour", hours)
    return phrase("the {hours}", hours=text) if text.startswith("hours") else text


def _every(minutes: int) -> str:
    if minutes % 60 == 0:
        return _EVERY_HOUR.of(minutes // 60)
    return _EVERY_MINUTE.of(minutes)


def _evenly(moments: Sequence[int]) -> str | None:
    """Such as "Every 2 hours", or "Every 10 minutes from 08:00 to 23:50"."""
    step = step_of(moments)
    if step is None or len(moments) < _SHORTEST_PATTERN:
        return None
    if moments[0] == 0 and moments[-1] + step == DAY_MINUTES:
        return _every(step)
    if step > 60 and len(moments) < _SHORTEST_LONG_PATTERN:
        return None
    return phrase("{every} {stretch}", every=_every(step), stretch=_from_to(moments))


def _listed(moments: Sequence[int]) -> str | None:
    if len(moments) > _MOST_LISTED:
        return None
    return phrase("At {times}", times=listing([*map(_clock, moments)]))


def _in_stretches(
    minutes: Sequence[int], hours: Sequence[int], *, is_daily: bool
) -> str | None:
    """Such as "Every hour from 08:00 to 12:00 and from 14:00 to 18:00".

    A stretch that passes midnight, such as "from 22:00 to 05:00", lies on two days, and is
    used only if all days are alike.
    """
    stretches = [*runs(hours)]
    if is_daily and stretches[0][0] == 0 and stretches[-1][-1] == 23:
        after_midnight = [hour + 24 for hour in stretches[0]]
        stretches = [*stretches[1:-1], stretches[-1] + after_midnight]
    if len(stretches) > _MOST_STRETCHES:
        return None
    each = [[60 * h + m for h in stretch for m in minutes] for stretch in stretches]
    steps = {step_of(moments) for moments in each}
    step = steps.pop()
    if steps or step is None:
        return None
    stretches_of = listing([*map(_from_to, each)])
    return phrase("{every} {stretch}", every=_every(step), stretch=stretches_of)


def _from_to(moments: Sequence[int]) -> str:
    first, last = _clock(moments[0]), _clock(moments[-1])
    return phrase("from {first} to {last}", first=first, last=last)


def _clock(minute: int) -> str:
    hour, minute = divmod(minute % DAY_MINUTES, 60)
    return f"{hour:02}:{minute:02}"
