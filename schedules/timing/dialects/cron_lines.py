"""Cron lines with more than five fields, or with the syntax of other programs."""

from __future__ import annotations

import re
from collections.abc import Sequence

from schedules.timing.dialects.advice import (
    Advice,
    Suggestion,
    cron_advice,
    cron_fields,
)
from schedules.timing.dialects.weekdays import in_names
from schedules.timing.errors import TimingError, quoted
from schedules.timing.fields import MONTHS, WEEKDAYS

_FIVE = "five fields (minute, hour, day of month, month, weekday)"
SECONDS = "Its first field is seconds, as in Spring and Quartz."
_NOT_0 = (
    f"{SECONDS} A cron expression here runs at second 0 only. Write cron_expression as {_FIVE}; "
    "for intervals under a minute set interval_seconds instead."
)
AWS = "This is AWS syntax, which AWS reads in UTC unless it is given a time zone."
_YEARS = f"Its last field is a year. Write cron_expression as {_FIVE}; bound the years with start_at and end_at."
_SUNDAY_IS_1 = "Quartz and AWS count Sunday as weekday 1"
# Sunday to Thursday is so rare that the other week is probably meant.
_EITHER_WEEK = "1-5"
_EITHER = (
    f"Beside ?, {quoted(_EITHER_WEEK)} is Sunday to Thursday in Quartz and AWS, but Monday to "
    "Friday in Spring and Kubernetes. Write the weekdays in cron_expression by name, such as "
    "mon-fri."
)

_WORDS = frozenset(
    {*WEEKDAYS, *MONTHS, *(f"{d}l" for d in WEEKDAYS), "l", "w", "lw", "h"}
)
_SIGNS = re.compile(r"[0-9a-z*?,/#-]+")
_ZERO = ("0", "00")
_YEAR = re.compile(r"[0-9]{4}(?:[-,/][0-9]{1,4})*")
_EVERY_SECOND = re.compile(r"\*|(?:\*|0+)/([1-9][0-9]?)")
_JENKINS = re.compile(r"h(?:\([0-9-]+\))?(?:/[0-9]+)?")
_ZERO_AS_SUNDAY = re.compile(r"(?:^|[,-])0")


def cron_line(text: str) -> Advice | None:
    fields = text.lower().split()
    if fields[0].startswith("@"):
        return _with_command(text) if len(fields) > 1 else None
    if len(fields) == 5:
        return _five(fields)
    if len(fields) < 5:
        return None
    if not all(map(_is_field, fields)):
        return _with_command(text)
    if len(fields) == 6:
        return aws(fields) if "?" in (fields[2], fields[4]) else _six(fields)
    return _seven(fields) if len(fields) == 7 else None


def _is_field(text: str) -> bool:
    words = re.findall("[a-z]+", text)
    return bool(_SIGNS.fullmatch(text)) and all(word in _WORDS for word in words)


def _five(fields: Sequence[str]) -> Advice | None:
    items = [item for field in fields for item in field.split(",")]
    if any(map(_JENKINS.fullmatch, items)):
        return Advice(
            "H is a value that Jenkins chooses. Write a fixed value instead in cron_expression, "
            "such as 17 for the minute, and spread the runs with jitter_seconds."
        )
    if "?" not in fields or not any(char.isdigit() for char in fields[4]):
        return None
    if fields[4] == _EITHER_WEEK:
        return Advice(_EITHER)
    why = f"Beside ?, weekdays are written by name (mon-fri), since {_SUNDAY_IS_1}."
    found = translated(why, fields, sunday=_sunday_beside_mark(fields[4]))
    return found if found.suggestion else None


def aws(fields: Sequence[str]) -> Advice:
    """Advice on the fields inside `cron(...)`."""
    if len(fields) == 6 and fields[5] in ("*", "?"):
        return translated(AWS, fields[:5], sunday=1)
    if len(fields) == 6:
        return Advice(f"{AWS} {_YEARS}")
    if len(fields) == 5:
        return translated(AWS, fields, sunday=1)
    return Advice(f"{AWS} Write cron_expression as {_FIVE}.")


def _six(fields: Sequence[str]) -> Advice:
    second, *five = fields
    if _YEAR.fullmatch(fields[5]):
        return Advice(_YEARS)
    # 0 0 24 * * * is a mistake in the hour, not day 24 of every year.
    has_words = any(char.isalpha() for field in fields for char in field)
    with_year = _accepted(fields[:5]) if fields[5] == "*" and has_words else None
    if with_year and not _accepted(five):
        return Advice("Its last field is a year, as in AWS.", with_year)
    hour, day, month, weekday = fields[2:]
    # Hourly runs in some months only are improbable: it may be "0 9 * * 1-5" and something else.
    in_some_months = month != "*" and hour == day == "*"
    if second not in _ZERO:
        return _unlike_zero(fields)
    if in_some_months:
        return Advice(_order(6))
    if "?" in five and weekday == _EITHER_WEEK:
        return Advice(f"{SECONDS} {_EITHER}")
    sunday = _sunday_beside_mark(weekday) if "?" in five else 0
    return translated(_seconds(weekday, sunday), five, sunday=sunday)


def _seven(fields: Sequence[str]) -> Advice:
    second, *five, year = fields
    if year not in ("*", "?"):
        return Advice(f"{SECONDS} {_YEARS}" if _YEAR.fullmatch(year) else _order(7))
    if second not in _ZERO:
        return _unlike_zero(fields)
    weekday = five[4]
    if "?" not in five and any(char.isdigit() for char in weekday):
        return Advice(
            f"{SECONDS} Programs differ on whether weekday 1 is Sunday or Monday. Write "
            f"cron_expression as {_FIVE}, with weekdays by name, such as mon-fri."
        )
    sunday = _sunday_beside_mark(weekday)
    return translated(_seconds(weekday, sunday), five, sunday=sunday)


def _sunday_beside_mark(weekday: str) -> int:
    """The number of Sunday: 1 as in Quartz, which needs a `?`, unless a 0 excludes Quartz."""
    return 0 if _ZERO_AS_SUNDAY.search(weekday) else 1


def _seconds(weekday: str, sunday: int) -> str:
    has_numbers = any(char.isdigit() for char in weekday)
    return f"{SECONDS} {_SUNDAY_IS_1}." if has_numbers and sunday == 1 else SECONDS


def _unlike_zero(fields: Sequence[str]) -> Advice:
    """Advice on a first field other than 0, which may be a second or a minute."""
    match = _EVERY_SECOND.fullmatch(fields[0])
    if match and {*fields[1:]} <= {"*", "?"}:
        seconds = int(match[1] or 1)
        return Advice(
            "A cron expression here has no seconds. For a run every "
            f"{'second' if seconds == 1 else f'{seconds} seconds'} set interval_seconds to {seconds}, in place of "
            "cron_expression."
        )
    is_sure = len(fields) == 7 or "?" in fields
    return Advice(_NOT_0 if is_sure else _order(len(fields)))


def _order(number: int) -> str:
    return (
        f"The cron expression has {number} fields, whose order differs between programs. Write "
        f"cron_expression as {_FIVE}; for seconds use an interval (interval_seconds)."
    )


def _with_command(text: str) -> Advice | None:
    """Advice on text after a valid expression: a command, a zone, or another expression."""
    words = text.split()
    length = 1 if text.startswith("@") else 5
    fields, rest = _accepted(words[:length]), words[length:]
    if fields is None:
        return None
    others = (rest[place : place + length] for place in range(len(rest) - length + 1))
    if any(map(_accepted, others)):
        return Advice(
            "This is more than one cron expression. Set cron_expression to one of "
            "them, and create another schedule for each of the others."
        )
    if all(word.isalpha() for word in rest) and rest[0].istitle():
        return Advice(
            f"Only the expression belongs in cron_expression. If {quoted(' '.join(rest))} is a "
            "time zone, set timezone to its name in the IANA database, such as Europe/Berlin."
        )
    why = "Only the expression belongs here; what runs is the workflow of the schedule."
    return Advice(why, fields)


def _accepted(fields: Sequence[str]) -> Suggestion | None:
    try:
        return cron_fields(" ".join(fields))
    except TimingError:
        return None


def translated(why: str, fields: Sequence[str], *, sunday: int) -> Advice:
    """Advice with the five fields in the syntax used here; `sunday` is its number there."""
    minute, hour, day, month, weekday = (field.lower() for field in fields)
    named = in_names(weekday, sunday)
    if named is None:
        return Advice(
            f"{why} The meaning of the weekdays {quoted(weekday)} is ambiguous. Write cron_expression "
            f"as {_FIVE}, with weekdays by name, such as mon-fri."
        )
    day = "*" if day == "?" else day.upper()
    if not day.startswith("*") and not named.startswith("*"):
        return Advice(
            f"{why} It restricts the day of month and the weekday: there both must match, "
            "here either does. Restrict one of the two in cron_expression, or split it "
            "into two schedules."
        )
    return cron_advice(why, f"{minute} {hour} {day} {month} {named}")
