"""Numbers, lists and durations in English."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import pairwise

from workflows.kit.phrases import Phrase, phrase, phrases

# Two numbers in a row read better one by one: "5, 6 and 9", but "5 to 7 and 9".
_SHORTEST_RUN = 3
# Shorter lists read better in full: "0, 20 and 40".
_SHORTEST_PATTERN = 5


def listing(words: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    *others, last = words
    if not others:
        return last
    return phrase("{some} and {last}", some=joined(others), last=last)


def joined(words: Sequence[str]) -> str:
    """ "a, b, c"."""
    return reduce(
        lambda some, word: phrase("{some}, {word}", some=some, word=word), words
    )


def counted(number: int, noun: str) -> str:
    """ "1 field", "2 fields"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


_ORDINALS = {1: phrase("{number}st"), 2: phrase("{number}nd"), 3: phrase("{number}rd")}


def ordinal(number: int) -> Phrase:
    """ "1st", "2nd", "11th"."""
    other = phrase("{number}th")
    teens = number % 100 in (11, 12, 13)
    written = other if teens else _ORDINALS.get(number % 10, other)
    return written.fill(number=number)


def step_of(values: Sequence[int]) -> int | None:
    """The step between two or more values, if it is the same for all."""
    steps = {later - value for value, later in pairwise(values)}
    return steps.pop() if len(steps) == 1 else None


def pattern_step(values: Sequence[int]) -> int | None:
    """The step of values that are best described as a pattern: "every 3rd day"."""
    step = step_of(values)
    is_pattern = step and step > 1 and len(values) >= _SHORTEST_PATTERN
    return step if is_pattern else None


_NUMBERED = {
    "day": phrases("day {numbers}", "days {numbers}"),
    "hour": phrases("hour {numbers}", "hours {numbers}"),
    "minute": phrases("minute {numbers}", "minutes {numbers}"),
}
_PATTERN = {
    "day": phrase("every {nth} day from {first} to {last}"),
    "hour": phrase("every {nth} hour from {first} to {last}"),
    "minute": phrase("every {nth} minute from {first} to {last}"),
}


def numbered(noun: str, values: Sequence[int]) -> str:
    """ "day 5", "days 1, 2 and 10 to 31", "every 7th minute from 0 to 56"."""
    if step := pattern_step(values):
        nth = ordinal(step)
        return _PATTERN[noun].fill(nth=nth, first=values[0], last=values[-1])
    words = [word for run in runs(values) for word in _run_words(run)]
    return _NUMBERED[noun].of(len(values), numbers=listing(words))


def runs(values: Sequence[int]) -> Iterator[list[int]]:
    """The ranges of consecutive numbers in `values`."""
    run: list[int] = []
    for value in values:
        if run and value != run[-1] + 1:
            yield run
            run = []
        run.append(value)
    yield run


def _run_words(run: list[int]) -> list[str]:
    if len(run) >= _SHORTEST_RUN:
        return [phrase("{first} to {last}", first=run[0], last=run[-1])]
    return [str(value) for value in run]


def named(values: Sequence[int], names: Sequence[str]) -> tuple[list[str], bool]:
    """The names of `values`, with "May to July" for a range, and whether there is one.

    The names form a circle, like those of months and weekdays: "November to February".
    """
    found = [*runs(values)]
    around = found[-1] + found[0]
    is_circle = len(found) > 1 and (found[0][0], found[-1][-1]) == (0, len(names) - 1)
    if is_circle and len(around) >= _SHORTEST_RUN:
        found = [*found[1:-1], around]
    words = [_named_run([names[value] for value in run]) for run in found]
    return [word for run in words for word in run], max(
        map(len, found)
    ) >= _SHORTEST_RUN


def _named_run(names: list[str]) -> list[str]:
    if len(names) < _SHORTEST_RUN:
        return names
    return [phrase("{first} to {last}", first=names[0], last=names[-1])]


_UNITS = (
    (phrases("{count} day", "{count} days"), 86_400),
    (phrases("{count} hour", "{count} hours"), 3_600),
    (phrases("{count} minute", "{count} minutes"), 60),
    (phrases("{count} second", "{count} seconds"), 1),
)


def in_words(seconds: float) -> str:
    """A duration in one or two units: "48 seconds", "2 hours 5 minutes"."""
    left, parts = round(abs(seconds)), []
    for unit, size in _UNITS:
        number, left = divmod(left, size)
        parts.append(unit.of(number) if number else "")
    first = next((at for at, part in enumerate(parts) if part), len(parts) - 1)
    # Seconds are left out beside a larger unit.
    largest, *smaller = parts[first : min(first + 2, max(first + 1, len(parts) - 1))]
    if not largest:
        return _UNITS[-1][0].of(0)
    if not any(smaller):
        return largest
    return phrase("{larger} {smaller}", larger=largest, smaller=smaller[0])
