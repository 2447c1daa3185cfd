"""What goes wrong before any view is asked is told as every other error of the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.test import Client

from tests.api import client
from workflows.models import Workflow

pytestmark = pytest.mark.django_db


def problem(answer: Any) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    return answer.status_code, body["code"]


def test_a_wrong_host_is_a_problem() -> None:
    answer = Client().get("/api/v1/schedules/", headers={"Host": "evil.example"})
    assert problem(answer) == (400, "wrong_host")
    assert "evil" not in answer.text


def test_elsewhere_it_is_a_page() -> None:
    answer = Client().get("/admin/", headers={"Host": "evil.example"})
    assert answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("address", ["/api/v1/schedules", "/mcp"])
def test_a_forgotten_slash_is_told(method: str, address: str) -> None:
    answer = Client().generic(method, address)
    assert problem(answer) == (404, "not_found")
    assert answer.json()["detail"] == "Not found: addresses end in a slash."


def test_what_is_nowhere_is_not_said_to_be_with_a_slash() -> None:
    for address in ("/api/v1/nothing", "/api", "/api/"):
        answer = Client().get(address)
        assert problem(answer) == (404, "not_found")
        assert answer.json()["detail"] == "Not found."


@pytest.mark.parametrize(
    ("method", "rows"),
    [
        ("GET", "schedules"),
        ("PATCH", "schedules"),
        ("DELETE", "schedules"),
        ("GET", "workflows"),
        ("PATCH", "workflows"),
        ("DELETE", "workflows"),
        ("GET", "executions"),
    ],
)
def test_an_unknown_id_is_told_without_the_names_of_tables(
    owner: User, method: str, rows: str
) -> None:
    answer = client(owner).generic(method, f"/api/v1/{rows}/{uuid4()}/")
    assert problem(answer) == (404, "not_found")
    told = "This does not exist, or you may not view it."
    assert answer.json()["detail"] == told


def test_a_database_that_is_busy_is_no_fault_of_the_site(
    owner: User, log_lines: Callable[[], str]
) -> None:
    def refuse(*_: Any) -> None:
        raise OperationalError("database is locked")

    api = client(owner)
    with connection.execute_wrapper(refuse):
        answer = api.get("/api/v1/schedules/")
    assert problem(answer) == (503, "unavailable")
    assert "Try again" in answer.json()["detail"]
    assert "request_not_served" in log_lines()


def test_people_are_still_redirected() -> None:
    assert Client().get("/admin").headers["Location"] == "/admin/"


@pytest.mark.parametrize(
    ("path", "body", "field", "reason"),
    [
        ("", {"tags": [1] * 300_000}, "tags", "no more than 20 elements"),
        ("bulk/", {"action": "run", "ids": [1] * 200_000}, "ids", "no more than 500"),
    ],
)
def test_a_list_that_is_too_long_is_refused_without_its_items_faults(
    owner: User, path: str, body: Any, field: str, reason: str
) -> None:
    answer = client(owner).post(f"/api/v1/schedules/{path}", body, format="json")
    assert problem(answer) == (400, "invalid")
    (told,) = answer.json()["errors"][field]
    assert reason in told


@pytest.mark.parametrize(("field", "most"), [("nodes", 200), ("edges", 500)])
def test_a_graph_that_is_too_large_is_refused_without_its_nodes_faults(
    workflow: Workflow, field: str, most: int
) -> None:
    graph = {"nodes": [], "edges": []} | {field: [1] * 300_000}
    path = f"/api/v1/workflows/{workflow.pk}/graph/"
    answer = client(workflow.owner).put(path, graph, format="json")
    assert problem(answer) == (400, "invalid")
    (told,) = answer.json()["errors"][field]
    assert f"no more than {most}" in told


def test_only_the_first_of_many_faults_are_listed(owner: User) -> None:
    body = {f"x{number}": 1 for number in range(60_000)}
    answer = client(owner).post("/api/v1/schedules/", body, format="json")
    assert problem(answer) == (400, "invalid")
    assert list(answer.json()["errors"]) == [f"x{number}" for number in range(50)]
    assert answer.json()["detail"].endswith(
        "x0: This field does not exist. And 59,950 more than `errors` tells."
    )


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("schedules/", {"x" * 900_000: 1}),
        ("schedules/bulk/", {"action": "x" * 900_000}),
        ("schedules/bulk/", {"action": "run", "filter": {"status": "x" * 900_000}}),
        ("schedules/preview/", {"timezone": "x" * 900_000, "interval_seconds": 60}),
    ],
)
def test_nothing_is_repeated_at_any_length(
    owner: User, path: str, body: dict[str, Any]
) -> None:
    answer = client(owner).post(f"/api/v1/{path}", body, format="json")
    assert problem(answer) == (400, "invalid")
    assert len(answer.content) < 2_000
