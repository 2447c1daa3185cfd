"""The read-only tools: `schedule_list`, `schedule_preview`, `schedule_explain`."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import Annotated, Any, Literal, TypedDict

from django.db.models import QuerySet

from schedules import services
from schedules.models import ScheduledJob
from schedules.services.agents.declined import SHOWN_FOR, declined
from schedules.services.agents.guardrails import for_agents
from schedules.services.drafts.fields import TIMING_FIELDS, Door, fields_at
from schedules.services.insight.preview import Preview
from schedules.tools.arguments import (
    MOST_NAMED,
    ScheduleId,
    WorkflowName,
    actor_of,
    fields_of,
    instant,
    own_schedule,
    workflow_of,
    zone_of,
)
from schedules.tools.declaration import schedule_tool
from schedules.tools.results import (
    Counts,
    Summary,
    Tick,
    both_times,
    counts,
    limited,
    summary,
    utc,
)
from workflows.callables import targets, why_not
from workflows.exceptions import ToolRefused
from workflows.failures import FailureKind
from workflows.models import Workflow
from workflows.schemas.declare import keywords
from workflows.scopes import Scope
from workflows.tools import Hints, ToolContext

READS = Hints(read_only=True, destructive=False, idempotent=True, open_world=False)
MOST_LISTED = 25
MOST_TICKS = 20
MOST_DECLINED = 10
NameText = Annotated[
    str, keywords(maxLength=200), "Text in the name; case-insensitive."
]
WorkflowText = Annotated[
    str,
    keywords(maxLength=200),
    "Text in the names of the workflows to return; case-insensitive.",
]


class Startable(TypedDict):
    id: str
    name: str


class Callable(TypedDict):
    name: str
    description: str
    arguments: Annotated[dict[str, Any], "The JSON schema of the arguments."]


class Startables(TypedDict):
    workflows: Annotated[
        list[Startable],
        f"Workflows that schedule_create can run, by name; {MOST_NAMED} at most.",
    ]
    workflows_total: Annotated[int, "The number of these workflows."]
    functions: Annotated[
        list[Callable],
        f"Functions and tasks that schedule_create can call, by name; {MOST_NAMED} at most.",
    ]


class Page(TypedDict):
    schedules: list[Summary]
    total: Annotated[int, "The number of schedules on all pages."]
    next_offset: Annotated[int | None, "The offset of the next page; null on the last."]


class Declined(TypedDict):
    name: str
    declined_at: str
    declined_by: str
    note: Annotated[str, "Why, in the words of the person."]


class Decisions(TypedDict):
    declined: Annotated[
        list[Declined],
        f"Proposals that a person has declined in the last {SHOWN_FOR.days} days, newest first; "
        f"{MOST_DECLINED} at most. Do not propose them again unchanged.",
    ]


class Listed(Counts, Decisions, Startables, Page):
    """A page of schedules, with what is needed to create one."""


@schedule_tool("List schedules", Scope.READ, READS)
def schedule_list(
    context: ToolContext,
    *,
    status: Literal["active", "paused", "stopped"] | None = None,
    name_contains: NameText = "",
    workflow: WorkflowName | None = None,
    created_by: Literal["user", "agent"] | None = None,
    awaits_approval: Annotated[
        bool | None, "Only proposals, or only schedules that are none."
    ] = None,
    workflows_contain: WorkflowText = "",
    limit: Annotated[int, keywords(minimum=1, maximum=MOST_LISTED)] = 10,
    offset: Annotated[int, keywords(minimum=0, maximum=1_000_000)] = 0,
) -> Listed:
    """List the user's schedules, newest first, with the ids that the other tools need.

    All filters are optional; a schedule must match each of them. Call this before you create
    a schedule: a similar one may exist, and the result also lists the user's active
    workflows (filtered by workflows_contain) and the functions that you may schedule.
    """
    filters = {
        "status": status,
        "name__has_text": name_contains or None,
        "workflow": workflow_of(context.user, workflow) if workflow else None,
        "created_by_kind": created_by,
        "awaits_approval": awaits_approval,
    }
    found = ScheduledJob.objects.filter(
        owner=context.user,
        **{name: value for name, value in filters.items() if value is not None},
    )
    return {
        **_page(found, offset, limit, now=context.clock()),
        **_workflows(context, workflows_contain),
        "declined": _declined(context),
        **counts(actor_of(context)),
    }


def _page(
    found: QuerySet[ScheduledJob], offset: int, limit: int, *, now: datetime
) -> Page:
    total, end = found.count(), offset + limit
    rows = found.select_related("workflow")[offset:end]
    return {
        "schedules": [summary(schedule, now=now) for schedule in rows],
        "total": total,
        "next_offset": end if end < total else None,
    }


def _declined(context: ToolContext) -> list[Declined]:
    events = declined(context.user, now=context.clock())
    return [
        {
            "name": event.schedule_name,
            "declined_at": utc(event.created_at) or "",
            "declined_by": event.actor_name,
            "note": event.note,
        }
        for event in events[:MOST_DECLINED]
    ]


def _workflows(context: ToolContext, text: str) -> Startables:
    mine = Workflow.objects.drawn().filter(owner=context.user, is_active=True)
    found = mine.filter(name__has_text=text).order_by("name", "pk")
    page = found.values_list("pk", "name")[:MOST_NAMED]
    return {
        "workflows": [{"id": str(pk), "name": name} for pk, name in page],
        "workflows_total": found.count(),
        "functions": _callables(context),
    }


def _callables(context: ToolContext) -> list[Callable]:
    offered = (
        each
        for each in targets()
        if for_agents(each) and not why_not(context.user, each)
    )
    return [
        {
            "name": each.name,
            "description": each.description or each.title,
            "arguments": each.schema,
        }
        for each in islice(offered, MOST_NAMED)
    ]


OF_TIMING = [field for field in fields_at(Door.TOOLS) if field.name in TIMING_FIELDS]


class PreviewedTick(Tick):
    moved_by_gap: Annotated[
        bool, "The clock skips this time that day; it runs right after the gap."
    ]
    first_of_two: Annotated[
        bool, "This time occurs twice that day; it runs the first time."
    ]


class Previewed(TypedDict):
    sentence: str
    timezone: str
    ticks: list[PreviewedTick]


@schedule_tool("Preview ticks", Scope.READ, READS, OF_TIMING)
def schedule_preview(
    context: ToolContext,
    *,
    schedule_id: ScheduleId | None = None,
    count: Annotated[int, keywords(minimum=1, maximum=MOST_TICKS)] = 5,
    **given: Any,
) -> Previewed:
    """Return the next times at which a schedule runs, or would run if it were created.

    Give either schedule_id, or exactly one of cron_expression, interval_seconds and run_at
    with the other timing fields. Nothing is saved. A timing in the notation of another
    program is refused; the refusal suggests the fields to give instead, if known.
    """
    now = context.clock()
    fields = fields_of(given, context)
    if schedule_id and fields:
        raise ToolRefused(
            "schedule_id cannot be combined with timing fields.",
            code="invalid_arguments",
            field="schedule_id",
            remedy="Give either schedule_id or the timing fields.",
        )
    if schedule_id:
        schedule = own_schedule(context, schedule_id)
        found = services.preview_schedule(schedule, count=count, now=now)
        return _previewed(found, schedule.max_runs)
    fields = {"timezone": zone_of(context), **fields}
    actor = actor_of(context)
    return _previewed(
        services.preview_fields(fields, count=count, actor=actor, now=now)
    )


def _previewed(found: Preview, max_runs: int | None = None) -> Previewed:
    return {
        "sentence": limited(found.text, max_runs),
        "timezone": found.timezone,
        "ticks": [
            {
                **both_times(tick),
                "moved_by_gap": tick.moved_by_gap,
                "first_of_two": tick.first_of_two,
            }
            for tick in found.ticks
        ],
    }


class Explained(TypedDict):
    sentence: Annotated[str, "The explanation."]
    is_tick: Annotated[bool, "Whether the schedule was due at that time."]
    run_status: Annotated[str | None, "The status of the run of that tick."]
    failure_kind: Annotated[
        str | None, f"Why its last attempt failed: {', '.join(FailureKind.values)}."
    ]
    execution_id: str | None
    previous_tick: str | None
    next_tick: str | None


@schedule_tool("Explain a tick", Scope.READ, READS)
def schedule_explain(
    context: ToolContext,
    *,
    schedule_id: ScheduleId,
    at: Annotated[
        str,
        keywords(maxLength=40),
        "The time, with an offset: 2026-01-31T09:00:00+01:00.",
    ],
) -> Explained:
    """Explain in one sentence why a schedule ran, or did not run, at a time."""
    schedule = own_schedule(context, schedule_id)
    moment = instant("at", at)
    if moment is None or moment.utcoffset() is None:
        raise ToolRefused(
            "at has no offset.",
            code="invalid_arguments",
            field="at",
            remedy="Give a time such as 2026-01-31T09:00:00+01:00.",
        )
    found = services.explain(schedule, at=moment, now=context.clock())
    run = found.run
    return {
        "sentence": found.sentence,
        "is_tick": found.is_tick,
        "run_status": run.status if run else None,
        "failure_kind": (run.failure_kind or None) if run else None,
        "execution_id": str(run.execution_id) if run and run.execution_id else None,
        "previous_tick": utc(found.previous_tick),
        "next_tick": utc(found.next_tick),
    }
