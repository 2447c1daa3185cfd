"""The state of a schedule as people see it, as Python and as SQL; the two must agree.

It is more than the stored status: an active schedule may be overdue or failing. The table is
that of the design guide, section 6.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schedules.models import ScheduledJob, ScheduleQuerySet, Status
from workflows.display.marks import Mark, Tone
from workflows.display.times import length

# A schedule may fire this late without being called overdue.
GRACE = timedelta(seconds=30)
# So many failed runs in a row are called failing.
FAILURES = 2


class ShownState(StrEnum):
    """In the order in which a person looks at them."""

    OVERDUE = "overdue"
    FAILING = "failing"
    NEEDS_APPROVAL = "proposed"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


NEEDS_ATTENTION = (ShownState.OVERDUE, ShownState.FAILING, ShownState.NEEDS_APPROVAL)
WORDS: dict[ShownState, str | Promise] = {
    ShownState.OVERDUE: gettext_lazy("Overdue"),
    ShownState.FAILING: gettext_lazy("Failing"),
    ShownState.NEEDS_APPROVAL: gettext_lazy("Needs approval"),
    ShownState.ACTIVE: gettext_lazy("Active"),
    ShownState.PAUSED: gettext_lazy("Paused"),
    ShownState.ENDED: gettext_lazy("Ended"),
}
_TONES: dict[ShownState, Tone] = {
    ShownState.OVERDUE: "warn",
    ShownState.FAILING: "bad",
    ShownState.NEEDS_APPROVAL: "agent",
    ShownState.ACTIVE: "ok",
    ShownState.PAUSED: "idle",
    ShownState.ENDED: "idle",
}
_QUIET = {ShownState.ACTIVE, ShownState.ENDED}


def shown_state(schedule: ScheduledJob, now: datetime) -> ShownState:
    """The state to show at `now`."""
    if schedule.status == Status.STOPPED:
        return ShownState.ENDED
    if schedule.status == Status.PAUSED:
        proposed = schedule.awaits_approval
        return ShownState.NEEDS_APPROVAL if proposed else ShownState.PAUSED
    if schedule.next_run_at is not None and schedule.next_run_at < now - GRACE:
        return ShownState.OVERDUE
    failing = schedule.consecutive_failures >= FAILURES
    return ShownState.FAILING if failing else ShownState.ACTIVE


def in_state(state: ShownState, now: datetime) -> Q:
    """The condition that `shown_state` is `state`, in SQL."""
    overdue = Q(status=Status.ACTIVE, next_run_at__lt=now - GRACE)
    on_time = Q(status=Status.ACTIVE) & (
        Q(next_run_at=None) | Q(next_run_at__gte=now - GRACE)
    )
    conditions = {
        ShownState.OVERDUE: overdue,
        ShownState.FAILING: on_time & Q(consecutive_failures__gte=FAILURES),
        ShownState.ACTIVE: on_time & Q(consecutive_failures__lt=FAILURES),
        ShownState.NEEDS_APPROVAL: Q(status=Status.PAUSED, awaits_approval=True),
        ShownState.PAUSED: Q(status=Status.PAUSED, awaits_approval=False),
        ShownState.ENDED: Q(status=Status.STOPPED),
    }
    return conditions[state]


def counts(schedules: ScheduleQuerySet, now: datetime) -> dict[ShownState, int]:
    """How many of the schedules are in each state, in one query."""
    found = schedules.order_by().aggregate(
        **{state.name: Count("pk", filter=in_state(state, now)) for state in ShownState}
    )
    return {state: found[state.name] for state in ShownState}


def mark_of(schedule: ScheduledJob, now: datetime) -> Mark:
    """The mark of the state at `now`, with how long or how often in its word."""
    state = shown_state(schedule, now)
    word: str | Promise = WORDS[state]
    if state == ShownState.FAILING:
        word = _("Failing, {} in a row").format(schedule.consecutive_failures)
    elif state == ShownState.OVERDUE and schedule.next_run_at is not None:
        late = round((now - schedule.next_run_at).total_seconds())
        word = _("Overdue by {}").format(length(late))
    return Mark(state.value, word, _TONES[state], is_loud=state not in _QUIET)


def plain_mark(state: ShownState) -> Mark:
    """The mark of the state by itself, for headings and links to lists."""
    return Mark(state.value, WORDS[state], _TONES[state])
