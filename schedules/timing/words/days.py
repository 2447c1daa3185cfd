"""From day rules to the part of a sentence that names the days."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from schedules.timing.days import ALL_MONTHS, DayRule
from schedules.timing.english import listing, named, numbered, ordinal, pattern_step
from schedules.timing.words.day_terms import (
    DayTerms,
    Kind,
    day_terms,
    longest,
)
from workflows.kit.phrases import phrase, phrases

_WEEKDAYS = (
    phrase("Monday"),
    phrase("Tuesday"),
    phrase("Wednesday"),
    phrase("Thursday"),
    phrase("Friday"),
    phrase("Saturday"),
    phrase("Sunday"),
)
_EACH_WEEKDAY = (
    phrase("Mondays"),
    phrase("Tuesdays"),
    phrase("Wednesdays"),
    phrase("Thursdays"),
    phrase("Fridays"),
    phrase("Saturdays"),
    phrase("Sundays"),
)
_MONTHS = (
    phrase("January"),
    phrase("February"),
    phrase("March"),
    phrase("April"),
    phrase("May"),
    phrase("June"),
    phrase("July"),
    phrase("August"),
    phrase("September"),
    phrase("October"),
    phrase("November"),
    phrase("December"),
)
_NTH = (
    phrase("first"),
    phrase("second"),
    phrase("third"),
    phrase("fourth"),
    phrase("fifth"),
)
_NEAREST = phrases(
    "the weekday (Monday to Friday) nearest to {days}",
    "the weekdays (Monday to Friday) nearest to {days}",
)


@lru_cache(maxsize=1024)
def describe_days(rules: tuple[DayRule, ...]) -> str:
    """Such as "Monday to Friday" or "on day 1 of the month"; empty for every day."""
    terms = day_terms(rules)
    if not terms.terms:
        months = _in_months(terms.months)
        return phrase("every day {months}", months=months) if months else ""
    weekdays = _weekdays(terms.numbers(Kind.WEEKDAY))
    of_month = _of_month(terms)
    if not of_month:
        return _weekdays_in_months(weekdays, _in_months(terms.months))
    if terms.only is not None:
        return _only_on(terms, of_month)
    if weekdays:
        both = phrase(
            "{days} of the month, and also {weekdays}", days=of_month, weekdays=weekdays
        )
        # In front, as the months are those of the weekdays, too.
        months = _in_months(terms.months)
        return phrase("{months}, {days}", months=months, days=both) if months else both
    return _with_months(of_month, terms.months)


def describe_months(rules: tuple[DayRule, ...]) -> str:
    """Such as "in June"; empty for all months."""
    return _in_months(day_terms(rules).months)


def _weekdays_in_months(weekdays: str, months: str) -> str:
    if not (weekdays and months):
        return weekdays or months
    if weekdays.startswith("on ") and months.startswith("in "):
        return phrase("{days} {months}", days=weekdays, months=months)
    return phrase("{days}, {months}", days=weekdays, months=months)


def _only_on(terms: DayTerms, of_month: str) -> str:
    days, only = _with_months(of_month, terms.months), _weekdays(terms.only or ())
    return phrase("{days}, but only {weekdays}", days=days, weekdays=only)


def _with_months(of_month: str, months: frozenset[int] | None) -> str:
    """ "on day 1 of the month", "on day 1 of March", "on 1 March" ..."""
    if not months:
        return phrase("{days} of the month", days=of_month)
    names, has_stretch = _month_names(months)
    if has_stretch:
        in_months = _in_months(months)
        return phrase("{days} of the month, {months}", days=of_month, months=in_months)
    day = of_month.removeprefix("on day ")
    if len(names) == 1 and day.isdigit():
        return phrase("on {day} {month}", day=day, month=names[0])
    return phrase("{days} of {months}", days=of_month, months=listing(names))


def _in_months(months: frozenset[int] | None) -> str:
    if not months:
        return ""
    names, has_stretch = _month_names(months)
    if not has_stretch:
        return phrase("in {months}", months=listing(names))
    inside, stretch = phrase("in {months}"), phrase("from {months}")
    return listing(
        [(stretch if " to " in name else inside).fill(months=name) for name in names]
    )


def _month_names(months: frozenset[int]) -> tuple[list[str], bool]:
    return named([month - 1 for month in sorted(months)], _MONTHS)


def _weekdays(weekdays: Collection[int]) -> str:
    """ "Monday to Friday", "on Mondays and Thursdays"; empty for none."""
    if not weekdays:
        return ""
    # Weeks begin with Monday here, and with Sunday (0) in cron.
    days = sorted((day - 1) % 7 for day in weekdays)
    names, has_stretch = named(days, _WEEKDAYS)
    if has_stretch:
        return listing(names)
    names, _ = named(days, _EACH_WEEKDAY)
    return phrase("on {days}", days=listing(names))


def _of_month(terms: DayTerms) -> str:
    """All but the plain weekdays: "on day 1 and on the last day"; empty for none."""
    found = (
        _monthdays(terms.numbers(Kind.MONTHDAY), terms.months or ALL_MONTHS),
        phrase("the last day") if terms.numbers(Kind.LAST_DAY) else "",
        _nearest(terms.numbers(Kind.NEAREST_WORKDAY)),
        phrase("the last weekday (Monday to Friday)")
        if terms.numbers(Kind.LAST_WORKDAY)
        else "",
        *_nth_weekdays(terms),
    )
    return listing(
        [phrase("on {days}", days=words) for words in found if words] or [""]
    )


def _monthdays(days: list[int], months: frozenset[int]) -> str:
    """ "odd days", "every 3rd day from the 1st to the 31st", "days 1 and 15"."""
    if not days:
        return ""
    for first, words in ((1, phrase("odd days")), (2, phrase("even days"))):
        if days == [*range(first, longest(months) + 1, 2)]:
            return words
    if step := pattern_step(days):
        return phrase(
            "every {nth} day from the {first} to the {last}",
            nth=ordinal(step),
            first=ordinal(days[0]),
            last=ordinal(days[-1]),
        )
    return numbered("day", days)


def _nearest(days: list[int]) -> str:
    if not days:
        return ""
    return _NEAREST.of(len(days), days=numbered("day", days))


def _nth_weekdays(terms: DayTerms) -> list[str]:
    """ "the first and third Monday", "the last Friday"."""
    found: dict[int, list[str]] = {}
    for term in terms.terms:
        if term.kind is Kind.NTH_WEEKDAY:
            found.setdefault(term.number, []).append(_NTH[term.nth - 1])
    for weekday in terms.numbers(Kind.LAST_WEEKDAY):
        found.setdefault(weekday, []).append(phrase("last"))
    return [
        phrase(
            "the {which} {weekday}",
            which=listing(which),
            weekday=_WEEKDAYS[weekday - 1],
        )
        for weekday, which in sorted(found.items(), key=lambda pair: (pair[0] - 1) % 7)
    ]
