"""What a person may have to act on: failing, overdue or stuck, and what needs approval."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from schedules.display.last_runs import last_runs
from schedules.display.states import ShownState, in_state
from schedules.models import (
    RunStatus,
    ScheduledJob,
    ScheduledRun,
    ScheduleQuerySet,
)
from schedules.templatetags.schedule_display import in_words
from workflows.display.times import length, moment
from workflows.kit.users import full_name

ROWS = 4
# Of the runs that have been going for longest, so many are compared with the usual.
MOST_RUNNING = 20
# A run is stuck once it has taken so many times its usual duration, and a minute more.
USUAL_TIMES = 3
LEAST = timedelta(minutes=1)
# So many runs that succeeded tell what is usual.
ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One schedule or run: what it is, what explains it, and a word at the end."""

    name: str
    note: str
    end: str
    schedule: UUID
    run: UUID | None = None
    is_cancellable: bool = False


@dataclass(frozen=True, slots=True)
class Stuck:
    """A run that has been going for much longer than usual."""

    run: UUID
    schedule: UUID
    name: str
    seconds: float
    usual: float
    is_cancellable: bool


def failing(schedules: ScheduleQuerySet, now: datetime) -> list[Row]:
    """Those that failed most often in a row."""
    worst = schedules.filter(in_state(ShownState.FAILING, now)).order_by(
        "-consecutive_failures", "name"
    )
    worst = worst.only("name", "last_error", "consecutive_failures")
    return [
        Row(
            schedule.name,
            first_line(schedule.last_error) or _("No error was recorded"),
            ngettext(
                "{} in a row", "{} in a row", schedule.consecutive_failures
            ).format(schedule.consecutive_failures),
            schedule.pk,
        )
        for schedule in worst[:ROWS]
    ]


def first_line(error: str) -> str:
    return error.strip().partition("\n")[0]


def overdue(schedules: ScheduleQuerySet, now: datetime, zone: str) -> list[Row]:
    """Those that have been due for longest."""
    late = schedules.filter(in_state(ShownState.OVERDUE, now)).order_by("next_run_at")
    return [
        Row(
            schedule.name,
            _("Due {}, not started yet").format(
                moment(schedule.next_run_at.replace(microsecond=0), zone, now)
            ),
            length(round((now - schedule.next_run_at).total_seconds())),
            schedule.pk,
        )
        for schedule in late[:ROWS]
        if schedule.next_run_at is not None
    ]


def stuck_rows(stuck: list[Stuck]) -> list[Row]:
    return [
        Row(
            each.name,
            _("Running for {taken}, usually {usual}").format(
                taken=length(round(each.seconds)), usual=length(each.usual)
            ),
            "",
            each.schedule,
            each.run,
            each.is_cancellable,
        )
        for each in stuck[:ROWS]
    ]


def stuck_runs(now: datetime) -> list[Stuck]:
    """The runs that take much longer than the last ones of their schedules, in two queries."""
    running = (
        ScheduledRun.objects.filter(
            status=RunStatus.RUNNING, started_at__lt=now - LEAST
        )
        .order_by("started_at")
        .only("schedule_id", "schedule_name", "started_at", "execution_id")
    )
    longest = list(running[:MOST_RUNNING])
    before = last_runs({run.schedule_id for run in longest}, now)
    found = []
    for run in longest:
        done = [
            each.seconds
            for each in before.get(run.schedule_id, [])
            if each.status == RunStatus.SUCCEEDED
        ]
        if len(done) < ENOUGH or run.started_at is None:
            continue
        seconds, usual = (now - run.started_at).total_seconds(), median(done)
        if seconds > USUAL_TIMES * usual + LEAST.total_seconds():
            found.append(
                Stuck(
                    run.pk,
                    run.schedule_id,
                    run.schedule_name,
                    seconds,
                    usual,
                    is_cancellable=run.execution_id is not None,
                )
            )
    return found


def proposals(schedules: ScheduleQuerySet, now: datetime) -> list[Row]:
    """What agents proposed last."""
    waiting = (
        schedules.filter(in_state(ShownState.NEEDS_APPROVAL, now))
        .select_related("created_by")
        .order_by("-created_at", "pk")
    )
    return [
        Row(schedule.name, in_words(schedule), _for_whom(schedule), schedule.pk)
        for schedule in waiting[:ROWS]
    ]


def _for_whom(schedule: ScheduledJob) -> str:
    if schedule.created_by is None:
        return ""
    return _("for {}").format(full_name(schedule.created_by))
