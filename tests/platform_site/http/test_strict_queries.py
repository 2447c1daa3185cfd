"""What no address knows is refused by name, in the query and in the body."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework.test import APIClient

from platform_site.http.description import Generator
from schedules.models import ScheduleEvent
from tests.api import client

pytestmark = pytest.mark.django_db
UNKNOWN = ["This parameter does not exist."]
ID = "00000000-0000-0000-0000-000000000000"


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    paths = Generator().get_schema()["paths"]
    for path, methods in paths.items():
        for method, operation in methods.items():
            yield (
                method,
                re.sub(r"\{\w+\}", ID, path.replace("{number}", "1")),
                operation,
            )


OPERATIONS = [
    pytest.param(*found, id=f"{found[0]} {found[1]}") for found in operations()
]


@pytest.fixture
def boss(db: None) -> APIClient:
    return client(User.objects.create_superuser("boss"))


def refusals(answer: Any) -> dict[str, list[str]]:
    if answer.status_code != 400:
        return {}
    errors: dict[str, list[str]] = answer.json()["errors"]
    return errors


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_every_address_refuses_parameters_that_it_does_not_know(
    boss: APIClient, method: str, path: str, operation: dict[str, Any]
) -> None:
    known = [
        found["name"]
        for found in operation.get("parameters", ())
        if found["in"] == "query"
    ]
    query = "&".join(f"{name}=%00" for name in [*known, "limit", "format"])
    found = refusals(boss.generic(method.upper(), f"{path}?{query}"))
    # Those it knows are not among them: the description and the check are one.
    assert {name: why for name, why in found.items() if why == UNKNOWN} == {
        "limit": UNKNOWN,
        "format": UNKNOWN,
    }


def test_a_parameter_that_is_given_twice_is_refused(boss: APIClient) -> None:
    answer = boss.get("/api/v1/schedules/?status=active&status=paused")
    assert refusals(answer) == {"status": ["This parameter must not be repeated."]}


@pytest.mark.parametrize(
    ("query", "choices"),
    [
        ("schedules/?status=", "active, paused, stopped."),
        ("schedules/?ordering=", "created_at, -created_at, name"),
        ("schedules/?awaits_approval=", "true or false."),
        ("workflows/?is_active=", "true or false."),
        ("workflows/?ordering=", "created_at, -created_at, name"),
        ("executions/?status=", "pending, running, "),
        (f"schedules/{ID}/runs/?status=", "pending, "),
        (f"schedules/{ID}/runs/?origin=", "schedule, "),
        (f"schedules/{ID}/events/?verb=", "create, "),
    ],
)
def test_an_invalid_choice_gets_the_choices_and_is_not_repeated(
    boss: APIClient, query: str, choices: str
) -> None:
    token = "a-token-by-mistake" * 100
    ScheduleEvent.objects.create(  # the history of a deleted schedule can be read
        schedule_id=ID, verb="create", actor_kind="system", created_at=timezone.now()
    )
    answer = boss.get(f"/api/v1/{query}{token}")
    ((told,),) = refusals(answer).values()
    assert choices in told
    assert "a-token" not in answer.text


@pytest.mark.parametrize("path", ["schedules/", "workflows/", "tokens/"])
def test_the_first_problem_is_the_detail(boss: APIClient, path: str) -> None:
    body = {"name": "a\nb", "workflow": "x"} if "sched" in path else {"name": "a\nb"}
    answer = boss.post(f"/api/v1/{path}", body, format="json")
    field, (reason, *_) = next(iter(refusals(answer).items()))
    assert answer.json()["detail"].startswith(f"{field}: {reason}")


def test_parameters_are_not_revealed_without_authentication() -> None:
    assert client().get("/api/v1/schedules/?limit=1").status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"name": NaN}',
        b'{"name": Infinity}',
        b'{"name": ' + b"9" * 10_000 + b"}",
        b"[" * 100_000,
        b"\xff",
        b"name=x",
    ],
)
@pytest.mark.parametrize("path", ["schedules/", "workflows/", "tokens/"])
def test_invalid_json_is_a_problem_of_the_body(
    boss: APIClient, path: str, body: bytes
) -> None:
    answer = boss.post(f"/api/v1/{path}", body, content_type="application/json")
    assert list(refusals(answer)) == ["body"]
    assert answer.json()["code"] == "parse_error"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("workflows/", '{"name": "a", "is_active": true, "name": "b"}'),
        ("schedules/", '{"trigger_payload": {"list": [{"name": 1, "name": 1}]}}'),
    ],
)
def test_a_name_that_is_there_twice_is_refused(
    boss: APIClient, path: str, body: str
) -> None:
    answer = boss.post(f"/api/v1/{path}", body, content_type="application/json")
    assert refusals(answer) == {"body": ['The name "name" is repeated.']}


@pytest.mark.parametrize("field", ["search", "tag"])
def test_a_text_that_is_not_utf_8_is_refused_at_its_field(
    boss: APIClient, field: str
) -> None:
    answer = boss.generic("GET", f"/api/v1/schedules/?{field}=a%ffb")
    assert refusals(answer) == {field: ["The value is not valid UTF-8."]}
    assert boss.generic("GET", f"/api/v1/schedules/?{field}=%C3%BF").status_code == 200


@pytest.mark.parametrize("length", [1_048_577, 3_000_000])
def test_a_body_that_is_too_large_says_what_is_taken(
    boss: APIClient, length: int
) -> None:
    answer = boss.post(
        "/api/v1/schedules/", b" " * length, content_type="application/json"
    )
    assert answer.status_code == 413
    assert answer.json()["errors"] == {"body": ["Must have at most 1,048,576 bytes."]}
