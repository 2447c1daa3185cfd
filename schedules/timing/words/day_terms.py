"""From day rules to the terms of a sentence, regardless of how the rules are written.

Rules that match the same days get the same terms: days 1 to 31 beside a weekday are every
day, the Mondays among days 1 to 7 are the first Monday, day 31 beside the last day is the
last day. The terms are found in the days themselves, never in the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache, reduce
from itertools import accumulate, product
from operator import or_

from schedules.timing.days import (
    ALL_MONTHDAYS,
    ALL_MONTHS,
    DayRule,
    LastDay,
    LastWeekday,
    NearestWorkday,
    NthWeekday,
)
from schedules.timing.months import Month

_LENGTHS = {2: (28, 29), 4: (30,), 6: (30,), 9: (30,), 11: (30,)}
# Rules do not depend on the year, so these 28 represent all months.
_SHEETS = [Month(last, weekday) for last in range(28, 32) for weekday in range(7)]
_SHEET_BITS = 32

Days = int  # a set of days of the sheets, one bit for each


class Kind(Enum):
    """What a term names. If terms of two kinds name the same days, the later kind is used."""

    NEAREST_WORKDAY = auto()
    NTH_WEEKDAY = auto()
    LAST_WEEKDAY = auto()  # the last Friday, say
    LAST_DAY = auto()
    LAST_WORKDAY = auto()
    MONTHDAY = auto()
    WEEKDAY = auto()


@dataclass(frozen=True, slots=True)
class Term:
    kind: Kind
    number: int = 0  # a day of the month, or a weekday
    nth: int = 0


@dataclass(frozen=True, slots=True)
class DayTerms:
    """Every day that one of the terms names, if it is one of the weekdays `only` and in one of
    the months. No terms: every day. None: no restriction."""

    terms: tuple[Term, ...]
    only: frozenset[int] | None
    months: frozenset[int] | None

    def numbers(self, kind: Kind) -> list[int]:
        return sorted(term.number for term in self.terms if term.kind is kind)


def day_terms(rules: Sequence[DayRule]) -> DayTerms:
    """The terms of `rules`, which share their months."""
    days = _union(_days_of(rule) for rule in rules)
    months = frozenset(month for month in rules[0].months if days & _days_in([month]))
    region = _days_in(months)
    days &= region
    if days == region:
        return DayTerms((), None, None if months == ALL_MONTHS else months)
    only, terms = None, _fewest(days, region, _vocabulary())
    if _named_by(terms) & region != days:
        # Both day fields count: any term must fall on one of these weekdays.
        only = frozenset(w for w in range(7) if days & _named_by([_weekday(w)]))
        region &= _named_by(map(_weekday, only))
        plain = [t for t in _vocabulary() if t.kind in (Kind.MONTHDAY, Kind.LAST_DAY)]
        terms = _fewest(days, region, plain)
    elsewhere = _named_by(terms) & _days_in(ALL_MONTHS - months)
    return DayTerms(tuple(terms), only, months if elsewhere else None)


def _fewest(days: Days, region: Days, terms: Iterable[Term]) -> list[Term]:
    """Terms that name only `days` in `region`, without redundant ones."""
    named = {term: _vocabulary()[term] & region for term in terms}
    fitting = [
        (term, each) for term, each in named.items() if each and not each & ~days
    ]
    # From the end: the days that the terms after each one name together.
    after = [*accumulate((each for _, each in reversed(fitting)), or_, initial=0)]
    kept, by_kept = [], 0
    for (term, each), by_later in zip(fitting, after[-2::-1], strict=True):
        if each & ~(by_kept | by_later):
            kept.append(term)
            by_kept |= each
    return kept


@cache
def _vocabulary() -> dict[Term, Days]:
    """Every term and the days it names, in the order of the kinds."""
    return {term: _days_of(rule) for term, rule in _rules()}


def _rules() -> Iterator[tuple[Term, DayRule]]:
    for day in range(1, 31):
        yield Term(Kind.NEAREST_WORKDAY, day), DayRule(pick=NearestWorkday(day))
    for weekday, nth in product(range(7), range(1, 6)):
        rule = DayRule(pick=NthWeekday(weekday, nth))
        yield Term(Kind.NTH_WEEKDAY, weekday, nth), rule
    for weekday in range(7):
        yield Term(Kind.LAST_WEEKDAY, weekday), DayRule(pick=LastWeekday(weekday))
    yield Term(Kind.LAST_DAY), DayRule(pick=LastDay())
    yield Term(Kind.LAST_WORKDAY), DayRule(pick=NearestWorkday(31))
    for day in ALL_MONTHDAYS:
        yield Term(Kind.MONTHDAY, day), DayRule(monthdays=frozenset({day}))
    for weekday in range(7):
        yield _weekday(weekday), DayRule(weekdays=frozenset({weekday}))


def _weekday(number: int) -> Term:
    return Term(Kind.WEEKDAY, number)


def _named_by(terms: Iterable[Term]) -> Days:
    return _union(_vocabulary()[term] for term in terms)


def _days_of(rule: DayRule) -> Days:
    return _union(
        rule.days_of(sheet) << place * _SHEET_BITS
        for place, sheet in enumerate(_SHEETS)
    )


def longest(months: Iterable[int]) -> int:
    """The number of days of the longest of these months, in a leap year."""
    return max(_LENGTHS.get(month, (31,))[-1] for month in months)


def _days_in(months: Iterable[int]) -> Days:
    """All days of the sheets that these months can have."""
    lengths = {length for month in months for length in _LENGTHS.get(month, (31,))}
    return _union(_all_of(length) for length in lengths)


@cache
def _all_of(length: int) -> Days:
    whole = sum(1 << day for day in range(1, length + 1))
    places = (place for place, sheet in enumerate(_SHEETS) if sheet.last == length)
    return _union(whole << place * _SHEET_BITS for place in places)


def _union(sets: Iterable[Days]) -> Days:
    return reduce(or_, sets, 0)
