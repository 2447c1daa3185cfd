"""The quarters of some days as cells: a row a day, a column for each quarter that a clock
reads. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from schedules.services.insight.local_days import LocalDay
from schedules.timing.quarters import QUARTER


class Cell(NamedTuple):
    """`day` and `column` count from 0. `is_repeated`: the clock was put back, and reads this
    quarter for the second time."""

    day: int
    column: int
    is_repeated: bool = False


def cells(days: Sequence[LocalDay]) -> list[Cell]:
    """One for each quarter from the beginning of the first day."""
    found = []
    for number, day in enumerate(days):
        places = range((day.ends - day.begins) // QUARTER)
        if not day.changes:
            found += [Cell(number, column) for column in places]
            continue
        read: set[int] = set()
        for place in places:
            wall = day.wall(day.begins + place * QUARTER)
            column = wall.hour * 4 + wall.minute // 15
            found.append(Cell(number, column, column in read))
            read.add(column)
    return found
