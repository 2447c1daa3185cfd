"""The results of the tools. Ticks are given in UTC and in the schedule's time zone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, TypedDict

from schedules.exceptions import InvalidSchedule
from schedules.models import ScheduledJob
from schedules.services import Actor, preview_schedule
from schedules.services.agents.limits import agent_limits
from schedules.services.agents.quotas import agent_schedules
from schedules.services.drafts.fields import FIELDS
from schedules.services.drafts.starting import start_problems
from schedules.services.insight.preview import PreviewTick
from schedules.services.insight.similar import similar
from schedules.tools.arguments import actor_of
from workflows.tools import ToolContext

NEXT_TICKS = 3


class Tick(TypedDict):
    utc: str
    local: Annotated[str, "The same instant in the schedule's time zone."]


class Summary(TypedDict):
    id: Annotated[str | None, "null in a dry run."]
    name: str
    status: Annotated[str, "active, paused or stopped (it has ended)."]
    reason_code: Annotated[str, "Code of the reason why it is paused or stopped."]
    status_reason: Annotated[str, "The reason in words."]
    awaits_approval: Annotated[
        bool, "A proposal: it does not run until a person approves it."
    ]
    workflow: Annotated[str | None, "null for a schedule that calls a function."]
    workflow_id: str | None
    call: Annotated[str, "What it calls instead of running a workflow, or empty."]
    arguments: Annotated[dict[str, Any], "The arguments of the call."]
    sentence: Annotated[
        str, "When it runs, in words. Compare it with the user's request."
    ]
    max_runs: Annotated[int | None, FIELDS["max_runs"].help]
    timezone: str
    next_ticks: Annotated[list[Tick], "If paused: as if it were resumed now."]
    end_at: str | None
    created_by: Annotated[str, "user or agent."]


class Similar(TypedDict):
    id: str
    name: str
    status: str
    sentence: str


class Counts(TypedDict):
    active_count: Annotated[int, "Active schedules created by agents, and proposals."]
    active_allowed: Annotated[int, "The maximum of active_count."]


class State(Summary, Counts):
    similar: Annotated[
        list[Similar], "Existing schedules that may make this one unnecessary."
    ]
    notes: Annotated[list[str], "Pass these on to the user."]


def state_of(
    schedule: ScheduledJob, context: ToolContext, *, notes: list[str] | None = None
) -> State:
    """The state of a schedule after an action, with similar schedules and `notes`."""
    now = context.clock()
    return {
        **summary(schedule, now=now),
        **counts(actor_of(context)),
        "similar": _similar(schedule, now=now),
        "notes": [*(notes or []), *_notes_on(schedule)],
    }


def summary(schedule: ScheduledJob, *, now: datetime) -> Summary:
    sentence, ticks = _timing(schedule, now=now)
    return {
        "id": str(schedule.pk),
        "name": schedule.name,
        "status": schedule.status,
        "reason_code": schedule.reason_code,
        "status_reason": schedule.status_reason,
        "awaits_approval": schedule.awaits_approval,
        "workflow": None if schedule.call else schedule.workflow.name,
        "workflow_id": None if schedule.call else str(schedule.workflow_id),
        "call": schedule.call,
        "arguments": schedule.arguments,
        "sentence": sentence,
        "max_runs": schedule.max_runs,
        "timezone": schedule.timezone,
        "next_ticks": [both_times(tick) for tick in ticks],
        "end_at": utc(schedule.end_at),
        "created_by": schedule.created_by_kind,
    }


def counts(actor: Actor) -> Counts:
    assert actor.user is not None
    return {
        "active_count": agent_schedules(actor)[0],
        "active_allowed": agent_limits(actor.user).max_active,
    }


def both_times(tick: PreviewTick) -> Tick:
    return {"utc": utc(tick.scheduled_for) or "", "local": tick.local.isoformat()}


def utc(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None


def _timing(
    schedule: ScheduledJob, *, now: datetime, count: int = NEXT_TICKS
) -> tuple[str, list[PreviewTick]]:
    try:
        found = preview_schedule(schedule, count=count, now=now)
    except InvalidSchedule as error:
        return f"Its timing is no longer valid: {error.message}", []
    return limited(found.text, schedule.max_runs), found.ticks


def limited(sentence: str, max_runs: int | None) -> str:
    """The sentence of a timing with the limit of runs: "Every minute, at most 1 run"."""
    if max_runs is None:
        return sentence
    return f"{sentence}, at most {max_runs} run{'s' if max_runs > 1 else ''}"


def _similar(schedule: ScheduledJob, *, now: datetime) -> list[Similar]:
    return [
        {
            "id": str(other.pk),
            "name": other.name,
            "status": other.status,
            "sentence": _timing(other, now=now, count=0)[0],
        }
        for other in similar(schedule)
    ]


def _notes_on(schedule: ScheduledJob) -> list[str]:
    notes = []
    if schedule.awaits_approval:
        notes.append("It is a proposal: it does not run until a person approves it.")
    notes += [f"It cannot start. {why}" for _, why in start_problems(schedule)]
    return notes
