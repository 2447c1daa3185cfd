"""A site for the pages of the admin: schedules of all kinds, and a ledger of a million runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from schedules.models import SavedView, ScheduledJob, ScheduleType
from tests.bench.population import populate
from tests.bench.written_runs import analyze, just, write_runs
from workflows.models import Workflow

# The share of all runs that one schedule has, a minute apart.
BUSY_SHARE = 0.3
BUSY = 1
# 10,000 schedules share few expressions, and many intervals.
EXPRESSIONS = [
    "*/5 * * * *",
    "*/15 * * * *",
    *(f"{number * 7 % 60} * * * *" for number in range(20)),
    *(f"{number * 13 % 60} {number} * * *" for number in range(24)),
    *(f"30 {hour} * * mon-fri" for hour in range(6, 18)),
    *(f"0 {day * 3} * * {day}" for day in range(7)),
    *(f"15 4 {day} * *" for day in range(1, 28, 3)),
]
CALENDARS = [*product(EXPRESSIONS, ("UTC", "Europe/Berlin", "America/New_York"))]
INTERVALS = (300, 900, 3_600, 3_600, 3_600, 3_600, 86_400, 86_400, 604_800)


@dataclass(frozen=True, slots=True)
class Site:
    """`busy`: the schedule with most runs; `run`: its newest."""

    boss: User
    owner: User
    workflow: Workflow
    busy: ScheduledJob


def fill(schedules: int, runs: int) -> Site:
    now = timezone.now()
    owner = populate(
        schedules,
        ScheduleType.INTERVAL,
        due_at=now.replace(microsecond=0),
        spread_seconds=86_400,
        vary=lambda number: _various(number, now),
    )
    others = User.objects.bulk_create(User(username=f"user{n}") for n in range(20))
    workflows = Workflow.objects.bulk_create(
        Workflow(name=f"workflow {n}", owner=others[n % 20]) for n in range(200)
    )
    for place, workflow in enumerate(workflows):
        some = ScheduledJob.objects.filter(retry_backoff_seconds=30 + place)
        some.update(workflow=workflow, owner=others[place % 20])
    busy = ScheduledJob.objects.get(name=_name(BUSY))
    of_busy = int(runs * BUSY_SHARE)
    rest = ScheduledJob.objects.exclude(pk=busy.pk)
    newest = now - timedelta(hours=1)
    write_runs(rest, (runs - of_busy) // rest.count(), newest=newest, apart=3_600)
    write_runs(just(busy), of_busy, newest=newest, apart=60)
    analyze()
    boss = User.objects.create_superuser("boss")
    for number in range(3):
        query = f"state=paused&tag=team-{number}"
        SavedView.objects.create(owner=boss, name=f"view {number}", query=query)
    return Site(boss, owner, workflows[0], busy)


def _name(number: int) -> str:
    return f"schedule {number * 7919 % 100_003}"


def _various(number: int, now: datetime) -> dict[str, Any]:
    """One in 20 is paused, one in 20 has ended, one in 100 is failing; 220 workflows."""
    status = {7: "paused", 8: "stopped"}.get(number % 20, "active")
    fields: dict[str, Any] = {
        "name": _name(number),
        "description": f"Makes the report of number {number}. " * 3,
        "tags": ["all", f"team-{number % 50}"],
        "trigger_payload": {"report": number, "to": ["someone@example.org"]},
        "status": status,
        "created_by_kind": "agent" if number % 50 == 7 else "user",
        "awaits_approval": number % 500 == 7,
        "consecutive_failures": 6 if number % 100 == 3 else 0,
        "retry_backoff_seconds": 30 + number % 220,
        "created_at": now - timedelta(days=400) + timedelta(seconds=number),
    }
    if status != "active":
        fields |= {"next_tick_at": None, "next_run_at": None}
    return fields | _timing(number, now)


def _timing(number: int, now: datetime) -> dict[str, Any]:
    """Half are on a calendar, one in 20 runs once, the others at an interval."""
    if number == BUSY:
        return _cron("* * * * *", "UTC")
    kind = number // 20 % 20
    if kind < 10:
        return _cron(*CALENDARS[number * 31 % len(CALENDARS)])
    if kind == 10:
        at = now + timedelta(minutes=5 * number)
        once = {"schedule_type": ScheduleType.ONCE, "run_at": at}
        return once | {"interval_seconds": None, "anchor_at": None}
    return {"interval_seconds": INTERVALS[number % len(INTERVALS)]}


def _cron(expression: str, zone: str) -> dict[str, Any]:
    return {"cron_expression": expression, "timezone": zone}
