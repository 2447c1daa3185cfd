"""What a calendar names: single runs, and runs that begin together. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

# Schedules that would run, and why they may not; or what became of a run, by its status.
Coming = Literal["active", "paused", "proposed"]
# So many schedules that begin at the same minute are counted, and not named.
TOGETHER = 3


class Entry(NamedTuple):
    """A run at a time. `id` is that of the schedule, or of the run if `is_run`.

    `number` of `of`: the runs of the schedule on this day. `runs`: how many runs stand behind
    this entry; `schedules`: how many schedules. `moved_from`: the reading of the clock at
    which it was due, had the clock not skipped it.
    """

    at: datetime
    kind: str
    id: UUID
    name: str
    is_run: bool = False
    number: int = 1
    of: int = 1
    runs: int = 1
    schedules: int = 1
    moved_from: datetime | None = None


def together(entries: Iterable[Entry]) -> list[Entry]:
    """In order of time; several schedules that begin at the same minute as one entry."""
    alike: defaultdict[tuple[datetime, str, datetime | None], list[Entry]] = (
        defaultdict(list)
    )
    for entry in entries:
        minute = entry.at.replace(second=0, microsecond=0)
        alike[minute, entry.kind, entry.moved_from].append(entry)
    found: list[Entry] = []
    for (minute, _, _), same in alike.items():
        schedules = sum(entry.schedules for entry in same)
        if schedules < TOGETHER:
            found += same
        else:
            runs = sum(entry.runs for entry in same)
            found.append(same[0]._replace(at=minute, schedules=schedules, runs=runs))
    found.sort(key=lambda entry: (entry.at, entry.name))
    return found
