"""Turns on real parts: what waits of one person does not keep another waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from schedules.models import OverlapPolicy, ScheduledJob, ScheduledRun, ScheduleType
from schedules.services import Actor, fire_due, run_now
from tests.bench.population import populate
from tests.graphs import saying
from tests.integration.processes import Manage, manage, wait_until
from tests.schedules.conftest import MakeSchedule
from workflows.models import Workflow
from workflows.services import save_graph

pytestmark = pytest.mark.django_db(transaction=True)
# What a connection may keep of the database, by `cache_size`.
SQLITE_PAGES = 20_000 * 1024


@pytest.fixture
def one_process(child_env: dict[str, str], tmp_path: Path) -> Iterator[Manage]:
    env = child_env | {"WORK_PROCESS_RUNS": "100000"}
    with manage(env, tmp_path, "rqworker", "--processes", "1") as process:
        yield process


@pytest.fixture
def of_bob(bob: User) -> Callable[[ScheduledJob], ScheduledJob]:
    """Makes a schedule Bob's, with a workflow of his."""
    his = Workflow.objects.create(name="his", owner=bob)
    graph = saying("his", trigger="trigger_schedule")
    save_graph(his, graph, user=bob, now=timezone.now())

    def give(schedule: ScheduledJob) -> ScheduledJob:
        ScheduledJob.objects.filter(pk=schedule.pk).update(owner=bob, workflow=his)
        return ScheduledJob.objects.get(pk=schedule.pk)

    return give


def order() -> list[str]:
    """The names of the schedules, as their runs were started."""
    runs = ScheduledRun.objects.exclude(started_at=None).order_by("started_at")
    return list(runs.values_list("schedule_name", flat=True))


def queue_run(schedule: ScheduledJob) -> None:
    run_now(schedule.id, actor=Actor.person(schedule.owner), now=timezone.now())


def all_are_over() -> bool:
    return not ScheduledRun.objects.filter(status__in=["pending", "running"]).exists()


@pytest.mark.both_databases
@pytest.mark.usefixtures("redis")
def test_fifty_runs_of_one_delay_another_by_one_run(
    make_schedule: MakeSchedule,
    of_bob: Callable[[ScheduledJob], ScheduledJob],
    request: pytest.FixtureRequest,
) -> None:
    now = timezone.now()
    for number in range(50):
        queue_run(make_schedule(now, name=f"hers {number}", interval_seconds=3600))
    queue_run(of_bob(make_schedule(now, name="his", interval_seconds=3600)))
    request.getfixturevalue("one_process")
    wait_until(all_are_over)
    assert "his" in order()[:2]


@pytest.mark.both_databases
@pytest.mark.usefixtures("redis")
def test_a_process_goes_on_with_the_turns_of_the_one_that_it_replaces(
    make_schedule: MakeSchedule,
    of_bob: Callable[[ScheduledJob], ScheduledJob],
    child_env: dict[str, str],
    tmp_path: Path,
) -> None:
    now = timezone.now()
    for _ in range(4):
        queue_run(make_schedule(now, name="hers", interval_seconds=3600))
        queue_run(of_bob(make_schedule(now, name="his", interval_seconds=3600)))
    env = child_env | {"WORK_PROCESS_RUNS": "1"}
    with manage(env, tmp_path, "rqworker", "--processes", "1"):
        wait_until(all_are_over)
    # The last one is what the queue names.
    assert order()[:7] == (["hers", "his"] * 4)[:7]


@pytest.mark.usefixtures("redis")
def test_a_backfill_delays_a_live_tick_by_one_run(
    make_schedule: MakeSchedule, request: pytest.FixtureRequest
) -> None:
    now = timezone.now()
    for number in range(30):
        queue_run(make_schedule(now, name=f"past {number}", interval_seconds=3600))
    ScheduledRun.objects.update(origin="backfill")
    queue_run(make_schedule(now, name="live", interval_seconds=3600))
    request.getfixturevalue("one_process")
    wait_until(all_are_over)
    assert "live" in order()[:2]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("redis")
def test_ten_thousand_runs_in_one_process_need_no_more_memory_than_the_first(
    one_process: Manage,
) -> None:
    now = timezone.now().replace(microsecond=0)
    owner = populate(
        10_000,
        ScheduleType.INTERVAL,
        due_at=now,
        overlap_policy=OverlapPolicy.ALLOW,
    )
    graph = saying("{{ trigger.schedule_name }}", trigger="trigger_schedule")
    save_graph(Workflow.objects.get(), graph, user=owner, now=now)
    while fire_due(now).schedules:
        pass
    [process] = psutil.Process(one_process.process.pid).children()
    succeeded = ScheduledRun.objects.filter(status="succeeded")
    wait_until(lambda: succeeded.count() >= 1_000, seconds=120)
    first = process.memory_info().rss
    wait_until(lambda: succeeded.count() == 10_000, seconds=400)
    assert process.is_running()
    pages = SQLITE_PAGES if connection.vendor == "sqlite" else 0
    assert process.memory_info().rss < 1.1 * first + pages
