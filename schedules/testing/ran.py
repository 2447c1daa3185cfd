"""What one call of `run_due` has done: a row of the ledger, with the error itself."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from typing_extensions import override

from schedules.models import ScheduledJob, ScheduledRun
from schedules.testing.clock import shown
from workflows.models import NodeRun


@dataclass(frozen=True, slots=True, repr=False)
class Ran:
    """A tick, or a run on request, and what has become of it.

    `status` is `succeeded`, `failed`, `cancelled`, `skipped` or `missed`, or `waiting` if it
    failed and is to be retried later, or `running` at the backend of a Task. `error` is the text on record, `exception` what the
    function has raised. `output` is what the last step returned, as it is on record.
    """

    schedule: ScheduledJob | None
    scheduled_for: datetime
    status: str
    reason: str
    origin: str
    attempt: int
    error: str
    exception: BaseException | None
    output: Any
    row: ScheduledRun

    @override
    def __repr__(self) -> str:
        zone = self.schedule.timezone if self.schedule else ""
        text = f"{self.row.schedule_name!r} at {shown(self.scheduled_for, zone)}"
        if self.row.range_end:
            last = shown(self.row.range_end, zone)
            text += f" to {last} ({self.row.tick_count} ticks)"
        why = " ".join(filter(None, [self.reason, self._why()]))
        return f"<{text}: {self.status}{f': {why}' if why else ''}>"

    def _why(self) -> str:
        if self.exception is None:
            return self.error
        return f"{type(self.exception).__name__}: {self.exception}"

    @property
    def traceback(self) -> str:
        """The traceback of `exception`; empty without one."""
        if self.exception is None:
            return ""
        return "".join(traceback.format_exception(self.exception))


def read(exceptions: Mapping[UUID, BaseException | None]) -> list[Ran]:
    """The rows with these ids, in the order of the mapping."""
    rows = ScheduledRun.objects.in_bulk(list(exceptions))
    # A row outlives its schedule.
    schedules = ScheduledJob.objects.in_bulk({row.schedule_id for row in rows.values()})
    outputs = _outputs(rows.values())
    return [
        Ran(
            schedule=schedules.get(row.schedule_id),
            scheduled_for=row.scheduled_for,
            status=row.status,
            reason=row.reason,
            origin=row.origin,
            attempt=row.attempt,
            error=row.error,
            exception=exceptions[row.pk],
            output=outputs.get(row.execution_id),
            row=row,
        )
        for row in (rows[pk] for pk in exceptions if pk in rows)
    ]


def _outputs(rows: Iterable[ScheduledRun]) -> dict[UUID | None, Any]:
    """By execution: the output of its last step."""
    executions = [row.execution_id for row in rows if row.execution_id]
    steps = NodeRun.objects.filter(
        execution__in=executions, status=NodeRun.Status.SUCCEEDED
    )
    last = steps.order_by("execution", "sequence")
    return dict(last.values_list("execution_id", "output"))
