from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tests.api import client, names, staff
from tests.schedules.conftest import NOON
from workflows.kit.errors import StaleVersion
from workflows.models import Workflow
from workflows.registry import registry
from workflows.services import delete_workflow

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LIST = "/api/v1/workflows/"
PROBLEM = {"type", "title", "status", "detail", "code", "errors"}


def address(workflow: Workflow, more: str = "") -> str:
    return f"{LIST}{workflow.pk}/{more}"


@pytest.fixture
def api(owner: User) -> APIClient:
    return client(owner)


@pytest.fixture
def stranger(db: None) -> APIClient:
    return client(User.objects.create_user("eve"))


def test_a_workflow_is_made_read_changed_and_deleted(api: APIClient, owner: User):
    made = api.post(LIST, {"name": "nightly", "description": "d"}, format="json")
    assert made.status_code == 201
    row = f"{LIST}{made.data['id']}/"
    assert (made.data["owner"], made.data["version"]) == (owner.pk, 1)
    changed = api.patch(row, {"name": "daily", "is_active": False}, format="json")
    assert (changed.status_code, changed.data["version"]) == (200, 2)
    assert api.get(row).json() == {**changed.json(), "name": "daily"}
    assert api.delete(row).status_code == 204
    assert api.get(row).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "a", "is_active": "perhaps"}, "is_active"),
        ({"name": "a", "nmae": "b"}, "nmae"),
        ({"name": "a", "owner": 7}, "owner"),
        ([], "body"),
        ("text", "body"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_written(api: APIClient, body, field):
    answer = api.post(LIST, body, format="json")
    assert (answer.status_code, list(answer.data["errors"])) == (400, [field])
    assert answer.data["code"] == "invalid"
    assert not Workflow.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[" * 100_000, 400),
        (b"\xff", 400),
        (b'{"\\ud800": 1}', 400),
        (b" " * 1_048_577, 413),
    ],
)
def test_what_is_no_json_is_refused(api: APIClient, body: bytes, status: int):
    answer = api.post(LIST, body, content_type="application/json")
    assert answer.status_code == status
    assert answer.json().keys() == PROBLEM


def test_others_find_nothing(stranger: APIClient, workflow: Workflow):
    assert stranger.get(LIST).data["results"] == []
    node = {"node_id": "a", "component_type": "trigger_manual"}
    for answer in (
        stranger.get(address(workflow)),
        stranger.patch(address(workflow), {"name": "x"}, format="json"),
        stranger.delete(address(workflow)),
        stranger.get(address(workflow, "graph/")),
        stranger.put(
            address(workflow, "graph/"), {"nodes": [node], "edges": []}, format="json"
        ),
        stranger.post(address(workflow, "run/"), {}, format="json"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_no_one_gets_in_without_a_token(workflow: Workflow):
    for path in (LIST, address(workflow), "/api/v1/node-types/", "/api/v1/executions/"):
        answer = client().get(path)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


def test_staff_sees_all_and_does_what_it_may(workflow: Workflow):
    api = client(staff("ostinato_workflows.view_workflow"))
    assert names(api.get(LIST).data["results"]) == ["greeting"]
    refused = api.patch(address(workflow), {"name": "x"}, format="json")
    assert (refused.status_code, refused.data["code"]) == (403, "not_allowed")
    assert api.delete(address(workflow)).status_code == 403
    assert api.post(address(workflow, "run/"), {}, format="json").status_code == 403


def test_staff_with_the_permission_changes_what_is_not_its_own(workflow: Workflow):
    api = client(staff("ostinato_workflows.change_workflow"))
    changed = api.patch(address(workflow), {"name": "x"}, format="json")
    assert (changed.status_code, changed.data["owner"]) == (200, workflow.owner.pk)


def test_a_stale_version_is_a_conflict(api: APIClient, workflow: Workflow):
    body = {"name": "x", "version": 9}
    answer = api.patch(address(workflow), body, format="json")
    assert (answer.status_code, list(answer.data["errors"])) == (409, ["version"])


def test_lists_are_paged_and_searched(api: APIClient, owner: User):
    for name in ("b", "a", "c", "abc"):
        Workflow.objects.create(name=name, owner=owner, is_active=name != "c")
    first = api.get(LIST, {"page_size": 3}).data
    assert names(first["results"]) == ["a", "abc", "b"]
    second = api.get(first["next"]).data
    assert (names(second["results"]), second["next"]) == (["c"], None)
    assert names(api.get(second["previous"]).data["results"]) == ["a", "abc", "b"]
    assert names(api.get(LIST, {"search": "B"}).data["results"]) == ["abc", "b"]
    too_long = api.get(LIST, {"search": "x" * 50_000})
    assert (too_long.status_code, [*too_long.json()["errors"]]) == (400, ["search"])
    assert names(api.get(LIST, {"is_active": "false"}).data["results"]) == ["c"]


@pytest.mark.parametrize("size", ["0", "-1", "201", "many", "1.5", "", "9" * 5000, "²"])
def test_a_bad_page_size_is_refused_by_name(api: APIClient, size: str):
    answer = api.get(LIST, {"page_size": size})
    assert (answer.status_code, list(answer.data["errors"])) == (400, ["page_size"])


@pytest.mark.parametrize("path", [LIST, "/api/v1/executions/"])
@pytest.mark.parametrize(
    "cursor", ["x", "cD0A", "cD1hYmM=", "cD0lMDA=", "bz05OTk5OTk="]
)
def test_a_bad_cursor_is_no_crash(api: APIClient, path: str, cursor: str):
    answer = api.get(path, {"cursor": cursor})
    assert answer.status_code in (200, 400)


def test_a_list_costs_the_same_queries_whatever_its_length(api, owner: User):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            api.get(LIST)
        return len(captured)

    Workflow.objects.create(name="one", owner=owner)
    one = queries()
    for index in range(10):
        Workflow.objects.create(name=str(index), owner=owner)
    assert queries() == one == 2  # which rows, then the rows


def test_an_unknown_id_and_an_unknown_address_are_not_found(api: APIClient):
    for path in (f"{LIST}{uuid4()}/", f"{LIST}nonsense/", f"{LIST}%00/", "/api/v1/x/"):
        answer = api.get(path)
        assert answer.status_code == 404
        assert answer.json().keys() == PROBLEM


def test_node_types_come_from_the_registry(api: APIClient):
    types = api.get("/api/v1/node-types/").json()["results"]
    assert names(types, "type") == [item.type for item in registry.all()]
    http = next(item for item in types if item["type"] == "http_request")
    assert http["config_schema"]["required"] == ["url"]
    assert http["icon"] == "globe"
    assert http["text_templates"] == ["url", "headers", "body"]
    assert http["value_templates"] == ["json"]
    assert http["port_fields"] == http["condition_fields"] == []
    switch = next(item for item in types if item["type"] == "switch")
    assert switch["port_fields"] == ["cases[].port", "default"]
    assert switch["condition_fields"] == ["cases[].when"]


def test_the_list_is_narrowed_by_true_and_by_false_only(api: APIClient, owner: User):
    for name in ("on", "off"):
        Workflow.objects.create(name=name, owner=owner, is_active=name == "on")
    for value, name in (("true", "on"), ("false", "off")):
        assert names(api.get(LIST, {"is_active": value}).data["results"]) == [name]
    for value in ("banana", "True", "1", ""):
        wrong = api.get(LIST, {"is_active": value})
        assert (wrong.status_code, [*wrong.json()["errors"]]) == (400, ["is_active"])


@pytest.mark.parametrize("body", [{}, {"name": "w"}, {"name": "w", "version": 1}])
def test_a_change_that_changes_nothing_is_no_new_version(
    api: APIClient, owner: User, body: dict[str, Any]
):
    row = address(Workflow.objects.create(name="w", owner=owner))
    before = api.get(row).json()
    answer = api.patch(row, body, format="json")
    assert (answer.status_code, answer.json()) == (200, before)
    stale = api.patch(row, body | {"version": 2}, format="json")
    assert stale.status_code == 409


@pytest.mark.parametrize("version", ["1", 1.0, True, 0, None])
def test_a_version_is_a_whole_number(api: APIClient, owner: User, version: object):
    workflow = Workflow.objects.create(name="w", owner=owner)
    answer = api.patch(address(workflow), {"version": version}, format="json")
    assert answer.status_code == 400
    assert [*answer.json()["errors"]] == ["version"]


@pytest.mark.parametrize("version", ["1", 1.0, True, -1, None])
def test_a_version_of_a_graph_is_a_whole_number(
    api: APIClient, owner: User, version: object
):
    workflow = Workflow.objects.create(name="w", owner=owner)
    graph = {"nodes": [], "edges": [], "graph_version": version}
    answer = api.put(address(workflow, "graph/"), graph, format="json")
    assert answer.status_code == 400
    assert [*answer.json()["errors"]] == ["graph_version"]


@pytest.mark.parametrize("text", ["a\nb", "a\x1b[31mb", "a\x7f", "a\x85b"])
def test_control_characters_are_refused_at_their_field(
    api: APIClient, owner: User, text: str
):
    workflow = Workflow.objects.create(name="w", owner=owner)
    node = {"node_id": "n", "component_type": "trigger_manual", "label": text}
    graph = {"nodes": [node], "edges": []}
    for answer, field in (
        (api.post(LIST, {"name": text}, format="json"), "name"),
        (api.patch(address(workflow), {"name": text}, format="json"), "name"),
        (api.put(address(workflow, "graph/"), graph, format="json"), "nodes[0].label"),
    ):
        assert answer.status_code == 400
        assert answer.json()["errors"] == {
            field: ["Control characters are not allowed."]
        }


def test_markup_in_texts_and_lines_in_a_description_are_kept(api: APIClient):
    texts = {"name": '<b>bold</b> & "more"', "description": "one\n\ttwo"}
    made = api.post(LIST, texts, format="json")
    assert (made.status_code, made.json() | texts) == (201, made.json())


def test_a_change_is_made_only_to_what_was_read(api: APIClient, owner: User):
    row = address(Workflow.objects.create(name="w", owner=owner))
    read = api.get(row)["ETag"]
    assert (read, api.get(f"{row}graph/")["ETag"]) == ('"v1"', '"v0"')

    def rename(tag: str) -> Any:
        headers = {"If-Match": tag}
        return api.patch(row, {"name": "new"}, format="json", headers=headers)

    first = rename(read)
    assert (first.status_code, first["ETag"]) == (200, '"v2"')
    late = rename(read)
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    assert rename("*").status_code == 200


def test_a_deletion_is_made_only_of_what_was_read(api: APIClient, owner: User):
    workflow = Workflow.objects.create(name="w", owner=owner)
    row = address(workflow)
    for tag, status in (('"v2"', 412), ("v1", 400), ('W/"v1"', 412)):
        answer = api.delete(row, headers={"If-Match": tag})
        assert answer.status_code == status
    with pytest.raises(StaleVersion):  # changed between the check and the deletion
        delete_workflow(workflow, user=owner, now=NOON, version=2)
    assert api.delete(row, headers={"If-Match": '"v1"'}).status_code == 204
