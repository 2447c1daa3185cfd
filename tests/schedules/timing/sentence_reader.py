"""Reads a sentence about a cron expression back into what it says.

It knows nothing of the code that writes sentences: it takes English, clocks and dates.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from itertools import groupby
from operator import or_

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
WEEKDAYS = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
]
NTH = ["first", "second", "third", "fourth", "fifth", "last"]
ORDINAL = r"(\d+)(?:st|nd|rd|th)"
CLOCK = r"\d\d:\d\d"
STRETCHES = rf"from {CLOCK} to {CLOCK}(?: and from {CLOCK} to {CLOCK})?"
LIST = r"\d+(?: to \d+)?(?:(?:, | and )\d+(?: to \d+)?)*"

# Weekdays and months repeat after these years, leap years and all.
FIRST, YEARS = date(2000, 1, 1), 28
DATES = [FIRST + timedelta(n) for n in range((date(2028, 1, 1) - FIRST).days)]


def those(days: set[date]) -> int:
    """These dates, as one number with a bit for each of all."""
    return int("".join("01"[day in days] for day in reversed(DATES)), 2)


def by(value: Callable[[date], int]) -> dict[int, int]:
    """The dates of each value."""
    found = defaultdict(set)
    for day in DATES:
        found[value(day)].add(day)
    return {each: those(days) for each, days in sorted(found.items())}


def last_day(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def nearest_workdays(number: int) -> set[date]:
    """Of the weekdays of each month, the nearest to day `number` (or to its last day)."""
    found = set()
    for days in WORKDAYS:
        wanted = min(number, last_day(days[0]))
        found.add(min(days, key=lambda day: abs(day.day - wanted)))
    return found


WORKDAYS = [
    [day for day in days if day.weekday() < 5]
    for _, days in groupby(DATES, key=lambda day: (day.year, day.month))
]
EVERY_DAY = those({*DATES})
MONTHDAY = by(lambda day: day.day)
WEEKDAY = by(lambda day: day.weekday())
MONTH = by(lambda day: day.month)
LAST_DAY = those({day for day in DATES if day.day == last_day(day)})
NEAREST = {n: those(nearest_workdays(n)) for n in range(1, 32)}
WEEK = by(lambda day: (day.day + 6) // 7)
LAST_WEEK = those({day for day in DATES if day.day + 7 > last_day(day)})


@dataclass
class Said:
    """The minutes of a day, and the days as bits of `DATES`."""

    minutes: set[int]
    days: int


def read(sentence: str) -> Said:
    for pattern, reader in TIMES:
        if match := re.match(pattern, sentence):
            rest = sentence[match.end() :]
            assert re.match(r"(,? |$)", rest), f"not understood: {rest!r}"
            return Said(reader(*match.groups()), read_days(rest.lstrip(" ,")))
    raise AssertionError(f"not understood: {sentence!r}")


def any_of(sets) -> int:
    return reduce(or_, sets, 0)


def minute_of(clock: str) -> int:
    return 60 * int(clock[:2]) + int(clock[3:])


def split(text: str) -> list[str]:
    return re.split(r", | and ", text)


def numbers(text: str, noun: str) -> list[int]:
    """ "minute 5", "minutes 1, 2 and 5 to 9", "every 7th minute from 0 to 56"."""
    if match := re.fullmatch(rf"every {ORDINAL} {noun} from (\d+) to (\d+)", text):
        step, first, last = map(int, match.groups())
        assert (last - first) % step == 0
        return [*range(first, last + 1, step)]
    one_or_more = re.fullmatch(rf"{noun}(s?) ({LIST})", text)
    assert one_or_more, f"no {noun}: {text!r}"
    found: list[int] = []
    for item in split(one_or_more[2]):
        first, _, last = item.partition(" to ")
        found += range(int(first), int(last or first) + 1)
    assert found == sorted({*found})
    assert bool(one_or_more[1]) == (len(found) > 1), f"wrong plural: {text!r}"
    return found


def every(number: str | None, unit: str) -> int:
    assert number is None or int(number) > 1
    assert unit.endswith("s") == (number is not None), "wrong plural"
    return int(number or 1) * (60 if unit.startswith("hour") else 1)


def all_day(number, unit):
    return {*range(0, 24 * 60, every(number, unit))}


def in_stretches(number, unit, stretches):
    step, found = every(number, unit), set()
    for first, last in re.findall(rf"from ({CLOCK}) to ({CLOCK})", stretches):
        begin, end = minute_of(first), minute_of(last)
        end += 24 * 60 if end < begin else 0
        assert (end - begin) % step == 0
        found |= {moment % (24 * 60) for moment in range(begin, end + 1, step)}
    return found


def in_each_hour(number, unit, first, last) -> range:
    """The minutes of "from minute 6 to 56"."""
    step = every(number, unit)
    assert (int(last) - int(first)) % step == 0
    return range(int(first), int(last) + 1, step)


def in_hours(minutes, hours):
    found = numbers(hours.removeprefix("the "), "hour")
    return {60 * hour + minute for hour in found for minute in minutes}


NUMBERED = r"(?:{0} \d+|{0}s {1}|every {2} {0} from \d+ to \d+)"
MINUTES = NUMBERED.format("minute", LIST, r"\d+(?:st|nd|rd|th)")
HOURS = NUMBERED.format("hour", LIST, r"\d+(?:st|nd|rd|th)")
EVERY = r"Every (?:(\d+) )?(hours?|minutes?)"
TIMES = (
    (rf"{EVERY} in ((?:the )?{HOURS})", lambda n, unit, hours: in_hours(
        range(0, 60, every(n, unit)), hours)),
    (rf"{EVERY} from minute (\d+) to (\d+) in ((?:the )?{HOURS})",
        lambda n, unit, first, last, hours: in_hours(
            in_each_hour(n, unit, first, last), hours)),
    (rf"{EVERY} from minute (\d+) to (\d+) of every hour", lambda *said: {
        60 * hour + minute for hour in range(24) for minute in in_each_hour(*said)}),
    (rf"{EVERY} ({STRETCHES})", in_stretches),
    (EVERY, all_day),
    (rf"Hourly at ({MINUTES})", lambda said: {
        60 * hour + minute for hour in range(24) for minute in numbers(said, "minute")}),
    (rf"At ({MINUTES}) in ((?:the )?{HOURS})", lambda said, hours: in_hours(
        numbers(said, "minute"), hours)),
    (rf"At ({CLOCK}(?:(?:, | and ){CLOCK})*)", lambda said: {*map(minute_of, split(said))}),
)  # fmt: skip


def names(text: str, all_names: list[str]) -> list[int]:
    """ "May", "May, July and October to February": places in a circle."""
    found: list[int] = []
    for item in split(text):
        first, _, last = item.partition(" to ")
        begin = all_names.index(first)
        length = (all_names.index(last or first) - begin) % len(all_names)
        found += [n % len(all_names) for n in range(begin, begin + length + 1)]
    assert len(found) == len({*found})
    return found


def read_months(text: str) -> int:
    """ "in May and June", "from May to July", "in May and from July to September"."""
    parts = re.split(r"(?:, | and )(?=in |from )", text)
    assert all(part.startswith("from ") == (" to " in part) for part in parts), text
    listed = ", ".join(re.sub("^(from|in) ", "", part) for part in parts)
    return any_of(MONTH[n + 1] for n in names(listed, MONTHS))


def read_weekdays(text: str) -> int:
    """ "Monday to Friday and Sunday", or "on Mondays and Fridays"."""
    if text.startswith("on "):
        assert " to " not in text
        singular = [re.fullmatch(r"(\w+day)s", word)[1] for word in split(text[3:])]
        text = ", ".join(singular)
    else:
        assert " to " in text
    return any_of(WEEKDAY[n] for n in names(text, WEEKDAYS))


def read_days(text: str) -> int:
    if text in ("", "every day"):
        return EVERY_DAY
    if re.match("(every day )?(in|from) ", text):
        months, on, rest = text.removeprefix("every day ").partition(", on ")
        return read_months(months) & (read_days(f"on {rest}") if on else EVERY_DAY)
    if match := re.fullmatch(r"on (\d+) (\w+)(?:, but only (.*))?", text):
        day = MONTHDAY[int(match[1])] & MONTH[MONTHS.index(match[2]) + 1]
        return day & (read_weekdays(match[3]) if match[3] else EVERY_DAY)
    if " of " in text:
        return read_days_of_month(text)
    days, _, months = re.match(r"(.*?)(,? (?=in |from )(.*))?$", text).groups()
    return read_weekdays(days) & (read_months(months) if months else EVERY_DAY)


def read_days_of_month(text: str) -> int:
    terms, _, rest = text.partition(" of ")
    days = any_of(map(read_term, re.split(r"(?:, | and |^)on ", terms)[1:]))
    head, *tail = re.split(r", (?=and also |but only )", rest)
    head, _, months = re.match(r"(.*?)(, (?=in |from )(.*))?$", head).groups()
    if head != "the month":
        days &= read_months(f"in {head}")
    if months:
        days &= read_months(months)
    for part in tail:
        if part.startswith("and also "):
            days |= read_weekdays(part.removeprefix("and also "))
        else:
            days &= read_weekdays(part.removeprefix("but only "))
    return days


def read_term(term: str) -> int:
    if match := re.fullmatch(
        f"every {ORDINAL} day from the {ORDINAL} to the {ORDINAL}", term
    ):
        step, first, last = map(int, match.groups())
        assert (last - first) % step == 0
        return any_of(MONTHDAY[n] for n in range(first, last + 1, step))
    if term in ("odd days", "even days"):
        return any_of(MONTHDAY[n] for n in range(1 + (term == "even days"), 32, 2))
    if term == "the last day":
        return LAST_DAY
    if term == "the last weekday (Monday to Friday)":
        return NEAREST[31]
    if match := re.fullmatch(
        r"the weekday(s?) \(Monday to Friday\) nearest to (.*)", term
    ):
        found = numbers(match[2], "day")
        assert bool(match[1]) == (len(found) > 1), f"wrong plural: {term!r}"
        return any_of(NEAREST[n] for n in found)
    if match := re.fullmatch(r"the (.*) (\w+day)", term):
        weeks = [NTH.index(word) for word in split(match[1])]
        of_weeks = any_of(LAST_WEEK if n == 5 else WEEK[n + 1] for n in weeks)
        return WEEKDAY[WEEKDAYS.index(match[2])] & of_weeks
    return any_of(MONTHDAY[n] for n in numbers(term, "day"))
