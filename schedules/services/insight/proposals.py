"""What agents have proposed, what each proposal would do, and what people have decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

from schedules import timing
from schedules.exceptions import InvalidSchedule
from schedules.models import (
    DECISIONS,
    EventVerb,
    ScheduledJob,
    ScheduleEvent,
    ScheduleQuerySet,
)
from schedules.services.access import OWNER_MAY_NOT_RUN, owner_may_run
from schedules.services.actor import Actor
from schedules.services.agents.limits import agent_limits
from schedules.services.agents.quotas import agent_schedules
from schedules.services.drafts.starting import start_problems
from schedules.services.due import rules_of
from schedules.services.insight.preview import PreviewTick, preview_schedule
from schedules.services.insight.similar import similar
from schedules.services.permissions import may_to_all
from schedules.timing import zones
from workflows.models import NodeRun, WorkflowExecution

if TYPE_CHECKING:
    from workflows.kit.users import User

FIRST_RUNS = 3
AGENT = "agent"  # the type of the node


@dataclass(frozen=True, slots=True)
class Coming:
    """The first runs if it were approved now, how many follow them, and the last of these.
    `more` is None for a schedule without an end."""

    runs: list[PreviewTick] = field(default_factory=list)
    more: int | None = 0
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class WithinLimits:
    """How the proposal stands to the limits on agents of its owner."""

    used: int
    most_used: int
    shortest: timedelta | None  # None: it runs only once, or on request
    shortest_allowed: timedelta
    ends: datetime | None
    longest: timedelta
    # Why it could not run; empty if it can.
    problems: list[str]


@dataclass(frozen=True, slots=True)
class Source:
    """The execution in which an agent proposed it. `agent` is its node; `calls` are those of
    the model and of tools in its conversation."""

    execution: WorkflowExecution
    agent: str = ""
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    """All that a person has to know to decide about a proposal."""

    schedule: ScheduledJob
    coming: Coming
    limits: WithinLimits
    similar: list[ScheduledJob]
    source: Source | None


def proposals(user: User) -> ScheduleQuerySet:
    """What waits for approval among what `user` may see, the longest waiting first."""
    waiting = ScheduledJob.objects.visible_to(user).filter(awaits_approval=True)
    return waiting.select_related("workflow", "owner").order_by("created_at", "pk")


def to_decide(user: User) -> ScheduleQuerySet:
    """The proposals about which `user` may decide: their own, or all."""
    waiting = ScheduledJob.objects.filter(awaits_approval=True)
    return waiting if may_to_all(user, "approve") else waiting.filter(owner=user)


def decisions(user: User) -> QuerySet[ScheduleEvent]:
    """What people have decided about the proposals that `user` may see, newest first."""
    decided = ScheduleEvent.objects.filter(DECISIONS).order_by("-created_at", "-pk")
    if may_to_all(user, "view"):
        return decided
    for_user = ScheduleEvent.objects.filter(
        schedule=OuterRef("schedule"), verb=EventVerb.CREATE, actor=user
    )
    return decided.filter(Q(actor=user) | Exists(for_user))


def read_proposal(schedule: ScheduledJob, *, user: User, now: datetime) -> Proposal:
    """The proposal as `user` may see it. The number of queries is always the same, but for
    what only workflows of others, or calls, ask."""
    return Proposal(
        schedule=schedule,
        coming=_coming(schedule, now=now),
        limits=_limits(schedule, now=now),
        similar=similar(schedule),
        source=_source(schedule, user),
    )


def _coming(schedule: ScheduledJob, *, now: datetime) -> Coming:
    try:
        runs = preview_schedule(schedule, count=FIRST_RUNS, now=now).ticks
    except InvalidSchedule:  # its time zone has left tzdata
        return Coming()
    if len(runs) < FIRST_RUNS:
        return Coming(runs)
    rules = rules_of(schedule)
    shown = runs[-1].scheduled_for
    left = None if rules.runs_left is None else rules.runs_left - FIRST_RUNS
    if rules.timing.end_at is None:
        return Coming(runs, left)
    more = timing.count(rules.timing, shown, rules.timing.end_at)
    if left is not None and left < more:
        return Coming(runs, left)
    return Coming(runs, more, timing.last_upto(rules.timing, zones.LATEST, shown))


def _limits(schedule: ScheduledJob, *, now: datetime) -> WithinLimits:
    limits = agent_limits(schedule.owner)
    try:
        shortest = timing.minimum_interval(schedule.timing, now)
    except timing.TimingError:
        shortest = None
    problems = [why for _, why in start_problems(schedule)]
    if not owner_may_run(schedule):
        problems.append(OWNER_MAY_NOT_RUN)
    return WithinLimits(
        used=agent_schedules(Actor.agent(schedule.owner))[0],
        most_used=limits.max_active,
        shortest=shortest,
        shortest_allowed=limits.min_interval,
        ends=schedule.end_at or schedule.run_at,
        longest=limits.longest,
        problems=problems,
    )


def _source(schedule: ScheduledJob, user: User) -> Source | None:
    """Where it came from, if that is on record and `user` may see it."""
    if schedule.created_by_execution is None:
        return None
    seen = WorkflowExecution.objects.visible_to(user).only(
        "pk", "workflow_name", "created_at"
    )
    execution = seen.filter(pk=schedule.created_by_execution).first()
    if execution is None:
        return None
    nodes = NodeRun.objects.filter(execution=execution, component_type=AGENT)
    node = nodes.order_by("sequence").only("node_id", "label", "output").first()
    if node is None:
        return Source(execution)
    calls = node.output.get("calls") if isinstance(node.output, dict) else None
    return Source(execution, node.label or node.node_id, len(calls or ()))
