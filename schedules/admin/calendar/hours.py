"""A day as rows of hours: the entries of each, and the clock changes between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.safestring import SafeString

from schedules.admin.calendar.addresses import Addresses
from schedules.admin.calendar.words import change_text, entry_text
from schedules.services.insight.calendar.entries import TOGETHER, Entry
from schedules.services.insight.local_days import LocalDay
from schedules.timing.zones import OffsetChange, local_time
from workflows.display.marks import mark_html, run_mark

# An hour has room for so many entries.
MOST_SLOTS = 20
_HOUR = timedelta(hours=1)
_LOOKS = {"paused": "o-slot--paused", "proposed": "o-slot--ask"}


@dataclass(frozen=True, slots=True)
class Slot:
    address: str
    look: str
    time: str
    text: str
    mark: SafeString | str


@dataclass(frozen=True, slots=True)
class Hour:
    """`change`: what the clock does before it, how, and the icon for it. `label` is marked with the name of
    the offset where the clock reads it twice."""

    label: str
    slots: list[Slot]
    more: int
    more_address: str
    change: tuple[str, str, str] | None


def hours_of(
    day: LocalDay, entries: Sequence[Entry], addresses: Addresses
) -> list[Hour]:
    rows = [*_stretches(day)]
    labels = [f"{day.wall(begins):%H:%M}" for begins, _, _ in rows]
    found = []
    for (begins, ends, change), label in zip(rows, labels, strict=True):
        here = [entry for entry in entries if begins <= entry.at < ends]
        shown = here[:MOST_SLOTS]
        if labels.count(label) > 1:
            label = f"{label} {local_time(begins, day.zone).tzname()}"
        found.append(
            Hour(
                label=label,
                slots=[_slot(entry, day, addresses) for entry in shown],
                more=sum(entry.schedules for entry in here[MOST_SLOTS:]),
                more_address=addresses.stretch(day.date, begins, ends),
                change=change_text(change, day.zone) if change else None,
            )
        )
    return found


def _stretches(
    day: LocalDay,
) -> Iterator[tuple[datetime, datetime, OffsetChange | None]]:
    """The hours of the wall clock: 23 to 25, and parts of one where it is changed."""
    at, changes = day.begins, {change.at: change for change in day.changes}
    while at < day.ends:
        wall = day.wall(at)
        following = at + _HOUR - timedelta(minutes=wall.minute, seconds=wall.second)
        ends = min([following, day.ends, *(c for c in changes if c > at)])
        yield at, ends, changes.get(at)
        at = ends


def _slot(entry: Entry, day: LocalDay, addresses: Addresses) -> Slot:
    look = "o-slot--moved" if entry.moved_from else _LOOKS.get(entry.kind, "")
    marked = entry.is_run and entry.schedules < TOGETHER
    return Slot(
        address=addresses.entry(entry, day.date),
        look=look,
        time=f"{day.wall(entry.at):%H:%M}",
        text=entry_text(entry),
        mark=mark_html(run_mark(entry.kind), small=True, word_hidden=True)
        if marked
        else "",
    )
