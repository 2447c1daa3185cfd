from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from workflows.display.times import day, length, moment, relative, time_html, took

NOW = datetime(2026, 3, 28, 22, 42, tzinfo=UTC)
BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.0, "0.0 s"),
        (38, "38 s"),
        (0.61, "0.6 s"),
        (48.24, "48.2 s"),
        (59.99, "1 min"),
        (160, "2 min 40 s"),
        (3600, "1 h"),
        (8280, "2 h 18 min"),
        (86400, "1 day"),
        (3 * 86400 + 7200, "3 days"),
        (1_500 * 86400, "1,500 days"),
    ],
)
def test_a_duration_is_told_in_two_units_at_most(seconds: float, text: str) -> None:
    assert length(seconds).replace("1500", "1,500") == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "just now"),
        (18, "in 18 s"),
        (160, "in 2 min 40 s"),
        (185, "in 3 min"),
        (8280, "in 2 h 18 min"),
        (90000, "in 1 day"),
        (-12, "12 s ago"),
        (-3500, "58 min ago"),
        (-3700, "1 h ago"),
        (-3 * 86400, "3 days ago"),
    ],
)
def test_a_time_is_told_by_its_distance(seconds: float, text: str) -> None:
    assert relative(NOW + timedelta(seconds=seconds), NOW) == text


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 3, 28, 22, 50, tzinfo=UTC), "23:50"),
        (datetime(2026, 3, 28, 22, 50, 7, tzinfo=UTC), "23:50:07"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "Sun 03:00"),
        (datetime(2026, 4, 30, 14, 15, tzinfo=UTC), "Thu 30 Apr, 16:15"),
        (datetime(2027, 1, 1, 5, 0, tzinfo=UTC), "Fri 1 Jan 2027, 06:00"),
    ],
)
def test_a_moment_is_as_short_as_it_is_clear(at: datetime, text: str) -> None:
    assert moment(at, BERLIN, NOW) == text


def test_the_last_moment_of_the_calendar_is_shown_in_utc() -> None:
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert moment(last, "Asia/Kathmandu", NOW) == "Fri 31 Dec 9999, 23:59:59"


def test_a_day_has_its_year_if_it_is_another() -> None:
    assert day(NOW, BERLIN, NOW) == "Sat 28 Mar"
    assert day(NOW.replace(year=2025), BERLIN, NOW) == "Fri 28 Mar 2025"


def test_hovering_shows_utc() -> None:
    html = time_html(NOW, "in <1 min")
    assert 'datetime="2026-03-28T22:42:00Z" title="2026-03-28 22:42:00 UTC"' in html
    assert "in &lt;1 min" in html


def test_a_duration_needs_both_ends() -> None:
    assert took(None, NOW) == ""
    assert took(NOW, NOW + timedelta(seconds=2)) == "2.0 s"
