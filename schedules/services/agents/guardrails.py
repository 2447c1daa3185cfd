"""What no agent may do, whatever it was told to: checked inside the verbs, for every door.

Each rule refuses with `AgentRefused`: the rule, its limit, and what would be accepted.
People and the system are not bound by them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NoReturn
from uuid import UUID

from schedules import timing
from schedules.exceptions import AgentRefused, InvalidSchedule
from schedules.models import (
    ActorKind,
    CatchupPolicy,
    ScheduledJob,
    ScheduledRun,
    ScheduleType,
)
from schedules.policy.types import Decision
from schedules.services.actor import Actor
from schedules.services.agents.limits import AgentLimits, agent_limits
from schedules.services.drafts.fields import WHEN_FIELD
from schedules.services.drafts.validation import NO_WORKFLOW
from schedules.services.events import who_paused
from schedules.timing import ManualTiming, Timing
from workflows.models import WorkflowExecution

# More than workflows can be under way inside each other.
LONGEST_LINEAGE = 20
NOTHING = timedelta()


def limits_on(actor: Actor) -> AgentLimits | None:
    """The limits of an agent; None for people and the system, who have none."""
    if actor.kind != ActorKind.AGENT:
        return None
    assert actor.user is not None
    return agent_limits(actor.user)


def check_switch(actor: Actor) -> AgentLimits | None:
    """Agents may act for this user at all; within these limits."""
    limits = limits_on(actor)
    if limits and not limits.may_schedule:
        raise AgentRefused(
            "switch",
            f"Agents may not touch the schedules of {actor.name}.",
            limit="off",
            remedy="A person has to do it, or allow agents in the user's profile.",
        )
    return limits


def check_lineage(actor: Actor, limits: AgentLimits | None) -> None:
    """No run that a schedule started makes, changes or starts schedules: else they breed."""
    if not limits or limits.may_schedule_from_schedules or not actor.execution_id:
        return
    if _comes_from_a_schedule(actor, actor.execution_id):
        raise AgentRefused(
            "depth",
            "This runs because a schedule started it, and such a run may not make, change, "
            "resume or run schedules.",
            limit=1,
            remedy="Pausing, stopping and listing are allowed. Ask a person, or do it from "
            "a conversation or from a workflow that was started by hand.",
        )


def _comes_from_a_schedule(actor: Actor, execution_id: UUID) -> bool:
    """Whether the execution, or one that it is part of, is a run of a schedule's."""
    chain: list[UUID] = []
    ahead: UUID | None = execution_id
    mine = WorkflowExecution.objects.filter(owner=actor.user)
    while ahead and len(chain) < LONGEST_LINEAGE:
        found = mine.only("trigger_type", "parent").filter(pk=ahead).first()
        if found is None or found.trigger_type == "schedule":
            return True  # what cannot be looked up is not trusted
        chain.append(ahead)
        ahead = found.parent_id
    return bool(ahead) or ScheduledRun.objects.filter(execution__in=chain).exists()


def check_workflow(schedule: ScheduledJob, actor: Actor) -> None:
    """An agent starts its user's own workflows only, even if the user may run others."""
    if (
        actor.kind == ActorKind.AGENT
        and schedule.workflow.owner_id != schedule.owner_id
    ):
        raise InvalidSchedule(errors={"workflow": [NO_WORKFLOW]})


def with_an_end(
    fields: Mapping[str, Any], *, limits: AgentLimits | None, now: datetime
) -> Mapping[str, Any]:
    """The fields of a new schedule; that of an agent ends, if not told otherwise, in time.
    One that is manual has nothing that could end."""
    is_manual = fields.get("schedule_type") == ScheduleType.MANUAL
    if limits is None or is_manual or fields.get("end_at") is not None:
        return fields
    return {**fields, "end_at": _latest_end(limits, now)}


@contextmanager
def naming_the_end(
    draft: ScheduledJob,
    fields: Mapping[str, Any],
    *,
    limits: AgentLimits | None,
    now: datetime,
) -> Iterator[None]:
    """Where `with_an_end` has set the end, nobody is told of an `end_at` they never gave."""
    try:
        yield
    except InvalidSchedule as error:
        is_given = fields.get("end_at") is not None
        if limits is None or is_given or error.errors.keys() != {"end_at"}:
            raise
        latest = _latest_end(limits, now).isoformat()
        raise AgentRefused(
            "end",
            f"What an agent schedules ends within {limits.longest.days} days, on {latest}, "
            "and this would not run before.",
            limit=f"{limits.longest.days} days",
            remedy=f"Give a timing whose first run is on {latest} or earlier.",
            field="start_at"
            if draft.start_at
            else WHEN_FIELD[ScheduleType(draft.schedule_type)],
        ) from error


def check_timing(
    schedule: ScheduledJob,
    found: Timing,
    *,
    limits: AgentLimits | None,
    now: datetime,
) -> None:
    """What an agent schedules runs neither too often nor too long. Without ticks it does
    neither; how many single runs there are is what the quotas bound."""
    if limits is None or isinstance(found, ManualTiming):
        return
    shortest = timing.minimum_interval(found, now)
    jitter = timedelta(seconds=schedule.jitter_seconds)
    if shortest is not None and shortest - jitter < limits.min_interval:
        _refuse_pace(schedule, shortest, limits.min_interval)
    latest = _latest_end(limits, now)
    field = "run_at" if schedule.schedule_type == ScheduleType.ONCE else "end_at"
    for name in (field, "end_at"):
        last: datetime | None = getattr(schedule, name)
        if last is None or last > latest:
            raise AgentRefused(
                "end",
                f"What an agent schedules ends within {limits.longest.days} days: {name} "
                f"is {last.isoformat() if last else 'missing'}.",
                limit=f"{limits.longest.days} days",
                remedy=f"Give {name} as {latest.isoformat()} or earlier.",
                field=name,
            )


def _refuse_pace(schedule: ScheduledJob, shortest: timedelta, least: timedelta) -> None:
    is_cron = schedule.schedule_type == ScheduleType.CRON
    jitter = timedelta(seconds=schedule.jitter_seconds)
    seconds, apart = _seconds(least), _seconds(least + jitter)
    remedy = (
        f"Give a cron_expression whose ticks are at least {apart} seconds apart."
        if is_cron
        else f"Give interval_seconds of {apart} or more."
    )
    raise AgentRefused(
        "interval",
        f"What an agent schedules runs at most every {seconds} seconds; here the distance "
        f"between two runs would be {_seconds(max(shortest - jitter, NOTHING))}.",
        limit=f"{seconds} seconds",
        remedy=remedy + (" Or leave jitter_seconds out." if jitter else ""),
        field="cron_expression" if is_cron else "interval_seconds",
    )


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds():.0f}"


def _latest_end(limits: AgentLimits, now: datetime) -> datetime:
    return now.replace(microsecond=0) + limits.longest


def check_approved(schedule: ScheduledJob, actor: Actor) -> None:
    """What an agent proposed is approved by a person, by resuming it, and by nobody else."""
    if actor.kind == ActorKind.AGENT and schedule.awaits_approval:
        raise AgentRefused(
            "approval",
            "This schedule is a proposal: it runs once a person has approved it.",
            limit="a person's resume",
            remedy="Wait, and tell the person that it is there; or stop it.",
        )


def check_change(schedule: ScheduledJob, actor: Actor) -> AgentLimits | None:
    """The limits by which an agent may change the schedule; None: it is no agent.

    What people approve is not changed behind their back, before they do or after.
    """
    limits = limits_on(actor)
    check_lineage(actor, limits)
    if limits and (limits.propose or schedule.awaits_approval):
        raise AgentRefused(
            "approval",
            "Agents propose and people approve: an agent does not change this schedule.",
            limit="a person's change",
            remedy="Propose another schedule, or ask a person to change this one.",
        )
    return limits


def check_start(schedule: ScheduledJob, actor: Actor) -> None:
    """An agent may have the schedule's work started: by resuming, running, backfilling."""
    check_lineage(actor, limits_on(actor))
    check_approved(schedule, actor)
    check_workflow(schedule, actor)


def check_resume(
    schedule: ScheduledJob,
    actor: Actor,
    decision: Decision,
    *,
    catch_up: str,
    now: datetime,
) -> None:
    """An agent resumes what keeps its limits, and not over the head of a person.

    What a person made and an agent paused may go on as it was, without what has passed.
    """
    limits = limits_on(actor)
    if limits is None:
        return
    if catch_up == CatchupPolicy.ALL:
        _refuse_catch_up(
            limits,
            "All that has passed would run at once.",
            'Give catch_up of "none" or "latest"; a person may catch up all.',
        )
    pausers = {kind for kind, _ in who_paused(schedule)}
    if limits.propose and ActorKind.USER in pausers:
        raise AgentRefused(
            "approval",
            "A person has paused this schedule, and people approve what agents do.",
            limit="a person's resume",
            remedy="Ask a person to resume it.",
        )
    is_of_agents = schedule.created_by_kind == ActorKind.AGENT
    if pausers == {ActorKind.AGENT} and not is_of_agents and catch_up == "none":
        return
    try:
        check_timing(schedule, schedule.timing, limits=limits, now=now)
    except AgentRefused as refused:
        refused.remedy = "Ask a person to resume it, or to change its timing."
        raise
    # What is caught up runs now: else pausing and resuming would bring runs together.
    following = decision.next_run_at
    if decision.fired and following and following - now < limits.min_interval:
        _refuse_catch_up(
            limits,
            f"The next run is at {following.isoformat()}, and another would run now.",
            f"Resume it without catch_up: it runs next at {following.isoformat()}.",
        )


def _refuse_catch_up(limits: AgentLimits, why: str, remedy: str) -> NoReturn:
    seconds = _seconds(limits.min_interval)
    raise AgentRefused(
        "interval",
        f"What an agent resumes runs at most every {seconds} seconds. {why}",
        limit=f"{seconds} seconds",
        remedy=remedy,
        field="catch_up",
    )
