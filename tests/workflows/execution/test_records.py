"""What is on record of a node, and what the nodes after it get."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.auth.models import User

from tests.graphs import add_graph
from tests.workflows.http_servers import Server
from tests.workflows.running import run
from workflows.models import Workflow, WorkflowExecution

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def made_of(owner: User, *nodes: tuple[str, dict[str, Any]]) -> Workflow:
    """start -> n1 -> n2 -> ..."""
    workflow = Workflow.objects.create(name="chain", owner=owner)
    named = {f"n{number}": node for number, node in enumerate(nodes, start=1)}
    steps = ["start", *named]
    add_graph(
        workflow,
        {"start": ("trigger_manual", {}), **named},
        list(pairwise(steps)),
    )
    return workflow


def recorded(execution: WorkflowExecution) -> str:
    assert execution.status == "succeeded", execution.error
    values = execution.node_runs.values_list("input", "output")
    return json.dumps(list(values))


def test_secrets_are_hidden_by_name_in_what_every_node_took_and_gave(
    owner: User, server: Server
) -> None:
    called = {
        "method": "POST",
        "url": f"{server.url}/hello?api_key=s3cret1&page=2",
        "headers": {"X-Auth": "s3cret2", "Accept": "*/*"},
    }
    execution = run(
        made_of(
            owner,
            ("http_request", {**called, "json": {"a": [{"password": "s3cret4"}]}}),
            ("http_request", {**called, "body": "user=ada&password=s3cret5"}),
            ("http_request", {**called, "body": '{"password": "s3cret6"}'}),
            ("template", {"json": {"client_secret": "{{ trigger.payload.secret }}"}}),
            ("template", {"text": "{{ nodes.n4.output.client_secret }}!"}),
        ),
        {"secret": "s3cret7", "list": [{"cookie": "s3cret8"}]},
    )
    shown = recorded(execution)
    assert "page=2" in shown
    assert "user=ada" in shown
    found = {number for number in range(1, 9) if f"s3cret{number}" in shown}
    # The text of the last node has no name that would tell what it is.
    assert found == {7}
    assert json.loads(server.seen[0][3]) == {"a": [{"password": "s3cret4"}]}
    assert server.seen[1][3] == b"user=ada&password=s3cret5"
    assert execution.node_runs.get(node_id="n5").output == "s3cret7!"


def test_a_secret_in_an_answer_reaches_the_next_node_and_no_record(
    owner: User, server: Server
) -> None:
    answer = b'{"access_token": "s3cret"}'
    server.script = [
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
        b"content-length: %d\r\n\r\n%s" % (len(answer), answer)
    ]
    bearer = "Bearer {{ nodes.n1.output.body.access_token }}"
    execution = run(
        made_of(
            owner,
            ("http_request", {"url": f"{server.url}/scripted"}),
            (
                "http_request",
                {"url": f"{server.url}/hello", "headers": {"Authorization": bearer}},
            ),
        ),
        {},
    )
    assert server.seen[1][2]["Authorization"] == "Bearer s3cret"
    assert "s3cret" not in recorded(execution)


def test_another_workflow_gives_its_secret_and_neither_has_it_on_record(
    owner: User,
) -> None:
    inner = made_of(owner, ("template", {"json": {"token": "s3cret"}}))
    outer = made_of(
        owner,
        ("run_workflow", {"workflow": str(inner.pk)}),
        (
            "switch",
            {
                "cases": [
                    {
                        "port": "y",
                        "when": "nodes.n1.output.output.token == 's3' ~ 'cret'",
                    }
                ]
            },
        ),
    )
    execution = run(outer, {})
    assert "s3cret" not in recorded(execution)
    assert execution.node_runs.get(node_id="n2").output == {"case": 0, "port": "y"}
    assert "s3cret" not in recorded(execution.children.get())


def test_an_error_shows_no_secret_of_an_address(owner: User) -> None:
    url = "http://ada:s3cret@\x7f.example/?token=s3cret"
    execution = run(made_of(owner, ("http_request", {"url": url})), {})
    assert execution.status == "failed"
    assert "s3cret" not in execution.error
