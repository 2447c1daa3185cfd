"""Why did it run, or not? The answer for one time: a verdict, and how it came to that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schedules.admin.page.clock import Clock
from schedules.admin.page.wall_times import NotATime, as_typed, instant
from schedules.display.actors import acted_by
from schedules.display.reasons import run_reason
from schedules.display.run_chart import lateness_of
from schedules.display.trail import did, quoted_note
from schedules.models import (
    NEVER_RAN,
    EventVerb,
    RunStatus,
    ScheduledJob,
    ScheduledRun,
    ScheduleEvent,
)
from schedules.services import Explanation, explain
from schedules.services.insight.neighbours import (
    Neighbour,
    ended_pause,
    neighbours,
)
from workflows.display.languages import in_language
from workflows.display.marks import Mark, run_mark
from workflows.display.times import length

_VERDICTS = {
    RunStatus.PENDING: gettext_lazy("It is waiting for a worker"),
    RunStatus.WAITING: gettext_lazy("It is waiting"),
    RunStatus.RUNNING: gettext_lazy("It is running"),
    RunStatus.SUCCEEDED: gettext_lazy("It ran"),
    RunStatus.FAILED: gettext_lazy("It ran and failed"),
    RunStatus.CANCELLED: gettext_lazy("It was cancelled"),
    RunStatus.SKIPPED: gettext_lazy("It did not run"),
    RunStatus.MISSED: gettext_lazy("It did not run"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of how it came to that. `who` did it, if it was an event; `run` is linked."""

    at: str
    text: str
    who: str = ""
    note: str = ""
    run: UUID | None = None


@dataclass(frozen=True, slots=True)
class Nearby:
    run: UUID
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """`mark` and `verdict` begin the sentence that `because` ends; without a run of that
    time, `because` is the whole of it."""

    because: str
    mark: Mark | None = None
    verdict: str = ""
    steps: list[Step] = field(default_factory=list)
    before: Nearby | None = None
    after: Nearby | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """The form with what was asked, and the answer, if a time was given."""

    zone: str
    typed: str
    answer: Answer | None = None
    problem: str = ""


def why(
    schedule: ScheduledJob, asked: str, suggested: ScheduledRun | None, clock: Clock
) -> Why:
    """The answer for the time that was `asked`, a wall time in the schedule's zone."""
    there = Clock(clock.now, schedule.timezone)
    if not asked:
        at = suggested.scheduled_for if suggested else clock.now
        return Why(there.zone, as_typed(at, there.zone))
    try:
        at = instant(asked, there.zone)
    except NotATime as error:
        return Why(there.zone, asked[:40], problem=str(error))
    return Why(there.zone, asked, answer_of(schedule, at, there))


def answer_of(schedule: ScheduledJob, at: datetime, clock: Clock) -> Answer:
    found = explain(schedule, at=at, now=clock.now)
    around = neighbours(schedule, at)
    run = found.run
    steps = [*_steps(found, clock)]
    before, after = _nearby(around.before, clock), _nearby(around.after, clock)
    if run is None:
        return Answer(_told(found, schedule), None, "", steps, before, after)
    mark = run_mark(run.status)
    reason = run_reason(run)
    because = f": {reason}." if reason else "."
    return Answer(
        because, mark, str(_VERDICTS[RunStatus(run.status)]), steps, before, after
    )


def _told(found: Explanation, schedule: ScheduledJob) -> str:
    """The answer for a time of which there is no run."""
    if found.at <= schedule.created_at:
        return _("The schedule did not exist yet.")
    if found.is_tick and found.event and found.event.verb == EventVerb.PAUSE:
        return _("It does not run while the schedule is paused.")
    if found.previous_tick or found.next_tick:
        return _("It is not due then.")
    return in_language(found.sentence)


def _steps(found: Explanation, clock: Clock) -> Iterator[Step]:
    event, run = found.event, found.run
    if event is not None:
        yield _event_step(event, clock)
    if run is not None:
        yield from _run_steps(run, clock)
    elif found.previous_tick and found.previous_tick < clock.now:
        yield Step(clock.dated(found.previous_tick), _("The run before was due"))
    if run is None and found.next_tick:
        yield Step(clock.dated(found.next_tick), _("The run after is due"))
    if event is not None and event.verb == EventVerb.PAUSE:
        ended = ended_pause(event)
        if ended is not None:
            yield _event_step(ended, clock)


def _event_step(event: ScheduleEvent, clock: Clock) -> Step:
    who = acted_by(event)
    return Step(clock.dated(event.created_at), did(event), who, quoted_note(event))


def _run_steps(run: ScheduledRun, clock: Clock) -> Iterator[Step]:
    word = str(run_mark(run.status).word).lower()
    if run.status in NEVER_RAN:
        recorded = _("The run was recorded as {}").format(word)
        yield Step(clock.dated(run.scheduled_for), recorded, run=run.id)
        return
    if run.started_at is not None:
        yield Step(clock.dated(run.started_at), _started(run), run=run.id)
    if run.finished_at is not None:
        took = ""
        if run.started_at:
            seconds = (run.finished_at - run.started_at).total_seconds()
            took = _(" after {}").format(length(seconds))
        ended = _("It ended as {word}{took}").format(word=word, took=took)
        yield Step(clock.dated(run.finished_at), ended)
    if run.started_at is None and run.finished_at is None:
        due = _("It was put in the queue")
        yield Step(clock.dated(run.created_at), due, run=run.id)


def _started(run: ScheduledRun) -> str:
    late = lateness_of(run)
    if late is None:
        return _("Attempt {} started").format(run.attempt)
    return _("It started {} late").format(length(late))


def _nearby(run: Neighbour | None, clock: Clock) -> Nearby | None:
    if run is None:
        return None
    word = str(run_mark(run.status).word).lower()
    return Nearby(run.id, f"{clock.dated(run.scheduled_for)}, {word}")
