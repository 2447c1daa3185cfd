"""`/healthz` and `/readyz`."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from redis import Redis

from schedules.causes import SUBJECTS
from schedules.rq.heartbeat import beat
from tests.hanging_look import hanging_look, looking
from workflows.execution.redis_client import TIMEOUTS
from workflows.models import Workflow, WorkflowExecution

__all__ = ["hanging_look"]
ALL_WELL: dict[str, dict[str, Any]] = {name: {"ok": True} for name in SUBJECTS}
ALL_WELL["queue"]["oldest_waiting_seconds"] = 0
SILENT = {"ok": False, "reason": "Redis does not answer."}


@pytest.fixture
def at_work(redis: Redis) -> Redis:
    """A scheduler and a worker of the schedules' queue say that they are alive."""
    for kind in ("scheduler", "worker", "worker:workflows"):
        beat(redis, kind, "somebody")
    return redis


def checks(client: Client, *, status: int) -> dict[str, Any]:
    response = client.get("/readyz")
    assert response.status_code == status, response.content
    assert response.json()["ready"] is (status == 200)
    return dict(response.json()["checks"])


def test_healthz_needs_no_database_no_redis_and_no_user(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.both_databases
def test_ready_when_all_are_at_work(
    client: Client, transactional_db: None, at_work: Redis
) -> None:
    assert checks(client, status=200) == ALL_WELL


def test_a_missing_worker_is_named(
    client: Client, transactional_db: None, redis: Redis
) -> None:
    beat(redis, "scheduler", "s")
    reason = "No worker is alive: nothing runs."
    assert checks(client, status=503) == ALL_WELL | {
        "worker": {"ok": False, "reason": reason}
    }
    (cause,) = client.get("/readyz").json()["causes"]
    assert cause == {
        "code": "no_worker",
        "severity": "error",
        "reason": reason,
        "remedy": "Run `manage.py rqworker`.",
    }


def test_without_redis_the_reason_holds_no_address(
    client: Client, transactional_db: None
) -> None:
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["redis"] == SILENT
    hidden = {"ok": False, "reason": "It cannot be checked: see redis."}
    assert response.json()["checks"]["scheduler"] == hidden
    assert response.json()["checks"]["worker"] == hidden
    assert "127.0.0.1" not in response.text


def test_a_redis_that_never_answers_costs_two_seconds_at_most(
    client: Client, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"redis://:geheim@127.0.0.1:{deaf.getsockname()[1]}/0"
        monkeypatch.setitem(settings.RQ_QUEUES["workflows"], "URL", url)
        monkeypatch.setitem(TIMEOUTS, "socket_timeout", 60)  # of all other clients
        began = time.monotonic()
        found = checks(client, status=503)
    assert time.monotonic() - began < 8
    assert found["redis"] == SILENT
    assert found["database"] == {"ok": True}


@pytest.mark.slow
def test_three_hundred_at_once_cause_few_looks_and_get_no_false_answer(
    served: str, at_work: Redis
) -> None:
    before = looks_at(at_work)
    started = time.monotonic()
    with ThreadPoolExecutor(300) as crowd:
        statuses = Counter(crowd.map(status_of, [f"{served}/readyz"] * 300))
    assert statuses == {200: 300}
    assert looks_at(at_work) - before <= 1 + time.monotonic() - started


def status_of(address: str) -> int:
    try:
        with urlopen(address, timeout=60) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


def looks_at(redis: Redis) -> int:
    """How many trial writes there have been."""
    return int(redis.info("commandstats").get("cmdstat_rpush", {}).get("calls", 0))


def test_a_look_that_hangs_holds_up_one_thread_and_the_first_who_ask(
    client: Client, transactional_db: None, hanging_look: threading.Event
) -> None:
    with ThreadPoolExecutor(20) as crowd:
        asked = [crowd.submit(Client().get, "/readyz") for _ in range(20)]
        statuses = {future.result().status_code for future in asked}
    assert statuses == {503}
    began = time.monotonic()
    for _ in range(20):
        disk = client.get("/readyz").json()["checks"]["disk"]
    assert time.monotonic() - began < 15, "nobody waits again for what is known"
    [hanging] = looking()
    hanging_look.set()
    hanging.join()
    assert disk == {
        "ok": False,
        "reason": "The disk of the data folder does not answer.",
    }
    assert client.get("/readyz").json()["checks"]["disk"] == {"ok": True}


def test_an_old_queue_is_a_warning_that_takes_no_site_from_the_net(
    client: Client, transactional_db: None, at_work: Redis, owner: User
) -> None:
    long_ago = timezone.now() - timedelta(minutes=7)
    workflow = Workflow.objects.create(name="slow", owner=owner)
    WorkflowExecution.objects.create(
        workflow=workflow, owner=owner, status="pending", enqueued_at=long_ago
    )
    queue = checks(client, status=200)["queue"]
    assert queue["warning"] == (
        "The oldest queued run has been in the queue for 7 minutes."
    )
    assert queue["oldest_waiting_seconds"] == pytest.approx(420, abs=5)


def test_health_is_only_read(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
    assert client.post("/readyz").status_code == 405
