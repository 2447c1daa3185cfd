"""How long a page of the list of schedules takes, through the whole of Django."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from statistics import median
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from platform_site.accounts.tokens import create_token
from schedules.api.filters import ScheduleFilter
from schedules.models import Origin, RunStatus, ScheduledJob, ScheduledRun, ScheduleType
from tests.bench.population import populate

LIST = "/api/v1/schedules/"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
# What is asked for, and the query that asks. Some find many, some few, some none: a page
# that cannot be filled has looked at every row.
QUERIES = {
    "default": "",
    "200 per page": "page_size=200",
    **{f"status={s}": f"status={s}" for s in ("active", "paused", "stopped")},
    "tag of all": "tag=all",
    "tag of ten": "tag=team-7",
    "tag of none": "tag=nobody",
    "search: finds all": "search=schedule",
    "search: finds one": "search=number+4711.",
    "search: finds none": "search=nowhere",
    "status, tag and order": "status=paused&tag=all&ordering=name",
    **{
        f"ordering={name}": f"ordering={name}"
        for name, _ in ScheduleFilter.base_filters["ordering"].extra["choices"]
    },
}
DEEP = 20  # so many pages from the first


def listing(count: int, repeat: int) -> Iterator[tuple[str, Any]]:
    """`[who: what, {"seconds", "best", "queries", "rows"}]` of each question, as each asker."""
    owner = populate(
        count, ScheduleType.INTERVAL, due_at=NOW, spread_seconds=count, vary=_various
    )
    _one_run_each()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # as autovacuum does; on SQLite nobody does
    boss = User.objects.create_superuser("boss")
    nobody = User.objects.create_user("somebody")
    for asker, who in (("owner", owner), ("staff", boss), ("another user", nobody)):
        site = _client(who)
        for what, query in QUERIES.items():
            yield f"{asker}: {what}", _measured(site, f"{LIST}?{query}", repeat)
        if asker != "another user":
            for order in ("-created_at", "name", "-last_run_at"):
                page = _page_after(site, f"{LIST}?ordering={order}")
                yield f"{asker}: page {DEEP}, {order}", _measured(site, page, repeat)


def _various(number: int) -> dict[str, Any]:
    status = {7: "paused", 8: "stopped"}.get(number % 100, "active")
    fields: dict[str, Any] = {
        "name": f"schedule {number * 7919 % 100_003}",
        "description": f"Makes the report of number {number}. " * 3,
        "tags": ["all", f"team-{number % 10_000}"],
        "trigger_payload": {"report": number, "to": ["someone@example.org"]},
        "status": status,
        "created_at": NOW - timedelta(days=400) + timedelta(seconds=number),
        "last_run_at": NOW - timedelta(seconds=number) if number % 3 else None,
    }
    if status != "active":
        fields |= {"next_tick_at": None, "next_run_at": None}
    return fields


def _one_run_each() -> None:
    schedules = ScheduledJob.objects.values_list("pk", "name").iterator()
    while some := list(islice(schedules, 2_000)):
        ScheduledRun.objects.bulk_create(
            ScheduledRun(
                schedule_id=pk,
                schedule_name=name,
                epoch=1,
                origin=Origin.SCHEDULE,
                status=RunStatus.SUCCEEDED,
                scheduled_for=NOW,
                due_at=NOW,
                finished_at=NOW,
                created_at=NOW,
            )
            for pk, name in some
        )


def _client(user: User) -> Client:
    text = create_token(user, name="benchmark", expires_at=None, now=NOW)[1]
    return Client(SERVER_NAME="localhost", headers={"Authorization": f"Bearer {text}"})


def _page_after(site: Client, address: str) -> str:
    """The address of the page that so many pages lead to, or of the last."""
    for _ in range(DEEP - 1):
        address = site.get(address).json()["next"] or address
    return address


def _measured(site: Client, address: str, repeat: int) -> dict[str, Any]:
    with CaptureQueriesContext(connection) as queries:
        answer = site.get(address)
        asked = len(queries)  # the next request begins a new log
    assert answer.status_code == 200, answer.content
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        site.get(address)
        seconds.append(time.perf_counter() - start)
    return {
        "seconds": median(seconds),
        "best": min(seconds),
        "queries": asked,
        "rows": len(answer.json()["results"]),
    }
