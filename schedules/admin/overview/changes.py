"""The newest events of the audit trail, each with its schedule and the run it came from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from schedules.admin.overview.lists import Lists
from schedules.admin.page.changes import Change, Reader
from schedules.display.actors import acted_by, name_in
from schedules.display.trail import did, quoted_note
from schedules.models import ScheduledJob, ScheduleEvent
from workflows.models import WorkflowExecution

ROWS = 6


@dataclass(frozen=True, slots=True)
class Recent:
    """One event. An address is empty if what it leads to has been deleted."""

    event: ScheduleEvent
    who: str
    by: str
    did: str
    note: str
    changes: list[Change]
    schedule: str
    execution: WorkflowExecution | None
    execution_address: str


def recent_changes(lists: Lists, *, zone: str, now: datetime) -> list[Recent]:
    newest = ScheduleEvent.objects.select_related("actor")
    events = list(newest.order_by("-created_at", "-id")[:ROWS])
    ids = {event.schedule_id for event in events}
    living = set(ScheduledJob.objects.filter(pk__in=ids).values_list("pk", flat=True))
    sources = WorkflowExecution.objects.only(
        "workflow_name", "started_at", "created_at"
    ).in_bulk({event.execution_id for event in events if event.execution_id})
    reader = Reader.of(events, zone=zone, now=now)

    def shown(event: ScheduleEvent) -> Recent:
        source = sources.get(event.execution_id) if event.execution_id else None
        return Recent(
            event,
            name_in(event),
            acted_by(event),
            did(event),
            quoted_note(event),
            reader.changes(event),
            lists.schedule(event.schedule_id) if event.schedule_id in living else "",
            source,
            lists.execution(source.pk) if source else "",
        )

    return [shown(event) for event in events]
