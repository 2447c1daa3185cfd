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
from platform_site.http.database_pool import SPARE, pool_connections

CLIENTS = 200
REQUESTS = 20  # at once, by default


@pytest.mark.slow
@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_two_hundred_clients_at_once_are_all_answered(served: str) -> None:
    """PostgreSQL has a hundred connections by default."""
    statuses, most = ask(served, new_token(), CLIENTS, patient=True)
    assert statuses == {200: CLIENTS}
    assert most <= REQUESTS + SPARE + 5


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_a_restart_of_the_server_costs_a_moment(served: str) -> None:
    """It closes all connections, those too that are idle."""
    token = new_token()
    ask(served, token, REQUESTS)
    end_other_connections()
    for _ in range(2):
        assert ask(served, token, 1)[0] == {200: 1}
    assert ask(served, token, REQUESTS)[0] == {200: REQUESTS}


def new_token() -> str:
    user = User.objects.create_superuser("ada")
    return str(ApiToken.objects.create(user=user)[1])


def ask(
    site: str, token: str, clients: int, *, patient: bool = False
) -> tuple[Counter[int], int]:
    """How many were answered with which status, and the connections at their most.

    A `patient` client comes back when it is told to, as on a computer too slow for all.
    """

    async def get(client: httpx.AsyncClient) -> httpx.Response:
        answer = await client.get("/api/v1/workflows/")
        for _ in range(5):
            if not patient or answer.status_code != 503:
                break
            await asyncio.sleep(int(answer.headers["Retry-After"]))
            answer = await client.get("/api/v1/workflows/")
        return answer

    async def ask_all() -> tuple[Counter[int], int]:
        async with httpx.AsyncClient(
            base_url=site,
            headers={"Authorization": f"Bearer {token}"},
            limits=httpx.Limits(max_keepalive_connections=0),
            timeout=60,
            trust_env=False,
        ) as client:
            asked = asyncio.gather(*(get(client) for _ in range(clients)))
            most = 0
            while not asked.done():
                most = max(most, await asyncio.to_thread(database_connections))
                await asyncio.sleep(0.1)
            return Counter(answer.status_code for answer in asked.result()), most

    return async_to_sync(ask_all)()


def end_other_connections() -> None:
    """As a restart of PostgreSQL does."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


def database_connections() -> int:
    """How many connections this test's database has; SQLite has no server.

    The server holds the databases of other tests, too, which run at the same time.
    """
    if connection.vendor != "postgresql":
        return 0
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            )
            return int(cursor.fetchone()[0])
    finally:
        connection.close()  # this thread's own


def test_sqlite_has_no_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    database: dict[str, Any] = {"ENGINE": "django.db.backends.sqlite3", "OPTIONS": {}}
    monkeypatch.setitem(connections.settings, "default", database)
    pool_connections(7)
    assert "pool" not in database["OPTIONS"]


def test_processes_other_than_the_web_server_have_no_pool() -> None:
    assert "pool" not in connections.settings["default"]["OPTIONS"]
