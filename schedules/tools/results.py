"""What the tools give back: what a model needs to know next, in both times."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain, islice
from typing import Annotated, TypedDict

from django.db.models import Q

from schedules import timing
from schedules.exceptions import InvalidSchedule
from schedules.models import ScheduledJob, Status
from schedules.services import Actor, preview_schedule
from schedules.services.agents.limits import agent_limits
from schedules.services.agents.quotas import agent_schedules
from schedules.services.drafts.fields import FIELDS
from schedules.services.drafts.starting import start_problems
from schedules.services.insight.preview import PreviewTick
from schedules.timing import TimingError
from schedules.tools.arguments import actor_of
from workflows.tools import ToolContext

NEXT_TICKS = 3
MOST_SIMILAR = 5
MOST_COMPARED = 100  # the newest


class Tick(TypedDict):
    utc: str
    local: Annotated[str, "The same instant in the schedule's time zone."]


class Summary(TypedDict):
    id: Annotated[str | None, "None for a dry run."]
    name: str
    status: Annotated[str, "active, paused, or stopped once it has come to its end."]
    reason_code: Annotated[str, "Why it is paused or stopped, as a code."]
    status_reason: Annotated[str, "The same in words."]
    awaits_approval: Annotated[bool, "A proposal: it runs once a person resumes it."]
    workflow: str
    workflow_id: str
    sentence: Annotated[str, "When it runs, in words: check it against what was asked."]
    max_runs: Annotated[int | None, FIELDS["max_runs"].help]
    timezone: str
    next_ticks: Annotated[list[Tick], "Of a paused one: if it were resumed now."]
    end_at: str | None
    created_by: Annotated[str, "user or agent."]


class Similar(TypedDict):
    id: str
    name: str
    status: str
    sentence: str


class Counts(TypedDict):
    active_count: Annotated[int, "Active schedules that agents made, and proposals."]
    active_allowed: Annotated[int, "How many of these there may be."]


class Standing(Summary, Counts):
    similar: Annotated[
        list[Similar], "Others that stand already and may make this one needless."
    ]
    notes: Annotated[list[str], "What the user should be told."]


def standing(
    schedule: ScheduledJob, context: ToolContext, *, notes: list[str] | None = None
) -> Standing:
    """How a schedule stands after a verb."""
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
        "workflow": schedule.workflow.name,
        "workflow_id": str(schedule.workflow_id),
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
        return f"Its timing cannot be read any more: {error.message}", []
    return limited(found.text, schedule.max_runs), found.ticks


def limited(sentence: str, max_runs: int | None) -> str:
    """What a timing means, and how many of its ticks run: "Every minute, at most 1 run"."""
    if max_runs is None:
        return sentence
    return f"{sentence}, at most {max_runs} run{'s' if max_runs > 1 else ''}"


def _similar(schedule: ScheduledJob, *, now: datetime) -> list[Similar]:
    """Others of the user with its name, or with its workflow and a timing like its own."""
    others = (
        ScheduledJob.objects.filter(owner=schedule.owner_id)
        .exclude(Q(pk=schedule.pk) | Q(status=Status.STOPPED))
        .defer("trigger_payload")
    )
    same_name = Q(name__same_text=schedule.name)
    by_name = others.filter(same_name)[:MOST_SIMILAR]
    beside = others.filter(workflow=schedule.workflow_id).exclude(same_name)
    by_timing = (each for each in beside[:MOST_COMPARED] if _alike(each, schedule))
    return [
        {
            "id": str(other.pk),
            "name": other.name,
            "status": other.status,
            "sentence": _timing(other, now=now, count=0)[0],
        }
        for other in islice(chain(by_name, by_timing), MOST_SIMILAR)
    ]


def _alike(one: ScheduledJob, other: ScheduledJob) -> bool:
    try:
        return timing.alike(one.timing, other.timing)
    except TimingError:  # its zone has left tzdata
        return False


def _notes_on(schedule: ScheduledJob) -> list[str]:
    notes = []
    if schedule.awaits_approval:
        notes.append("It is a proposal: it runs once a person has resumed it.")
    notes += [f"It cannot start. {why}" for _, why in start_problems(schedule)]
    return notes
