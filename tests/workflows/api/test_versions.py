"""The versions of a graph over HTTP, and what of them a save answers."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from tests.api import client
from workflows.models import Workflow

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
Body = dict[str, Any]


@pytest.fixture
def api(owner: User) -> APIClient:
    return client(owner)


@pytest.fixture
def row(api: APIClient) -> str:
    made = api.post("/api/v1/workflows/", {"name": "w"}, format="json")
    assert (made.data["version"], made.data["graph_version"]) == (1, 0)
    return f"/api/v1/workflows/{made.data['id']}/"


def body(text: str, *, x: int = 0, notes: str = "", **more: Any) -> Body:
    start = {"node_id": "start", "component_type": "trigger_manual"}
    say = {"node_id": "say", "component_type": "template", "config": {"text": text}}
    size = {"width": 100, "height": 80}
    return {
        "nodes": [start, say | {"position": {"x": x, "y": 0}}],
        "edges": [{"source": "start", "target": "say"}],
        "notes": [
            {"id": id_, "text": "?", "position": {"x": 0, "y": 0}, "size": size}
            for id_ in notes.split()
        ],
        **more,
    }


def put(api: APIClient, row: str, sent: Body, tag: str = "*") -> Any:
    headers = {"If-Match": tag}
    return api.put(f"{row}graph/", sent, format="json", headers=headers)


def test_versions_are_listed_newest_first_and_shown_with_their_graphs(
    api: APIClient, row: str, owner: User
):
    put(api, row, body("one", x=4, notes="n", version_note="First"))
    put(api, row, body("two"))
    listed = api.get(f"{row}versions/").json()
    shown = [
        {name: value for name, value in each.items() if name != "saved_at"}
        for each in listed["results"]
    ]
    common = {"saved_by": owner.username, "nodes": 2, "edges": 1}
    assert shown == [
        {"number": 2, "note": "", "is_current": True} | common,
        {"number": 1, "note": "First", "is_current": False} | common,
    ]
    first = api.get(f"{row}versions/1/").json()
    assert first.pop("graph") == {
        "nodes": [
            {
                "node_id": "start",
                "component_type": "trigger_manual",
                "label": "",
                "config": {},
                "position": {},
                "is_active": True,
            },
            {
                "node_id": "say",
                "component_type": "template",
                "label": "",
                "config": {"text": "one"},
                "position": {"x": 4, "y": 0},
                "is_active": True,
            },
        ],
        "edges": [
            {"source": "start", "target": "say", "source_port": "out", "kind": "flow"}
        ],
        "notes": body("", notes="n")["notes"],
    }
    assert first == listed["results"][1]
    for number in ("3", "0", "9" * 30):
        assert api.get(f"{row}versions/{number}/").status_code == 404


def test_a_list_of_versions_costs_the_same_however_long_it_is(
    api: APIClient, row: str, django_assert_num_queries
):
    put(api, row, body("0"))
    with django_assert_num_queries(3):
        api.get(f"{row}versions/")
    for number in range(1, 6):
        put(api, row, body(f"{number}"))
    with django_assert_num_queries(3) as more:
        assert len(api.get(f"{row}versions/").data["results"]) == 6
    assert not any('"graph"' in each["sql"] for each in more)


def test_a_layout_is_merged_with_what_others_saved_since_it_was_read(
    api: APIClient, row: str
):
    put(api, row, body("one"))
    put(api, row, body("one", notes="theirs"))
    before = {"positions": {"say": {"x": 0, "y": 0}}, "notes": []}
    sent = body("one", x=5, notes="mine", layout_before=before)
    merged = put(api, row, sent, '"v1"').json()
    assert [note["id"] for note in merged["notes"]] == ["theirs", "mine"]
    assert merged["nodes"][1]["position"] == {"x": 5, "y": 0}
    assert "layout_before" not in merged


@pytest.mark.parametrize(
    ("before", "field"),
    [
        ([], "layout_before"),
        ({"notes": []}, "layout_before.positions"),
        ({"positions": [], "notes": []}, "layout_before.positions"),
        ({"positions": {}, "notes": [{}]}, "layout_before.notes[0].id"),
        ({"positions": {}, "notes": [1] * 101}, "layout_before.notes"),
    ],
)
def test_a_layout_of_another_shape_is_refused(
    api: APIClient, row: str, before: Any, field: str
):
    answer = put(api, row, body("one", layout_before=before))
    assert answer.status_code == 400
    assert field in answer.json()["errors"]


def test_a_version_is_restored_over_the_one_that_was_read(api: APIClient, row: str):
    put(api, row, body("one", x=4))
    put(api, row, body("two"))
    where = f"{row}versions/1/restore/"

    def restore(tag: str, sent: Body | None = None) -> Any:
        headers = {"If-Match": tag}
        return api.post(where, sent or {}, format="json", headers=headers)

    late = restore('"v1"')
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    stale = api.post(where, {"graph_version": 1}, format="json")
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    assert api.get(f"{row}graph/")["ETag"] == '"v2"'
    done = restore('"v2"')
    assert (done.status_code, done["ETag"]) == (200, '"v3"')
    assert done.json() == api.get(f"{row}graph/").json()
    assert done.json()["nodes"][1]["config"] == {"text": "one"}
    newest = api.get(f"{row}versions/").json()["results"][0]
    assert (newest["note"], newest["is_current"]) == ("Restored version 1", True)
    put(api, row, body("two"))
    restore("*", {"version_note": "As it was"})
    assert api.get(f"{row}versions/5/").json()["note"] == "As it was"
    assert restore("*", {"odd": 1}).json()["errors"].keys() == {"odd"}


def test_a_layout_is_saved_under_an_old_etag_and_another_graph_is_not(
    api: APIClient, row: str
):
    put(api, row, body("one"))
    put(api, row, body("two"))
    merged = put(api, row, body("one", x=30, notes="a"), '"v1"')
    assert (merged.status_code, merged["ETag"]) == (200, '"v2"')
    graph = merged.json()
    assert graph["nodes"][1]["config"] == {"text": "two"}
    assert graph["nodes"][1]["position"] == {"x": 30, "y": 0}
    assert [note["id"] for note in graph["notes"]] == ["a"]
    assert put(api, row, body("three", x=9), '"v1"').status_code == 412
    in_body = body("one", x=40, graph_version=1)
    assert api.put(f"{row}graph/", in_body, format="json").status_code == 200
    in_body = body("three", graph_version=1)
    stale = api.put(f"{row}graph/", in_body, format="json")
    assert (stale.status_code, [*stale.json()["errors"]]) == (409, ["graph_version"])
    graph = api.get(f"{row}graph/").json()
    assert graph["nodes"][1]["position"] == {"x": 40, "y": 0}


def test_the_workflow_counts_saves_of_its_graph_but_not_of_its_layout(
    api: APIClient, row: str
):
    put(api, row, body("one"))
    put(api, row, body("one", x=5, notes="n"))
    api.patch(row, {"name": "new"}, format="json")
    shown = api.get(row)
    assert (shown.data["version"], shown.data["graph_version"]) == (3, 1)
    assert shown["ETag"] == '"v3"'


def test_a_dry_run_shows_what_would_be_saved_and_writes_nothing(
    api: APIClient, row: str
):
    put(api, row, body("one"))
    tried = api.put(f"{row}graph/?dry_run=true", body("two"), format="json").json()
    seen = [tried[when]["graph_version"] for when in ("before", "after")]
    assert seen == [1, 2]
    put(api, row, body("two"))
    where = f"{row}versions/1/restore/?dry_run=true"
    tried = api.post(where, {}, format="json").json()
    texts = [tried[when]["nodes"][1]["config"]["text"] for when in ("before", "after")]
    assert texts == ["two", "one"]
    assert [*Workflow.objects.values_list("graph_version", flat=True)] == [2]


@pytest.mark.parametrize(
    ("note", "field"),
    [
        ({"id": "a b"}, "notes[0].id"),
        ({"id": 5}, "notes[0].id"),
        ({"text": None}, "notes[0].text"),
        ({"text": "x" * 2_001}, "notes[0].text"),
        ({"position": [1, 2]}, "notes[0].position"),
        ({"position": {"x": "1", "y": 2}}, "notes[0].position"),
        ({"size": {"width": 1e9, "height": 1}}, "notes[0].size"),
        ({"colour": "red"}, "notes[0].colour"),
    ],
)
def test_a_wrong_note_is_refused_by_its_path(api: APIClient, row: str, note, field):
    sent = body("one", notes="a")
    sent["notes"][0] |= note
    answer = put(api, row, sent)
    assert (answer.status_code, [*answer.json()["errors"]]) == (400, [field])
    assert api.get(f"{row}graph/").json()["graph_version"] == 0


@pytest.mark.parametrize("part", ["nodes", "edges", "notes"])
def test_five_thousand_of_anything_are_refused_at_once(
    api: APIClient, row: str, part: str
):
    sent = body("one", notes="a")
    sent[part] = sent[part] * 5_000
    answer = put(api, row, sent)
    assert (answer.status_code, [*answer.json()["errors"]]) == (400, [part])
    assert api.get(f"{row}versions/").json()["results"] == []


def test_a_cycle_and_an_edge_to_nowhere_are_refused_by_name(api: APIClient, row: str):
    cycle = body("one")
    other = {**cycle["nodes"][1], "node_id": "again"}
    cycle["nodes"].append(other)
    cycle["edges"] += [
        {"source": "say", "target": "again"},
        {"source": "again", "target": "say"},
    ]
    errors = put(api, row, cycle).json()["errors"]
    assert errors == {"edges": ["These nodes form a cycle: say, again."]}
    nowhere = body("one")
    nowhere["edges"].append({"source": "say", "target": "gone"})
    assert put(api, row, nowhere).json()["errors"] == {
        "edges[1].target": ['There is no node "gone".']
    }
    assert api.get(f"{row}versions/").json()["results"] == []
