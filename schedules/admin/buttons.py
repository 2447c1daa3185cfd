"""The buttons of a schedule. Pressing one calls the service of the same name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Self, cast
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from schedules.models import CatchupPolicy, ScheduledJob, ScheduleType, Status
from schedules.services import (
    Actor,
    copy_call,
    pause_schedule,
    resume_schedule,
    run_now,
)
from schedules.services.insight.sentences import passed_sentence
from schedules.templatetags.schedule_display import local_time

if TYPE_CHECKING:
    from workflows.kit.users import User


@dataclass(frozen=True, slots=True)
class Press:
    """Who pressed a button, when, and the inputs next to it."""

    actor: Actor
    now: datetime
    note: str = ""
    catch_up: str = CatchupPolicy.NONE
    request_id: str | None = None

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        return cls(
            actor=Actor.person(cast("User", request.user)),
            now=timezone.now(),  # noqa: TID251 an entry point: a request of a person
            note=request.POST.get("note", ""),
            catch_up=request.POST.get("catch_up", CatchupPolicy.NONE),
            request_id=request.POST.get("request_id") or None,
        )


@dataclass(frozen=True, slots=True)
class Button:
    """A button that is shown in some states. `act` returns the message to show."""

    name: str
    label: str
    bulk: str
    past: str
    statuses: frozenset[Status]
    act: Callable[[UUID, Press], str]

    @property
    def url_name(self) -> str:
        return f"ostinato_schedules_scheduledjob_{self.name}"

    @property
    def view(self) -> str:
        return f"admin:{self.url_name}"


def _pause(schedule_id: UUID, press: Press) -> str:
    schedule = pause_schedule(
        schedule_id, actor=press.actor, now=press.now, note=press.note
    )
    return f"“{schedule.name}” is paused. No run starts until it is resumed."


def _resume(schedule_id: UUID, press: Press) -> str:
    resumed = resume_schedule(
        schedule_id,
        actor=press.actor,
        now=press.now,
        note=press.note,
        catch_up=press.catch_up,
    )
    message = _next_run(resumed.schedule)
    if resumed.passed:
        message += f" {passed_sentence(resumed.passed, resumed.caught_up)}"
    return message


def _next_run(schedule: ScheduledJob) -> str:
    if schedule.schedule_type == ScheduleType.MANUAL:
        return f"“{schedule.name}” is active. It runs only on request."
    if schedule.next_run_at is None:
        return f"“{schedule.name}” has no more ticks: {schedule.reason_text}."
    at = local_time(schedule.next_run_at, schedule.timezone)
    return (
        f"“{schedule.name}” is active. Next run: {at:%Y-%m-%d %H:%M:%S} "
        f"{schedule.timezone} ({schedule.next_run_at:%Y-%m-%d %H:%M:%S} UTC)."
    )


def _run(schedule_id: UUID, press: Press) -> str:
    run = run_now(
        schedule_id,
        actor=press.actor,
        now=press.now,
        note=press.note,
        request_id=press.request_id,
    )
    if run.created_at != press.now:
        # The same page was sent twice: a double click, or the browser's Back.
        at = f"{run.created_at:%Y-%m-%d %H:%M:%S} UTC"
        return (
            f"“{run.schedule_name}” was already started from this page at {at}. Reload "
            "the page to run it again."
        )
    return f"A run of “{run.schedule_name}” has been requested."


def _copy_to_workflow(schedule_id: UUID, press: Press) -> str:
    assert press.actor.user is not None
    copied = copy_call(schedule_id, user=press.actor.user, now=press.now)
    return f"The workflow “{copied.name}” is a copy of the call. You can change it."


PAUSE = Button(
    "pause",
    "Pause",
    "Pause selected schedules",
    "Paused",
    frozenset({Status.ACTIVE}),
    _pause,
)
RESUME = Button(
    "resume",
    "Resume",
    "Resume selected schedules",
    "Resumed",
    frozenset({Status.PAUSED}),
    _resume,
)
RUN = Button(
    "run",
    "Run now",
    "Run selected schedules now",
    "Requested a run of",
    frozenset({Status.ACTIVE, Status.PAUSED}),
    _run,
)
BUTTONS = (PAUSE, RESUME, RUN)
# Only on the page of a schedule that calls.
COPY = Button(
    "copy_to_workflow",
    "Copy to a workflow",
    "",
    "Copied",
    frozenset(Status),
    _copy_to_workflow,
)
# Resuming a proposal of an agent approves it.
APPROVE = replace(RESUME, label="Approve")


def offered(schedule: ScheduledJob) -> list[Button]:
    """The buttons for the state that the schedule is in."""
    buttons = (APPROVE, RUN) if schedule.awaits_approval else BUTTONS
    return [button for button in buttons if schedule.status in button.statuses]
