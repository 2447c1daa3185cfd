"""Durations and times of day in words: "every 5 minutes", `@every 1h30m`, "daily at 9:00"."""

from __future__ import annotations

import re
from fractions import Fraction

from schedules.timing.dialects.advice import Advice, cron_advice, interval_advice
from schedules.timing.dialects.weekdays import NAMES, weekday

_SIZES = {
    "ms millisecond milliseconds": Fraction(1, 1000),
    "s sec secs second seconds": Fraction(1),
    "m min mins minute minutes": Fraction(60),
    "h hr hrs hour hours": Fraction(3_600),
    "d day days": Fraction(86_400),
    "w week weeks": Fraction(604_800),
}
_UNITS = {word: size for words, size in _SIZES.items() for word in words.split()}
_NUMBERS = {"a": 1, "an": 1, "other": 2, "fifteen": 15, "twenty": 20, "thirty": 30} | {
    word: number
    for number, word in enumerate(
        [
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ],
        1,
    )
}
_PIECES = re.compile(r"[0-9]+(?:\.[0-9]+)?|[a-z]+|[^ ]")
_NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,9})?")
_BEGINNING = re.compile(r"(?:@every|every|each)\b ?")
_WITH_TIME = re.compile(
    r"(every |each )?([a-z]+?)s?,?( at)? ([0-9]{1,2})(:[0-9]{2})? ?([ap]m)?"
)
_DAYS = {"day": "*", "daily": "*", "weekday": "mon-fri", "weekend": "sat,sun"}
_BY_CALENDAR = re.compile(r"\b(?:month|quarter|year)s?\b")

IN_SECONDS = "Runs at a fixed interval are given in seconds."
BY_CALENDAR = (
    "Months and years differ in length. Use days of the calendar in cron_expression, such as "
    "0 0 1 * * for the first of each month."
)
_AT_START = (
    "A schedule cannot run whenever a machine or a program starts. Set "
    "cron_expression to times of day, or set interval_seconds instead."
)


def duration(text: str) -> Advice | None:
    text = text.lower().rstrip(".")
    if text == "@reboot":
        return Advice(_AT_START)
    at_a_time = text.replace("midnight", "00:00").replace("noon", "12:00")
    if match := _WITH_TIME.fullmatch(at_a_time):
        return _with_time(*match.groups())
    begun = _BEGINNING.match(text)
    length = text[begun.end() :] if begun else text
    if begun is None and not text[:1].isdigit():
        return None
    if _BY_CALENDAR.search(length):
        return Advice(BY_CALENDAR)
    seconds = in_seconds(length)
    if seconds is not None:
        return interval_advice(IN_SECONDS, seconds)
    if begun is None:
        return None
    return Advice(
        "This is not a cron expression. Give five fields, such as 0 9 * * mon-fri, or set "
        "interval_seconds in place of cron_expression, such as 300 for every 5 minutes."
    )


def in_seconds(text: str) -> Fraction | None:
    """ "5 minutes", "1 hour and 30 minutes", "1h30m", "minute"; None for anything else."""
    total, number = Fraction(0), None
    for piece in _PIECES.findall(text):
        if piece in (",", "and"):
            continue
        if piece in _UNITS and (number is not None or not total):
            total += _UNITS[piece] * (1 if number is None else number)
            number = None
        elif number is None and (_NUMBER.fullmatch(piece) or piece in _NUMBERS):
            number = Fraction(_NUMBERS.get(piece, piece))
        else:
            return None
    return total if total and number is None else None


def _with_time(
    every: str | None,
    which: str,
    at: str | None,
    hour: str,
    minute: str | None,
    half: str | None,
) -> Advice | None:
    """ "every monday at 17:30", "daily at 9am"."""
    day = weekday(which)
    days = _DAYS.get(which) if day is None else NAMES[day]
    is_time = at or minute or half
    if days is None or not is_time or not (every or which == "daily" or at):
        return None
    hours = int(hour)
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half == "pm" else 0)
    expression = f"{int((minute or ':0')[1:])} {hours} * * {days}"
    return cron_advice("A time of day is given as a cron expression.", expression)
