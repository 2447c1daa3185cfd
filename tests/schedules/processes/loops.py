"""Loops whose rounds do what a test says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from schedules.processes.loop import Loop
from schedules.scheduler import get_scheduler_service


def loop_at(now: datetime, *, guarded: bool = True) -> Loop:
    """The scheduler's loop, for which it is always `now`."""
    return Loop(get_scheduler_service(), interval=5, clock=lambda: now, guarded=guarded)


class ScriptedLoop(Loop):
    """One that fires and sweeps as it is told."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        fire: Callable[[datetime], float | None] = lambda now: None,
        sweep: Callable[[datetime, float], object] = lambda now, seen_for: None,
        guarded: bool = False,
    ) -> None:
        super().__init__(
            get_scheduler_service(), interval=5, clock=clock, guarded=guarded
        )
        self.fire = fire
        self.sweep = sweep
