"""The examples of the OpenAPI description: requests are accepted, answers have that shape."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from platform_site.http.description import Generator
from platform_site.http.examples import ANSWERS, REQUESTS, WORKFLOW, plain
from schedules.services import Actor, create_schedule
from tests.api import client
from tests.graphs import add_graph
from triggers.webhooks import issue_webhook
from workflows.models import Workflow

pytestmark = pytest.mark.django_db
SENT = [
    pytest.param(name, body, id=f"{name}: {title}")
    for name, bodies in REQUESTS.items()
    for title, body in bodies.items()
]


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_superuser("ada")


@pytest.fixture
def paths(ada: User) -> dict[str, str]:
    """Where each operation is found, on a site where the examples' ids are real."""
    workflow = Workflow.objects.create(pk=WORKFLOW, name="w", owner=ada)
    add_graph(
        workflow, {"tick": ("trigger_schedule", {}), "hook": ("trigger_webhook", {})}
    )
    hook = issue_webhook(workflow, "hook", user=ada, now=workflow.created_at)
    made = create_schedule(
        {
            "name": "s",
            "workflow": workflow,
            "interval_seconds": 60,
            "tags": ["reports"],
        },
        actor=Actor.person(ada),
        now=workflow.created_at,
    )
    ids = {"schedules": str(made.pk), "workflows": str(WORKFLOW)}
    found = Generator().get_schema()["paths"]
    return {
        operation["operationId"]: path.replace("{id}", ids.get(path.split("/")[3], ""))
        .replace("{node_id}", "hook")
        .replace("{token}", hook.token)
        for path, operations in found.items()
        for operation in operations.values()
    }


def ask(api: APIClient, path: str, name: str, body: Any) -> Any:
    if name.endswith("_retrieve"):
        return api.get(
            path, {"at": "2026-01-01T00:00:00Z"} if "explain" in path else {}
        )
    return api.post(path, body or {}, format="json")


@pytest.mark.heavy
@pytest.mark.parametrize(("name", "body"), SENT)
def test_what_an_example_sends_is_taken(
    ada: User, paths: dict[str, str], name: str, body: Any
) -> None:
    answer = ask(client(ada), paths[name], name, body)
    assert 200 <= answer.status_code < 300, answer.content


@pytest.mark.heavy
@pytest.mark.parametrize("name", ANSWERS)
def test_what_an_example_answers_has_the_shape_of_the_real_answer(
    ada: User, paths: dict[str, str], name: str
) -> None:
    body = next(iter(REQUESTS.get(name, {"": {}}).values()))
    answer = ask(client(ada), paths[name], name, body)
    example = plain(ANSWERS[name]())
    assert example.keys() == answer.json().keys()


def test_the_preview_of_the_example_shows_a_changed_clock() -> None:
    ticks = plain(ANSWERS["schedules_preview_create"]())["ticks"]
    assert [tick["moved_by_gap"] for tick in ticks].count(True) == 1
