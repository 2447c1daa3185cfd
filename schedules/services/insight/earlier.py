"""The settings of a schedule at an earlier version, and what has happened to it since."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import Any

from schedules.models import EventVerb, ScheduledJob, ScheduleEvent
from schedules.services.drafts.fields import FIELDS

# The verbs that make a new version of a schedule; two of them change its settings.
NEW_VERSION = (
    EventVerb.UPDATE,
    EventVerb.REVIVE,
    EventVerb.PAUSE,
    EventVerb.RESUME,
    EventVerb.APPROVE,
)
# A person who comes back to a page after more changes than these sees the newest.
MOST = 200


@dataclass(frozen=True, slots=True)
class Earlier:
    """The schedule as it was, not to be saved, and the events since, newest first."""

    schedule: ScheduledJob
    events: list[ScheduleEvent]


def at_version(schedule: ScheduledJob, version: int) -> Earlier:
    """Undo, in memory, what the events since that version have recorded."""
    count = min(max(0, schedule.version - version), MOST)
    since = schedule.events.select_related("actor").filter(verb__in=NEW_VERSION)
    newest = since.order_by("-pk")
    events = list(newest[:count])
    earlier = copy(schedule)
    for event in events:
        for name in FIELDS.keys() & event.before.keys():
            _set(earlier, name, event.before[name])
    return Earlier(earlier, events)


def _set(schedule: ScheduledJob, name: str, value: Any) -> None:
    """A recorded value, which is JSON, as the column has it."""
    field = FIELDS[name]
    setattr(schedule, field.attname, field.column.to_python(value))
