"""A site for the pages of the admin: schedules of all kinds, and a ledger of a million runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from schedules.models import SavedView, ScheduledJob, ScheduleType
from tests.bench.population import populate
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
    _write_runs(f"s.id <> {_key(busy)}", (runs - of_busy) // rest.count(), 3_600, now)
    _write_runs(f"s.id = {_key(busy)}", of_busy, 60, now)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE")  # as autovacuum does; on SQLite nobody does
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


# So many runs of each schedule; one in 17 has failed. A million rows are written by the
# database itself, in half a minute.
_NUMBERS = {
    "sqlite": "(WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < %d)"
    " SELECT n FROM c)",
    "postgresql": "(SELECT n FROM generate_series(0, %d) AS series(n))",
}
_NEW_ID = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "gen_random_uuid()"}
_AT = {
    "sqlite": "datetime('{now}', '-' || (n * {apart} - {plus}) || ' seconds')",
    "postgresql": "TIMESTAMPTZ '{now}+00' - (n * {apart} - {plus}) * INTERVAL '1 second'",
}
_INSERT = """
    INSERT INTO ostinato_schedules_scheduledrun
        (id, schedule_id, schedule_name, epoch, origin, scheduled_for, tick_count, due_at,
         status, reason, attempt, send_count, failure_kind, error, started_at, finished_at,
         created_at)
    SELECT {id}, s.id, s.name, 1, 'schedule', {at}, 1, {at},
        CASE WHEN n % 17 = 3 THEN 'failed' WHEN n % 23 = 4 THEN 'skipped'
             ELSE 'succeeded' END,
        CASE WHEN n % 17 <> 3 AND n % 23 = 4 THEN 'overlap' ELSE '' END, 1, 1,
        CASE WHEN n % 17 = 3 THEN 'node' ELSE '' END, '', {at}, {end}, {at}
    FROM ostinato_schedules_scheduledjob s CROSS JOIN {numbers} numbers
    WHERE {which}
"""


def _write_runs(which: str, each: int, apart: int, now: datetime) -> None:
    vendor = connection.vendor
    first = f"{now.astimezone(UTC) - timedelta(hours=1):%Y-%m-%d %H:%M:%S}"
    at = _AT[vendor]
    statement = _INSERT.format(
        id=_NEW_ID[vendor],
        at=at.format(now=first, apart=apart, plus=0),
        end=at.format(now=first, apart=apart, plus="(2 + n % 37)"),
        numbers=_NUMBERS[vendor] % (max(1, each) - 1),
        which=which,
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _key(schedule: ScheduledJob) -> str:
    is_native = connection.features.has_native_uuid_field
    return f"'{schedule.pk if is_native else schedule.pk.hex}'"
