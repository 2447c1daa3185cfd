"""A scheduler and a worker, as a person starts them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from platform_site.local.valkey import EmbeddedValkey
from tests.integration.processes import Manage, manage
from tests.integration.proxy import Proxy, proxy, to_redis, to_the_database
from tests.schedules.conftest import alice, bob, make_schedule, workflow

__all__ = ["alice", "bob", "make_schedule", "workflow"]


@pytest.fixture
def scheduler(child_env: dict[str, str], tmp_path: Path) -> Iterator[Manage]:
    with manage(child_env, tmp_path, "rqscheduler") as process:
        yield process


@pytest.fixture(
    params=[
        pytest.param("--processes=1", id="stays"),
        pytest.param("--fork", id="forks", marks=pytest.mark.slow),
    ]
)
def worker(
    child_env: dict[str, str], tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Manage]:
    """A worker that does one run at a time, in each of the two ways."""
    with manage(child_env, tmp_path, "rqworker", request.param) as process:
        yield process


@pytest.fixture
def way(transactional_db: None) -> Iterator[Proxy]:
    """The way to PostgreSQL, which can be cut; SQLite has no connections."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has no connection that could be cut.")
    with proxy(to_the_database) as way:
        yield way


@pytest.fixture
def way_to_redis(redis_server: EmbeddedValkey) -> Iterator[Proxy]:
    """The way to Redis, which can be cut."""
    with proxy(to_redis(redis_server.url)) as way:
        yield way
