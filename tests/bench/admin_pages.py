"""How long pages of the admin take, with a ledger of a million runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from schedules.rq.heartbeat import beat
from schedules.services.insight.calendar import month
from schedules.services.insight.load import load_map
from tests.bench.admin_site import fill
from workflows.execution.queue import connection as redis_connection
from workflows.execution.queue import queue_name

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
    "last outcome: few": "outcome=failed",
    "no runs yet": "outcome=none",
    "search: finds all": "q=schedule",
    "search: finds few": "q=4711",
    "by name": "o=1",
    "by state": "o=2",
    "by next run, last first": "o=-3",
    "by workflow": "o=5",
}
RUNS = "/admin/ostinato_schedules/scheduledrun/"
BUSY = f"{LIST}{{busy}}/change/"
# Other pages of the admin.
PAGES = {
    "overview": f"{LIST}overview/",
    "runs": RUNS,
    "runs that failed": f"{RUNS}?status__exact=failed",
    "runs of the last day": f"{RUNS}?when=day",
    "runs: search": f"{RUNS}?q=4711",
    "runs: finds all": f"{RUNS}?q=schedule",
    "runs: finds none": f"{RUNS}?q=nothing-like-it",
    "audit trail": "/admin/ostinato_schedules/scheduleevent/",
    "schedule of many runs": BUSY,
    "schedule: failed runs": f"{BUSY}?outcome=failed",
    "load map": f"{LIST}load/",
    "load map, by runs": f"{LIST}load/?show=runs",
    "calendar, this month": f"{LIST}calendar/",
    "calendar, next month": f"{LIST}calendar/?month={{coming}}",
    "calendar, past month": f"{LIST}calendar/?month={{past}}",
    "calendar, today": f"{LIST}calendar/?day={{today}}",
    "calendar, a past day": f"{LIST}calendar/?day={{past}}-10",
    "approvals": f"{LIST}approvals/",
}
WORKERS = 4


def admin_pages(schedules: int, runs: int, repeat: int) -> Iterator[tuple[str, Any]]:
    """`[page, {"seconds", "processor", "queries", "kilobytes", "rows"}]` of each page."""
    found = fill(schedules, runs)
    site = Client(SERVER_NAME="localhost")
    site.force_login(found.boss)
    today = timezone.now().date()
    names = {
        "owner": found.owner.pk,
        "workflow": found.workflow.pk,
        "last": -(-schedules // ROWS),
        "busy": found.busy.pk,
        "today": today,
        "past": f"{_months(today, -1):%Y-%m}",
        "coming": f"{_months(today, 1):%Y-%m}",
    }
    pages = {what: f"{LIST}?{query}" for what, query in QUERIES.items()} | PAGES
    for what, address in pages.items():
        yield what, measured(site, address.format(**names), repeat)


def _months(day: Any, later: int) -> Any:
    number = day.year * 12 + day.month - 1 + later
    return day.replace(year=number // 12, month=number % 12 + 1, day=1)


def measured(site: Client, address: str, repeat: int) -> dict[str, Any]:
    """Each time as the first in its minute: what is kept for a minute is forgotten."""
    _anew()
    with CaptureQueriesContext(connection) as queries:
        answer = site.get(address)
        asked = len(queries)  # the next request begins a new log
    assert answer.status_code == 200, answer.content
    seconds, processor = [], []
    for _ in range(repeat):
        _anew()
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


def _anew() -> None:
    month.forget()
    load_map.forget()
    redis = redis_connection()
    beat(redis, "scheduler", "scheduler")
    for number in range(WORKERS):
        beat(redis, "worker", f"worker {number}")
        beat(redis, f"worker:{queue_name()}", f"worker {number}")
