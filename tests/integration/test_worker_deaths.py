"""Workers and their work horses end in every way; the ledger says what became of the run."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psutil
import pytest
from django.utils import timezone
from redis import Redis

from schedules.models import ScheduledJob, ScheduledRun
from schedules.rq.heartbeat import alive
from schedules.services import Actor, run_now
from tests.graphs import add_graph
from tests.integration.processes import Manage, wait_until
from tests.schedules.conftest import MakeSchedule
from triggers.manual import run_workflow
from workflows.execution.endings import WORKER_LOST
from workflows.execution.queue import queue_name
from workflows.models import Workflow, WorkflowExecution

pytestmark = pytest.mark.django_db(transaction=True)
QUEUE = f"rq:queue:{queue_name()}"
# For the scheduler's work on a busy machine.
A_LITTLE = 1.0


@pytest.fixture
def stalled_site() -> Iterator[str]:
    """The origin of a server that takes requests and answers only when the test is over."""
    over = threading.Event()

    class Stalled(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            over.wait(60)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Stalled)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    over.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def child_env(child_env: dict[str, str], stalled_site: str) -> dict[str, str]:
    return child_env | {"HTTP_NODE_ALLOWED_ORIGINS": stalled_site}


@pytest.fixture
def long_job(workflow: Workflow, make_schedule: MakeSchedule, stalled_site: str):
    """A schedule whose work does not end by itself, asked to run now."""
    workflow.nodes.all().delete()
    add_graph(
        workflow,
        {
            "start": ("trigger_schedule", {}),
            "wait": ("http_request", {"url": stalled_site, "timeout": 60}),
        },
        [("start", "wait")],
    )

    def run(**fields) -> ScheduledJob:
        schedule = make_schedule(timezone.now(), interval_seconds=3600, **fields)
        run_now(schedule.id, actor=Actor.person(schedule.owner), now=timezone.now())
        return schedule

    return run


def the_run() -> ScheduledRun:
    return ScheduledRun.objects.get()


def horse_of(worker: Manage) -> psutil.Process:
    """The work horse, once the run has started in it."""
    wait_until(lambda: the_run().status == "running")
    (horse,) = psutil.Process(worker.process.pid).children()
    return horse


KILLED = "The work process was killed by signal SIGKILL (out of memory?)."


def test_a_run_whose_work_horse_is_killed_is_recorded_as_that_at_once(
    worker: Manage, long_job
) -> None:
    schedule = long_job()
    horse_of(worker).kill()
    wait_until(lambda: the_run().status == "failed")
    assert (the_run().failure_kind, the_run().error) == ("crash", KILLED)
    assert the_run().execution.status == "failed"
    schedule.refresh_from_db()
    assert schedule.last_error == KILLED


@pytest.mark.slow
def test_a_work_horse_dies_with_its_worker_and_the_sweep_records_the_run(
    scheduler: Manage, worker: Manage, long_job
) -> None:
    long_job()
    horse = horse_of(worker)
    worker.end(signal.SIGKILL)
    wait_until(lambda: not horse.is_running())
    wait_until(lambda: the_run().status == "failed")
    assert the_run().failure_kind == "lost"


def test_an_id_that_went_with_its_worker_is_sent_again_within_5_seconds(
    scheduler: Manage, redis: Redis, long_job
) -> None:
    wait_until(lambda: alive(redis, "scheduler"))
    long_job()
    assert redis.lpop(QUEUE)  # by a worker that is killed before the claim
    wait_until(lambda: redis.llen(QUEUE), seconds=5 + A_LITTLE)


@pytest.fixture
def by_hand(workflow: Workflow, long_job, stalled_site: str) -> WorkflowExecution:
    """The same work, started by hand and not by a schedule."""
    workflow.nodes.all().delete()
    wait = ("http_request", {"url": stalled_site, "timeout": 60})
    add_graph(
        workflow,
        {"by_hand": ("trigger_manual", {}), "wait": wait},
        [("by_hand", "wait")],
    )
    return run_workflow(workflow, {}, user=workflow.owner, now=timezone.now())


def at_the_node(execution: WorkflowExecution) -> bool:
    return execution.node_runs.filter(node_id="wait").exists()


def executed(execution: WorkflowExecution) -> str:
    execution.refresh_from_db()
    return execution.status


def test_work_started_by_hand_whose_horse_is_killed_is_recorded_at_once(
    worker: Manage, by_hand: WorkflowExecution
) -> None:
    wait_until(lambda: at_the_node(by_hand))
    psutil.Process(worker.process.pid).children()[0].kill()
    wait_until(lambda: executed(by_hand) == "failed")
    assert (by_hand.error, by_hand.failed_node) == (KILLED, "wait")


@pytest.mark.slow
def test_work_started_by_hand_whose_worker_is_killed_is_recorded_as_lost(
    scheduler: Manage, worker: Manage, by_hand: WorkflowExecution
) -> None:
    wait_until(lambda: at_the_node(by_hand))
    worker.end(signal.SIGKILL)
    wait_until(lambda: executed(by_hand) == "failed")
    assert (by_hand.error, by_hand.failed_node) == (WORKER_LOST.error, "wait")


@pytest.mark.slow
def test_a_lost_run_is_tried_again_if_the_schedule_allows_it(
    scheduler: Manage, worker: Manage, long_job
) -> None:
    long_job(max_retries=1, retry_backoff_seconds=0)
    first = horse_of(worker)
    first.kill()
    wait_until(lambda: (the_run().attempt, the_run().status) == (2, "running"))
    assert ScheduledRun.objects.count() == 1


def test_work_ends_at_its_deadline(worker: Manage, long_job) -> None:
    long_job(timeout_seconds=1)
    wait_until(lambda: the_run().status == "failed")
    assert the_run().error == "Timed out after 1 s."
    assert the_run().execution.failed_node == "wait"


def test_a_worker_without_work_ends_at_once(worker: Manage) -> None:
    from schedules.rq.heartbeat import alive
    from workflows.execution.queue import connection

    wait_until(lambda: alive(connection(), "worker"))
    assert worker.end() == 0
    assert not alive(connection(), "worker")
