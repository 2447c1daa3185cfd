"""What goes wrong before any view is asked is told as every other error of the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

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
def test_a_forgotten_slash_is_told(method: str) -> None:
    answer = Client().generic(method, "/api/v1/schedules")
    assert problem(answer) == (404, "not_found")
    assert answer.json()["detail"] == "Not found: addresses end in a slash."


def test_what_is_nowhere_is_not_said_to_be_with_a_slash() -> None:
    answer = Client().get("/api/v1/nothing")
    assert answer.json()["detail"] == "Not found."


def test_people_are_still_redirected() -> None:
    assert Client().get("/admin").headers["Location"] == "/admin/"
