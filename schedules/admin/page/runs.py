"""The runs on the page of a schedule: their chart, filters by outcome, and the newest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from schedules.admin.page.clock import Clock
from schedules.display.actors import name_in
from schedules.display.reasons import run_reason
from schedules.display.run_chart import COUNT, chart, lateness_of, seconds_of, svg
from schedules.models import (
    NEVER_RAN,
    Origin,
    RunStatus,
    ScheduledJob,
    ScheduledRun,
    ScheduleEvent,
)
from schedules.services.insight.run_lists import (
    MOST_COUNTED,
    Outcomes,
    newest_of,
    newest_runs,
    outcomes,
    requests_of,
)
from workflows.display.marks import run_mark
from workflows.display.numbers import grouped
from workflows.display.times import length, universal

ROWS, ROWS_OF_ONE = 10, 50
_BY = {
    Origin.SCHEDULE: gettext_lazy("schedule"),
    Origin.CATCH_UP: gettext_lazy("catch-up"),
    Origin.BACKFILL: gettext_lazy("backfill"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One run, or a range of runs that never started, as the table shows it."""

    id: UUID
    at: datetime
    shown: str
    universal: str
    status: str
    word: str
    by: str
    late: str
    took: str
    attempt: str
    why: str
    execution: UUID | None = None

    @property
    def is_plain(self) -> bool:
        """What failed is coloured as a whole, all else by its shape."""
        return self.status != RunStatus.FAILED


@dataclass(frozen=True, slots=True)
class Filter:
    """An outcome with its count; "" for all."""

    status: str
    label: str
    count: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Runs:
    """`newest`: all rows that were read, newest first, those of the chart. `shown`: those of
    the table. `total` as text: of a very large ledger only the newest rows are counted."""

    newest: list[ScheduledRun]
    shown: list[Row]
    filters: list[Filter]
    total: str
    count: int
    chosen: str
    chart: SafeString
    table: list[Row]
    remark: str


def runs_of(schedule: ScheduledJob, clock: Clock, chosen: str = "") -> Runs:
    """What the section shows; `chosen` is the outcome that is filtered by."""
    chosen = chosen if chosen in RunStatus.values else ""
    newest, found = newest_runs(schedule.pk, count=COUNT), outcomes(schedule.pk)
    shown = newest[:ROWS]
    if chosen:
        shown = newest_of(schedule.pk, chosen, among=found, count=ROWS_OF_ONE)
    asked = requests_of(shown)
    drawn = chart(
        newest, limit=schedule.timeout_seconds, zone=clock.zone, now=clock.now
    )
    return Runs(
        newest=newest,
        shown=_rows(shown, asked, schedule, clock),
        filters=_filters(found, chosen),
        total=_total(found),
        count=found.total,
        chosen=chosen,
        chart=svg(drawn),
        table=_rows(newest, {}, schedule, clock),
        remark="" if found.are_all else _remark(),
    )


def _remark() -> str:
    return _("Counted and filtered among the newest {count} entries.").format(
        count=grouped(MOST_COUNTED)
    )


def _total(found: Outcomes) -> str:
    return grouped(found.total) if found.are_all else f"{grouped(found.total)}+"


def _filters(found: Outcomes, chosen: str) -> list[Filter]:
    of_all = Filter("", _("All"), _total(found), is_chosen=not chosen)
    return [of_all] + [
        Filter(
            status,
            str(run_mark(status).word),
            grouped(found.by_status.get(status, 0)),
            is_chosen=status == chosen,
        )
        for status in RunStatus.values
        if found.by_status.get(status) or status == chosen
    ]


def _rows(
    runs: Sequence[ScheduledRun],
    asked: dict[UUID, ScheduleEvent],
    schedule: ScheduledJob,
    clock: Clock,
) -> list[Row]:
    return [_row(run, asked.get(run.id), schedule, clock) for run in runs]


def _row(
    run: ScheduledRun,
    asked: ScheduleEvent | None,
    schedule: ScheduledJob,
    clock: Clock,
) -> Row:
    late = lateness_of(run)
    took = seconds_of(run, clock.now)
    started = run.started_at is not None and run.status not in NEVER_RAN
    return Row(
        id=run.id,
        at=run.scheduled_for,
        shown=_when(run, clock),
        universal=universal(run.scheduled_for),
        status=run.status,
        word=str(run_mark(run.status).word),
        by=_by(run, asked),
        late="" if late is None else length(late),
        took=length(took) if started else "",
        attempt=_attempt(run, schedule) if started else "",
        why=_why(run, asked, clock),
        execution=run.execution_id,
    )


def _when(run: ScheduledRun, clock: Clock) -> str:
    """Its time, or the first and the last of a range with their number."""
    first = clock.dated(run.scheduled_for)
    if run.range_end is None:
        return first
    return ngettext(
        "{first} to {last}, {count} run", "{first} to {last}, {count} runs", 2
    ).format(
        first=first, last=clock.dated(run.range_end), count=grouped(run.tick_count)
    )


def _by(run: ScheduledRun, asked: ScheduleEvent | None) -> str:
    if run.origin == Origin.MANUAL:
        return (name_in(asked) if asked else "") or _("by hand")
    return str(_BY[Origin(run.origin)])


def _attempt(run: ScheduledRun, schedule: ScheduledJob) -> str:
    most = schedule.max_retries + 1
    if run.attempt == 1 or run.attempt > most:
        return str(run.attempt)
    return _("{number} of {most}").format(number=run.attempt, most=most)


def _why(run: ScheduledRun, asked: ScheduleEvent | None, clock: Clock) -> str:
    if run.status == RunStatus.WAITING and run.not_before:
        at = clock.moment(run.not_before)
        return ", ".join(filter(None, (_("retry at {}").format(at), run_reason(run))))
    note = _("by hand: {}").format(asked.note) if asked and asked.note else ""
    return "; ".join(filter(None, (run_reason(run), note)))
