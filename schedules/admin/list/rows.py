"""What the rows of a page show beside the schedules themselves, asked for all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from schedules import timing
from schedules.display.last_runs import LastRun, last_runs
from schedules.display.states import ShownState, shown_state
from schedules.models import ScheduledJob, ScheduleEvent
from schedules.services.insight.standing import last_pauses
from schedules.timing import TimingError


@dataclass(frozen=True, slots=True)
class Row:
    """One schedule of the page. `paused_by`: the event, if it is paused."""

    schedule: ScheduledJob
    state: ShownState
    now: datetime
    zone: str
    runs: Sequence[LastRun] = field(default=())
    paused_by: ScheduleEvent | None = None

    @property
    def first_run_at(self) -> datetime | None:
        """When it would run first if it were approved now."""
        try:
            return timing.next_after(self.schedule.timing, self.now)
        except TimingError:
            return None


def rows_of(
    schedules: Sequence[ScheduledJob], now: datetime, zone: str
) -> dict[UUID, Row]:
    """The rows in two queries, for any number of schedules."""
    runs = last_runs([schedule.pk for schedule in schedules], now)
    states = {schedule.pk: shown_state(schedule, now) for schedule in schedules}
    paused = [pk for pk, state in states.items() if state == ShownState.PAUSED]
    events = last_pauses(paused)
    return {
        schedule.pk: Row(
            schedule,
            states[schedule.pk],
            now,
            zone,
            runs.get(schedule.pk, ()),
            events.get(schedule.pk),
        )
        for schedule in schedules
    }
