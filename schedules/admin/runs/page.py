"""What the page of a run shows: where it stands, and its execution."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from statistics import median
from typing import Any

from django.contrib.admin import AdminSite
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from schedules.display.last_runs import last_runs
from schedules.display.reasons import run_reason, run_reason_in_full
from schedules.display.run_chart import lateness_of
from schedules.models import (
    NEVER_RAN,
    OPEN_STATUSES,
    Origin,
    RunStatus,
    ScheduledJob,
    ScheduledRun,
)
from workflows.admin.execution_page import (
    Came,
    Fact,
    Trouble,
    beyond,
    execution_context,
    owner_fact,
    started_fact,
    took_text,
    trouble_of,
)
from workflows.display.marks import run_mark
from workflows.display.numbers import grouped
from workflows.display.times import length, moment, relative
from workflows.kit.users import User, full_name
from workflows.models import WorkflowExecution

# So many runs that succeeded tell what is usual.
ENOUGH = 3
PAGE = "admin:ostinato_schedules_scheduledrun_change"
_ORIGINS = {
    Origin.SCHEDULE: gettext_lazy("schedule"),
    Origin.CATCH_UP: gettext_lazy("catch-up"),
    Origin.BACKFILL: gettext_lazy("backfill"),
    Origin.MANUAL: gettext_lazy("by hand"),
}


def run_context(
    run: ScheduledRun,
    schedule: ScheduledJob | None,
    site: AdminSite,
    user: User,
    *,
    now: datetime,
    zone: str,
) -> dict[str, Any]:
    """The heading and the facts of the run, and what its execution shows below them."""
    context: dict[str, Any] = {}
    execution = run.execution
    if execution is not None:
        context = execution_context(execution, site, user, now=now, zone=zone)
    mark = run_mark(run.status)
    return context | {
        "run": run,
        "schedule": schedule,
        "heading": heading(run, execution),
        "mark": replace(mark, is_loud=run.status == RunStatus.FAILED),
        "sub": sub(run, zone=zone, now=now),
        "by": "" if run.origin == Origin.MANUAL else _("by"),
        "attempt": attempt_text(run, schedule),
        "facts": facts(run, schedule, now=now, zone=zone),
        "trouble": trouble(run, context, zone=zone, now=now),
        "is_live": run.status in OPEN_STATUSES,
    }


def heading(run: ScheduledRun, execution: WorkflowExecution | None) -> str:
    """The workflow that runs; of a run without an execution, the schedule."""
    return execution.workflow_name if execution else run.schedule_name


def sub(run: ScheduledRun, *, zone: str, now: datetime) -> str:
    """When it was due, to be followed by the schedule."""
    at = moment(run.scheduled_for.replace(microsecond=0), zone, now)
    if run.origin == Origin.MANUAL:
        return _("Run by hand at {}, of").format(at)
    if run.range_end is not None:
        upto = moment(run.range_end, zone, now)
        return _("{count} runs from {at} to {upto} of").format(
            count=grouped(run.tick_count), at=at, upto=upto
        )
    return _("Scheduled for {} by").format(at)


def attempt_text(run: ScheduledRun, schedule: ScheduledJob | None) -> str:
    most = 1 + (schedule.max_retries if schedule else 0)
    if run.attempt == 1 and most == 1:
        return ""
    return _("Attempt {number} of {most}.").format(
        number=run.attempt, most=max(most, run.attempt)
    )


def facts(
    run: ScheduledRun, schedule: ScheduledJob | None, *, now: datetime, zone: str
) -> list[Fact]:
    limit = schedule.timeout_seconds if schedule else None
    if run.deadline_at and run.started_at:
        limit = round((run.deadline_at - run.started_at).total_seconds())
    note = _("time limit {}").format(length(limit)) if limit else ""
    owner = schedule.owner if schedule else None
    if run.execution is not None:
        who = owner_fact(run.execution)
    else:
        name = full_name(owner) if owner else _("deleted user")
        who = Fact(_("Runs as"), name, _("owner of the schedule"), person=name)
    return [
        _started(run, now=now, zone=zone),
        Fact(
            _("Took"),
            took_text(run.started_at, run.finished_at, now),
            usually(run, now),
        ),
        Fact(_("Attempt"), str(run.attempt), note),
        who,
        Fact(
            _("Ledger"),
            str(run.pk)[:8],
            str(_ORIGINS[Origin(run.origin)]),
            is_code=True,
        ),
    ]


def _started(run: ScheduledRun, *, now: datetime, zone: str) -> Fact:
    if run.status in NEVER_RAN:
        return Fact(_("Started"), _("never"))
    fact = started_fact(
        run.started_at, run.enqueued_at or run.created_at, now=now, zone=zone
    )
    late = lateness_of(run)
    if late is None:
        return fact
    told = _("{} late").format(length(late)) if late >= 0.05 else _("on time")
    return replace(fact, note=told)


def usually(run: ScheduledRun, now: datetime) -> str:
    """How long the last runs of its schedule took; empty if too few are known."""
    before = last_runs([run.schedule_id], now).get(run.schedule_id, [])
    done = [
        each.seconds
        for each in before
        if each.status == RunStatus.SUCCEEDED and each.id != run.pk
    ]
    return _("usually {}").format(length(median(done))) if len(done) >= ENOUGH else ""


def trouble(
    run: ScheduledRun, context: dict[str, Any], *, zone: str, now: datetime
) -> Trouble | None:
    """Why it failed, did not run or waits."""
    execution = run.execution
    if run.status == RunStatus.FAILED:
        found = trouble_of(execution, context["shown"]) if execution else None
        return found or Trouble(_sentence(run_reason(run)))
    if run.status in NEVER_RAN:
        many = run.tick_count
        did_not = ngettext("It did not run", "They did not run", many)
        tone = "warn" if run.status == RunStatus.MISSED else "idle"
        text = f"{did_not}: {run_reason(run)}."
        detail = run_reason_in_full(run) if run.overlap else ""
        return Trouble(text, tone, run_mark(run.status).shape, detail)
    if run.status == RunStatus.WAITING:
        if run.not_before:
            retry = _("It is tried again at {at}, {soon}.").format(
                at=moment(run.not_before.replace(microsecond=0), zone, now),
                soon=relative(run.not_before, now),
            )
            why = run_reason(run)
            text = f"{retry} {_sentence(why)}" if why else retry
            return Trouble(text, "busy", "waiting")
        return Trouble(_("It waits for an earlier run to end."), "busy", "waiting")
    if execution is not None:
        return trouble_of(execution, context["shown"])
    return None


def _sentence(words: str) -> str:
    begun = words[:1].upper() + words[1:]
    return begun if begun.endswith((".", "!", "?", "…")) else f"{begun}."


def run_address(site: AdminSite, run: ScheduledRun) -> str:
    return reverse(PAGE, args=[run.pk], current_app=site.name)


def came_from_run(site: AdminSite, execution: WorkflowExecution) -> Came | None:
    """The page of an execution leads to the run of the schedule that it is of."""
    run = ScheduledRun.objects.filter(execution=execution).first()
    if run is None:
        return None
    return Came(_("Run of {}").format(run.schedule_name), run_address(site, run))


beyond.came.append(came_from_run)
