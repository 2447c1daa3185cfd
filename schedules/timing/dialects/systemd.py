"""Calendar events of systemd: `*-*-* 02:15:00`, `Mon..Fri 09:00`, `daily`."""

from __future__ import annotations

import re

from schedules.timing.dialects.advice import Advice, cron_advice
from schedules.timing.dialects.weekdays import in_names, weekday
from schedules.timing.errors import quoted

_WHY = "This is a systemd calendar event."
_SHORTHANDS = {
    "minutely": "* * * * *",
    "hourly": "0 * * * *",
    "daily": "0 0 * * *",
    "weekly": "0 0 * * mon",
    "monthly": "0 0 1 * *",
    "quarterly": "0 0 1 1,4,7,10 *",
    "semiannually": "0 0 1 1,7 *",
    "semi-annually": "0 0 1 1,7 *",
    "yearly": "0 0 1 1 *",
    "annually": "0 0 1 1 *",
}
_PART = r"[0-9*.,/]+"
_DATE = re.compile(rf"(?:({_PART})-)?({_PART})([-~])({_PART})")
_TIME = re.compile(rf"({_PART}):({_PART})(?::({_PART}))?")
_WORDS = re.compile("[a-z]+")


def calendar(text: str) -> Advice | None:
    text = text.lower()
    if shorthand := _SHORTHANDS.get(text.removeprefix("@")):
        monday = " Its weeks begin on Monday." if "weekly" in text else ""
        return cron_advice(f"{_WHY}{monday}", shorthand)
    words = text.split()
    if len(words) > 3:
        return None
    days = _weekdays(words[0])
    if days:
        words = words[1:]
    date = _DATE.fullmatch(words[0]) if words else None
    if date:
        words = words[1:]
    time = _TIME.fullmatch(words[0]) if words else None
    if len(words) > (1 if time else 0) or not (days or date or time):
        return None
    if time and time[3] and not (days or date):
        return _time_or_length(text, time)
    return _event(days or "*", date, time)


def _time_or_length(text: str, time: re.Match[str]) -> Advice:
    """`00:05:00` is five past midnight in systemd, and five minutes in .NET."""
    of_day = _event("*", None, time)
    if not all(part.isdigit() for part in time.groups()):
        return of_day
    hours, minutes, seconds = map(int, time.groups())
    length = 3600 * hours + 60 * minutes + seconds
    return (
        Advice(
            f"{quoted(text)} is a time of day in systemd, and a duration in .NET. For a run "
            f'each day at that time set cron_expression to "{minutes} {hours} * * *"; for runs '
            f"that far apart set interval_seconds to {length} instead."
        )
        if of_day.suggestion
        else of_day
    )


def _weekdays(text: str) -> str | None:
    """Parse `Mon..Fri`, `Mon,Wed` or `Monday`; None for anything else."""
    field = text.replace("..", "-")
    words = _WORDS.findall(field)
    if not words or None in map(weekday, words) or _WORDS.sub("", field).strip("-,"):
        return None
    return in_names(field)


def _event(days: str, date: re.Match[str] | None, time: re.Match[str] | None) -> Advice:
    year, month, sign, day = date.groups() if date else (None, "*", "-", "*")
    hour, minute, second = time.groups() if time else ("0", "0", None)
    if year not in (None, "*"):
        return Advice(
            f"{_WHY} A cron expression has no years. Write cron_expression as its five fields, and "
            "bound them with start_at and end_at; for a single run set run_at."
        )
    if second not in (None, "0", "00"):
        return Advice(
            f"{_WHY} A cron expression here runs at second 0 only. Write cron_expression as "
            "its five fields; for intervals under a minute set interval_seconds instead."
        )
    if sign == "~":
        if day not in ("1", "01"):
            return Advice(
                f"{_WHY} Of the days before the end of a month only the last can be given: "
                "use L as the day of month in cron_expression."
            )
        day = "L"
    if days != "*" and not day.startswith("*"):
        return Advice(
            f"{_WHY} There both the date and the weekday must match, in cron_expression "
            "either does. Restrict one of the two, or split it into two schedules."
        )
    fields = (_plain(part) for part in (minute, hour, day, month))
    return cron_advice(_WHY, f"{' '.join(fields)} {days}")


def _plain(part: str) -> str:
    """Ranges with a hyphen, and numbers without leading zeros."""
    return re.sub(r"\b0+(?=[0-9])", "", part.replace("..", "-"))
