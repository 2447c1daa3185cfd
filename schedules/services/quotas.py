"""How many schedules agents may make, and how close together: the guardrails that count.

What is counted is held until the transaction ends: call them inside the one that writes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from schedules.exceptions import AgentRefused
from schedules.models import (
    ActorKind,
    ScheduledJob,
    ScheduleEvent,
    ScheduleType,
    Status,
    UserProfile,
    Verb,
)
from schedules.services.actor import Actor
from schedules.services.guardrails import limits_on

DAY = timedelta(days=1)


def _hold(actor: Actor) -> None:
    """Of agents that come at once, the last see what the first have made.

    Until the end of the transaction.
    """
    # No row, no lock: the first agent of a user makes it.
    UserProfile.objects.get_or_create(user=actor.user)
    UserProfile.objects.select_for_update(no_key=True).get(user=actor.user)


def check_new(draft: ScheduledJob, actor: Actor, *, now: datetime) -> None:
    """One more schedule of an agent's fits. Inside the transaction that adds it."""
    check_room(actor)
    check_spacing(draft, actor)
    _check_rate(actor, now=now)


def check_spacing(schedule: ScheduledJob, actor: Actor) -> None:
    """A single run keeps its distance from the others that agents have made.

    Inside the transaction that writes it. Whatever became of the others: one that is over
    has run as well.
    """
    limits = limits_on(actor)
    if limits is None or schedule.run_at is None:
        return
    _hold(actor)
    least = limits.min_interval
    others = ScheduledJob.objects.filter(
        owner=schedule.owner_id,
        created_by_kind=ActorKind.AGENT,
        schedule_type=ScheduleType.ONCE,
        run_at__gt=schedule.run_at - least,
    ).exclude(pk=schedule.pk)
    taken = others.order_by("run_at").values_list("run_at", flat=True)
    free = _first_free(schedule.run_at, taken.iterator(), least)
    if free != schedule.run_at:
        seconds = f"{least.total_seconds():.0f} seconds"
        raise AgentRefused(
            "interval",
            f"Single runs that agents schedule are at least {seconds} apart, and another "
            "is closer to this time.",
            limit=seconds,
            remedy=f"Give run_at as {free.isoformat()}, which is free.",
            field="run_at",
        )


def _first_free(
    wanted: datetime, taken: Iterable[datetime | None], least: timedelta
) -> datetime:
    """The first time from `wanted` on that is `least` away from all of `taken`, sorted."""
    for time in taken:
        if time and time - wanted >= least:
            break
        wanted = time + least if time else wanted
    return wanted


def _check_rate(actor: Actor, *, now: datetime) -> None:
    """Not too many a day. Their events are counted, which outlive them."""
    limits = limits_on(actor)
    if limits is None:
        return
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


def check_room(actor: Actor) -> None:
    """One more active schedule of an agent's fits. Inside the transaction that adds it."""
    limits = limits_on(actor)
    if limits is None:
        return
    _hold(actor)
    active, kept = agent_schedules(actor)
    if active >= limits.max_active:
        raise AgentRefused(
            "quota",
            f"Agents may have {limits.max_active} active schedules of {actor.name}, "
            f"proposals included, and there are {active}.",
            limit=limits.max_active,
            remedy="Pause or stop one that is no longer needed; schedule_list shows them.",
        )
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
