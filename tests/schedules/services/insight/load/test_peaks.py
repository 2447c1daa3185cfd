"""Peaks: the quarters that are too full, those at the same time of day together."""

from __future__ import annotations

from datetime import date

from schedules.services.insight.load.grid import Cell, cells
from schedules.services.insight.load.peaks import find_peaks
from schedules.services.insight.local_days import local_days

ZONE = "Europe/Berlin"
AUTUMN = local_days(date(2026, 10, 19), 7, ZONE)  # 25 hours on Sunday
SPRING = local_days(date(2026, 3, 23), 7, ZONE)  # 23 hours on Sunday


def peaks(days, full, limit=100):
    grid = cells(days)
    seconds = [float(full.get((cell.day, cell.column), 0)) for cell in grid]
    return find_peaks(seconds, limit, grid, days), grid


def test_the_grid_has_a_cell_for_each_quarter():
    grid = cells(AUTUMN)
    assert len(grid) == 7 * 96 + 4
    assert grid[:2] == [Cell(0, 0), Cell(0, 1)]
    sunday = [cell for cell in grid if cell.day == 6]
    assert [cell.column for cell in sunday if cell.is_repeated] == [8, 9, 10, 11]
    assert len(cells(SPRING)) == 7 * 96 - 4
    assert {cell.column for cell in cells(SPRING) if cell.day == 6} == {
        *range(8),
        *range(12, 96),
    }


def test_nothing_is_too_full():
    assert peaks(AUTUMN, {(0, 8): 100})[0] == []


def test_the_same_time_on_several_days_is_one_peak():
    (peak,), grid = peaks(AUTUMN, {(day, 8): 200 + day for day in range(5)})
    assert (peak.letter, peak.days, peak.columns) == ("A", (0, 1, 2, 3, 4), range(8, 9))
    assert grid[peak.worst] == Cell(4, 8)
    assert len(peak.places) == 5


def test_quarters_beside_each_other_are_one_peak():
    (peak,), _ = peaks(AUTUMN, {(1, column): 150 for column in (30, 31, 32)})
    assert (peak.days, peak.columns) == ((1,), range(30, 33))


def test_the_highest_has_the_first_letter():
    full = {(0, 28): 268, (2, 72): 216} | {(day, 8): 412 for day in range(7)}
    found, grid = peaks(AUTUMN, full)
    assert [peak.letter for peak in found] == ["A", "B", "C"]
    assert [grid[peak.worst].column for peak in found] == [8, 28, 72]
    # On the day of 25 hours the clock reads that time twice.
    assert len(found[0].places) == 8


def test_what_the_clock_skips_is_the_same_peak_where_the_gap_ends():
    full = {(day, 8): 412 for day in range(6)} | {(6, 12): 412, (3, 12): 150}
    found, grid = peaks(SPRING, full)
    assert [peak.days for peak in found] == [(0, 1, 2, 3, 4, 5), (3,)]
    assert [grid[place] for place in found[0].moved] == [Cell(6, 12)]
    assert grid[found[1].worst] == Cell(3, 12)


def test_there_are_as_many_peaks_as_letters():
    found, _ = peaks(AUTUMN, {(0, 2 * column): 101 + column for column in range(20)})
    assert "".join(peak.letter for peak in found) == "ABCDEF"


def test_a_peak_may_last_until_midnight():
    (peak,), _ = peaks(AUTUMN, {(0, 94): 200, (0, 95): 200})
    assert peak.columns == range(94, 96)
