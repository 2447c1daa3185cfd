"""Workers while Redis hangs, or refuses: they end when they are asked to, and lose nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import django_rq
import pytest
from django.utils import timezone
from redis import Redis
from rq.job import JobStatus

from platform_site.local.child_processes import free_port
from schedules.models import ScheduledRun
from schedules.processes.latest_end import LATEST_END_SECONDS
from schedules.processes.patience import BURST_SECONDS
from schedules.processes.worker import GRACE_SECONDS
from schedules.rq.heartbeat import alive
from schedules.services import Actor, run_now
from tests.graphs import add_graph
from tests.integration.outages import hanging, refusing
from tests.integration.processes import Manage, manage, wait_until
from tests.integration.proxy import Proxy, redis_url
from tests.schedules.conftest import MakeSchedule
from workflows.execution.queue import queue
from workflows.execution.redis_client import TIMEOUTS
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
# For the start and the end of processes on a busy machine.
A_LITTLE = 5.0
RunAll = Callable[..., None]
Start = Callable[..., Manage]
Begin = Callable[..., Manage]
Away = Callable[[Redis], AbstractContextManager[None]]


@pytest.fixture
def run(workflow: Workflow, make_schedule: MakeSchedule) -> RunAll:
    """Queues runs that take so many seconds, each of a schedule of its own."""

    def waiting(seconds: float) -> Workflow:
        name, owner = f"waits {seconds} s", workflow.owner
        made, is_new = Workflow.objects.get_or_create(name=name, owner=owner)
        if is_new:
            wait = ("wait", {"seconds": seconds})
            nodes = {"start": ("trigger_schedule", {}), "wait": wait}
            add_graph(made, nodes, [("start", "wait")])
        return made

    def run(*seconds: float) -> None:
        now = timezone.now()
        for each in seconds:
            schedule = make_schedule(now, interval_seconds=3600, workflow=waiting(each))
            run_now(schedule.id, actor=Actor.person(schedule.owner), now=now)

    return run


def statuses() -> list[str]:
    return sorted(ScheduledRun.objects.values_list("status", flat=True))


def ends_in_time(worker: Manage) -> None:
    began = time.monotonic()
    assert worker.end() == 0
    assert time.monotonic() - began < LATEST_END_SECONDS + A_LITTLE


@pytest.mark.parametrize("seconds", [0.5, 15])
def test_an_idle_worker_ends_though_redis_hangs(
    worker: Manage, redis: Redis, seconds: float
) -> None:
    wait_until(lambda: alive(redis, "worker"))
    with hanging(redis):
        time.sleep(seconds)
        began = time.monotonic()
        assert worker.end() == 0
        assert time.monotonic() - began < GRACE_SECONDS


def test_a_run_may_end_though_redis_hangs(
    worker: Manage, redis: Redis, run: RunAll
) -> None:
    run(6)
    wait_until(lambda: statuses() == ["running"])
    with hanging(redis):
        ends_in_time(worker)
        assert statuses() == ["succeeded"]


def test_a_long_run_is_on_record_as_lost_though_redis_hangs(
    worker: Manage, redis: Redis, run: RunAll
) -> None:
    run(60)
    wait_until(lambda: statuses() == ["running"])
    with hanging(redis):
        ends_in_time(worker)
        assert statuses() == ["failed"]
    assert ScheduledRun.objects.get().failure_kind == "lost"


def test_under_load_nothing_is_lost_when_a_worker_ends_while_redis_hangs(
    child_env: dict[str, str], tmp_path: Path, redis: Redis, run: RunAll
) -> None:
    run(*[0.2] * 30)
    with manage(child_env, tmp_path, "rqworker", "--processes", "2") as worker:
        wait_until(lambda: statuses().count("succeeded") > 2)
        with hanging(redis):
            ends_in_time(worker)
            assert set(statuses()) == {"pending", "succeeded"}
    with (
        manage(child_env, tmp_path, "rqscheduler"),
        manage(child_env, tmp_path, "rqworker", "--processes", "2"),
    ):
        wait_until(lambda: statuses() == ["succeeded"] * 30)
    assert set(ScheduledRun.objects.values_list("attempt", flat=True)) == {1}


@pytest.mark.parametrize("how", ["--processes=1", "--fork"])
def test_a_burst_ends_with_an_error_if_redis_refuses(
    child_env: dict[str, str], tmp_path: Path, how: str
) -> None:
    nowhere = {"REDIS_URL": f"redis://127.0.0.1:{free_port()}/0"}
    with manage(child_env | nowhere, tmp_path, "rqworker", "--burst", how) as worker:
        assert worker.process.wait(timeout=20) == 1
        last = worker.log.read_text().strip().splitlines()[-1]
    assert "Redis is away" in last


@pytest.fixture
def begin(child_env: dict[str, str], tmp_path: Path, run: RunAll) -> Iterator[Begin]:
    """Starts a burst for runs of so many seconds; the first one runs when it returns."""
    with ExitStack() as stack:

        def begin(how: str, *seconds: float) -> Manage:
            run(*seconds)
            worker = manage(child_env, tmp_path, "rqworker", "--burst", how)
            started = stack.enter_context(worker)
            wait_until(lambda: "running" in statuses())
            return started

        yield begin


@pytest.mark.parametrize(
    ("how", "away"),
    # A Redis without memory still lets a process that stays take what is there.
    [("--processes=1", hanging), ("--fork", hanging), ("--fork", refusing)],
)
def test_a_burst_ends_what_runs_and_then_with_an_error_if_redis_is_away(
    begin: Begin, redis: Redis, how: str, away: Away
) -> None:
    worker = begin(how, 15, 1)
    with away(redis):
        wait_until(lambda: statuses() == ["pending", "succeeded"])
        assert worker.process.wait(timeout=20 + A_LITTLE) == 1
    last = worker.log.read_text().strip().splitlines()[-1]
    assert "Redis is away" in last


@pytest.mark.parametrize("away", [hanging, refusing])
@pytest.mark.parametrize("how", ["--processes=1", "--fork"])
def test_a_burst_waits_for_redis_for_a_while(
    begin: Begin, redis: Redis, how: str, away: Away
) -> None:
    worker = begin(how, 1, 1)
    with away(redis):
        wait_until(lambda: "succeeded" in statuses())
        time.sleep(4)
    assert worker.process.wait(timeout=40) == 0
    assert statuses() == ["succeeded"] * 2


@pytest.fixture
def start(
    child_env: dict[str, str], tmp_path: Path, way_to_redis: Proxy
) -> Iterator[Start]:
    """Starts a worker with these options."""
    env = child_env | {"REDIS_URL": redis_url(way_to_redis, child_env["REDIS_URL"])}
    with ExitStack() as stack:
        yield lambda *options: stack.enter_context(
            manage(env, tmp_path, "rqworker", *options)
        )


def gives_up(worker: Manage) -> None:
    gone = time.monotonic()
    # An answer may be waited for when the time is over.
    latest = BURST_SECONDS + 4 * TIMEOUTS["socket_timeout"] + A_LITTLE
    assert worker.process.wait(timeout=latest) == 1
    assert time.monotonic() - gone > BURST_SECONDS - 1
    last = worker.log.read_text().strip().splitlines()[-1]
    assert "Redis is away" in last


# What is sent when the worker looks whether it is suspended, does RQ's upkeep, and looks for
# a job; in RQ's way it says before that it waits.
STEPS = pytest.mark.parametrize(
    ("how", "step"),
    [
        ("--processes=1", "rq:suspended"),
        ("--processes=1", "rq:clean_registries"),
        ("--processes=1", "LRANGE"),
        ("--fork", "rq:suspended"),
        ("--fork", "rq:clean_registries"),
        ("--fork", "idle"),
        ("--fork", "LMOVE"),
    ],
)
BOTH_WAYS = pytest.mark.parametrize("how", ["--processes=1", "--fork"])


def goes_on_after(seconds: float, worker: Manage, way: Proxy) -> None:
    """The worker waits so long for Redis, and does the rest once that is back."""
    time.sleep(seconds)
    assert worker.process.poll() is None
    way.open()
    assert worker.process.wait(timeout=20) == 0
    assert statuses() == ["succeeded"]


@STEPS
def test_a_burst_gives_redis_time_wherever_it_goes_away(
    start: Start,
    way_to_redis: Proxy,
    run: RunAll,
    how: str,
    step: str,
) -> None:
    run(0)
    way_to_redis.close_at(step)
    worker = start("--burst", how)
    assert way_to_redis.was_reached.wait(40)
    goes_on_after(BURST_SECONDS / 2, worker, way_to_redis)


@STEPS
def test_a_burst_ends_with_an_error_wherever_redis_hangs(
    start: Start, way_to_redis: Proxy, how: str, step: str
) -> None:
    way_to_redis.hang_at(step)
    worker = start("--burst", how)
    assert way_to_redis.was_reached.wait(40)
    gives_up(worker)


@pytest.mark.parametrize("limit", ["--max-jobs=1", "--max-idle-time=1"])
def test_a_worker_that_is_to_end_some_time_waits_for_redis(
    start: Start, way_to_redis: Proxy, run: RunAll, limit: str
) -> None:
    run(0)
    way_to_redis.close_at("rq:suspended")
    worker = start("--fork", limit)
    assert way_to_redis.was_reached.wait(40)
    goes_on_after(BURST_SECONDS + 3, worker, way_to_redis)


@pytest.fixture
def after_job_of_others(
    start: Start, way_to_redis: Proxy, redis: Redis, how: str
) -> Manage:
    """A worker that is at a job of others when Redis goes away."""
    others = django_rq.get_queue(queue().name, connection=redis)
    job = others.enqueue("time.sleep", 1)
    worker = start("--burst", how)
    wait_until(lambda: job.get_status() == JobStatus.STARTED)
    way_to_redis.close()
    return worker


@BOTH_WAYS
def test_a_burst_gives_redis_time_after_a_job_of_others(
    after_job_of_others: Manage, way_to_redis: Proxy, run: RunAll
) -> None:
    run(0)
    goes_on_after(BURST_SECONDS / 2, after_job_of_others, way_to_redis)


@BOTH_WAYS
def test_a_burst_ends_with_an_error_if_redis_is_away_after_a_job_of_others(
    after_job_of_others: Manage,
) -> None:
    gives_up(after_job_of_others)
