"""The tools that only look."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypedDict

from schedules import services
from schedules.models import ScheduledJob
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
from workflows.exceptions import ToolRefused
from workflows.failures import FailureKind
from workflows.models import Workflow
from workflows.schemas.declare import keywords
from workflows.scopes import Scope
from workflows.tools import Hints, ToolContext

LOOKS = Hints(read_only=True, destructive=False, idempotent=True, open_world=False)
MOST_LISTED = 25
MOST_TICKS = 20


class Startable(TypedDict):
    id: str
    name: str


class Startables(TypedDict):
    workflows: Annotated[
        list[Startable], "What schedule_create can run, by name: the first of them."
    ]
    workflows_total: Annotated[int, "How many of these there are."]


class Listed(Counts, Startables):
    schedules: list[Summary]
    total: Annotated[int, "How many there are, on all pages."]
    next_offset: Annotated[int | None, "Give it as offset for the next page."]


@schedule_tool("List schedules", Scope.READ, LOOKS)
def schedule_list(
    context: ToolContext,
    *,
    status: Literal["active", "paused", "stopped"] | None = None,
    name_contains: Annotated[str, keywords(maxLength=200), "In any case."] = "",
    workflow: WorkflowName | None = None,
    created_by: Literal["user", "agent"] | None = None,
    awaits_approval: Annotated[bool | None, "Proposals only, or all but these."] = None,
    workflows_contain: Annotated[
        str, keywords(maxLength=200), "Narrows the workflows down, in any case."
    ] = "",
    limit: Annotated[int, keywords(minimum=1, maximum=MOST_LISTED)] = 10,
    offset: Annotated[int, keywords(minimum=0, maximum=1_000_000)] = 0,
) -> Listed:
    """List the user's schedules, the newest first, with the ids that other tools need.

    All filters are optional and narrow the list of schedules down together. Look here before
    you create a schedule: there may be one already, and the result names the user's active
    workflows (with workflows_contain those whose name has this text).
    """
    found = ScheduledJob.objects.filter(owner=context.user)
    filters = {
        "status": status,
        "name__has_text": name_contains or None,
        "workflow": workflow_of(context.user, workflow) if workflow else None,
        "created_by_kind": created_by,
        "awaits_approval": awaits_approval,
    }
    found = found.filter(
        **{name: value for name, value in filters.items() if value is not None}
    )
    total, now = found.count(), context.clock()
    page = found.select_related("workflow")[offset : offset + limit]
    return {
        "schedules": [summary(schedule, now=now) for schedule in page],
        "total": total,
        "next_offset": offset + limit if offset + limit < total else None,
        **_workflows(context, workflows_contain),
        **counts(actor_of(context)),
    }


def _workflows(context: ToolContext, text: str) -> Startables:
    mine = Workflow.objects.filter(owner=context.user, is_active=True)
    found = mine.filter(name__has_text=text).order_by("name", "pk")
    page = found.values_list("pk", "name")[:MOST_NAMED]
    return {
        "workflows": [{"id": str(pk), "name": name} for pk, name in page],
        "workflows_total": found.count(),
    }


OF_TIMING = [field for field in fields_at(Door.TOOLS) if field.name in TIMING_FIELDS]


class PreviewedTick(Tick):
    moved_by_gap: Annotated[
        bool, "The clock leaves its time out: it runs at once after."
    ]
    first_of_two: Annotated[bool, "Its time comes twice that day; it runs the first."]


class Previewed(TypedDict):
    sentence: str
    timezone: str
    ticks: list[PreviewedTick]


@schedule_tool("Preview ticks", Scope.READ, LOOKS, OF_TIMING)
def schedule_preview(
    context: ToolContext,
    *,
    schedule_id: ScheduleId | None = None,
    count: Annotated[int, keywords(minimum=1, maximum=MOST_TICKS)] = 5,
    **asked: Any,
) -> Previewed:
    """Tell when a schedule will run next, or when one would that does not exist yet.

    Give schedule_id, or else exactly one of cron_expression, interval_seconds and run_at
    with what belongs to it. Nothing is written. A timing that is written as another program
    writes it is refused with a suggestion, where one is known: fields to give instead.
    """
    now = context.clock()
    given = fields_of(asked, context)
    if schedule_id and given:
        raise ToolRefused(
            "schedule_id does not go together with the fields of another schedule.",
            code="invalid_arguments",
            field="schedule_id",
            remedy="Give one or the other.",
        )
    if schedule_id:
        schedule = own_schedule(context, schedule_id)
        found = services.preview_schedule(schedule, count=count, now=now)
        return _previewed(found, schedule.max_runs)
    given = {"timezone": zone_of(context), **given}
    actor = actor_of(context)
    return _previewed(services.preview_fields(given, count=count, actor=actor, now=now))


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
    sentence: Annotated[str, "The answer."]
    is_tick: Annotated[bool, "Whether the schedule was due at that time at all."]
    run_status: Annotated[str | None, "What became of the run of that tick."]
    failure_kind: Annotated[
        str | None, f"Why its last attempt failed: {', '.join(FailureKind.values)}."
    ]
    execution_id: str | None
    previous_tick: str | None
    next_tick: str | None


@schedule_tool("Explain a tick", Scope.READ, LOOKS)
def schedule_explain(
    context: ToolContext,
    *,
    schedule_id: ScheduleId,
    at: Annotated[
        str, keywords(maxLength=40), "2026-01-31T09:00:00+01:00, with its offset."
    ],
) -> Explained:
    """Tell in one sentence why a schedule did, or did not, run at a time."""
    schedule = own_schedule(context, schedule_id)
    moment = instant("at", at)
    if moment is None or moment.utcoffset() is None:
        raise ToolRefused(
            "The time has no offset.",
            code="invalid_arguments",
            field="at",
            remedy="Give it like 2026-01-31T09:00:00+01:00.",
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
