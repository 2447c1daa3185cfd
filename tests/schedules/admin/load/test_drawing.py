"""The drawing of the load map."""

from __future__ import annotations

import re
from datetime import date

import pytest

from schedules.admin.load.drawing import drawn_bars, drawn_map, drawn_narrow, step
from schedules.admin.load.words import clock_changes, peak_name, times, two_digits
from schedules.services.insight.load.demand import Load
from schedules.services.insight.load.grid import cells
from schedules.services.insight.load.load_map import LoadMap
from schedules.services.insight.load.peaks import Peak
from schedules.services.insight.local_days import local_days

AUTUMN = date(2026, 10, 19)  # 25 hours on Sunday
SPRING = date(2026, 3, 23)  # 23 hours on Sunday


def empty(first):
    days = local_days(first, 7, "Europe/Berlin")
    grid = cells(days)
    load = Load(days[0].begins, len(grid))
    return LoadMap(
        days=days,
        grid=grid,
        load=load,
        slots=6,
        schedules=0,
        left_out=0,
        undelayed=0,
        seconds=10,
        is_measured=True,
        by_runs=False,
        peaks=[],
    )


def drawn(found, values=None):
    values = values or [0.0] * len(found.grid)
    return drawn_map(found, values, 6, lambda place: f"<{place}>")


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, 0), (0.1, 1), (0.75, 1), (1, 2), (4, 3), (6, 4), (6.1, 5), (9, 5), (9.1, 6)],
)
def test_only_what_is_above_the_limit_has_the_two_darkest_steps(value, expected):
    assert step(value, 6) == expected


def test_each_quarter_is_drawn_once_and_a_repeated_one_in_halves():
    text = drawn(empty(AUTUMN))
    assert text.count("<title>") == 7 * 96 + 4
    assert text.count('height="14.5"') == 8
    assert "&lt;0&gt;" in text
    assert "<0>" not in text


def test_where_the_clock_skips_an_hour_there_is_a_dash():
    text = drawn(empty(SPRING))
    assert text.count("<title>") == 7 * 96 - 4
    (x, y) = re.search(
        r'<svg x="([\d.]+)%" y="(\d+)"[^>]*><text class="t-accent"', text
    ).groups()
    assert (float(x), int(y)) == (pytest.approx(100 * 2.5 / 24, abs=0.01), 6 * 33)


def test_the_narrow_form_shows_the_fullest_quarter_of_each_hour():
    found = empty(AUTUMN)
    values = [0.0] * len(found.grid)
    values[9] = 9.5
    text = drawn_narrow(found, values, 6, str)
    assert text.count("<rect") == 7 * 24
    assert text.count('class="h-6"') == 1


def test_bars_have_their_numbers_and_the_limit_its_name():
    text = drawn_bars(
        [1, 12],
        ["01:45", "02:00"],
        ["1", "12"],
        limit=6,
        highest=12,
        limit_text="six <",
    )
    assert text.count('class="t-strong"') == 1
    assert "six &lt;" in text
    assert 'class="h-6"' in text


@pytest.mark.parametrize(
    ("first", "sentence"),
    [
        (SPRING, "Sunday has no time from 02:00 to 03:00"),
        (AUTUMN, "Sunday has the time from 02:00 to 03:00 twice"),
    ],
)
def test_clock_changes_in_words(first, sentence):
    assert clock_changes(empty(first).days) == [sentence]


@pytest.mark.parametrize(
    ("days", "columns", "name"),
    [
        ((0,), range(28, 29), "Monday, 07:00"),
        (range(7), range(8, 9), "Every day, 02:00"),
        (range(5), range(8, 10), "Monday to Friday, 02:00 to 02:30"),
        ((0, 2), range(72, 73), "Mon, Wed, 18:00"),
    ],
)
def test_peaks_in_words(days, columns, name):
    peak = Peak("A", (0,), 0, tuple(days), columns)
    assert peak_name(empty(AUTUMN), peak) == name


def test_numbers_and_times():
    assert [two_digits(n) for n in (7, 42, 196, 1349)] == [7, 42, 200, 1300]
    assert times(range(94, 96)) == "23:30 to 24:00"
