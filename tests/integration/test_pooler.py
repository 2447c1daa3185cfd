"""A site whose PostgreSQL is reached through PgBouncer in transaction mode: each transaction may
be carried out by another server process."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from redis import Redis

from platform_site.local.child_processes import free_port
from schedules.models import ScheduledRun
from schedules.services import Actor, run_now
from tests.graphs import saying
from tests.integration.processes import manage, wait_until
from tests.integration.proxy import Proxy
from tests.schedules.conftest import MakeSchedule
from triggers.manual import run_workflow
from workflows.models import Workflow, WorkflowExecution
from workflows.services import save_graph

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
RUNS = 25
CONFIGURATION = """
[databases]
{name} = user={user} host=127.0.0.1 port={server_port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
"""


@pytest.fixture
def pooled(way: Proxy, tmp_path: Path) -> Iterator[str]:
    """The `DATABASE_URL` that leads through PgBouncer, which has two connections."""
    if not (
        program := shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    ):
        pytest.skip("needs PgBouncer")
    port, database = free_port(), connection.settings_dict
    name, user = database["NAME"], database["USER"]
    configuration = tmp_path / "pgbouncer.ini"
    configuration.write_text(
        CONFIGURATION.format(name=name, user=user, server_port=way.port, port=port)
    )
    as_nobody = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen(
        [program, "-q", *as_nobody, configuration], stderr=subprocess.DEVNULL
    )
    yield f"postgresql://{user}@127.0.0.1:{port}/{name}"
    process.terminate()
    process.wait(timeout=10)


def test_workers_run_what_is_due(
    child_env: dict[str, str],
    tmp_path: Path,
    redis: Redis,
    pooled: str,
    workflow: Workflow,
    make_schedule: MakeSchedule,
) -> None:
    now = timezone.now()
    owner = workflow.owner
    by_hand = Workflow.objects.create(name="by hand", owner=owner)
    save_graph(by_hand, saying("Done."), user=owner, now=now)
    for _ in range(RUNS):
        schedule = make_schedule(now, interval_seconds=3600)
        run_now(schedule.id, actor=Actor.person(owner), now=now)
        run_workflow(by_hand, {}, user=owner, now=now)
    env = child_env | {"DATABASE_URL": pooled}
    with (
        manage(child_env, tmp_path, "rqscheduler"),
        manage(env, tmp_path, "rqworker", "--processes=3") as worker,
    ):
        succeeded = WorkflowExecution.objects.filter(status="succeeded")
        wait_until(lambda: succeeded.count() == 2 * RUNS)
        wait_until(
            lambda: not ScheduledRun.objects.exclude(status="succeeded").exists()
        )
        assert worker.end() == 0
        log = worker.log.read_text()
    assert "does not exist" not in log
    assert "already exists" not in log
