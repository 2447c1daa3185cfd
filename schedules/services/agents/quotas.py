"""How many schedules agents may have and make: the guardrails that count.

What is counted is held until the transaction ends: call them inside the one that writes.
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
    """The limits of an agent, until the end of the transaction: of agents that come at
    once, the last see what the first have made. None for people and the system.
    """
    if actor.kind != ActorKind.AGENT:
        return None
    assert actor.user is not None
    # No row, no lock: the first agent of a user makes it.
    held = UserProfile.objects.select_for_update(no_key=True)
    return limits_of(actor.user, held.get_or_create(user=actor.user)[0])


def check_new(actor: Actor, *, counts: bool, now: datetime) -> None:
    """One more schedule of an agent's fits. Inside the transaction that adds it. `counts`:
    it is to be active, or a proposal."""
    limits = _locked_limits(actor)
    if limits is None:
        return
    active, kept = agent_schedules(actor)
    if counts:
        _check_active(active, limits, actor)
    _check_kept(kept, limits, actor)
    _check_rate(limits, actor, now=now)


def check_revived(schedule: ScheduledJob, actor: Actor, *, now: datetime) -> None:
    """A schedule that had ended and that an agent revives fits as a new one does. Inside the
    transaction that writes it, before it is written."""
    limits = _locked_limits(actor) if schedule.status == Status.STOPPED else None
    if limits is None:
        return
    # What people made is counted nowhere but in the rate.
    if schedule.created_by_kind == ActorKind.AGENT:
        active, kept = agent_schedules(actor)
        _check_active(active, limits, actor)
        _check_kept(kept, limits, actor)
    _check_rate(limits, actor, now=now)


def check_resumed(schedule: ScheduledJob, actor: Actor, *, now: datetime) -> None:
    """An agent may resume it. Inside the transaction that does it."""
    limits = _locked_limits(actor)
    if limits is None:
        return
    _check_resume_rate(limits, actor, now=now)
    # What people made is counted nowhere.
    if schedule.created_by_kind == ActorKind.AGENT:
        _check_active(agent_schedules(actor)[0], limits, actor)


def _check_rate(limits: AgentLimits, actor: Actor, *, now: datetime) -> None:
    """Not too many a day. To revive one is to make one."""
    most = limits.max_created_a_day
    again = _free_again((EventVerb.CREATE, EventVerb.REVIVE), most, DAY, actor, now=now)
    if again:
        raise AgentRefused(
            "rate",
            f"Agents may make or revive {most} schedules of {actor.name} in 24 hours, "
            "whatever became of them, and have done so.",
            limit=f"{most} in 24 hours",
            remedy=f"The next is possible: {again}. One schedule that runs again and again "
            "does the work of many that run once.",
        )


def _check_resume_rate(limits: AgentLimits, actor: Actor, *, now: datetime) -> None:
    """Not too many an hour. Pausing and stopping end what does harm, and are always free:
    only what runs can be paused, so that this bounds them, too."""
    most = limits.max_resumed_an_hour
    again = _free_again((EventVerb.RESUME,), most, HOUR, actor, now=now)
    if again:
        raise AgentRefused(
            "rate",
            f"Agents may resume schedules of {actor.name} {most} times in an hour, and have "
            "done so.",
            limit=f"{most} in an hour",
            remedy=f"The next is possible: {again}. Or ask a person to resume it.",
        )


def _free_again(
    verbs: Sequence[EventVerb],
    most: int,
    span: timedelta,
    actor: Actor,
    *,
    now: datetime,
) -> str:
    """When agents may do it again, having done it as often as `most` in this span; empty if
    they may now. Their events are counted, which outlive the schedules."""
    done = ScheduleEvent.objects.filter(
        actor_kind=ActorKind.AGENT, actor=actor.user, created_at__gt=now - span
    ).order_by("-created_at")
    # A question for each verb, as each has an index of its own.
    newest = (
        done.filter(verb=verb).values_list("created_at", flat=True)[:most]
        for verb in verbs
    )
    times = sorted(chain(*newest), reverse=True)[:most]
    if len(times) < most:
        return ""
    if not times:
        return "never"
    # The next full second: at a fraction earlier it would be refused.
    again = times[-1] + span + timedelta(microseconds=999_999)
    return again.isoformat(timespec="seconds")


def _check_active(active: int, limits: AgentLimits, actor: Actor) -> None:
    if active >= limits.max_active:
        raise AgentRefused(
            "quota",
            f"Agents may have {limits.max_active} active schedules of {actor.name}, "
            f"proposals included, and there are {active}.",
            limit=limits.max_active,
            remedy="Pause or stop one that is no longer needed, or stop a proposal, which "
            "counts until it is decided; schedule_list shows them.",
        )


def _check_kept(kept: int, limits: AgentLimits, actor: Actor) -> None:
    if kept >= limits.max_kept:
        raise AgentRefused(
            "kept",
            f"Agents may keep {limits.max_kept} schedules of {actor.name}, paused ones "
            f"included, and there are {kept}.",
            limit=limits.max_kept,
            remedy="Stop one that is no longer needed; schedule_list shows them.",
        )


def agent_schedules(actor: Actor) -> tuple[int, int]:
    """How many schedules agents have made for the user: active ones, and all that stand."""
    made = ScheduledJob.objects.filter(
        owner=actor.user, created_by_kind=ActorKind.AGENT
    )
    counted = made.filter(Q(status=Status.ACTIVE) | Q(awaits_approval=True))
    return counted.count(), made.exclude(status=Status.STOPPED).count()
