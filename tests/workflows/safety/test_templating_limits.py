"""What is as large as it may be is taken, and what is larger is refused with its field."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from tests.api import client
from tests.graphs import add_graph
from tests.workflows.running import component, run
from triggers.manual import MAX_PAYLOAD
from workflows.exceptions import NodeFailed
from workflows.execution.error_text import MAX_ERROR
from workflows.kit.errors import InvalidInput
from workflows.models import Workflow
from workflows.registry import config_problems, registry
from workflows.safety.templating import MAX_SOURCE
from workflows.services import create_workflow, update_workflow
from workflows.services.definition import MAX_DESCRIPTION, MAX_NAME
from workflows.services.graph import MAX_CONFIG

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def put(workflow: Workflow, config: Any) -> Any:
    graph = {
        "nodes": [
            {"node_id": "start", "component_type": "trigger_manual"},
            {"node_id": "say", "component_type": "template", "config": config},
        ],
        "edges": [{"source": "start", "target": "say"}],
    }
    api = client(workflow.owner)
    return api.put(f"/api/v1/workflows/{workflow.pk}/graph/", graph, format="json")


def test_the_configuration_of_a_node_has_a_size(workflow: Workflow) -> None:
    around = len('{"json": ""}')
    assert put(workflow, {"json": "x" * (MAX_CONFIG - around)}).status_code == 200
    refused = put(workflow, {"json": "x" * (MAX_CONFIG - around + 1)})
    assert list(refused.json()["errors"]) == ["nodes[1].config"]


def test_the_length_of_a_template_is_limited() -> None:
    def problems(type_: str, config: dict[str, Any]) -> list[str]:
        return [path for path, _ in config_problems(registry.components[type_], config)]

    def template(length: int) -> str:
        return "{{ 1 }}".ljust(length)

    def condition(length: int) -> dict[str, Any]:
        return {"cases": [{"port": "a", "when": "1".ljust(length)}]}

    assert not problems("template", {"text": template(MAX_SOURCE)})
    assert problems("template", {"text": template(MAX_SOURCE + 1)}) == ["text"]
    assert not problems("template", {"json": [template(MAX_SOURCE)]})
    assert problems("template", {"json": [template(MAX_SOURCE + 1)]}) == ["json[0]"]
    assert not problems("switch", condition(MAX_SOURCE))
    assert problems("switch", condition(MAX_SOURCE + 1)) == ["cases[0].when"]


def test_the_payload_of_a_run_by_hand_has_a_size(
    workflow: Workflow, owner: User
) -> None:
    path = f"/api/v1/workflows/{workflow.pk}/run/?dry_run=true"

    def payload(size: int) -> dict[str, Any]:
        return {"payload": {"a": "x" * (size - len('{"a": ""}'))}}

    api = client(owner)
    assert api.post(path, payload(MAX_PAYLOAD), format="json").status_code < 300
    refused = api.post(path, payload(MAX_PAYLOAD + 1), format="json")
    assert list(refused.json()["errors"]) == ["payload"]


def test_the_error_of_a_node_has_a_length(workflow: Workflow) -> None:
    def fail(config: Any, context: Any) -> Any:
        raise NodeFailed("x" * 1_000_000)

    workflow.nodes.all().delete()
    add_graph(
        workflow,
        {"start": ("trigger_manual", {}), "probe": ("probe", {})},
        [("start", "probe")],
    )
    with component(fail):
        assert run(workflow).error == "x" * MAX_ERROR


def test_a_workflow_has_a_short_name_and_a_bounded_description(
    workflow: Workflow,
) -> None:
    """The form of the admin knows of no length of a description."""
    now = timezone.now()
    fits = {"name": "n" * MAX_NAME, "description": "d" * MAX_DESCRIPTION}
    owner = workflow.owner
    assert create_workflow({**fits}, user=owner, now=now).name == fits["name"]
    for field, text in fits.items():
        larger = {**fits, field: text + "x"}
        with pytest.raises(InvalidInput) as refused:
            create_workflow({**larger}, user=owner, now=now)
        assert refused.value.errors.keys() == {field}
        with pytest.raises(InvalidInput):
            update_workflow(workflow, {field: text + "x"}, user=owner, now=now)
