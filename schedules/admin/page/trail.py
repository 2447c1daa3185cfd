"""The audit trail on the page of a schedule: who did what, with old and new values."""

from __future__ import annotations

from dataclasses import dataclass

from schedules.admin.page.changes import Change, Reader
from schedules.admin.page.clock import Clock
from schedules.display.actors import acted_by, name_in
from schedules.display.trail import did, quoted_note
from schedules.models import ScheduledJob, ScheduleEvent
from workflows.display.numbers import grouped

ROWS = 10
MOST_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Entry:
    event: ScheduleEvent
    name: str
    who: str
    text: str
    note: str
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class Trail:
    entries: list[Entry]
    count: int
    total: str


def trail_of(schedule: ScheduledJob, clock: Clock) -> Trail:
    """The newest events, in a fixed number of queries."""
    newest = schedule.events.select_related("actor").order_by("-created_at", "-pk")
    events = list(newest[:ROWS])
    reader = Reader.of(events, zone=clock.zone, now=clock.now)
    count = schedule.events.order_by()[: MOST_COUNTED + 1].count()
    return Trail(
        [_entry(event, reader) for event in events],
        count,
        grouped(count) if count <= MOST_COUNTED else f"{grouped(MOST_COUNTED)}+",
    )


def _entry(event: ScheduleEvent, reader: Reader) -> Entry:
    return Entry(
        event,
        name_in(event),
        acted_by(event),
        did(event),
        quoted_note(event),
        reader.changes(event),
    )
