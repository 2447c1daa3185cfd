"""`/healthz` and `/readyz`."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from redis import Redis

from schedules.heartbeat import beat

ALL_WELL = {name: {"ok": True} for name in ("database", "redis", "scheduler", "worker")}


def checks(client: Client, *, status: int) -> dict[str, Any]:
    response = client.get("/readyz")
    assert response.status_code == status, response.content
    assert response.json()["ready"] is (status == 200)
    return dict(response.json()["checks"])


def test_healthz_needs_no_database_no_redis_and_no_user(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.both_databases
def test_ready_when_all_four_are_at_work(
    client: Client, transactional_db: None, redis: Redis
) -> None:
    beat(redis, "scheduler", "s")
    beat(redis, "worker", "w")
    assert checks(client, status=200) == ALL_WELL


def test_a_missing_worker_is_named(
    client: Client, transactional_db: None, redis: Redis
) -> None:
    beat(redis, "scheduler", "s")
    assert checks(client, status=503) == ALL_WELL | {
        "worker": {"ok": False, "reason": "no worker has been seen for 15 seconds"}
    }


def test_without_redis_the_reason_holds_no_address(
    client: Client, transactional_db: None
) -> None:
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["redis"] == {
        "ok": False,
        "reason": "does not answer",
    }
    assert "127.0.0.1" not in response.text


def test_a_redis_that_never_answers_costs_two_seconds_at_most(
    client: Client, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"redis://:geheim@127.0.0.1:{deaf.getsockname()[1]}/0"
        monkeypatch.setattr(settings, "REDIS_URL", url)
        began = time.monotonic()
        found = checks(client, status=503)
    assert time.monotonic() - began < 2.5
    assert found["redis"] == {"ok": False, "reason": "does not answer"}
    assert found["database"] == {"ok": True}


def test_health_is_only_read(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
    assert client.post("/readyz").status_code == 405
