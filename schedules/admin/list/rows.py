"""What the rows of a page show beside the schedules themselves, asked for all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Subquery

from schedules import timing
from schedules.display.last_runs import LastRun, last_runs
from schedules.display.states import ShownState, shown_state
from schedules.models import EventVerb, ScheduledJob, ScheduleEvent
from schedules.timing import TimingError

# The verbs by which a schedule is paused.
PAUSES = (EventVerb.PAUSE, EventVerb.CREATE)


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
    events = pauses_of(paused)
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


def pauses_of(ids: Sequence[UUID]) -> Mapping[UUID, ScheduleEvent]:
    """The event that has paused each of these schedules, in one query."""
    newest = ScheduleEvent.objects.filter(schedule=OuterRef("pk"), verb__in=PAUSES)
    last = newest.order_by("-created_at", "-pk").values("pk")[:1]
    events = ScheduleEvent.objects.filter(
        pk__in=ScheduledJob.objects.filter(pk__in=ids).values(last=Subquery(last))
    )
    return {event.schedule_id: event for event in events.order_by()}
