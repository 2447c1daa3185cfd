"""The coming runs on the page of a schedule, in one of three zones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from django.utils.translation import gettext as _

from schedules.admin.page.clock import Clock, place
from schedules.exceptions import InvalidSchedule
from schedules.models import ScheduledJob, Status
from schedules.services.insight.coming import (
    ClockChange,
    ComingRun,
    Row,
    coming,
    one_wall_time,
)
from schedules.timing import zones

COUNT = 10


@dataclass(frozen=True, slots=True)
class Line:
    """A run, or (`about` is not empty) a clock change before it."""

    at: datetime
    shown: str = ""
    universal: str = ""
    relative: str = ""
    head: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Zone:
    name: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Card:
    """`moved_from`: the wall time that the clock skips, if that moves the next run."""

    title: str
    lines: list[Line] = field(default_factory=list)
    zones: list[Zone] = field(default_factory=list)
    next_at: datetime | None = None
    moved_from: str = ""
    problem: str = ""


def coming_card(schedule: ScheduledJob, clock: Clock, chosen: str = "") -> Card:
    """The next runs in the `chosen` zone, by default in the schedule's."""
    offered = list(dict.fromkeys((clock.zone, schedule.timezone, "UTC")))
    known = zones.timezone_names()
    offered = [name for name in offered if name in known]
    own = schedule.timezone if schedule.timezone in known else "UTC"
    zone = chosen if chosen in offered else own
    if_resumed = schedule.status == Status.PAUSED
    title = _("Next 10 runs")
    if if_resumed:
        is_proposal = schedule.awaits_approval
        title = (
            _("Next runs, if approved now")
            if is_proposal
            else _("Next runs, if resumed now")
        )
    try:
        rows = coming(schedule, count=COUNT, now=clock.now)
    except InvalidSchedule as error:
        return Card(
            _("Next runs"), problem=" ".join(chain.from_iterable(error.errors.values()))
        )
    runs = [row for row in rows if isinstance(row, ComingRun)]
    if len(runs) < COUNT and not if_resumed:
        title = _("Next runs")
    first = runs[0] if runs else None
    return Card(
        title,
        lines=lines_of(rows, Clock(clock.now, zone), schedule.timezone),
        zones=[Zone(name, place(name), name == zone) for name in offered],
        next_at=first.tick.due_at if first else None,
        moved_from=f"{first.instead_of:%H:%M}" if first and first.instead_of else "",
    )


def lines_of(rows: Sequence[Row], clock: Clock, zone: str) -> list[Line]:
    """The rows as the zone of `clock` shows them; `zone` is the schedule's."""
    wall = one_wall_time([*rows])
    return [
        Line(row.at, head=_head(row), about=_about(row, wall, clock, zone))
        if isinstance(row, ClockChange)
        else Line(
            row.tick.due_at,
            clock.dated(row.tick.due_at),
            clock.universal(row.tick.due_at) if clock.zone != "UTC" else "",
            clock.relative(row.tick.due_at),
        )
        for row in rows
    ]


def _head(change: ClockChange) -> str:
    return _("Clocks go forward") if change.is_forward else _("Clocks go back")


def _about(change: ClockChange, wall: datetime | None, clock: Clock, zone: str) -> str:
    """From which time to which, where if not in the zone that is shown, and what of it."""
    where = "" if clock.zone == zone else _(" in {}").format(place(zone))
    parts = [
        _("{where}, {old} {old_name} becomes {new} {new_name}.").format(
            where=where,
            old=f"{change.old:%H:%M}",
            old_name=change.old_name,
            new=f"{change.new:%H:%M}",
            new_name=change.new_name,
        ),
        _effect(change, wall),
    ]
    return " ".join(filter(None, parts))


def _effect(change: ClockChange, wall: datetime | None) -> str:
    if change.effect == "moved" and change.wall is None:  # of a single run
        return _("It runs at the first moment after.")
    if change.effect == "moved":
        return _(
            "{} does not exist that night, so it runs at the first moment after."
        ).format(f"{change.wall:%H:%M}")
    if change.effect == "repeated":
        return _("{} comes twice that night; it runs the first time only.").format(
            f"{change.wall:%H:%M}"
        )
    if change.effect == "same_distance":
        return _("The time between two runs stays the same.")
    return _("{0} stays {0}.").format(f"{wall:%H:%M}") if wall else ""
