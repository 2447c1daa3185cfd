"""Saves of a graph as versions: what makes one, which are kept, and restoring them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.at_once import at_once
from workflows.exceptions import InvalidGraph
from workflows.kit.errors import InvalidInput, NotAllowed, NotFound, StaleVersion
from workflows.models import Workflow, WorkflowExecution
from workflows.services import (
    EdgeSpec,
    GraphSpec,
    NodeSpec,
    NoteSpec,
    restore_version,
    save_graph,
    versions,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 10, tzinfo=UTC)
EDGE = EdgeSpec(source="start", target="say")
WRITES = ("INSERT", "UPDATE", "DELETE")


def graph(text: str = "hello", *, x: float = 0, notes: str = "", **more: Any):
    """Two nodes and an edge: `text` is its content, `x` and `notes` are its layout."""
    nodes = [
        NodeSpec(
            node_id="start",
            component_type="trigger_manual",
            position={"x": x, "y": 0},
        ),
        NodeSpec(node_id="say", component_type="template", config={"text": text}),
    ]
    return GraphSpec(nodes, [EDGE], [note(id_) for id_ in notes.split()], **more)


def note(id_: str, text: str = "remember", **more: Any) -> NoteSpec:
    values = {"position": {"x": 1, "y": 2}, "size": {"width": 9, "height": 8}} | more
    return NoteSpec(id=id_, text=text, **values)


Save = Callable[..., Workflow]


@pytest.fixture
def save(owner: User) -> Save:
    workflow = Workflow.objects.create(name="w", owner=owner)

    def save(spec: GraphSpec, **more: Any) -> Workflow:
        more.setdefault("user", owner)
        return save_graph(workflow, spec, **{"now": NOW} | more)

    return save


def numbers(workflow: Workflow) -> list[int]:
    return [*workflow.versions.values_list("number", flat=True)]


def counters(workflow: Workflow) -> tuple[int, int, datetime]:
    workflow.refresh_from_db()
    return workflow.version, workflow.graph_version, workflow.updated_at


def placed(workflow: Workflow) -> tuple[Any, list[str]]:
    """Where the start is, and which notes there are."""
    position = workflow.nodes.get(node_id="start").position
    return position["x"], [*workflow.notes.values_list("note_id", flat=True)]


def test_a_save_is_a_version_with_who_when_and_a_note(save: Save, owner: User):
    workflow = save(graph("one", notes="n"), version_note="First draft")
    assert counters(workflow) == (2, 1, NOW)
    version = workflow.versions.get()
    assert (version.number, version.note) == (1, "First draft")
    assert (version.saved_by, version.saved_at) == (owner, NOW)
    assert (version.node_count, version.edge_count) == (2, 1)
    assert version.graph == graph("one", notes="n").document


def test_the_name_of_who_saved_outlives_the_user(save: Save):
    staff = User.objects.create_superuser("sue")
    workflow = save(graph(), user=staff)
    staff.delete()
    version = workflow.versions.get()
    assert (version.saved_by, version.saved_by_name) == (None, "sue")


def test_an_identical_save_writes_nothing(save: Save):
    workflow = save(graph("one", x=1, notes="n"))
    before = counters(workflow)
    same = graph("one", x=1.0, notes="n")
    same = GraphSpec([*reversed(same.nodes)], same.edges, same.notes)
    with CaptureQueriesContext(connection) as queries:
        save(same, now=LATER)
    assert not [each for each in queries if each["sql"].startswith(WRITES)]
    assert counters(workflow) == before
    assert numbers(workflow) == [1]


@pytest.mark.parametrize(
    ("one", "other"), [({"json": 1}, {"json": True}), ({"json": 0}, {"json": False})]
)
def test_what_python_alone_takes_for_equal_is_saved(save: Save, one, other):
    def with_config(config: dict[str, Any]) -> GraphSpec:
        node = NodeSpec(node_id="say", component_type="template", config=config)
        return GraphSpec([graph().nodes[0], node])

    save(with_config(one))
    assert save(with_config(other)).graph_version == 2


def test_numbers_that_databases_write_in_other_ways_are_no_change(save: Save):
    def with_number(number: float) -> GraphSpec:
        config = {"json": {"number": number}}
        node = NodeSpec(node_id="say", component_type="template", config=config)
        return GraphSpec([graph().nodes[0], node])

    for number in (1e22, 1.5e300, 1e-7, 0.1, -0.0, 2.0):
        workflow = save(with_number(number))
        before = workflow.graph_version
        assert save(with_number(number)).graph_version == before


@pytest.mark.parametrize("base", [0, 1, 7])
def test_another_graph_over_an_old_version_is_refused_whole(save: Save, base: int):
    workflow = save(graph("one"))
    save(graph("two"))
    with pytest.raises(StaleVersion):
        save(graph("three", x=5, notes="n"), graph_version=base)
    assert placed(workflow) == (0, [])
    assert numbers(workflow) == [2, 1]


def test_versions_beyond_the_last_are_kept_for_executions_alone(
    save: Save, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(versions, "KEPT", 3)
    for number in range(1, 5):
        workflow = save(graph(str(number)))
        if number in (1, 2):
            run = WorkflowExecution.objects.create(
                workflow=workflow, graph_version=number, status="pending"
            )
    save(graph("5"))
    assert numbers(workflow) == [5, 4, 3, 2, 1]
    run.delete()
    save(graph("6"))
    assert numbers(workflow) == [6, 5, 4, 1]


def test_another_workflow_keeps_no_versions_of_this_one(
    save: Save, owner: User, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(versions, "KEPT", 1)
    other = Workflow.objects.create(name="other", owner=owner)
    WorkflowExecution.objects.create(workflow=other, graph_version=1)
    workflow = save(graph("1"))
    save(graph("2"))
    assert numbers(workflow) == [2]


def test_a_version_is_restored_as_a_new_one(save: Save, owner: User):
    workflow = save(graph("one", x=3, notes="n"))
    save(graph("two"))
    restore_version(workflow, 1, user=owner, now=LATER)
    assert counters(workflow) == (4, 3, LATER)
    newest = workflow.versions.first()
    assert (newest.number, newest.note) == (3, "Restored version 1")
    assert newest.graph == graph("one", x=3, notes="n").document
    assert placed(workflow) == (3, ["n"])
    restore_version(workflow, 2, user=owner, now=LATER, version_note="Back again")
    assert workflow.versions.first().note == "Back again"


def test_the_graph_of_a_version_is_not_merged_when_it_is_restored(
    save: Save, owner: User
):
    workflow = save(graph("one", x=3))
    save(graph("two"))
    with pytest.raises(StaleVersion):
        restore_version(workflow, 1, user=owner, now=LATER, graph_version=1)
    assert placed(workflow) == (0, [])
    restore_version(workflow, 1, user=owner, now=LATER, graph_version=2)
    assert placed(workflow) == (3, [])


def test_a_version_is_restored_with_the_rights_and_the_checks_of_today(
    save: Save, owner: User
):
    workflow = save(graph("one"))
    save(graph("two"))
    with pytest.raises(NotFound):
        restore_version(workflow, 1, user=User.objects.create_user("eve"), now=NOW)
    with pytest.raises(NotFound, match="no version 3"):
        restore_version(workflow, 3, user=owner, now=NOW)
    old = workflow.versions.get(number=1)
    old.graph["nodes"][1]["component_type"] = "uninstalled"
    old.save()
    with pytest.raises(InvalidGraph) as refused:
        restore_version(workflow, 1, user=owner, now=NOW)
    assert list(refused.value.errors) == ["nodes[1].component_type"]
    assert numbers(workflow) == [2, 1]


def test_who_may_only_view_a_workflow_restores_nothing(save: Save):
    workflow = save(graph("one"))
    viewer = User.objects.create_user("vera", is_staff=True)
    viewer.user_permissions.add(
        *viewer.user_permissions.model.objects.filter(codename="view_workflow")
    )
    with pytest.raises(NotAllowed):
        restore_version(workflow, 1, user=viewer, now=NOW)


@pytest.mark.parametrize(
    ("notes", "field"),
    [
        ([note("a"), note("a")], "notes[1].id"),
        ([note("a", "x" * 2_001)], "notes[0].text"),
        ([note("a", "\x00")], "notes[0].text"),
        ([note("a", position={})], "notes[0].position"),
        ([note("a", position={"x": 1, "y": "2"})], "notes[0].position"),
        ([note("a", position={"x": 1, "y": float("nan")})], "notes[0].position"),
        ([note("a", size={"width": 0, "height": 1})], "notes[0].size"),
        ([note("a", size={"width": 1})], "notes[0].size"),
        ([note(f"n{number}") for number in range(101)], "notes"),
    ],
)
def test_a_wrong_note_is_refused_with_its_field(save: Save, notes, field: str):
    with pytest.raises(InvalidGraph) as refused:
        save(GraphSpec(graph().nodes, [EDGE], notes))
    assert list(refused.value.errors) == [field]


def test_the_largest_notes_are_saved(save: Save):
    notes = [note(f"n{number}", "\U0001f600" * 2_000) for number in range(100)]
    workflow = save(GraphSpec(graph().nodes, [EDGE], notes))
    assert workflow.notes.count() == 100


@pytest.mark.parametrize("text", ["x" * 201, "a\nb", "\x00"])
def test_a_wrong_note_of_a_version_is_refused(save: Save, text: str):
    with pytest.raises(InvalidInput) as refused:
        save(graph(), version_note=text)
    assert list(refused.value.errors) == ["version_note"]


def test_a_save_costs_the_same_however_many_versions_and_executions_there_are(
    save: Save, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(versions, "KEPT", 2)
    workflow = save(graph("0"))

    def costs() -> list[int]:
        found = []
        for spec, base in (
            (graph(f"{workflow.graph_version}"), None),
            (graph("0", x=workflow.graph_version), 1),
        ):
            with CaptureQueriesContext(connection) as queries:
                save(spec, graph_version=base)
            found.append(len(queries))
        return found

    WorkflowExecution.objects.create(workflow=workflow, graph_version=1)
    save(graph("a"))
    few = costs()
    for number in range(12):
        save(graph(f"more {number}"))
        WorkflowExecution.objects.create(
            workflow=workflow, graph_version=workflow.graph_version
        )
    save(graph("b"))
    assert costs() == few


@pytest.mark.django_db(transaction=True)
def test_of_two_saves_over_the_same_version_one_is_refused(save: Save, owner: User):
    workflow = save(graph("0"))

    def put(text: str) -> Callable[[], Workflow]:
        mine = Workflow.objects.get(pk=workflow.pk)
        base = workflow.graph_version
        spec = graph(text)
        return lambda: save_graph(mine, spec, user=owner, now=NOW, graph_version=base)

    for number in range(6):
        workflow.refresh_from_db()
        answers = at_once([put(f"a {number}"), put(f"b {number}")])
        assert {type(answer) for answer in answers} == {Workflow, StaleVersion}
    assert numbers(workflow) == [7, 6, 5, 4, 3, 2, 1]
