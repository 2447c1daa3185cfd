"""Export, import and templates over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from django.contrib.auth.models import User

from schedules.models import ScheduledJob
from tests.api import client
from tests.schedules.conftest import MakeSchedule
from tests.schedules.exchange.files import FILE, file
from workflows.models import Workflow
from workflows.services.graph import MAX_CONFIG

pytestmark = pytest.mark.django_db
IMPORT = "/api/v1/workflows/import/"


def send(user: User, query: str = "", **body: Any) -> Any:
    return client(user).post(f"{IMPORT}{query}", body, format="json")


def test_a_workflow_is_downloaded_as_yaml_and_as_json(
    workflow: Workflow, alice: User, make_schedule: MakeSchedule
) -> None:
    workflow.name = 'Ünser "best"/../report\n'
    workflow.save()
    make_schedule()
    path = f"/api/v1/workflows/{workflow.pk}/export/"
    as_yaml = client(alice).get(path)
    as_json = client(alice).get(path, {"file_format": "json"})
    assert as_yaml.headers["Content-Type"] == "application/yaml; charset=utf-8"
    assert as_json.headers["Content-Type"] == "application/json; charset=utf-8"
    disposition = as_yaml.headers["Content-Disposition"]
    assert disposition == 'attachment; filename="unser-bestreport.yaml"'
    assert as_json.headers["Content-Disposition"].endswith('report.json"')
    assert yaml.safe_load(as_yaml.content) == as_json.json()
    assert as_yaml.content.startswith(b"format: ostinato/workflow\nversion: 1\n")


def test_the_accept_header_does_not_matter(workflow: Workflow, alice: User) -> None:
    path = f"/api/v1/workflows/{workflow.pk}/export/"
    for accept in ("application/yaml", "text/html", "image/png"):
        answer = client(alice).get(path, headers={"Accept": accept})
        assert answer.headers["Content-Type"] == "application/yaml; charset=utf-8"


def test_a_name_without_letters_gives_a_file_name_as_well(
    workflow: Workflow, alice: User
) -> None:
    Workflow.objects.update(name="报告")
    answer = client(alice).get(f"/api/v1/workflows/{workflow.pk}/export/")
    assert 'filename="workflow.yaml"' in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("query", ["?file_format=xml", "?file_format=", "?format=json"])
def test_another_format_is_refused(workflow: Workflow, alice: User, query: str) -> None:
    answer = client(alice).get(f"/api/v1/workflows/{workflow.pk}/export/{query}")
    assert answer.status_code == 400


@pytest.mark.parametrize("text", [json.dumps(FILE), yaml.safe_dump(FILE)])
def test_a_file_is_imported(text: str, alice: User) -> None:
    answer = send(alice, file=text, name="mine")
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert made["workflow"]["name"] == "mine"
    assert made["workflow"]["owner"] == alice.pk
    found = [(job["name"], job["status"]) for job in made["schedules"]]
    assert found == [("daily", "paused"), ("hourly", "paused")]
    assert made["emptied"] == []
    assert str(Workflow.objects.get().pk) == made["workflow"]["id"]


@pytest.mark.both_databases
def test_a_dry_run_shows_a_preview_and_writes_nothing(alice: User) -> None:
    path = "graph.nodes[1].config.headers.Authorization"
    headers = {"Authorization": ""}
    value = file(graph__nodes__1__config={"url": "https://x.io", "headers": headers})
    answer = send(alice, "?dry_run=true", file=json.dumps(value | {"emptied": [path]}))
    assert answer.status_code == 200, answer.content
    preview = answer.json()
    assert (preview["dry_run"], preview["before"]) == (True, None)
    assert preview["workflow"] == {
        "name": "greeting",
        "description": "Says hello.",
        "is_active": False,
    }
    assert preview["nodes"][1] == {
        "node_id": "fetch",
        "component_type": "http_request",
        "label": "Fetch",
        "position": {"x": 320, "y": 160},
    }
    assert preview["edges"] == [
        {"source": "tick", "target": "fetch", "source_port": "out", "kind": "flow"}
    ]
    assert preview["schedules"] == [
        {"name": "daily", "sentence": "At 09:00 every day (UTC)"},
        {"name": "hourly", "sentence": "Every hour"},
    ]
    assert preview["emptied"] == [path]
    assert "inactive" in preview["note"]
    assert not Workflow.objects.exists()
    assert not ScheduledJob.objects.exists()


def test_a_dry_run_refuses_what_the_import_refuses(alice: User) -> None:
    text = json.dumps(file(schedules__0__trigger_node="fetch"))
    refusals = [send(alice, query, file=text) for query in ("", "?dry_run=true")]
    assert [answer.status_code for answer in refusals] == [400, 400]
    assert refusals[0].json() == refusals[1].json()
    assert [*refusals[0].json()["errors"]] == ["schedules[0].trigger_node"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"file", "template"}),
        ({"file": "a: 1", "template": "uptime-check"}, {"file", "template"}),
        ({"file": "a: [1"}, {"file"}),
        ({"file": "just some text"}, {"file"}),
        ({"file": ""}, {"file"}),
        ({"file": 7}, {"file"}),
        ({"template": "gone"}, {"template"}),
        ({"template": "uptime-check", "name": ""}, {"name"}),
        ({"template": "uptime-check", "name": "x" * 201}, {"name"}),
        ({"template": "uptime-check", "owner": 1}, {"owner"}),
    ],
)
def test_a_request_that_does_not_fit_is_refused(
    body: dict[str, Any], fields: set[str], alice: User
) -> None:
    answer = send(alice, **body)
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == fields
    assert not Workflow.objects.exists()


def test_a_line_is_counted_from_the_first_of_the_file(alice: User) -> None:
    answer = send(alice, file="\n\na: 1\na: 2\n")
    assert answer.json()["errors"]["file"] == [
        'Line 4: the name "a" is repeated.',
    ]


def test_markup_in_a_file_is_text(alice: User) -> None:
    answer = send(alice, file=json.dumps(file(workflow__name="<b>x</b>")))
    assert answer.json()["workflow"]["name"] == "<b>x</b>"


def test_a_configuration_has_the_size_that_it_has_everywhere(alice: User) -> None:
    config = {"url": "https://x.io", "body": "x" * MAX_CONFIG}
    answer = send(alice, file=json.dumps(file(graph__nodes__1__config=config)))
    assert [*answer.json()["errors"]] == ["graph.nodes[1].config"]


@pytest.mark.both_databases
def test_every_template_is_offered_with_its_picture_and_imported(alice: User) -> None:
    answer = client(alice).get("/api/v1/workflow-templates/")
    assert answer.status_code == 200
    offered = answer.json()["results"]
    assert len(offered) == 5
    for template in offered:
        assert template["name"]
        assert template["description"]
        assert all(node["position"] for node in template["nodes"])
        assert {"source", "target", "source_port", "kind"} == {*template["edges"][0]}
    assert send(alice, template="nightly-report").status_code == 201
    workflow = Workflow.objects.get()
    assert (workflow.name, workflow.owner) == ("Nightly report", alice)


def test_an_import_stays_next_to_the_workflows(alice: User, workflow: Workflow) -> None:
    """Its address is not taken for the id of a workflow, nor the other way round."""
    assert client(alice).get(IMPORT).status_code == 405
    assert client(alice).get(f"/api/v1/workflows/{workflow.pk}/").status_code == 200
