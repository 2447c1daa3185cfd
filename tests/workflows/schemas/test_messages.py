"""What is wrong with a value is told in words, and the value is not repeated."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from tests.api import client
from workflows.models import Workflow
from workflows.schemas.validate import schema_problems

SECRET = "Bearer SEKRIT123"


@pytest.mark.parametrize(
    ("schema", "value", "told"),
    [
        ({"type": "string"}, [SECRET], "Must be a text."),
        ({"type": ["integer", "null"]}, SECRET, "Must be a whole number or null."),
        (
            {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
            SECRET,
            "Must be true or false or null.",
        ),
        ({"enum": ["a", 1, None]}, SECRET, "Must be one of a, 1, null."),
        ({"const": "a"}, SECRET, "Must be a."),
        ({"maxLength": 3}, SECRET, "Must have at most 3 characters."),
        ({"pattern": "^[a-z]+$"}, SECRET, "Must match the pattern ^[a-z]+$"),
        ({"pattern": "^a{2}$"}, SECRET, "Must match the pattern ^a{2}$"),
        ({"format": "uuid"}, SECRET, "Must be a valid uuid."),
        ({"minimum": 0.5}, 0, "Must be at least 0.5."),
        ({"maxItems": 1}, [SECRET, SECRET], "Must have at most 1 item."),
        ({"uniqueItems": True}, [SECRET, SECRET], "Must not repeat an item."),
        (
            {"propertyNames": {"maxLength": 3}},
            {SECRET: 1},
            "The name of a field is not valid. Must have at most 3 characters.",
        ),
        ({"not": {}}, SECRET, "This value is not valid here."),
        ({"oneOf": [{"minLength": 1}, {}]}, SECRET, "This value is not valid here."),
    ],
)
def test_a_fault_is_told_without_the_value(
    schema: dict[str, Any], value: Any, told: str
) -> None:
    assert schema_problems(schema, value) == [("", told)]


def test_however_long_the_schema_is() -> None:
    schema = {"enum": ["x" * 1_000]}
    ((_, told),) = schema_problems(schema, SECRET)
    assert len(told) == 300


@pytest.mark.django_db
def test_a_header_that_is_no_text_is_not_repeated(
    owner: User, workflow: Workflow
) -> None:
    config = {"url": "https://a.example", "headers": {"Authorization": [SECRET]}}
    node = {"node_id": "a", "component_type": "http_request", "config": config}
    graph = {"nodes": [node], "edges": []}
    path = f"/api/v1/workflows/{workflow.pk}/graph/"
    answer = client(owner).put(path, graph, format="json")
    assert answer.json()["errors"] == {
        "nodes[0].config.headers.Authorization": ["Must be a text."]
    }
    assert "SEKRIT" not in answer.text
