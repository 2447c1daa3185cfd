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

# fmt: off
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August",
           "September", "October", "November", "December")
# fmt: on
_NTH = ("first", "second", "third", "fourth", "fifth")
_WORKDAY = "weekday (Monday to Friday)"


@lru_cache(maxsize=1024)
def describe_days(rules: tuple[DayRule, ...]) -> str:
    """Such as "Monday to Friday" or "on day 1 of the month"; empty for every day."""
    terms = day_terms(rules)
    if not terms.terms:
        return f"every day {_in_months(terms.months)}" if terms.months else ""
    weekdays = _weekdays(terms.numbers(Kind.WEEKDAY))
    of_month = _of_month(terms)
    if not of_month:
        return _weekdays_in_months(weekdays, _in_months(terms.months))
    if terms.only is not None:
        return _only_on(terms, of_month)
    if weekdays:
        both = f"{of_month} of the month, and also {weekdays}"
        # In front, as the months are those of the weekdays, too.
        return f"{_in_months(terms.months)}, {both}" if terms.months else both
    return _with_months(of_month, terms.months)


def _weekdays_in_months(weekdays: str, months: str) -> str:
    follows = weekdays.startswith("on ") and months.startswith("in ")
    return (f"{weekdays} {months}" if follows else f"{weekdays}, {months}").strip(" ,")


def _only_on(terms: DayTerms, of_month: str) -> str:
    only = _weekdays(terms.only or ())
    return f"{_with_months(of_month, terms.months)}, but only {only}"


def _with_months(of_month: str, months: frozenset[int] | None) -> str:
    """ "on day 1 of the month", "on day 1 of March", "on 1 March" ..."""
    if not months:
        return f"{of_month} of the month"
    names, has_stretch = _month_names(months)
    if has_stretch:
        return f"{of_month} of the month, {_in_months(months)}"
    day = of_month.removeprefix("on day ")
    if len(names) == 1 and day.isdigit():
        return f"on {day} {names[0]}"
    return f"{of_month} of {listing(names)}"


def _in_months(months: frozenset[int] | None) -> str:
    if not months:
        return ""
    names, has_stretch = _month_names(months)
    if not has_stretch:
        return f"in {listing(names)}"
    return listing([f"{'from' if ' to ' in name else 'in'} {name}" for name in names])


def _month_names(months: frozenset[int]) -> tuple[list[str], bool]:
    return named([month - 1 for month in sorted(months)], _MONTHS)


def _weekdays(weekdays: Collection[int]) -> str:
    """ "Monday to Friday", "on Mondays and Thursdays"; empty for none."""
    if not weekdays:
        return ""
    # Weeks begin with Monday here, and with Sunday (0) in cron.
    names, has_stretch = named(sorted((day - 1) % 7 for day in weekdays), _WEEKDAYS)
    if has_stretch:
        return listing(names)
    return f"on {listing([f'{name}s' for name in names])}"


def _of_month(terms: DayTerms) -> str:
    """All but the plain weekdays: "on day 1 and on the last day"; empty for none."""
    found = (
        _monthdays(terms.numbers(Kind.MONTHDAY), terms.months or ALL_MONTHS),
        "the last day" if terms.numbers(Kind.LAST_DAY) else "",
        _nearest(terms.numbers(Kind.NEAREST_WORKDAY)),
        f"the last {_WORKDAY}" if terms.numbers(Kind.LAST_WORKDAY) else "",
        *_nth_weekdays(terms),
    )
    return listing([f"on {words}" for words in found if words] or [""])


def _monthdays(days: list[int], months: frozenset[int]) -> str:
    """ "odd days", "every 3rd day from the 1st to the 31st", "days 1 and 15"."""
    if not days:
        return ""
    for first, words in ((1, "odd days"), (2, "even days")):
        if days == [*range(first, longest(months) + 1, 2)]:
            return words
    if step := pattern_step(days):
        ends = f"from the {ordinal(days[0])} to the {ordinal(days[-1])}"
        return f"every {ordinal(step)} day {ends}"
    return numbered("day", days)


def _nearest(days: list[int]) -> str:
    if not days:
        return ""
    plural = "s" if len(days) > 1 else ""
    return f"the {_WORKDAY.replace('day', f'day{plural}', 1)} nearest to {numbered('day', days)}"


def _nth_weekdays(terms: DayTerms) -> list[str]:
    """ "the first and third Monday", "the last Friday"."""
    found: dict[int, list[str]] = {}
    for term in terms.terms:
        if term.kind is Kind.NTH_WEEKDAY:
            found.setdefault(term.number, []).append(_NTH[term.nth - 1])
    for weekday in terms.numbers(Kind.LAST_WEEKDAY):
        found.setdefault(weekday, []).append("last")
    return [
        f"the {listing(which)} {_WEEKDAYS[weekday - 1]}"
        for weekday, which in sorted(found.items(), key=lambda pair: (pair[0] - 1) % 7)
    ]
