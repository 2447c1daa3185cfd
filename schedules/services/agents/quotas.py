"""Quotas: how many schedules agents may have, and how often they may create or resume some.

Each check raises `AgentRefused`, and locks the user's profile until the transaction ends:
call it inside the transaction that writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import chain

from django.db.models import Q

from schedules.exceptions import AgentRefused
from schedules.models import (
    ActorKind,
    EventVerb,
    ScheduledJob,
    ScheduleEvent,
    Status,
    UserProfile,
)
from schedules.services.actor import Actor
from schedules.services.agents.limits import AgentLimits, limits_of

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def _locked_limits(actor: Actor) -> AgentLimits | None:
    """The limits of an agent, with the user's profile locked, so that concurrent agents
    count each other's schedules. None for people and for the system.
    """
    if actor.kind != ActorKind.AGENT:
        return None
    assert actor.user is not None
    # Without a row there is no lock: the first agent of a user creates it.
    locked = UserProfile.objects.select_for_update(no_key=True)
    return limits_of(actor.user, locked.get_or_create(user=actor.user)[0])


def check_new(actor: Actor, *, counts: bool, now: datetime) -> None:
    """Raises `AgentRefused` if an agent may not create one more schedule. `counts`: it will
    be active, or a proposal."""
    limits = _locked_limits(actor)
    if limits is None:
        return
    active, kept = agent_schedules(actor)
    if counts:
        _check_active(active, limits, actor)
    _check_kept(kept, limits, actor)
    _check_rate(limits, actor, now=now)


def check_revived(schedule: ScheduledJob, actor: Actor, *, now: datetime) -> None:
    """Raises `AgentRefused` if an agent may not revive the stopped schedule: the limits are
    those of a new one. Call it before the schedule is written."""
    limits = _locked_limits(actor) if schedule.status == Status.STOPPED else None
    if limits is None:
        return
    # A schedule that a person created counts in the rate only.
    if schedule.created_by_kind == ActorKind.AGENT:
        active, kept = agent_schedules(actor)
        _check_active(active, limits, actor)
        _check_kept(kept, limits, actor)
    _check_rate(limits, actor, now=now)


def check_resumed(schedule: ScheduledJob, actor: Actor, *, now: datetime) -> None:
    """Raises `AgentRefused` if an agent may not resume the schedule."""
    limits = _locked_limits(actor)
    if limits is None:
        return
    _check_resume_rate(limits, actor, now=now)
    # A schedule that a person created does not count.
    if schedule.created_by_kind == ActorKind.AGENT:
        _check_active(agent_schedules(actor)[0], limits, actor)


def _check_rate(limits: AgentLimits, actor: Actor, *, now: datetime) -> None:
    """At most so many in 24 hours; reviving a schedule counts as creating one."""
    most = limits.max_created_a_day
    again = _free_again((EventVerb.CREATE, EventVerb.REVIVE), most, DAY, actor, now=now)
    if again:
        raise AgentRefused(
            "rate",
            f"Agents have created or revived {most} schedules of {actor.name} in the last "
            "24 hours, which is the limit. Schedules that have been stopped since count, too.",
            limit=f"{most} in 24 hours",
            remedy=f"{_possible(again)} One schedule that recurs does the work of many that "
            "run once.",
        )


def _check_resume_rate(limits: AgentLimits, actor: Actor, *, now: datetime) -> None:
    """At most so many an hour. Pausing and stopping are never limited, so that an agent can
    always end what does harm."""
    most = limits.max_resumed_an_hour
    again = _free_again((EventVerb.RESUME,), most, HOUR, actor, now=now)
    if again:
        raise AgentRefused(
            "rate",
            f"Agents have resumed schedules of {actor.name} {most} times in the last hour, "
            "which is the limit.",
            limit=f"{most} in an hour",
            remedy=f"{_possible(again)} Or ask a person to resume it.",
        )


def _free_again(
    verbs: Sequence[EventVerb],
    most: int,
    span: timedelta,
    actor: Actor,
    *,
    now: datetime,
) -> str:
    """When agents may do this again, as an ISO 8601 time; empty if they may now, `"never"`
    if the limit is 0. Counted by the events, which outlive the schedules."""
    done = ScheduleEvent.objects.filter(
        actor_kind=ActorKind.AGENT, actor=actor.user, created_at__gt=now - span
    ).order_by("-created_at")
    # One query a verb, as each has an index of its own.
    newest = (
        done.filter(verb=verb).values_list("created_at", flat=True)[:most]
        for verb in verbs
    )
    times = sorted(chain(*newest), reverse=True)[:most]
    if len(times) < most:
        return ""
    if not times:
        return "never"
    # Rounded up to a full second: a moment earlier it would still be refused.
    again = times[-1] + span + timedelta(microseconds=999_999)
    return again.isoformat(timespec="seconds")


def _possible(again: str) -> str:
    if again == "never":
        return "The limit is 0: ask a person to do it."
    return f"The next one is possible at {again}."


def _check_active(active: int, limits: AgentLimits, actor: Actor) -> None:
    if active >= limits.max_active:
        raise AgentRefused(
            "quota",
            f"Agents may keep at most {limits.max_active} active schedules of {actor.name}, "
            f"proposals included, and there are {active}.",
            limit=limits.max_active,
            remedy="Pause or stop one that is no longer needed, or stop a proposal that has "
            "not been approved. schedule_list lists them.",
        )


def _check_kept(kept: int, limits: AgentLimits, actor: Actor) -> None:
    if kept >= limits.max_kept:
        raise AgentRefused(
            "kept",
            f"Agents may keep at most {limits.max_kept} schedules of {actor.name}, paused ones "
            f"included, and there are {kept}.",
            limit=limits.max_kept,
            remedy="Stop one that is no longer needed. schedule_list lists them.",
        )


def agent_schedules(actor: Actor) -> tuple[int, int]:
    """How many schedules agents have created for the user: those that are active or
    proposed, and all that have not stopped."""
    made = ScheduledJob.objects.filter(
        owner=actor.user, created_by_kind=ActorKind.AGENT
    )
    counted = made.filter(Q(status=Status.ACTIVE) | Q(awaits_approval=True))
    return counted.count(), made.exclude(status=Status.STOPPED).count()
