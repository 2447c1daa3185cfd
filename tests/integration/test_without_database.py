"""Workers are asked to end while the database hangs, or is away: they do, and lose nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from django.utils import timezone
from redis import Redis

from schedules.models import ScheduledRun
from schedules.processes.latest_end import LATEST_END_SECONDS
from schedules.rq.heartbeat import alive
from schedules.services import Actor, run_now
from tests.graphs import add_graph
from tests.integration.processes import Manage, manage, wait_until
from tests.integration.proxy import Proxy, database_url
from tests.schedules.conftest import MakeSchedule
from workflows.execution.queue import queue
from workflows.models import NodeRun, Workflow

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.both_databases,
    pytest.mark.slow,
]
# For the end of processes on a busy machine.
A_LITTLE = 5.0


@pytest.fixture(params=["hangs", "refuses"])
def away(way: Proxy, request: pytest.FixtureRequest) -> AbstractContextManager[None]:
    return way.clogged() if request.param == "hangs" else way.closed()


@pytest.fixture
def worker(
    child_env: dict[str, str], tmp_path: Path, way: Proxy, redis: Redis
) -> Iterator[Manage]:
    env = child_env | {"DATABASE_URL": database_url(way)}
    with manage(env, tmp_path, "rqworker", "--processes=2") as process:
        wait_until(lambda: alive(redis, "worker"))
        yield process


@pytest.fixture
def run(workflow: Workflow, make_schedule: MakeSchedule) -> Callable[[], None]:
    """Queues a run of eight seconds; a worker that is asked to end waits for it."""
    workflow.nodes.all().delete()
    nodes = {"start": ("trigger_schedule", {}), "wait": ("wait", {"seconds": 8})}
    add_graph(workflow, nodes, [("start", "wait")])

    def run() -> None:
        now = timezone.now()
        schedule = make_schedule(now, interval_seconds=3600)
        run_now(schedule.id, actor=Actor.person(schedule.owner), now=now)

    return run


def status() -> str:
    return ScheduledRun.objects.get().status


def ends_in_time(worker: Manage) -> None:
    """And says what it has left undone, if anything."""
    began = time.monotonic()
    code = worker.end()
    assert time.monotonic() - began < LATEST_END_SECONDS + A_LITTLE
    log = worker.log.read_text()
    assert (code == 1) == ("worker_ended_unanswered" in log)
    if ScheduledRun.objects.filter(status="running").exists():
        assert "worker_ended_unanswered" in log or "lost_run_not_recorded" in log


def test_an_idle_worker_ends_though_the_database_is_away(
    worker: Manage, away: AbstractContextManager[None]
) -> None:
    with away:
        ends_in_time(worker)


def test_a_run_that_could_not_be_claimed_runs_later(
    child_env: dict[str, str],
    tmp_path: Path,
    worker: Manage,
    away: AbstractContextManager[None],
    run: Callable[[], None],
) -> None:
    with away:
        run()
        wait_until(lambda: not queue().job_ids)
        ends_in_time(worker)
        assert status() == "pending"
    with (
        manage(child_env, tmp_path, "rqscheduler"),
        manage(child_env, tmp_path, "rqworker", "--processes=1"),
    ):
        wait_until(lambda: status() == "succeeded")


@pytest.mark.parametrize("state", ["at work", "recording"])
def test_a_run_whose_end_could_not_be_recorded_is_closed_later(
    child_env: dict[str, str],
    tmp_path: Path,
    worker: Manage,
    away: AbstractContextManager[None],
    run: Callable[[], None],
    state: str,
) -> None:
    run()
    wait_until(lambda: NodeRun.objects.filter(node_id="wait").exists())
    with away:
        time.sleep(9 if state == "recording" else 0)
        ends_in_time(worker)
        assert status() == "running"
    with manage(child_env, tmp_path, "rqscheduler"):
        wait_until(lambda: status() == "failed")
    assert ScheduledRun.objects.get().failure_kind == "lost"
