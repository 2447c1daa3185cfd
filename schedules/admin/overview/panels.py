"""The three panels of what a person may have to act on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from schedules.admin.overview import attention
from schedules.admin.overview.attention import Row, Stuck
from schedules.admin.overview.lists import Lists
from schedules.display.states import ShownState, plain_mark
from schedules.models import RunStatus, ScheduleQuerySet
from workflows.display.marks import Mark


@dataclass(frozen=True, slots=True)
class Shown:
    """A row, with the address of its page and of what cancels it, if it may be cancelled."""

    row: Row
    address: str
    cancel: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """How many there are, the first of them, and the list of all."""

    anchor: str
    mark: Mark
    number: int
    rows: list[Shown]
    address: str
    action: str
    none: str


def panels(
    schedules: ScheduleQuerySet,
    of_state: Mapping[ShownState, int],
    stuck: list[Stuck],
    lists: Lists,
    *,
    zone: str,
    now: datetime,
    may_cancel: bool,
) -> list[Panel]:
    def addressed(rows: list[Row]) -> list[Shown]:
        return [
            Shown(
                row,
                lists.run(row.run),
                lists.cancel(row.run) if may_cancel and row.is_cancellable else "",
            )
            if row.run
            else Shown(row, lists.schedule(row.schedule))
            for row in rows
        ]

    failing, proposed = ShownState.FAILING, ShownState.NEEDS_APPROVAL
    late = of_state[ShownState.OVERDUE]
    late_rows = attention.overdue(schedules, now, zone) if late else []
    late_rows += attention.stuck_rows(stuck)
    overdue = plain_mark(ShownState.OVERDUE)
    return [
        Panel(
            "failing",
            plain_mark(failing),
            of_state[failing],
            addressed(attention.failing(schedules, now)),
            lists.in_state(failing),
            _("Show all"),
            _("No schedule that runs on time is failing."),
        ),
        Panel(
            "late",
            Mark(overdue.shape, _("Overdue or stuck"), overdue.tone),
            late + len(stuck),
            addressed(late_rows[: attention.ROWS]),
            # What is stuck runs.
            lists.in_state(ShownState.OVERDUE)
            if late
            else lists.runs(status__exact=RunStatus.RUNNING),
            _("Show all"),
            _("Everything started when it was due."),
        ),
        Panel(
            "asked",
            plain_mark(proposed),
            of_state[proposed],
            addressed(attention.proposals(schedules, now)),
            lists.approvals(),
            _("Review"),
            _("No agent has proposed anything."),
        ),
    ]
