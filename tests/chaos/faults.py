"""The faults. Each does its harm and returns when the harm is over, not when it is mended."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils import timezone

from schedules.models import RunStatus, ScheduledJob, ScheduledRun
from schedules.rq import heartbeat
from tests.chaos.people import BATCH_EVERY_SECONDS, People
from tests.chaos.site import Site, kill
from tests.integration.processes import Manage, wait_until
from workflows.execution.queue import connection as redis_connection

BOTH = 2


@dataclass(frozen=True, slots=True)
class Pace:
    """How long the faults that last do so, in seconds."""

    redis_away: float
    database_away: float
    frozen: float
    people: float


SUITE = Pace(redis_away=20, database_away=10, frozen=5, people=4)
SOAK = Pace(redis_away=20, database_away=10, frozen=12, people=15)

Fault = Callable[[Site, Pace], list[str]]


def schedulers_killed(site: Site, pace: Pace) -> list[str]:
    """In four batches one after the other, one of the two or both, at any moment."""
    for _ in range(4):
        # From a moment before the tick, when it is decided ahead, until all is sent.
        moment = site.random.uniform(-0.02, 0.3)
        time.sleep(BATCH_EVERY_SECONDS - time.time() % BATCH_EVERY_SECONDS + moment)
        _kill_schedulers(site)
    return []


def _kill_schedulers(site: Site) -> None:
    first, second = site.schedulers
    for victim in site.random.choice([(first,), (second,), (first, second)]):
        kill(victim)
        site.schedulers.remove(victim)
        site.count("schedulers killed")
    unsent = ScheduledRun.objects.filter(enqueued_at=None)
    overdue = ScheduledJob.objects.due(timezone.now())
    site.count("batches left half done", int(overdue.exists() or unsent.exists()))
    survivors = site.schedulers[:]
    while len(site.schedulers) < BOTH:
        site.start_scheduler()
    wait_until_alive("scheduler", survivors or site.schedulers[:1])


def _kill_workers(site: Site) -> None:
    """In the middle of a run; their work horses must die with them."""
    running = ScheduledRun.objects.filter(status=RunStatus.RUNNING)
    wait_until(lambda: running.filter(schedule_name="long").exists(), seconds=60)
    for worker in site.workers[:]:
        kill(worker)
        site.workers.remove(worker)
        site.start_worker()
    wait_until_alive("worker", site.workers)


def wait_until_alive(kind: heartbeat.Kind, processes: Sequence[Manage]) -> None:
    """Until each says so: starting a process takes long on a busy machine."""
    names = {f"{socket.gethostname()}:{one.process.pid}" for one in processes}
    redis = redis_connection()
    wait_until(
        lambda: names <= set(heartbeat.alive(redis, kind)),
        seconds=60,
    )


def redis_flushed(site: Site, pace: Pace) -> list[str]:
    for _ in range(5):
        time.sleep(site.random.uniform(0.0, 0.5))
        redis_connection().flushall()
    return []


def redis_stopped(site: Site, pace: Pace) -> list[str]:
    site.stop_valkey()
    time.sleep(pace.redis_away)
    site.start_valkey()
    return []


def redis_replaced(site: Site, pace: Pace) -> list[str]:
    """Stopped, and started again with nothing in it."""
    site.stop_valkey()
    site.empty_valkey()
    time.sleep(pace.redis_away / 4)
    site.start_valkey()
    return []


def database_away(site: Site, pace: Pace) -> list[str]:
    with site.database.away():
        time.sleep(pace.database_away)
    return []


def schedulers_frozen(site: Site, pace: Pace) -> list[str]:
    """Both, past several ticks."""
    for scheduler in site.schedulers:
        scheduler.send(signal.SIGSTOP)
    time.sleep(pace.frozen)
    for scheduler in site.schedulers:
        scheduler.send(signal.SIGCONT)
    return []


def people_at_work(site: Site, pace: Pace) -> list[str]:
    """Verbs from four threads at once, while everything fires and workers die."""
    people = People(site.random.getrandbits(32))
    with people.at_work():
        time.sleep(pace.people)
        _kill_workers(site)
    people.go_home()
    site.count("verbs", people.verbs)
    return people.broken


NAMES: dict[Fault, str] = {
    schedulers_killed: "schedulers killed in batches of 500",
    redis_flushed: "Redis flushed 5 times while firing",
    redis_stopped: "Redis stopped, started again",
    redis_replaced: "Redis stopped, started empty",
    database_away: "database locked or refusing 10 s",
    schedulers_frozen: "both schedulers frozen past ticks",
    people_at_work: "workers killed, verbs from four threads",
}
