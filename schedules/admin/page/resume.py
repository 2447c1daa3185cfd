"""What resuming would do, for each choice, before it is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from schedules.admin.page.clock import Clock
from schedules.exceptions import InvalidSchedule
from schedules.models import CatchupPolicy, OverlapPolicy, ScheduledJob
from schedules.services.insight.resumption import (
    Choice,
    Passed,
    passed_meanwhile,
)
from workflows.display.numbers import grouped

_LABELS = {
    CatchupPolicy.NONE: gettext_lazy("Run none of them"),
    CatchupPolicy.LATEST: gettext_lazy("Run the latest"),
    CatchupPolicy.ALL: gettext_lazy("Run them all"),
}


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    about: str


@dataclass(frozen=True, slots=True)
class Panel:
    """`about`: how many runs were missed, and which. No options if there were none. `next`:
    the run after a resumption that catches up nothing."""

    about: str
    options: list[Option]
    next: str = ""


def resume_panel(schedule: ScheduledJob, clock: Clock) -> Panel:
    try:
        passed = passed_meanwhile(schedule, now=clock.now)
    except InvalidSchedule as error:
        return Panel(" ".join(chain.from_iterable(error.errors.values())), [])
    following = _next(passed.choices[CatchupPolicy.NONE], clock)
    if not passed.count:
        return Panel(following, [], following)
    order = (CatchupPolicy.NONE, CatchupPolicy.LATEST, CatchupPolicy.ALL)
    return Panel(
        _about(passed, clock),
        [
            Option(value, str(_LABELS[value]), _told(value, passed, schedule, clock))
            for value in order
        ],
        following,
    )


def _about(passed: Passed, clock: Clock) -> str:
    """How many runs were missed; all of their times, if they are few, else the newest."""
    told = ngettext(
        "{count} run was missed while it was paused",
        "{count} runs were missed while it was paused",
        passed.count,
    ).format(count=grouped(passed.count))
    times = ", ".join(map(clock.dated, passed.newest))
    if passed.count <= len(passed.newest):
        return f"{told}: {times}"
    return _("{told}, the latest {at}").format(
        told=told, at=clock.dated(passed.newest[-1])
    )


def _told(value: str, passed: Passed, schedule: ScheduledJob, clock: Clock) -> str:
    choice = passed.choices[CatchupPolicy(value)]
    return " ".join(
        filter(None, (_runs(value, choice, schedule, clock), _next(choice, clock)))
    )


def _runs(value: str, choice: Choice, schedule: ScheduledJob, clock: Clock) -> str:
    if value == CatchupPolicy.NONE:
        return ""
    if not choice.runs or choice.first is None or choice.last is None:
        return _("None can run now.")
    if value == CatchupPolicy.LATEST or choice.runs == 1:
        return _("{} runs now.").format(clock.dated(choice.last))
    span = _span(choice.first, choice.last, clock)
    side_by_side = schedule.overlap_policy == OverlapPolicy.ALLOW
    how = _("At once") if side_by_side else _("Oldest first, one at a time")
    return _("{how}: {count} runs, {span}.").format(
        how=how, count=choice.runs, span=span
    )


def _span(first: datetime, last: datetime, clock: Clock) -> str:
    return _("{first} to {last}").format(
        first=clock.dated(first), last=clock.dated(last)
    )


def _next(choice: Choice, clock: Clock) -> str:
    if choice.ends:
        return _("Then the schedule ends.")
    if choice.next_run_at is None:
        return ""
    return _("Next: {}.").format(clock.dated(choice.next_run_at))
