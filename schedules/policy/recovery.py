"""The state of a schedule once a clock that was ahead is right again. Pure."""

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
    """The first tick after now, and when it fires.

    `active`: the schedule is active, or has ended only because of the wrong clock.
    """

    frontier: datetime | None
    next_run_at: datetime | None
    active: bool


def place(
    rules: Rules, early: Collection[datetime], *, now: datetime, ended: bool
) -> Place | None:
    """The place of the schedule at `now`; None if it ends by the right clock, too.

    `rules` count only the runs that have started; `early` are the ticks after `now` whose
    runs have started.
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
    """Cut a range row that begins at `first` at `now`: its end, and its number of ticks."""
    last = when.last_upto(timing, now) or first
    if last <= first:
        return None, 1
    return last, 1 + when.count(timing, first, last)
