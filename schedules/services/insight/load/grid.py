"""The quarters of some days as cells: a row a day, a column for each quarter that a clock
reads. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schedules.services.insight.local_days import LocalDay
from schedules.timing.quarters import QUARTER


@dataclass(frozen=True, slots=True)
class Cell:
    """`day` and `column` count from 0. `is_repeated`: the clock was put back, and reads this
    quarter for the second time."""

    day: int
    column: int
    is_repeated: bool = False


def cells(days: Sequence[LocalDay]) -> list[Cell]:
    """One for each quarter from the beginning of the first day."""
    found = []
    for number, day in enumerate(days):
        read: set[int] = set()
        for place in range((day.ends - day.begins) // QUARTER):
            wall = day.wall(day.begins + place * QUARTER)
            column = wall.hour * 4 + wall.minute // 15
            found.append(Cell(number, column, column in read))
            read.add(column)
    return found
