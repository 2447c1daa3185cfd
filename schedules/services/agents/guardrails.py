"""Limits on agents that no prompt can lift: checked inside the verbs, for every door.

Each rule raises `AgentRefused` with the rule, its limit and a remedy. The rules do not
apply to people and to the system.
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
from workflows.callables import Target, find
from workflows.models import WorkflowExecution

# More than the depth to which workflows can be nested.
LONGEST_LINEAGE = 20
NOTHING = timedelta()


def limits_on(actor: Actor) -> AgentLimits | None:
    """The limits of an agent. None for people and for the system: they have none."""
    if actor.kind != ActorKind.AGENT:
        return None
    assert actor.user is not None
    return agent_limits(actor.user)


def check_switch(actor: Actor) -> AgentLimits | None:
    """Raises `AgentRefused` unless agents may act for this user. Returns their limits."""
    limits = limits_on(actor)
    if limits and not limits.may_schedule:
        raise AgentRefused(
            "switch",
            f"Agents may not act on the schedules of {actor.name}.",
            limit="off",
            remedy="Ask a person to do it, or to allow agents in the user's settings.",
        )
    return limits


def check_lineage(actor: Actor, limits: AgentLimits | None) -> None:
    """Runs that a schedule started may not create, change or start schedules: otherwise
    schedules could multiply without end."""
    if not limits or limits.may_schedule_from_schedules or not actor.execution_id:
        return
    if _comes_from_a_schedule(actor, actor.execution_id):
        raise AgentRefused(
            "depth",
            "A schedule has started this run, and such a run may not create, change, resume "
            "or run schedules.",
            limit=1,
            remedy="It may pause, stop and list schedules. Ask a person for anything else, or "
            "use a conversation or a workflow that was started by hand.",
        )


def _comes_from_a_schedule(actor: Actor, execution_id: UUID) -> bool:
    """Whether the execution, or one that it is part of, was started by a schedule."""
    chain: list[UUID] = []
    ahead: UUID | None = execution_id
    mine = WorkflowExecution.objects.filter(owner=actor.user)
    while ahead and len(chain) < LONGEST_LINEAGE:
        found = mine.only("trigger_type", "parent").filter(pk=ahead).first()
        if found is None or found.trigger_type == "schedule":
            return True  # an execution that cannot be looked up is not trusted
        chain.append(ahead)
        ahead = found.parent_id
    return bool(ahead) or ScheduledRun.objects.filter(execution__in=chain).exists()


def check_target(schedule: ScheduledJob, actor: Actor) -> None:
    """Raises `InvalidSchedule` if an agent would run a workflow that its user does not own,
    even if the user may run it, and `AgentRefused` for a call of what was not declared for
    agents."""
    if actor.kind != ActorKind.AGENT:
        return
    if schedule.call:
        _check_call(schedule.call)
    elif schedule.workflow.owner_id != schedule.owner_id:
        raise InvalidSchedule(errors={"workflow": [NO_WORKFLOW]})


def for_agents(target: Target) -> bool:
    """Whether agents may schedule it: it was declared so, and is no management command."""
    return target.agents and target.kind != "command"


def _check_call(name: str) -> None:
    target = find(name)
    if target is None or for_agents(target):
        return
    is_command = target.kind == "command"
    raise AgentRefused(
        "call",
        f"Agents may not schedule {name}: "
        + (
            "it is a management command."
            if is_command
            else "it was not declared for agents."
        ),
        limit="functions and tasks declared with agents=True",
        remedy="Call a function that was declared for agents, or ask a person to do it.",
        field="call",
    )


def with_an_end(
    fields: Mapping[str, Any], *, limits: AgentLimits | None, now: datetime
) -> Mapping[str, Any]:
    """The fields of a new schedule. Without an `end_at`, that of an agent gets the latest
    one allowed; a manual schedule has no ticks that could end."""
    is_manual = fields.get("schedule_type") == ScheduleType.MANUAL
    if limits is None or is_manual or fields.get("end_at") is not None:
        return fields
    return {**fields, "end_at": _latest_end(limits, now)}


@contextmanager
def explain_the_end_limit(
    draft: ScheduledJob,
    fields: Mapping[str, Any],
    *,
    limits: AgentLimits | None,
    now: datetime,
) -> Iterator[None]:
    """If `with_an_end` has set the end, refuse by the limit on agents, not by an `end_at`
    that the agent never gave."""
    try:
        yield
    except InvalidSchedule as error:
        is_given = fields.get("end_at") is not None
        if limits is None or is_given or error.errors.keys() != {"end_at"}:
            raise
        latest = _latest_end(limits, now).isoformat()
        raise AgentRefused(
            "end",
            f"A schedule of an agent ends within {limits.longest.days} days, by {latest}: "
            "this one would never run.",
            limit=f"{limits.longest.days} days",
            remedy=f"Give a timing with a run at {latest} or earlier.",
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
    """Raises `AgentRefused` if an agent's schedule would run too often, or for too long. A
    manual schedule has no ticks; the number of single runs is limited by the quotas."""
    if limits is None or isinstance(found, ManualTiming):
        return
    shortest = timing.minimum_interval(found, now)
    jitter = timedelta(seconds=schedule.jitter_seconds)
    if shortest is not None and shortest - jitter < limits.min_interval:
        _refuse_interval(schedule, shortest, limits.min_interval)
    latest = _latest_end(limits, now)
    field = "run_at" if schedule.schedule_type == ScheduleType.ONCE else "end_at"
    for name in (field, "end_at"):
        last: datetime | None = getattr(schedule, name)
        if last is None or last > latest:
            raise AgentRefused(
                "end",
                f"A schedule of an agent ends within {limits.longest.days} days, but {name} "
                f"is {last.isoformat() if last else 'missing'}.",
                limit=f"{limits.longest.days} days",
                remedy=f"Give {name} as {latest.isoformat()} or earlier.",
                field=name,
            )


def _refuse_interval(
    schedule: ScheduledJob, shortest: timedelta, minimum: timedelta
) -> None:
    is_cron = schedule.schedule_type == ScheduleType.CRON
    jitter = timedelta(seconds=schedule.jitter_seconds)
    seconds, apart = _seconds(minimum), _seconds(minimum + jitter)
    remedy = (
        f"Give a cron_expression whose ticks are at least {apart} seconds apart."
        if is_cron
        else f"Give interval_seconds of {apart} or more."
    )
    raise AgentRefused(
        "interval",
        f"A schedule of an agent runs at most every {seconds} seconds, but two runs of this "
        f"one could be {_in_words(max(shortest - jitter, NOTHING))} apart.",
        limit=f"{seconds} seconds",
        remedy=remedy + (" Or leave jitter_seconds out." if jitter else ""),
        field="cron_expression" if is_cron else "interval_seconds",
    )


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds():.0f}"


def _in_words(span: timedelta) -> str:
    seconds = _seconds(span)
    return f"{seconds} second{'s' * (seconds != '1')}"


def _latest_end(limits: AgentLimits, now: datetime) -> datetime:
    return now.replace(microsecond=0) + limits.longest


def check_approved(schedule: ScheduledJob, actor: Actor) -> None:
    """Raises `AgentRefused` for a proposal: only a person approves it."""
    if actor.kind == ActorKind.AGENT and schedule.awaits_approval:
        raise AgentRefused(
            "approval",
            "This schedule is a proposal: it will run once a person has approved it.",
            limit="a person's approval",
            remedy="Ask a person to approve or decline it, or stop it.",
        )


def check_person(actor: Actor) -> None:
    """Raises `AgentRefused` unless a person acts: agents and code never approve."""
    if actor.kind != ActorKind.USER:
        raise AgentRefused(
            "approval",
            "Only a person approves or declines what an agent has proposed.",
            limit="a person's decision",
            remedy="Ask a person to approve or decline it.",
        )


def check_change(schedule: ScheduledJob, actor: Actor) -> AgentLimits | None:
    """The limits within which an agent may change the schedule; None for others.

    Raises `AgentRefused` where agents propose: what people approve must not be changed
    afterwards, nor while they consider it.
    """
    limits = limits_on(actor)
    check_lineage(actor, limits)
    if limits and (limits.propose or schedule.awaits_approval):
        raise AgentRefused(
            "approval",
            "Agents propose and people approve: an agent may not change this schedule.",
            limit="a person's change",
            remedy="Propose another schedule, or ask a person to change this one.",
        )
    return limits


def check_start(schedule: ScheduledJob, actor: Actor) -> None:
    """Raises `AgentRefused` or `InvalidSchedule` if an agent may not resume, run or backfill
    the schedule."""
    check_lineage(actor, limits_on(actor))
    check_approved(schedule, actor)
    check_target(schedule, actor)


def check_resume(
    schedule: ScheduledJob,
    actor: Actor,
    decision: Decision,
    *,
    catch_up: str,
    now: datetime,
) -> None:
    """Raises `AgentRefused` if resuming would break a limit on agents, or would overrule a
    person where people approve.

    A schedule that a person created and only agents have paused may continue as it was,
    without catching up.
    """
    limits = limits_on(actor)
    if limits is None:
        return
    if catch_up == CatchupPolicy.ALL:
        _refuse_catch_up(
            limits,
            "All the late ticks would run at once.",
            'Give catch_up as "none" or "latest", or ask a person to catch up all.',
        )
    pausers = {kind for kind, _ in who_paused(schedule)}
    if limits.propose and ActorKind.USER in pausers:
        _refuse_to_overrule()
    is_of_agents = schedule.created_by_kind == ActorKind.AGENT
    if pausers == {ActorKind.AGENT} and not is_of_agents and catch_up == "none":
        return
    try:
        check_timing(schedule, schedule.timing, limits=limits, now=now)
    except AgentRefused as refused:
        refused.remedy = "Ask a person to resume it, or to change its timing."
        raise
    _check_caught_up(limits, decision, now=now)


def _check_caught_up(limits: AgentLimits, decision: Decision, *, now: datetime) -> None:
    """A tick that is caught up runs now, which may be too soon before the next one."""
    following = decision.next_run_at
    if decision.fired and following and following - now < limits.min_interval:
        _refuse_catch_up(
            limits,
            f"The next run is at {following.isoformat()}, and another one would start now.",
            f"Resume it without catch_up: the next run is at {following.isoformat()}.",
        )


def _refuse_to_overrule() -> NoReturn:
    raise AgentRefused(
        "approval",
        "A person has paused this schedule, and people approve what agents do.",
        limit="a person's resume",
        remedy="Ask a person to resume it.",
    )


def _refuse_catch_up(limits: AgentLimits, why: str, remedy: str) -> NoReturn:
    seconds = _seconds(limits.min_interval)
    raise AgentRefused(
        "interval",
        f"A schedule that an agent resumes runs at most every {seconds} seconds. {why}",
        limit=f"{seconds} seconds",
        remedy=remedy,
        field="catch_up",
    )
