"""How many runs a second the workers do, and how soon after its time a run starts.

A run is that of a workflow with a trigger and a template, the least that a schedule can do.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from rq import Queue
from rq.job import Job

from platform_site.local.child_processes import end_group, spawn
from platform_site.local.data_dir import BASE_DIR
from schedules.models import OverlapPolicy, ScheduledJob, ScheduledRun, ScheduleType
from schedules.scheduler import get_scheduler_service
from schedules.services.runs.firing import fire_due
from tests.bench.population import clear, populate
from tests.bench.processor import processor_seconds
from tests.bench.waiting import alive, until
from tests.graphs import saying
from workflows.execution.queue import connection as redis_connection
from workflows.models import Workflow, WorkflowExecution
from workflows.services import save_graph

# For the processes, and for so many schedules that are made in a second at least.
HEADSTART_SECONDS = 5
SCHEDULES_A_SECOND = 1_000
# Stock RQ has a queue of its own, whose jobs are pickled.
STOCK_QUEUE = "stock"
NO_OP = "tests.bench.no_op.no_op"
# Before the first and after the last tenth, one process may still start or have nothing left.
STEADY = (0.1, 0.9)


def stock_rate(count: int) -> float:
    """The jobs a second of RQ's own pool of two, each of which does nothing."""
    clear()
    queue = Queue(STOCK_QUEUE, connection=redis_connection())
    prepare = Queue.prepare_data
    sent = queue.enqueue_many([prepare(NO_OP, result_ttl=900) for _ in range(count)])
    pool = ["-m", "rq.cli", "worker-pool", STOCK_QUEUE, "-n", "2", "-q"]
    with _running([*pool, "-u", settings.REDIS_URL]):
        until(lambda: queue.finished_job_registry.count >= count, "the jobs")
    ids = [job.id for job in sent]
    jobs = Job.fetch_many(ids, connection=redis_connection())
    return _steady_rate(
        [job.ended_at.timestamp() for job in jobs if job and job.ended_at]
    )


def our_rate(count: int, processes: int) -> float:
    """The runs a second of so many processes, from ledger to outcome, all on record."""
    clear()
    now = datetime.now(UTC).replace(microsecond=0)
    _populate(count, due_at=now)
    while ScheduledJob.objects.due(now).exists():
        fire_due(now)
    with _running(["manage.py", "rqworker", "--processes", str(processes)]):
        until(lambda: not _open_runs(), "the runs")
    _check_record(count)
    ends = ScheduledRun.objects.values_list("finished_at", flat=True)
    return _steady_rate([end.timestamp() for end in ends if end])


def starts(count: int, spread_seconds: int, processes: int) -> dict[str, Any]:
    """Of schedules that become due: how many seconds later each run `started` and `ended`, and
    the time of the `processor` that each process took from the first of them to the end of the last."""
    clear()
    with ExitStack() as site:
        scheduler = site.enter_context(_running(["manage.py", "rqscheduler"]))
        command = ["manage.py", "rqworker", "--processes", str(processes)]
        worker = site.enter_context(_running(command))
        until(lambda: alive("scheduler") == 1, "the scheduler")
        until(lambda: alive("worker") == 1, "the worker")
        now = datetime.now(UTC).replace(microsecond=0)
        seconds = HEADSTART_SECONDS + count // SCHEDULES_A_SECOND
        due_at = now + timedelta(seconds=seconds)
        _populate(count, due_at=due_at, spread_seconds=spread_seconds)
        service = get_scheduler_service()
        service.sync_jobs_on_startup()
        service.wake_schedulers()
        before = processor_seconds(scheduler, worker)
        # Looking earlier would take time that is measured.
        left = (due_at - datetime.now(UTC)).total_seconds()
        time.sleep(max(0.0, left + spread_seconds - 1))
        until(lambda: ScheduledRun.objects.count() == count, "the ticks")
        until(lambda: not _open_runs(), "the runs")
        after = processor_seconds(scheduler, worker)
    _check_record(count)
    times = ScheduledRun.objects.values_list("due_at", "started_at", "finished_at")
    return {
        "started": [(start - due).total_seconds() for due, start, _ in times if start],
        "ended": [(end - due).total_seconds() for due, _, end in times if end],
        "processor": {name: after[name] - before.get(name, 0.0) for name in after},
    }


def _populate(count: int, *, due_at: datetime, spread_seconds: int = 1) -> None:
    owner = populate(
        count,
        ScheduleType.INTERVAL,
        due_at=due_at,
        spread_seconds=spread_seconds,
        overlap_policy=OverlapPolicy.ALLOW,
    )
    text = "{{ trigger.schedule_name }} is done."
    graph = saying(text, trigger="trigger_schedule")
    save_graph(Workflow.objects.get(), graph, user=owner, now=due_at)


def _steady_rate(ends: Sequence[float]) -> float:
    """The rate between the first and the last tenth of these times."""
    in_order = sorted(ends)
    first, last = (int(len(in_order) * part) for part in STEADY)
    return (last - first) / (in_order[last] - in_order[first])


def _open_runs() -> bool:
    return ScheduledRun.objects.filter(status__in=["pending", "running"]).exists()


def _check_record(count: int) -> None:
    """Everything that is promised is on record."""
    runs = ScheduledRun.objects.filter(status="succeeded")
    executions = WorkflowExecution.objects.filter(status="succeeded")
    nodes = executions.filter(node_runs__status="succeeded")
    found = (runs.count(), executions.count(), nodes.count())
    assert found == (count, count, 2 * count), found


@contextmanager
def _running(command: Sequence[str]) -> Iterator[int]:
    """Python with these arguments, ended with the block; the id of the process."""
    with open(os.devnull, "wb") as nowhere:
        child = spawn([sys.executable, *command], output=nowhere, cwd=BASE_DIR)
    try:
        yield child.pid
    finally:
        end_group(child)
