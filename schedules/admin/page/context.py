"""Everything that the page of a schedule shows, in a fixed number of queries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schedules.admin.buttons import COPY, Button, offered
from schedules.admin.page import backfill as backfilling
from schedules.admin.page.clock import Clock, place
from schedules.admin.page.coming import Card, coming_card
from schedules.admin.page.resume import Panel, resume_panel
from schedules.admin.page.runs import Runs, runs_of
from schedules.admin.page.standing import (
    Because,
    Fact,
    about_last_run,
    because,
    next_run,
)
from schedules.admin.page.trail import Trail, trail_of
from schedules.admin.page.why import Why, why
from schedules.display.last_runs import COUNT, LastRun, counted, strip
from schedules.display.reasons import run_reason
from schedules.display.run_chart import seconds_of
from schedules.models import (
    ActorKind,
    RunStatus,
    ScheduledJob,
    ScheduledRun,
    ScheduleType,
    Status,
)
from schedules.services import may
from schedules.services.insight.standing import led_here
from schedules.templatetags.schedule_display import in_words
from workflows.display import times
from workflows.kit.users import full_name

REVIVAL = gettext_lazy(
    "This schedule has ended. A new timing, a later end or a higher limit of runs starts it "
    "again. “Save as new” makes a copy of it."
)
_ENDED = (RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.CANCELLED)
if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from workflows.kit.users import User

# The buttons that have a place of their own; all others are in the menu.
PLACED = {"run", "pause", "resume", "approve", "decline"}
RUN = "admin:ostinato_schedules_scheduledrun_change"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the page asks for."""

    zone: str = ""
    outcome: str = ""
    at: str = ""
    backfill: tuple[str, str] = ("", "")

    @classmethod
    def by(cls, request: HttpRequest) -> Self:
        zone, outcome, at, begin, end = (
            request.GET.get(name, "")
            for name in ("zone", "outcome", "at", "from", "to")
        )
        return cls(zone, outcome, at, (begin, end))

    def but(self, **other: str) -> str:
        """The query of the same page with something else."""
        asked = {"zone": self.zone, "outcome": self.outcome, "at": self.at} | other
        return "?" + urlencode({name: value for name, value in asked.items() if value})


@dataclass(frozen=True, slots=True)
class Sees:
    """Which of the pages that this one leads to the person may see."""

    runs: bool
    events: bool
    epochs: bool
    executions: bool
    workflow: bool

    @classmethod
    def of(cls, user: User | AnonymousUser, schedule: ScheduledJob) -> Self:
        def may_view(model: str) -> bool:
            return user.has_perm(f"ostinato_{model}")

        own = schedule.workflow.owner_id == user.pk
        return cls(
            runs=may_view("schedules.view_scheduledrun"),
            events=may_view("schedules.view_scheduleevent"),
            epochs=may_view("schedules.view_scheduleepoch"),
            executions=may_view("workflows.view_workflowexecution"),
            workflow=own or may_view("workflows.view_workflow"),
        )


@dataclass(frozen=True, slots=True)
class Page:
    """The page of one schedule."""

    schedule: ScheduledJob
    clock: Clock
    asked: Asked
    sentence: str
    zone: str
    coming: Card
    runs: Runs
    trail: Trail
    why: Why
    next_run: Fact
    because: Because | None
    last: ScheduledRun | None
    about_last: str
    strip: SafeString
    outcomes: str
    resume: Panel | None
    backfill: backfilling.Panel | None
    of_this: str

    @property
    def owner(self) -> str:
        return full_name(self.schedule.owner)

    @property
    def created(self) -> str:
        """When, and by whom if not by the owner."""
        schedule = self.schedule
        day = times.day(schedule.created_at, self.clock.zone, self.clock.now)
        if schedule.created_by_kind == ActorKind.AGENT:
            return _("created {} by an agent").format(day)
        creator = schedule.created_by
        if creator is not None and creator.pk != schedule.owner_id:
            return _("created {day} by {name}").format(day=day, name=full_name(creator))
        return _("created {}").format(day)

    @property
    def last_failed(self) -> ScheduledRun | None:
        """The last run that ended, if it failed."""
        ended = (run for run in self.runs.newest if run.status in _ENDED)
        run = next(ended, None)
        return run if run and run.status == RunStatus.FAILED else None

    @property
    def last_error(self) -> str:
        return run_reason(self.last_failed) if self.last_failed else ""

    @property
    def revival(self) -> str:
        return str(REVIVAL) if self.schedule.status == Status.STOPPED else ""


def page_of(
    schedule: ScheduledJob,
    site: AdminSite,
    clock: Clock,
    asked: Asked,
    *,
    sees: Sees,
    may_backfill: bool,
) -> Page:
    runs = runs_of(schedule, clock, asked.outcome)
    card = coming_card(schedule, clock, asked.zone)
    last = next((run for run in runs.newest if run.started_at), None)
    last = last or (runs.newest[0] if runs.newest else None)
    return Page(
        schedule=schedule,
        clock=clock,
        asked=asked,
        sentence=in_words(schedule),
        zone=place(schedule.timezone),
        coming=card,
        runs=runs,
        trail=trail_of(schedule, clock),
        why=why(schedule, asked.at, _suggested(runs.newest), clock),
        next_run=next_run(schedule, card, clock),
        because=because(schedule, led_here(schedule), clock),
        last=last,
        about_last=about_last_run(last) if last else "",
        strip=_strip(runs.newest, site, clock, linked=sees.runs),
        outcomes=_outcomes(runs.newest),
        resume=resume_panel(schedule, clock)
        if schedule.status == Status.PAUSED
        else None,
        backfill=backfilling.backfill_panel(schedule, *asked.backfill, clock)
        if may_backfill
        else None,
        of_this=urlencode({"schedule__id__exact": schedule.pk}),
    )


def _suggested(newest: list[ScheduledRun]) -> ScheduledRun | None:
    """The run that most likely makes people ask: the newest that did not succeed."""
    succeeded = RunStatus.SUCCEEDED
    asked = (run for run in newest if run.status != succeeded)
    return next(asked, newest[0] if newest else None)


def _outcomes(newest: list[ScheduledRun]) -> str:
    """ "21 succeeded, 3 skipped"."""
    return counted(Counter(run.status for run in newest[:COUNT])) or _("No runs yet.")


def _strip(
    newest: list[ScheduledRun], site: AdminSite, clock: Clock, *, linked: bool
) -> SafeString:
    shown = [
        LastRun(
            run.id,
            run.status,
            run.reason,
            run.scheduled_for,
            run.started_at,
            run.finished_at,
            seconds_of(run, clock.now),
        )
        for run in newest[:COUNT]
    ]
    if not linked:
        return strip(shown, lambda _pk: "#runs")
    return strip(shown, lambda pk: reverse(RUN, args=[pk], current_app=site.name))


def buttons_for(
    schedule: ScheduledJob, user: User | AnonymousUser, *, may_change: bool
) -> dict[str, Button]:
    """The buttons that the person may press in this state, by name."""
    copies = [COPY] if schedule.call and may_change else []
    return {button.name: button for button in [*offered(schedule, user), *copies]}


def can_export(schedule: ScheduledJob, user: User | AnonymousUser) -> bool:
    """Whether there is a file that could be imported again: of a drawn workflow that the
    person may see, and not of a schedule that has ended."""
    is_drawn = not schedule.call and schedule.status != Status.STOPPED
    return is_drawn and Sees.of(user, schedule).workflow


def context_of(
    request: HttpRequest,
    site: AdminSite,
    schedule: ScheduledJob,
    *,
    clock: Clock,
    may_change: bool,
) -> dict[str, Any]:
    """The context of the template."""
    can = schedule.status != Status.STOPPED and (
        schedule.schedule_type != ScheduleType.MANUAL
    )
    sees = Sees.of(request.user, schedule)
    buttons = buttons_for(schedule, request.user, may_change=may_change)
    page = page_of(
        schedule,
        site,
        clock,
        Asked.by(request),
        sees=sees,
        may_backfill=can and may(request.user, "backfill", schedule),
    )
    return {
        "page": page,
        "sees": sees,
        "buttons": buttons,
        "other_buttons": [each for name, each in buttons.items() if name not in PLACED],
        "request_id": uuid4().hex,
        "may_change": may_change,
        "can_export": can_export(schedule, request.user),
    }
