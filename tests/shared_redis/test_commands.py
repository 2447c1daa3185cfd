"""`manage.py rqworker` and `rqscheduler` in a project that has pickled queues of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.utils import timezone
from redis import Redis
from rq import Queue
from rq_scheduler import Scheduler

from platform_site.local.data_dir import BASE_DIR
from schedules.rq.messages import Alarm, alarm_id
from schedules.scheduler import get_scheduler_service
from tests.integration.processes import Manage, manage, wait_until
from tests.shared_redis.jobs import note
from triggers.manual import run_workflow
from workflows.models import Workflow, WorkflowExecution

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.heavy]
DAY = date(2026, 11, 28)
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def env(child_env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of the project; this process writes into its queue, too."""
    queue = {"URL": settings.RQ_QUEUES["workflows"]["URL"]}
    monkeypatch.setattr(settings, "RQ", {})
    monkeypatch.setattr(settings, "RQ_QUEUES", {"default": queue, "high": queue})
    return child_env | {"DJANGO_SETTINGS_MODULE": "tests.shared_redis.settings"}


@pytest.fixture
def run(env: dict[str, str]) -> Run:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE_DIR,
            env=env,
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


@pytest.fixture
def started(env: dict[str, str], workflow: Workflow) -> WorkflowExecution:
    payload = {"name": "Ada"}
    return run_workflow(workflow, payload, user=workflow.owner, now=timezone.now())


def add_job(redis: Redis, name: str, file: Path) -> None:
    Queue(name, connection=redis).enqueue(note, file, DAY)


def status(execution: WorkflowExecution) -> str:
    execution.refresh_from_db()
    return execution.status


@pytest.mark.slow
def test_a_worker_of_another_queue_is_that_of_django_rq(
    redis: Redis, run: Run, started: WorkflowExecution, tmp_path: Path
) -> None:
    add_job(redis, "high", tmp_path / "high")
    done = run("rqworker", "high", "--burst")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "high").read_text() == "2026-11-28 Job DefaultSerializer"
    assert status(started) == "pending"
    assert f"execution-{started.pk}-0" in Queue("default", connection=redis).job_ids


@pytest.mark.parametrize("named", [(), ("default",)])
def test_our_worker_runs_our_jobs_and_those_of_the_project(
    redis: Redis,
    run: Run,
    started: WorkflowExecution,
    tmp_path: Path,
    named: tuple[str, ...],
) -> None:
    add_job(redis, "default", tmp_path / "default")
    add_job(redis, "high", tmp_path / "high")
    done = run("rqworker", *named, "--burst")
    assert done.returncode == 0, done.stderr
    assert status(started) == "succeeded"
    assert (tmp_path / "default").read_text() == "2026-11-28 Job DefaultSerializer"
    assert not (tmp_path / "high").exists()


def test_one_worker_may_serve_our_queue_and_others(
    redis: Redis, run: Run, started: WorkflowExecution, tmp_path: Path
) -> None:
    add_job(redis, "high", tmp_path / "high")
    done = run("rqworker", "high", "default", "--burst")
    assert done.returncode == 0, done.stderr
    assert status(started) == "succeeded"
    assert (tmp_path / "high").read_text() == "2026-11-28 Job DefaultSerializer"


@pytest.mark.slow
def test_the_scheduler_of_another_queue_is_that_of_django_rq(
    redis: Redis, env: dict[str, str], tmp_path: Path
) -> None:
    ours = Alarm(alarm_id(uuid4()), datetime(2025, 12, 31, tzinfo=UTC))
    get_scheduler_service().set_alarms([ours])
    theirs = Scheduler("high", connection=redis)
    theirs.enqueue_at(datetime(2026, 1, 1, tzinfo=UTC), note, tmp_path / "high", DAY)
    with manage(env, tmp_path, "rqscheduler", "--queue", "high") as process:
        wait_until(lambda: Queue("high", connection=redis).count)
        assert redis.keys("rq:scheduler_instance:*")
        assert Queue("default", connection=redis).job_ids == [ours.rq_job_id]
        assert process.process.poll() is None


@pytest.fixture
def scheduler(env: dict[str, str], tmp_path: Path) -> Manage:
    with manage(env, tmp_path, "rqscheduler") as process:
        yield process


@pytest.mark.slow
def test_our_scheduler_enqueues_the_pickled_jobs_of_the_project_as_well(
    redis: Redis, scheduler: Manage, run: Run, tmp_path: Path
) -> None:
    theirs = Scheduler("high", connection=redis)
    theirs.enqueue_at(datetime(2026, 1, 1, tzinfo=UTC), note, tmp_path / "high", DAY)
    wait_until(lambda: Queue("high", connection=redis).count)
    run("rqworker", "high", "--burst")
    assert (tmp_path / "high").read_text() == "2026-11-28 Job DefaultSerializer"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        (("rqworker", "low"), "RQ_QUEUES has no queue 'low'."),
        (
            ("rqscheduler", "--queue", "low"),
            "RQ_QUEUES has no queue 'low'. Without --queue this command fires the "
            "schedules, whose queue is 'default'.",
        ),
    ],
)
def test_a_queue_that_does_not_exist_is_refused_in_one_line(
    run: Run, arguments: tuple[str, ...], refusal: str
) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stderr) == (1, f"CommandError: {refusal}\n")


@pytest.mark.slow
def test_the_doctor_names_the_queue_and_its_setting(
    redis: Redis, run: Run, started: WorkflowExecution, tmp_path: Path
) -> None:
    add_job(redis, "high", tmp_path / "high")
    done = run("schedule_doctor")
    assert "Run `manage.py rqworker high`." in done.stdout
    assert "REDIS_URL" not in done.stdout
