"""Errors outside of any view have the same shape as all other errors of the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection
from django.test import Client

from tests.api import client
from workflows.admin import WorkflowAdmin
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


def fail(*args: object) -> NoReturn:
    raise ValueError("secret")


def test_people_get_a_page_of_the_admin(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(raise_request_exception=False)
    wrong_host = client.get("/admin/", headers={"Host": "evil.example"})
    missing = client.get("/nothing/")
    monkeypatch.setattr(WorkflowAdmin, "get_queryset", fail)
    client.force_login(User.objects.create_superuser("root"))
    broken = client.get("/admin/ostinato_workflows/workflow/")
    for answer, status, text in (
        (wrong_host, 400, "The Host header is not one of ALLOWED_HOSTS."),
        (missing, 404, "This page does not exist."),
        (broken, 500, "log has the details"),
    ):
        assert answer.status_code == status
        assert answer.headers["Content-Type"].startswith("text/html")
        assert text in answer.text
        assert 'id="site-name"' in answer.text
        assert "secret" not in answer.text


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("address", ["/api/v1/schedules", "/mcp"])
def test_a_missing_slash_is_named(method: str, address: str) -> None:
    answer = Client().generic(method, address)
    assert problem(answer) == (404, "not_found")
    assert answer.json()["detail"] == "Not found. Add a slash at the end of the URL."


def test_an_unknown_url_gets_no_hint_about_a_slash() -> None:
    for address in ("/api/v1/nothing", "/api", "/api/"):
        answer = Client().get(address)
        assert problem(answer) == (404, "not_found")
        assert answer.json()["detail"] == "Not found: this URL does not exist."


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
def test_an_unknown_id_is_refused_without_names_of_tables(
    owner: User, method: str, rows: str
) -> None:
    answer = client(owner).generic(method, f"/api/v1/{rows}/{uuid4()}/")
    assert problem(answer) == (404, "not_found")
    told = "This does not exist, or you may not view it."
    assert answer.json()["detail"] == told


def test_a_busy_database_is_not_a_server_error(
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
def test_a_list_that_is_too_long_is_refused_without_checking_its_items(
    owner: User, path: str, body: Any, field: str, reason: str
) -> None:
    answer = client(owner).post(f"/api/v1/schedules/{path}", body, format="json")
    assert problem(answer) == (400, "invalid")
    (told,) = answer.json()["errors"][field]
    assert reason in told


@pytest.mark.parametrize(("field", "most"), [("nodes", 200), ("edges", 500)])
def test_a_graph_that_is_too_large_is_refused_without_checking_its_nodes(
    workflow: Workflow, field: str, most: int
) -> None:
    graph = {"nodes": [], "edges": []} | {field: [1] * 300_000}
    path = f"/api/v1/workflows/{workflow.pk}/graph/"
    answer = client(workflow.owner).put(path, graph, format="json")
    assert problem(answer) == (400, "invalid")
    (told,) = answer.json()["errors"][field]
    assert f"no more than {most}" in told


@pytest.mark.heavy
def test_only_the_first_of_many_problems_are_listed(owner: User) -> None:
    body = {f"x{number}": 1 for number in range(60_000)}
    answer = client(owner).post("/api/v1/schedules/", body, format="json")
    assert problem(answer) == (400, "invalid")
    assert list(answer.json()["errors"]) == [f"x{number}" for number in range(50)]
    assert answer.json()["detail"].endswith(
        "x0: This field does not exist. `errors` omits 59,950 further problems."
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
