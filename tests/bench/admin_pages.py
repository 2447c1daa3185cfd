"""How long pages of the admin take, with a ledger of a million runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from schedules.models import SavedView, ScheduledJob, ScheduleType
from tests.bench.population import populate
from workflows.models import Workflow

LIST = "/admin/ostinato_schedules/scheduledjob/"
ROWS = 50  # a page
# What is opened, and the query that asks.
QUERIES = {
    "the list": "",
    "the last page": "p={last}",
    "needs attention": "state=attention",
    "paused, of an owner": "state=paused&owner={owner}",
    "a workflow": "workflow={workflow}",
    "a tag": "tag=team-7",
    "made by an agent": "made_by=agent",
    "last outcome": "outcome=succeeded",
    "search: finds all": "q=schedule",
    "search: finds few": "q=4711",
    "by name": "o=1",
    "by state": "o=2",
    "by next run, last first": "o=-3",
    "by workflow": "o=5",
}
RUNS = "/admin/ostinato_schedules/scheduledrun/"
# Other pages of the admin.
PAGES = {
    "overview": f"{LIST}overview/",
    "runs": RUNS,
    "runs that failed": f"{RUNS}?status__exact=failed",
    "runs of the last day": f"{RUNS}?when=day",
    "runs: search": f"{RUNS}?q=4711",
    "audit trail": "/admin/ostinato_schedules/scheduleevent/",
}


def admin_pages(schedules: int, runs: int, repeat: int) -> Iterator[tuple[str, Any]]:
    """`[page, {"seconds", "processor", "queries", "kilobytes", "rows"}]` of each list."""
    now = timezone.now()
    owner = _fill(schedules, runs, now)
    boss = User.objects.create_superuser("boss")
    for number in range(3):
        query = f"state=paused&tag=team-{number}"
        SavedView.objects.create(owner=boss, name=f"view {number}", query=query)
    site = Client(SERVER_NAME="localhost")
    site.force_login(boss)
    workflow = Workflow.objects.values_list("pk", flat=True)[0]
    last = -(-schedules // ROWS)
    for what, query in QUERIES.items():
        asked = query.format(owner=owner.pk, workflow=workflow, last=last)
        yield what, _measured(site, f"{LIST}?{asked}", repeat)
    for what, address in PAGES.items():
        yield what, _measured(site, address, repeat)


def _fill(schedules: int, runs: int, now: datetime) -> User:
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
    _write_runs(max(1, runs // schedules), now)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE")  # as autovacuum does; on SQLite nobody does
    return owner


def _various(number: int, now: datetime) -> dict[str, Any]:
    """One in 20 is paused, one in 20 has ended, one in 100 is failing; 220 workflows."""
    status = {7: "paused", 8: "stopped"}.get(number % 20, "active")
    fields: dict[str, Any] = {
        "name": f"schedule {number * 7919 % 100_003}",
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
    return fields


# So many runs of each schedule, an hour apart; one in 17 has failed. A million rows are
# written by the database itself, in half a minute.
_NUMBERS = {
    "sqlite": "(WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < %d)"
    " SELECT n FROM c)",
    "postgresql": "(SELECT n FROM generate_series(0, %d) AS series(n))",
}
_NEW_ID = {"sqlite": "lower(hex(randomblob(16)))", "postgresql": "gen_random_uuid()"}
_AT = {
    "sqlite": "datetime('{now}', '-' || (n * 3600 - {plus}) || ' seconds')",
    "postgresql": "TIMESTAMPTZ '{now}+00' - (n * 3600 - {plus}) * INTERVAL '1 second'",
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
"""


def _write_runs(each: int, now: datetime) -> None:
    vendor = connection.vendor
    first = f"{now.astimezone(UTC) - timedelta(hours=1):%Y-%m-%d %H:%M:%S}"
    statement = _INSERT.format(
        id=_NEW_ID[vendor],
        at=_AT[vendor].format(now=first, plus=0),
        end=_AT[vendor].format(now=first, plus="(2 + n % 37)"),
        numbers=_NUMBERS[vendor] % (each - 1),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _measured(site: Client, address: str, repeat: int) -> dict[str, Any]:
    with CaptureQueriesContext(connection) as queries:
        answer = site.get(address)
        asked = len(queries)  # the next request begins a new log
    assert answer.status_code == 200, answer.content
    seconds, processor = [], []
    for _ in range(repeat):
        start, busy = time.perf_counter(), time.process_time()
        site.get(address)
        seconds.append(time.perf_counter() - start)
        processor.append(time.process_time() - busy)
    return {
        "seconds": median(seconds),
        "processor": median(processor),
        "queries": asked,
        "kilobytes": len(answer.content) // 1000,
        "rows": answer.text.count("_selected_action"),
    }
