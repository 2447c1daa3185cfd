"""Where a schedule stands once the clock is right again, after it was ahead. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from schedules import timing as when
from schedules.policy.early import next_run
from schedules.policy.types import Rules
from schedules.timing import OnceTiming, Timing


@dataclass(frozen=True, slots=True)
class Place:
    """The first tick after now and when it fires. `active`: a schedule that has ended did
    so by the wrong clock only."""

    frontier: datetime | None
    next_run_at: datetime | None
    active: bool


def place(
    rules: Rules, early: Collection[datetime], *, now: datetime, ended: bool
) -> Place | None:
    """Where the schedule stands at `now`; None if it has come to its end all the same.

    `rules` count only the runs that did start, `early` are the ticks after `now` of which
    one did.
    """
    tick = when.next_after(rules.timing, now)
    if tick is None or (
        ended and tick in early and isinstance(rules.timing, OnceTiming)
    ):
        return None
    used_up = rules.runs_left is not None and rules.runs_left <= 0
    return Place(tick, next_run(rules, tick, early), active=not (ended and used_up))


def cut(
    timing: Timing, first: datetime, *, now: datetime
) -> tuple[datetime | None, int]:
    """The end and the number of ticks of a range row from `first` on, cut at `now`."""
    last = when.last_upto(timing, now) or first
    if last <= first:
        return None, 1
    return last, 1 + when.count(timing, first, last)
