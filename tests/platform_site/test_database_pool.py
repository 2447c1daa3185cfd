"""The requests of a web process share a few connections to PostgreSQL."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.db import connection, connections

from platform_site.accounts.models import ApiToken
from platform_site.database_pool import SPARE, pool_connections

CLIENTS = 200
REQUESTS = 20  # at once, by default


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_two_hundred_clients_at_once_are_all_answered(served: str) -> None:
    """PostgreSQL has a hundred connections by default."""
    token = ApiToken.objects.create(user=User.objects.create_superuser("ada"))[1]

    async def ask_all() -> tuple[Counter[int], int]:
        async with httpx.AsyncClient(
            base_url=served,
            headers={"Authorization": f"Bearer {token}"},
            limits=httpx.Limits(max_keepalive_connections=0),
            timeout=60,
            trust_env=False,
        ) as client:
            asked = asyncio.gather(
                *(client.get("/api/v1/workflows/") for _ in range(CLIENTS))
            )
            most = 0
            while not asked.done():
                most = max(most, await asyncio.to_thread(database_connections))
                await asyncio.sleep(0.1)
            return Counter(answer.status_code for answer in asked.result()), most

    statuses, most = async_to_sync(ask_all)()
    assert statuses == {200: CLIENTS}
    assert most <= REQUESTS + SPARE + 5


def database_connections() -> int:
    """How many connections the server has; SQLite has no server."""
    if connection.vendor != "postgresql":
        return 0
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname <> ''")
            return int(cursor.fetchone()[0])
    finally:
        connection.close()  # this thread's own


@pytest.mark.parametrize("engine", ["postgresql", "sqlite3"])
def test_only_postgresql_has_a_pool(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database: dict[str, Any] = {"ENGINE": f"django.db.backends.{engine}", "OPTIONS": {}}
    monkeypatch.setitem(connections.settings, "default", database)
    pool_connections(7)
    assert ("pool" in database["OPTIONS"]) == (engine == "postgresql")


def test_other_processes_have_none() -> None:
    assert "pool" not in connections.settings["default"]["OPTIONS"]
