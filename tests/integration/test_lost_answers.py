"""The answer to the commit of a claim is lost with the connection: the claim is found again.

No scheduler runs, so that nobody else ends what nobody works on.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from schedules.models import ScheduledRun
from schedules.services import Actor, run_now
from tests.graphs import add_graph
from tests.integration.processes import Manage, manage, wait_until
from tests.integration.proxy import Proxy, database_url
from tests.schedules.conftest import MakeSchedule
from triggers.manual import run_workflow
from workflows.models import Workflow, WorkflowExecution

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.both_databases,
]
# More than one look of a worker that waits for the database.
AWAY_SECONDS = 1.2
# For the start of a worker on a busy machine.
LONG_SECONDS = 40


@pytest.fixture(
    params=["--processes=1", pytest.param("--fork", marks=pytest.mark.slow)]
)
def worker(
    child_env: dict[str, str],
    tmp_path: Path,
    way: Proxy,
    request: pytest.FixtureRequest,
) -> Iterator[Manage]:
    env = child_env | {"DATABASE_URL": database_url(way)}
    with manage(env, tmp_path, "rqworker", request.param) as process:
        yield process


def by_hand(workflow: Workflow) -> WorkflowExecution:
    return run_workflow(workflow, {}, user=workflow.owner, now=timezone.now())


def statuses() -> list[str]:
    return sorted(WorkflowExecution.objects.values_list("status", flat=True))


# What is claimed by its name is claimed by one statement, without a transaction.
@pytest.mark.parametrize(
    ("worker", "count", "statement"),
    [
        ("--processes=1", 1, "UPDATE"),
        ("--processes=1", 3, "COMMIT"),
        pytest.param("--fork", 1, "UPDATE", marks=pytest.mark.slow),
        pytest.param("--fork", 3, "UPDATE", marks=pytest.mark.slow),
    ],
    indirect=["worker"],
)
def test_the_claim_of_what_was_started_by_hand(
    worker: Manage, way: Proxy, workflow: Workflow, count: int, statement: str
) -> None:
    workflow.nodes.all().delete()
    add_graph(workflow, {"hand": ("trigger_manual", {})}, [])
    way.cut_after(statement)
    with transaction.atomic():  # the worker sees all at once
        for _ in range(count):
            by_hand(workflow)
    wait_until(lambda: "running" in statuses())
    assert way.was_cut.wait(LONG_SECONDS)
    time.sleep(AWAY_SECONDS)
    way.open()
    wait_until(lambda: statuses() == ["succeeded"] * count)


@pytest.mark.parametrize("count", [1, 3])
def test_the_claim_of_a_run(
    worker: Manage, way: Proxy, make_schedule: MakeSchedule, count: int
) -> None:
    now = timezone.now()
    way.cut_after("COMMIT")
    with transaction.atomic():  # the worker sees all at once
        for _ in range(count):
            schedule = make_schedule(now, interval_seconds=3600)
            run_now(schedule.id, actor=Actor.person(schedule.owner), now=now)
    assert way.was_cut.wait(LONG_SECONDS)
    time.sleep(AWAY_SECONDS)
    way.open()
    succeeded = ScheduledRun.objects.filter(status="succeeded")
    wait_until(lambda: succeeded.count() == count)


@pytest.mark.parametrize("count", [1, 3])
def test_the_claim_of_a_run_that_cannot_be_started(
    worker: Manage, way: Proxy, make_schedule: MakeSchedule, count: int
) -> None:
    now = timezone.now()
    schedules = [make_schedule(now, interval_seconds=3600) for _ in range(count)]
    way.cut_after("COMMIT")
    with transaction.atomic():  # the worker sees all at once
        for schedule in schedules:
            run_now(schedule.id, actor=Actor.person(schedule.owner), now=now)
        Workflow.objects.update(is_active=False)
    assert way.was_cut.wait(LONG_SECONDS)
    time.sleep(AWAY_SECONDS)
    way.open()
    failed = ScheduledRun.objects.filter(status="failed", failure_kind="no_trigger")
    wait_until(lambda: failed.count() == count)
