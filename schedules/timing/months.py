"""Months of a calendar: their length, and the weekday of the first day."""

from __future__ import annotations

import calendar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Month:
    """The days of a month by weekday; Sunday is 0."""

    last: int  # the last day
    first_weekday: int

    @classmethod
    def of(cls, year: int, month: int) -> Month:
        # `calendar` counts weekdays from Monday.
        monday_based, last = calendar.monthrange(year, month)
        return cls(last, (monday_based + 1) % 7)

    def weekday(self, day: int) -> int:
        return (self.first_weekday + day - 1) % 7

    def nth_weekday(self, weekday: int, nth: int) -> int | None:
        day = 1 + (weekday - self.first_weekday) % 7 + 7 * (nth - 1)
        return day if day <= self.last else None

    def last_weekday(self, weekday: int) -> int:
        return self.last - (self.weekday(self.last) - weekday) % 7

    def nearest_workday(self, day: int) -> int:
        """The workday nearest to `day` in this month; a later day counts as its last day.

        So that of day 31 is the last workday of any month.
        """
        day = min(day, self.last)
        if self.weekday(day) == 6:
            return day - 1 if day > 1 else day + 2
        if self.weekday(day) == 0:
            return day + 1 if day < self.last else day - 2
        return day
