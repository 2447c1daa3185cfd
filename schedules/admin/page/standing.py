"""Where a schedule stands: the facts in a row, and below them why it stands there."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from schedules.admin.page.clock import Clock
from schedules.admin.page.coming import Card
from schedules.display.actors import acted_by
from schedules.display.reasons import state_reason
from schedules.display.run_chart import LATE, lateness_of
from schedules.display.states import ShownState, shown_state
from schedules.display.trail import did, quoted_note
from schedules.models import (
    EventVerb,
    ScheduledJob,
    ScheduledRun,
    ScheduleEvent,
    ScheduleType,
)
from workflows.display.times import length


@dataclass(frozen=True, slots=True)
class Fact:
    value: str
    note: str = ""
    moved: str = ""


@dataclass(frozen=True, slots=True)
class Because:
    """A sentence in three parts, the middle one being who did it, and the note of that."""

    before: str = ""
    who: str = ""
    after: str = ""
    note: str = ""


def next_run(schedule: ScheduledJob, card: Card, clock: Clock) -> Fact:
    """When it runs next, or why it does not."""
    state = shown_state(schedule, clock.now)
    if schedule.schedule_type == ScheduleType.MANUAL and state != ShownState.ENDED:
        return Fact(_("On request"), _("It has no times of its own."))
    if state == ShownState.ENDED:
        return Fact(_("None"), state_reason(schedule))
    moved = _("moved from {}").format(card.moved_from) if card.moved_from else ""
    if state in (ShownState.PAUSED, ShownState.NEEDS_APPROVAL):
        waits = state == ShownState.NEEDS_APPROVAL
        value = _("None before approval") if waits else _("None while paused")
        if card.next_at is None:
            return Fact(value)
        template = _("if approved now: {}") if waits else _("if resumed now: {}")
        return Fact(value, template.format(clock.exact(card.next_at)), moved)
    if schedule.next_run_at is None:
        return Fact(_("None"))
    at = schedule.next_run_at
    value = clock.relative(at)
    if state == ShownState.OVERDUE:
        value = _("Due {}").format(value)
    return Fact(value, clock.exact(at), moved)


def about_last_run(run: ScheduledRun) -> str:
    """How long it took and how late it started, to follow its time."""
    late, parts = lateness_of(run), []
    if run.started_at and run.finished_at:
        took = length((run.finished_at - run.started_at).total_seconds())
        parts.append(_("took {}").format(took))
    if late is not None and late >= 0.1:
        parts.append(_("started {} late").format(length(late)))
    return "".join(f", {part}" for part in parts)


def is_late(run: ScheduledRun) -> bool:
    return (lateness_of(run) or 0) > LATE


def because(
    schedule: ScheduledJob, event: ScheduleEvent | None, clock: Clock
) -> Because | None:
    """Since when it is in its state, by whom, and why."""
    if event is None:
        reason = state_reason(schedule)
        return Because(after=reason) if reason else None
    who = acted_by(event)
    at, note = clock.moment(event.created_at), quoted_note(event)
    state = shown_state(schedule, clock.now)
    if state in (ShownState.ACTIVE, ShownState.FAILING, ShownState.OVERDUE):
        before = _("Active since {}, when ").format(at)
        return Because(before, who, f" {did(event)}", note)
    if event.verb == EventVerb.COMPLETE:
        return Because(_("Ended {}: ").format(at), "", state_reason(schedule))
    # A note that was added later, or by a pause of what was paused.
    note = note or (schedule.status_reason if event.verb == EventVerb.PAUSE else "")
    return Because("", who, _(" {did}, {at}").format(did=did(event), at=at), note)
