"""Whatever a run started ends with it, however it ends; and how it ended is told at once."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
from django.utils import timezone
from rq.command import send_stop_job_command

from schedules.models import ScheduledRun
from tests.integration.leftovers import Site, left
from tests.integration.processes import Manage, manage, wait_until
from tests.integration.sessions import living
from tests.schedules.conftest import MakeSchedule
from triggers.manual import run_workflow
from workflows.execution.queue import connection
from workflows.models import Workflow

pytestmark = pytest.mark.django_db(transaction=True)
FUNCTION = "The function exited the process with exit status"
PROCESS = "The work process ended with exit status"
KILLED = "The work process was killed by signal"
# Time enough to start all processes on a busy machine.
LIMIT_SECONDS = 4
TIMED_OUT = f"Timed out after {LIMIT_SECONDS} s."


@pytest.fixture
def child_env(child_env: dict[str, str]) -> dict[str, str]:
    return child_env | {
        "WORKFLOW_FUNCTION_MODULES": "tests.integration.ways_to_end",
        "EXECUTION_TIMEOUT_SECONDS": str(LIMIT_SECONDS),
    }


@pytest.fixture
def site(
    workflow: Workflow, tmp_path: Path, make_schedule: MakeSchedule
) -> Iterator[Site]:
    site = Site(workflow, tmp_path, make_schedule)
    yield site
    for session in site.sessions:  # none is left, unless the test has failed
        for process in living(session):
            process.kill()


OUTCOMES = [  # how it ends, and the status, kind and error of the run
    ("return", "succeeded", "", ""),
    ("a child returns", "succeeded", "", ""),
    ("a child raises", "succeeded", "", ""),
    ("a child exits", "succeeded", "", ""),
    (
        "raise",
        "failed",
        "node",
        "Unexpected error: ValueError. The site's log has the details.",
    ),
    ("exit 0", "failed", "node", f"{FUNCTION} 0."),
    ("exit with a text", "failed", "node", f"{FUNCTION} 1."),
    ("_exit 0", "failed", "crash", f"{PROCESS} 0."),
    ("_exit 3", "failed", "crash", f"{PROCESS} 3."),
    ("SIGKILL", "failed", "crash", f"{KILLED} SIGKILL (out of memory?)."),
    ("SIGSEGV", "failed", "crash", f"{KILLED} SIGSEGV."),
    ("sleep", "failed", "timeout", TIMED_OUT),
    ("swallow once", "failed", "timeout", TIMED_OUT),
    ("swallow and exit", "failed", "timeout", TIMED_OUT),
    ("swallow and raise", "failed", "timeout", TIMED_OUT),
    ("swallow and _exit", "failed", "timeout", TIMED_OUT),
]


@pytest.mark.slow
def test_a_run_that_ends_is_recorded_at_once_and_leaves_no_process(
    worker: Manage, site: Site
) -> None:
    for end, status, kind, error in OUTCOMES:
        run = site.run(end, timeout_seconds=LIMIT_SECONDS if error == TIMED_OUT else 60)
        session = run.session()
        assert run.ended() == (status, error), end
        assert run.row.failure_kind == run.row.execution.failure_kind == kind, end
        # No waiting here: by now the next attempt could be under way.
        assert left(session) == [], end
        assert run.row.execution.status == status
        assert run.row.execution.failed_node == (
            "" if status == "succeeded" else "work"
        )
        if end == "return":
            are_named(worker, run.row)


@pytest.fixture
def forking_worker(child_env: dict[str, str], tmp_path: Path) -> Iterator[Manage]:
    with manage(child_env, tmp_path, "rqworker", "--fork") as process:
        yield process


@pytest.mark.usefixtures("forking_worker")
def test_a_run_whose_job_is_stopped_through_rq_is_cancelled_at_once(site: Site) -> None:
    run = site.run("sleep", max_retries=3)
    session = run.session()
    send_stop_job_command(connection(), f"run-{run.row.pk}-1-0")
    assert run.ended() == ("cancelled", "The job was stopped through RQ.")
    assert living(session) == []


def are_named(worker: Manage, run: ScheduledRun) -> None:
    """The processes that a run left behind, in the log."""
    (line,) = re.findall(".*leftovers_ended.*", worker.log.read_text())
    assert f"run={run.id}" in line
    for name in ("sleep", "cat", "bash", "sh", "python"):
        assert re.search(rf"\b{name}[\d.]* \(\d+\)", line), line
    assert "713" not in re.sub(r"\(\d+\)", "", line), "no arguments: they may be secret"


@pytest.mark.slow
def test_a_run_by_hand_that_ends_is_recorded_and_leaves_no_process(
    worker: Manage, site: Site
) -> None:
    for end, status, kind, error in OUTCOMES:
        run = site.by_hand(end)
        session = run.session()
        assert run.ended() == (status, error), end
        assert run.row.failure_kind == kind, end
        wait_until(lambda session=session: not living(session))


def test_a_question_is_answered_by_nobody_and_does_not_wait(
    worker: Manage, site: Site
) -> None:
    status, error = site.run("ask").ended()
    assert (status, "EOF" in error) == ("failed", True), error


@pytest.fixture
def limit() -> int:
    return LIMIT_SECONDS


@pytest.fixture
def workers(
    child_env: dict[str, str], tmp_path: Path, limit: int
) -> Iterator[list[Manage]]:
    """Three, each of which does one run at a time."""
    env = child_env | {"EXECUTION_TIMEOUT_SECONDS": str(limit)}
    command = ("rqworker", "workflows", "--processes", "1")
    with ExitStack() as stack:
        yield [stack.enter_context(manage(env, tmp_path, *command)) for _ in range(3)]


@pytest.mark.slow
def test_one_that_does_not_end_by_itself_is_killed_with_all_that_it_started(
    workers: list[Manage], site: Site
) -> None:
    by_hand = site.by_hand("swallow always")
    cancelled = site.run("swallow always", max_retries=3)
    frozen = site.run("SIGSTOP")
    late = site.run("swallow always", timeout_seconds=LIMIT_SECONDS)
    sessions = [run.session() for run in (by_hand, cancelled, frozen)]
    ScheduledRun.objects.filter(pk=cancelled.row.pk).update(
        cancel_requested_at=timezone.now()
    )
    timed_out = ("failed", TIMED_OUT)
    assert by_hand.ended() == timed_out
    assert left(sessions[0]) == []
    assert cancelled.ended() == ("cancelled", "Cancelled while running.")
    assert left(sessions[1]) == []
    status, error = frozen.ended()
    assert status == "failed"
    assert error.startswith("Worker lost")
    assert frozen.row.failure_kind == "lost"
    assert left(sessions[2]) == []
    session = late.session()
    assert late.ended() == timed_out
    assert left(session) == []
    for run in (late, cancelled):
        execution = run.row.execution
        assert (execution.status, execution.error) == (run.row.status, run.row.error)


@pytest.mark.slow
@pytest.mark.parametrize("limit", [60])
def test_nothing_is_left_when_worker_and_work_process_are_killed(
    workers: list[Manage], site: Site
) -> None:
    started = [site.run("sleep"), site.run("sleep"), site.by_hand("sleep")]
    found = [run.session() for run in started]
    sessions = {psutil.Process(session).ppid(): session for session in found}
    one, both, group = (worker.process.pid for worker in workers)
    assert all(len(living(session)) >= 8 for session in sessions.values())
    os.kill(one, signal.SIGKILL)
    for process in (both, sessions[both]):
        os.kill(process, signal.SIGKILL)
    os.killpg(group, signal.SIGKILL)
    for session in sessions.values():
        wait_until(lambda session=session: not living(session))


def test_the_process_in_which_a_template_is_rendered_dies_with_its_worker(
    worker: Manage, site: Site
) -> None:
    loop = "{% for n in range(99999) %}"
    endless = {"text": loop * 2 + "{% endfor %}" * 2}
    work = site.workflow.nodes.filter(node_id="work")
    work.update(component_type="template", config=endless)
    owner = site.workflow.owner
    run_workflow(site.workflow, {}, user=owner, now=timezone.now())
    me = psutil.Process(worker.process.pid)
    wait_until(lambda: len(me.children(recursive=True)) == 2)
    session = me.children()[0].pid
    (renders,) = left(session)
    renders.suspend()  # so that no limit of its own ends it
    for process in (session, me.pid):
        os.kill(process, signal.SIGKILL)
    wait_until(lambda: not living(session))


@pytest.mark.slow
def test_a_retry_starts_when_nothing_is_left_of_the_attempt_before(
    scheduler: Manage, worker: Manage, site: Site
) -> None:
    run = site.run("SIGKILL", max_retries=1, retry_backoff_seconds=0)
    first = run.session()
    second = run.session()
    assert first != second
    assert living(first) == []
    assert run.ended()[0] == "failed"
    assert living(second) == []


@pytest.mark.slow
def test_a_worker_that_is_asked_to_end_gives_its_work_ten_seconds(
    worker: Manage, site: Site
) -> None:
    run = site.run("sleep")
    session = run.session()
    began = time.monotonic()
    worker.send(signal.SIGTERM)
    assert worker.process.wait(timeout=18) == 0
    assert time.monotonic() - began > 9
    assert living(session) == []
    assert run.ended() == (
        "failed",
        "Worker lost: it was stopped before the run had ended.",
    )
    assert run.row.failure_kind == "lost"


def test_a_second_request_ends_the_work_at_once(worker: Manage, site: Site) -> None:
    run = site.run("sleep")
    session = run.session()
    worker.send(signal.SIGTERM)
    time.sleep(3)  # RQ takes what comes within a second for the same request
    worker.send(signal.SIGTERM)
    worker.process.wait(timeout=5)
    assert living(session) == []
    assert run.ended()[1].startswith("Worker lost")


def reaper_of(worker: Manage) -> int:
    """Its process number; 0 if there is none."""
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if str(
            worker.process.pid
        ) in words and "workflows.processes.reaper" in " ".join(words):
            return process.pid
    return 0


def test_a_reaper_that_is_killed_is_replaced_and_ends_after_its_worker(
    worker: Manage, site: Site
) -> None:
    session = site.run("sleep").session()
    first = reaper_of(worker)
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(first, ignored)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: reaper_of(worker) not in {0, first})
    wait_until(lambda: "reaper_lost" in worker.log.read_text())
    worker.end(signal.SIGKILL)
    wait_until(lambda: not living(session))
    wait_until(lambda: reaper_of(worker) == 0)
