"""What a history of a million runs costs: the pages that show it, the audit, and pruning."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from schedules.models import ScheduledJob, ScheduledRun, ScheduleType
from schedules.services.drafts.snapshot import snapshot
from schedules.services.epochs.epochs import opened, save_opened
from schedules.services.insight.audit import audit
from schedules.services.upkeep.pruning import prune
from tests.bench.admin_pages import measured
from tests.bench.population import populate
from tests.bench.written_runs import analyze, just, write_executions, write_runs
from workflows.kit.conf import conf
from workflows.models import NodeRun, WorkflowExecution

SCHEDULES = "/admin/ostinato_schedules/scheduledjob/"
RUNS = "/admin/ostinato_schedules/scheduledrun/"
PAGES = {
    "schedule": f"{SCHEDULES}{{busy}}/change/",
    "schedule: failed runs": f"{SCHEDULES}{{busy}}/change/?outcome=failed",
    "runs": RUNS,
    "runs that failed": f"{RUNS}?status__exact=failed",
    "runs of the last day": f"{RUNS}?when=day",
    "run": f"{RUNS}{{run}}/change/",
    "executions": "/admin/ostinato_workflows/workflowexecution/",
    "execution": "/admin/ostinato_workflows/workflowexecution/{run}/change/",
    "API: runs": "/api/v1/schedules/{busy}/runs/",
    "API: failed runs": "/api/v1/schedules/{busy}/runs/?status=failed",
    "API: executions": "/api/v1/executions/",
    "API: execution": "/api/v1/executions/{run}/",
}
# One schedule has this share of the runs, a minute apart; those of the others are an hour apart.
BUSY_SHARE = 0.3
HOUR = timedelta(hours=1)
# No run is older.
ERA = 100_000 * HOUR
NODES = 2
# So much of the ledger is pruned, and of what is left so many runs are deleted by their ids.
PRUNED_SHARE = 0.5
PLAIN_SHARE = 0.1


@dataclass(slots=True)
class Took:
    """The time of some work, and of its longest part."""

    seconds: float = 0.0
    processor: float = 0.0
    longest: float = 0.0

    def time(self, work: Callable[[], Any]) -> Any:
        start, busy = time.perf_counter(), time.process_time()
        done = work()
        took = time.perf_counter() - start
        self.seconds += took
        self.processor += time.process_time() - busy
        self.longest = max(self.longest, took)
        return done


def history(schedules: int, runs: int, repeat: int) -> Iterator[tuple[str, Any]]:
    """`[page, ...]` of each page, then of the audit, of pruning, and of plain deletion."""
    now = timezone.now().replace(microsecond=0)
    busy = fill(schedules, runs, now)
    names = {
        "busy": busy.pk,
        "run": ScheduledRun.objects.filter(schedule=busy).first().pk,  # type: ignore[union-attr]
    }
    site = Client(SERVER_NAME="localhost")
    site.force_login(User.objects.create_superuser("boss"))
    for what, address in PAGES.items():
        yield f"page: {what}", measured(site, address.format(**names), repeat)
    yield "audit", _audited()
    yield "pruning", _pruned(int(runs * PRUNED_SHARE), now)
    yield "audit after pruning", _audited()
    yield "plain deletion", _deleted(int(runs * PLAIN_SHARE))


def fill(schedules: int, runs: int, now: datetime) -> ScheduledJob:
    """Returns the schedule that has most runs."""
    populate(
        schedules,
        ScheduleType.INTERVAL,
        due_at=now,
        anchor_at=now - ERA,
        vary=lambda number: {} if number else {"interval_seconds": 60},
    )
    busy = ScheduledJob.objects.get(interval_seconds=60)
    rest = ScheduledJob.objects.exclude(pk=busy.pk)
    of_busy = int(runs * BUSY_SHARE)
    with transaction.atomic():  # runs name executions that come after them
        _write(just(busy), of_busy, now - timedelta(minutes=1), 60)
        _write(rest, (runs - of_busy) // max(1, schedules - 1), now - HOUR, 3_600)
        write_executions(NODES)
    analyze()
    return busy


def _write(rows: Any, each: int, newest: datetime, apart: int) -> None:
    write_runs(rows, each, newest=newest, apart=apart, executed=True)
    begin = newest - timedelta(seconds=apart * each)
    save_opened(opened(row, snapshot(row), from_at=begin) for row in rows)


def _audited() -> dict[str, Any]:
    took = Took()
    accounts = took.time(lambda: list(audit()))
    problems = [problem for each in accounts for problem in each.problems]
    assert all(each.is_balanced for each in accounts), problems[:3]
    ticks = sum(each.recorded for each in accounts)
    return _rates(took, ticks) | {"rows": ScheduledRun.objects.count()}


def _pruned(most: int, now: datetime) -> dict[str, Any]:
    """So many runs go, and all executions and nodes of theirs. Everything is old then."""
    took, before, gone = Took(), _rows(), 0
    steps = prune(now + timedelta(days=conf.RUNS_KEPT_DAYS + 1))
    # A run is gone when its execution is, which comes later.
    while gone < most and (step := took.time(lambda: next(steps, None))):
        gone += step.executions
    return _rates(took, gone) | {"rows": before - _rows()}


def _deleted(most: int) -> dict[str, Any]:
    """So many of the runs that are left, with executions and nodes: a statement each."""
    took, before = Took(), _rows()
    ids = ScheduledRun.objects.filter(execution__isnull=False).order_by(
        "schedule", "-due_at"
    )
    chosen = [key.hex for key in ids.values_list("pk", flat=True)[:most]]
    took.time(lambda: _delete(chosen))
    return _rates(took, len(chosen)) | {"rows": before - _rows()}


_GIVEN = {
    "sqlite": "(SELECT value FROM json_each(%s))",
    "postgresql": "(SELECT jsonb_array_elements_text(%s::jsonb)::uuid)",
}


def _delete(ids: list[str]) -> None:

    given = _GIVEN[connection.vendor]
    tables = {NodeRun: "execution_id", ScheduledRun: "id", WorkflowExecution: "id"}
    with transaction.atomic(), connection.cursor() as cursor:
        for model, column in tables.items():
            table = model._meta.db_table
            statement = f"DELETE FROM {table} WHERE {column} IN {given}"
            cursor.execute(statement, [json.dumps(ids)])


def _rows() -> int:
    return sum(
        model._default_manager.count()
        for model in (ScheduledRun, WorkflowExecution, NodeRun)
    )


def _rates(took: Took, runs: int) -> dict[str, Any]:
    return {
        "runs": runs,
        "seconds": took.seconds,
        "processor": took.processor,
        "longest": took.longest,
        "rate": runs / took.seconds,
    }
