"""Peaks: quarters with more work than the workers can do, those at the same time of day
together. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from schedules.services.insight.load.grid import Cell
from schedules.services.insight.local_days import LocalDay

LETTERS = "ABCDEF"


@dataclass(frozen=True, slots=True)
class Peak:
    """`places` are its quarters, in order of time, `worst` the one with the most work. They
    are in `columns` of the grid on `days`; those that a clock change has moved to another
    column are in `moved`."""

    letter: str
    places: tuple[int, ...]
    worst: int
    days: tuple[int, ...]
    columns: range
    moved: tuple[int, ...] = ()


def find_peaks(
    seconds: Sequence[float],
    limit: float,
    grid: Sequence[Cell],
    days: Sequence[LocalDay],
) -> list[Peak]:
    """The peaks, the highest first: as many as there are letters."""
    by_column: defaultdict[int, list[int]] = defaultdict(list)
    for place, work in enumerate(seconds):
        if work > limit:
            by_column[grid[place].column].append(place)
    moved = _take_moved(by_column, grid, days)
    found = [
        _peak(columns, by_column, moved, seconds, grid)
        for columns in _runs_of_columns(by_column, grid)
    ]
    found.sort(key=lambda peak: -seconds[peak.worst])
    return [
        Peak(letter, peak.places, peak.worst, peak.days, peak.columns, peak.moved)
        for letter, peak in zip(LETTERS, found, strict=False)
    ]


def _take_moved(
    by_column: dict[int, list[int]], grid: Sequence[Cell], days: Sequence[LocalDay]
) -> dict[int, int]:
    """Where the clock skips the time of a peak, its runs begin at the end of the gap: that
    quarter goes to the column in which the peak is on other days."""
    moved: dict[int, int] = {}
    for number, day in enumerate(days):
        for change in day.changes:
            old, new = (
                wall.hour * 4 + wall.minute // 15 for wall in (change.old, change.new)
            )
            here = [p for p in by_column.get(new, []) if grid[p].day == number]
            columns = [column for column in range(old, new) if by_column.get(column)]
            if not columns or not here:
                continue
            by_column[new].remove(here[0])
            moved[here[0]] = max(columns, key=lambda column: len(by_column[column]))
    return moved


def _runs_of_columns(
    by_column: dict[int, list[int]], grid: Sequence[Cell]
) -> Iterator[range]:
    """Columns beside each other that are too full on the same days."""
    begins, before = -1, frozenset[int]()
    for column in range(97):
        on = frozenset(grid[place].day for place in by_column.get(column, []))
        if on == before:
            continue
        if before:
            yield range(begins, column)
        begins, before = column, on


def _peak(
    columns: range,
    by_column: dict[int, list[int]],
    moved: dict[int, int],
    seconds: Sequence[float],
    grid: Sequence[Cell],
) -> Peak:
    own = [place for column in columns for place in by_column[column]]
    others = [place for place, column in moved.items() if column in columns]
    places = tuple(sorted([*own, *others]))
    return Peak(
        "",
        places,
        max(places, key=lambda place: seconds[place]),
        tuple(sorted({grid[place].day for place in own})),
        columns,
        tuple(others),
    )
