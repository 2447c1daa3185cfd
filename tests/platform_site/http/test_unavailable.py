"""While the database is away every address says so: in the same words, and with no 500."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, connections
from django.test import Client
from redis import Redis

from tests.api import client as api_client

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
SILENT = "The database does not answer."
PAGES = (
    "/admin/",
    "/admin/login/",
    "/admin/ostinato_schedules/scheduledjob/",
    "/admin/ostinato_workflows/workflow/",
    "/admin/auth/user/",
)


@pytest.fixture
def staff() -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.fixture
def database_away(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No server listens at the database's address, or its path is not a file."""
    where = connections.settings["default"]
    with monkeypatch.context() as patch:
        if connection.vendor == "postgresql":
            patch.setitem(where, "HOST", "127.0.0.1")
            patch.setitem(where, "PORT", "1")
            patch.setitem(where, "OPTIONS", {})
        else:
            (tmp_path / "site.sqlite3").mkdir()  # which no SQLite can open
            patch.setitem(where, "NAME", str(tmp_path / "site.sqlite3"))
        connection.close()
        yield
    connection.close()


@pytest.mark.parametrize("address", PAGES)
def test_every_page_says_that_the_database_is_away(
    staff: Client, database_away: None, address: str
) -> None:
    answer = staff.get(address)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert answer["Content-Type"].startswith("text/html")
    assert SILENT in answer.text
    assert "Traceback" not in answer.text
    assert "127.0.0.1" not in answer.text


def test_rest_says_it_in_the_same_words(
    staff: Client, database_away: None, log_lines: Callable[[], str]
) -> None:
    page = staff.get("/admin/").text
    answer = staff.get("/api/v1/schedules/")
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert answer.json()["code"] == "unavailable"
    assert answer.json()["detail"] in page
    assert "Traceback" not in log_lines()
    assert "cause=database_silent" in log_lines()


def test_the_tools_over_mcp_answer_503_without_a_database(
    staff: Client, database_away: None
) -> None:
    answer = staff.post(
        "/mcp/", {}, "application/json", headers={"Authorization": "Bearer " + "x" * 64}
    )
    assert answer.status_code == 503
    assert SILENT in answer.json()["detail"]


def test_a_login_answers_503_without_a_database(
    staff: Client, database_away: None
) -> None:
    form = {"username": "root", "password": "whatever"}
    assert staff.post("/admin/login/", form).status_code == 503


def test_a_read_only_database_is_named(owner: User, read_only: None) -> None:
    api = api_client(owner)
    answer = api.post("/api/v1/workflows/", {"name": "x"}, format="json")
    assert answer.status_code == 503
    assert answer.json()["detail"].startswith("The database is read-only.")


@pytest.fixture
def read_only(owner: User) -> Iterator[None]:
    """For this connection, as a fail-over makes it for all."""
    switch = {
        "postgresql": "SET default_transaction_read_only = {}",
        "sqlite": "PRAGMA query_only = {}",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(switch.format("on"))
    yield
    with connection.cursor() as cursor:
        cursor.execute(switch.format("off"))


def test_rqs_pages_say_that_redis_is_away() -> None:
    staff = Client(raise_request_exception=False)
    staff.force_login(User.objects.create_superuser("root"))
    answer: Any = staff.get("/admin/django_rq/dashboard/", follow=True)
    assert answer.status_code == 503
    assert "Redis does not answer." in answer.text
    page = answer.content.decode()
    assert '<a class="o-btn" href="/admin/django_rq/dashboard/">' in page
    assert "schedule_doctor" in page
    assert 'aria-label="Breadcrumbs"' in page, "in our frame"


def test_an_unexpected_database_error_is_still_a_server_error(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ValueError("a fault")

    monkeypatch.setattr("django.contrib.admin.sites.AdminSite.get_app_list", broken)
    assert staff.get("/admin/").status_code == 500


def test_redis_is_not_needed_for_a_page(staff: Client, redis: Redis) -> None:
    assert staff.get("/admin/").status_code == 200
