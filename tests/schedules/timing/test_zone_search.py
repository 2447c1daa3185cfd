from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schedules.timing.zone_search import find_zones, offset_of, zone_at
from schedules.timing.zones import timezone_names

NOW = datetime(2026, 3, 28, 22, 42, tzinfo=UTC)


def names(query: str) -> list[str]:
    return [zone.name for zone in find_zones(query, now=NOW)]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("berl", "Europe/Berlin"),
        ("BERLIN", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("new_york", "America/New_York"),
        ("europe/lon", "Europe/London"),
        ("utc", "UTC"),
        ("kath", "Asia/Kathmandu"),
        ("india", "Asia/Kolkata"),
        ("germany", "Europe/Berlin"),
    ],
)
def test_a_zone_is_found_by_city_name_or_country(query: str, first: str) -> None:
    assert names(query)[0] == first


def test_at_most_eight_are_found_and_each_is_valid() -> None:
    assert len(names("a")) == 8
    assert set(names("america")) <= timezone_names()


@pytest.mark.parametrize("query", ["", "   ", "x" * 10_000, "<b>", "\x00"])
def test_what_means_no_zone_finds_none(query: str) -> None:
    assert names(query) == []


@pytest.mark.parametrize(
    ("zone", "clock", "offset"),
    [
        ("Europe/Berlin", "23:42", "UTC+1"),
        ("Asia/Kathmandu", "04:27", "UTC+5:45"),
        ("America/New_York", "18:42", "UTC-4"),
        ("UTC", "22:42", "UTC"),
    ],
)
def test_it_tells_what_the_clock_shows(zone: str, clock: str, offset: str) -> None:
    found = zone_at(zone, now=NOW)
    assert f"{found.local:%H:%M}" == clock
    assert offset_of(found.local) == offset
