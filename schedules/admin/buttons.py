"""The buttons of a schedule. Pressing one calls the service of the same name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Self, cast
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schedules.admin.page.clock import Clock
from schedules.display.reasons import state_reason
from schedules.display.trail import caught_up
from schedules.models import CatchupPolicy, ScheduledJob, ScheduleType, Status
from schedules.services import (
    Actor,
    approve_schedule,
    copy_call,
    decline_schedule,
    may,
    pause_schedule,
    resume_schedule,
    run_now,
)
from schedules.services.permissions import Verb

RUN_PAGE = "admin:ostinato_schedules_scheduledrun_change"

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from workflows.kit.users import User


@dataclass(frozen=True, slots=True)
class Press:
    """Who pressed a button, when, and the inputs next to it."""

    actor: Actor
    now: datetime
    note: str = ""
    catch_up: str = CatchupPolicy.NONE
    request_id: str | None = None
    # That of the schedule as the person saw it.
    version: int | None = None
    # Of the page with the button: the name of its admin site, and the zone of its dates.
    site: str = "admin"
    zone: str = "UTC"

    @property
    def clock(self) -> Clock:
        return Clock(self.now, self.zone)

    @classmethod
    def of(
        cls, request: HttpRequest, *, site: str = "admin", zone: str = "UTC"
    ) -> Self:
        return cls(
            actor=Actor.person(cast("User", request.user)),
            now=timezone.now(),  # noqa: TID251 an entry point: a request of a person
            note=request.POST.get("note", ""),
            catch_up=request.POST.get("catch_up", CatchupPolicy.NONE),
            request_id=request.POST.get("request_id") or None,
            version=_number(request.POST.get("version", "")),
            site=site,
            zone=zone,
        )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


@dataclass(frozen=True, slots=True)
class Button:
    """A button that is shown in some states, to those who may. `act` returns the message to
    show."""

    name: str
    label: str | Promise
    statuses: frozenset[Status]
    act: Callable[[UUID, Press], str]
    verb: Verb = "change"
    # Whether it is for what agents have proposed alone, or for all else; None: for both.
    of_proposals: bool | None = None

    def suits(self, schedule: ScheduledJob) -> bool:
        """Whether its state is one that the button is for."""
        is_kind = self.of_proposals in (None, schedule.awaits_approval)
        return is_kind and schedule.status in self.statuses

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
    return _("Paused “{}”. No runs start until someone resumes it.").format(
        schedule.name
    )


def _resume(schedule_id: UUID, press: Press) -> str:
    resumed = resume_schedule(
        schedule_id,
        actor=press.actor,
        now=press.now,
        note=press.note,
        catch_up=press.catch_up,
    )
    name = resumed.schedule.name
    parts = [_("Resumed “{}”.").format(name), _next_run(resumed.schedule, press)]
    if resumed.passed:
        told = caught_up(resumed.passed, resumed.caught_up)
        parts.append(f"{told[:1].upper()}{told[1:]}.")
    return " ".join(parts)


def _approve(schedule_id: UUID, press: Press) -> str:
    schedule = approve_schedule(
        schedule_id,
        actor=press.actor,
        now=press.now,
        note=press.note,
        version=press.version,
    )
    return _("Approved “{name}”. {next}").format(
        name=schedule.name, next=_next_run(schedule, press)
    )


def _decline(schedule_id: UUID, press: Press) -> str:
    name = ScheduledJob.objects.filter(pk=schedule_id).values_list("name").first()
    decline_schedule(
        schedule_id,
        actor=press.actor,
        now=press.now,
        note=press.note,
        version=press.version,
    )
    return _("Declined “%(name)s”. Its agent can read why for 30 days.") % {
        "name": name[0] if name else ""
    }


def _next_run(schedule: ScheduledJob, press: Press) -> str:
    if schedule.schedule_type == ScheduleType.MANUAL:
        return _("It runs on request.")
    if schedule.next_run_at is None:
        return _("It has ended: {}.").format(state_reason(schedule))
    return _("Next run {}.").format(press.clock.exact(schedule.next_run_at))


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
        at = press.clock.moment(run.created_at)
        return _(
            "“{name}” was already started from this page at {at}. Reload the page to run it "
            "again."
        ).format(name=run.schedule_name, at=at)
    address = reverse(RUN_PAGE, args=[run.pk], current_app=press.site)
    return format_html(
        '{} <a href="{}">{}</a>',
        _("Started a run of “{}”.").format(run.schedule_name),
        address,
        _("See the run"),
    )


def _copy_to_workflow(schedule_id: UUID, press: Press) -> str:
    assert press.actor.user is not None
    copied = copy_call(schedule_id, user=press.actor.user, now=press.now)
    return _("The workflow “{}” is a copy of the call. You can change it.").format(
        copied.name
    )


PAUSE = Button(
    "pause",
    gettext_lazy("Pause"),
    frozenset({Status.ACTIVE}),
    _pause,
    verb="pause",
)
RESUME = Button(
    "resume",
    gettext_lazy("Resume"),
    frozenset({Status.PAUSED}),
    _resume,
    verb="resume",
    of_proposals=False,
)
RUN = Button(
    "run",
    gettext_lazy("Run now"),
    frozenset({Status.ACTIVE, Status.PAUSED}),
    _run,
    verb="run",
)
BUTTONS = (PAUSE, RESUME, RUN)
# Only on the page of a schedule that calls.
COPY = Button(
    "copy_to_workflow",
    gettext_lazy("Copy to a workflow"),
    frozenset(Status),
    _copy_to_workflow,
)
# What people decide about the proposals of agents.
APPROVE = Button(
    "approve",
    gettext_lazy("Approve"),
    frozenset({Status.PAUSED}),
    _approve,
    verb="approve",
    of_proposals=True,
)
DECLINE = Button(
    "decline",
    gettext_lazy("Decline"),
    frozenset({Status.PAUSED}),
    _decline,
    verb="decline",
    of_proposals=True,
)
DECISIONS = (APPROVE, DECLINE)


def offered(schedule: ScheduledJob, user: User | AnonymousUser) -> list[Button]:
    """The buttons for the state that the schedule is in, without those that `user` may not
    press."""
    buttons = (*DECISIONS, *BUTTONS)
    return [
        button
        for button in buttons
        if button.suits(schedule) and may(user, button.verb, schedule)
    ]
