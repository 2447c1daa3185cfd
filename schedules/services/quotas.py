"""How many schedules agents may have and make: the guardrails that count.

What is counted is held until the transaction ends: call them inside the one that writes.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from schedules.exceptions import AgentRefused
from schedules.models import (
    ActorKind,
    ScheduledJob,
    ScheduleEvent,
    Status,
    UserProfile,
    Verb,
)
from schedules.services import spacing
from schedules.services.actor import Actor
from schedules.services.agents import AgentLimits, limits_of
from schedules.services.guardrails import by_a_person

DAY = timedelta(days=1)


def _held_limits(actor: Actor) -> AgentLimits | None:
    """The limits of an agent, until the end of the transaction: of agents that come at
    once, the last see what the first have made. None for people and the system.
    """
    if actor.kind != ActorKind.AGENT:
        return None
    assert actor.user is not None
    # No row, no lock: the first agent of a user makes it.
    UserProfile.objects.get_or_create(user=actor.user)
    held = UserProfile.objects.select_for_update(no_key=True)
    return limits_of(actor.user, held.get(user=actor.user))


def check_new(draft: ScheduledJob, actor: Actor, *, now: datetime) -> None:
    """One more schedule of an agent's fits. Inside the transaction that adds it."""
    limits = _held_limits(actor)
    if limits is None:
        return
    active, kept = agent_schedules(actor)
    _check_active(active, limits, actor)
    _check_kept(kept, limits, actor)
    _check_rate(limits, actor, now=now)
    _check_spacing(draft, draft.next_tick_at, limits, actor, now=now)


def check_changed(schedule: ScheduledJob, actor: Actor, *, now: datetime) -> None:
    """What an agent has changed still fits. Inside the transaction that writes it."""
    if limits := _held_limits(actor):
        _check_spacing(schedule, schedule.next_tick_at, limits, actor, now=now)


def check_resumed(
    schedule: ScheduledJob, tick: datetime | None, actor: Actor, *, now: datetime
) -> None:
    """One that agents have made may be active again, to run next at `tick`. Inside the
    transaction that does it."""
    limits = _held_limits(actor)
    if limits is None:
        return
    _check_active(agent_schedules(actor)[0], limits, actor)
    if spacing.is_single(schedule):
        with by_a_person():
            _check_spacing(schedule, tick, limits, actor, now=now)


def _check_spacing(
    schedule: ScheduledJob,
    tick: datetime | None,
    limits: AgentLimits,
    actor: Actor,
    *,
    now: datetime,
) -> None:
    least = limits.min_interval
    over = spacing.last_runs(actor, within=least, now=now)
    spacing.check_spacing(schedule, tick, least=least, over=over)


def _check_rate(limits: AgentLimits, actor: Actor, *, now: datetime) -> None:
    """Not too many a day. Their events are counted, which outlive them."""
    made = ScheduleEvent.objects.filter(
        verb=Verb.CREATE,
        actor_kind=ActorKind.AGENT,
        actor=actor.user,
        created_at__gt=now - DAY,
    )
    newest = made.order_by("-created_at").values_list("created_at", flat=True)
    times = list(newest[: limits.max_created_a_day])
    if len(times) < limits.max_created_a_day:
        return
    again = (times[-1] + DAY).isoformat(timespec="seconds") if times else "never"
    raise AgentRefused(
        "rate",
        f"Agents may make {limits.max_created_a_day} schedules of {actor.name} in 24 "
        "hours, whatever became of them, and have done so.",
        limit=f"{limits.max_created_a_day} in 24 hours",
        remedy=f"The next is possible: {again}. One schedule that runs again and again "
        "does the work of many that run once.",
    )


def _check_active(active: int, limits: AgentLimits, actor: Actor) -> None:
    if active >= limits.max_active:
        raise AgentRefused(
            "quota",
            f"Agents may have {limits.max_active} active schedules of {actor.name}, "
            f"proposals included, and there are {active}.",
            limit=limits.max_active,
            remedy="Pause or stop one that is no longer needed; schedule_list shows them.",
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
