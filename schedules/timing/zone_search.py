"""Finding a time zone by a part of its name, or by its country."""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from schedules.timing import zones

LONGEST_QUERY = 64


@dataclass(frozen=True, slots=True)
class FoundZone:
    """A zone, what its clock shows, with the offset from UTC, and the countries that use it."""

    name: str
    local: datetime
    countries: tuple[str, ...]


def find_zones(query: str, *, now: datetime, most: int = 8) -> list[FoundZone]:
    """The zones that `query` may mean, the likeliest first. Underscores are spaces."""
    wanted = _plain(query[:LONGEST_QUERY])
    if not wanted:
        return []
    ranked = sorted(
        (rank, name)
        for name in zones.timezone_names()
        if (rank := _rank(name, wanted)) is not None
    )
    return [zone_at(name, now=now) for _, name in ranked[:most]]


def zone_at(name: str, *, now: datetime) -> FoundZone:
    """The zone of a valid name."""
    return FoundZone(name, zones.local_time(now, name), countries_of(name))


def offset_of(local: datetime) -> str:
    """Such as "UTC+1" or "UTC+5:30"."""
    moved = local.utcoffset()
    minutes = int(moved.total_seconds()) // 60 if moved else 0
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")


def countries_of(name: str) -> tuple[str, ...]:
    """The countries of a zone, by their English names."""
    return _countries().get(name, ())


def _rank(name: str, wanted: str) -> int | None:
    """How well a zone matches, 0 being best; None if it does not."""
    plain, city = _plain(name), _plain(name.rpartition("/")[2])
    countries = [country.lower() for country in countries_of(name)]
    # A name without a country is an older name of a zone, or an offset.
    steps = (
        plain == wanted,
        wanted in countries,
        city.startswith(wanted) and bool(countries),
        plain.startswith(wanted),
        any(word.startswith(wanted) for word in city.split()),
        any(country.startswith(wanted) for country in countries),
        wanted in plain,
        any(wanted in country for country in countries),
    )
    return steps.index(True) if True in steps else None


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("_", " ").split())


@cache
def _countries() -> dict[str, tuple[str, ...]]:
    names = dict(_rows("iso3166.tab"))
    return {
        row[2]: tuple(names[code] for code in row[0].split(",") if code in names)
        for row in _rows("zone.tab")
    }


def _rows(file: str) -> Iterator[list[str]]:
    """The rows of a table of tzdata."""
    found = importlib.resources.files("tzdata") / "zoneinfo" / file
    with found.open(encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#"):
                yield line.rstrip("\n").split("\t")
