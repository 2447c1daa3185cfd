"""Where nodes and notes stand: kept with a version, and merged."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.workflows.services.test_versions import (
    LATER,
    Save,
    counters,
    graph,
    note,
    placed,
    save,
)
from workflows.exceptions import InvalidGraph
from workflows.services import (
    GraphSpec,
    Layout,
)

__all__ = ["save"]

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def test_a_layout_makes_no_version_and_stays_with_the_current_one(save: Save):
    workflow = save(graph("one"))
    before = counters(workflow)
    save(graph("one", x=50, notes="a b"), now=LATER)
    assert placed(workflow) == (50, ["a", "b"])
    assert counters(workflow) == before
    assert workflow.versions.get().graph == graph("one", x=50, notes="a b").document


def test_a_layout_is_merged_over_what_another_has_saved_since(save: Save):
    workflow = save(graph("one"))
    save(graph("two"))
    before = counters(workflow)
    moved = graph("one", x=70, notes="n")
    save(moved, graph_version=1)
    assert placed(workflow) == (70, ["n"])
    assert workflow.nodes.get(node_id="say").config == {"text": "two"}
    assert counters(workflow) == before
    current = graph("two", x=70, notes="n").document
    assert workflow.versions.first().graph == current


def layout_of(spec: GraphSpec) -> Layout:
    return Layout({node.node_id: node.position for node in spec.nodes}, spec.notes)


@pytest.mark.parametrize("text", ["one", "two"])
def test_what_others_have_moved_or_written_since_is_not_lost(save: Save, text: str):
    read = graph("one", notes="changed gone mine")
    workflow = save(read)
    theirs = [note("changed", "theirs"), note("mine"), note("added")]
    save(replace(graph("one", x=50), notes=theirs))
    notes = [note("changed"), note("gone"), note("mine", "mine"), note("new")]
    drawn = replace(graph(text), notes=notes)
    save(drawn, graph_version=1, layout_before=layout_of(read))
    assert placed(workflow) == (50, ["changed", "mine", "added", "new"])
    assert [*workflow.notes.values_list("text", flat=True)] == [
        "theirs",
        "mine",
        "remember",
        "remember",
    ]
    assert workflow.versions.first().graph["notes"] == [
        {
            "id": row.note_id,
            "text": row.text,
            "position": row.position,
            "size": row.size,
        }
        for row in workflow.notes.all()
    ]


def test_a_note_that_one_has_changed_and_another_deleted_stays(save: Save):
    read = graph("one", notes="a b c")
    workflow = save(read)
    save(replace(read, notes=[note("b", "theirs"), note("c")]))
    drawn = replace(read, notes=[note("a", "mine")])
    save(drawn, layout_before=layout_of(read))
    assert dict(workflow.notes.values_list("note_id", "text")) == {
        "a": "mine",
        "b": "theirs",
    }


def test_what_i_have_moved_stays_where_i_have_moved_it(save: Save):
    read = graph("one", x=1)
    workflow = save(read)
    save(graph("one", x=50))
    save(graph("one", x=2), layout_before=layout_of(read))
    assert placed(workflow) == (2, [])


def test_notes_that_are_too_many_together_are_refused(save: Save):
    read = graph("one")
    workflow = save(read)
    save(graph("one", notes=" ".join(f"a{number}" for number in range(60))))
    more = graph("one", notes=" ".join(f"b{number}" for number in range(60)))
    with pytest.raises(InvalidGraph) as refused:
        save(more, layout_before=layout_of(read))
    assert [*refused.value.errors] == ["notes"]
    assert workflow.notes.count() == 60


def test_nodes_that_are_gone_are_not_placed(save: Save):
    workflow = save(graph("one"))
    save(GraphSpec(graph().nodes[:1]))
    save(graph("one", x=5), graph_version=1)
    assert [*workflow.nodes.values_list("node_id", flat=True)] == ["start"]
    assert placed(workflow) == (5, [])
    # What equals the current graph needs no version to be based on.
    save(GraphSpec(graph(x=9).nodes[:1]), graph_version=99)
    assert placed(workflow) == (9, [])
