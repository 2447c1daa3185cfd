from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from workflows.display.json_tree import Room
from workflows.display.nodes import not_reached, shown_node, waterfall
from workflows.display.talk import talk
from workflows.models import NodeRun

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def node(
    name: str, began: float, ended: float | None, type_: str = "template", **fields: Any
) -> NodeRun:
    usual: dict[str, Any] = {
        "sequence": 1,
        "status": "running" if ended is None else "succeeded",
        "component_type": type_,
    }
    return NodeRun(
        node_id=name,
        started_at=at(began),
        finished_at=None if ended is None else at(ended),
        **usual | fields,
    )


def test_a_node_has_the_look_of_its_component() -> None:
    shown = shown_node(node("start", 0, 0, "trigger_schedule", label="Daily"), NOON)
    assert (shown.label, shown.look, shown.took) == ("Daily", "k-trigger", "0 ms")
    gone = shown_node(node("old", 0, 1.5, "of_yesterday", port="some"), NOON)
    assert (gone.label, gone.kind, gone.took) == ("old", "of_yesterday", "1.5 s")
    assert (gone.icon, gone.port) == ("braces", "some")


def test_bars_share_an_axis_from_the_first_to_the_last() -> None:
    shown = [
        shown_node(run, at(20))
        for run in (node("a", 0, 5), node("b", 5, 5.001), node("c", 10, None))
    ]
    drawn = waterfall(shown, at(20))
    assert [(bar.label, bar.css, bar.x, bar.width) for bar in drawn.bars] == [
        ("a", "b-ok", "0.00", "25.00"),
        ("b", "b-ok", "25.00", "0.60"),
        ("c", "b-busy", "50.00", "50.00"),
    ]
    assert [text for _, text in drawn.ticks] == ["0 s", "5 s", "10 s", "15 s"]


def test_nothing_that_ran_draws_nothing() -> None:
    assert waterfall([], NOON).bars == []
    waiting = NodeRun(node_id="a", component_type="template", status="skipped")
    assert waterfall([shown_node(waiting, NOON)], NOON).bars == []


def test_nodes_that_were_not_reached_are_named_but_not_other_triggers() -> None:
    graph = [
        {"node_id": "start", "component_type": "trigger_schedule", "label": ""},
        {"node_id": "hook", "component_type": "trigger_webhook", "label": ""},
        {"node_id": "mail", "component_type": "send_email", "label": "Tell them"},
        {"node_id": "say", "component_type": "template", "label": ""},
    ]
    left = not_reached(graph, [node("start", 0, 0), node("say", 0, 1)])
    assert [(each.label, each.took, each.anchor) for each in left] == [
        ("Tell them", "", "")
    ]


CALLS = [
    {
        "kind": "model",
        "at": at(1).isoformat(),
        "asked": "Plan it.",
        "model": "m-1",
        "answer": "Let me see.",
        "tokens": {"input": 2240, "output": 96},
        "seconds": 3.0,
    },
    {
        "kind": "tool",
        "at": at(4).isoformat(),
        "tool": "schedule_create",
        "arguments": {"cron": "@daily", "name": "Report"},
        "result": {"id": "1", "awaits_approval": True},
        "seconds": 0.5,
    },
    {
        "kind": "tool",
        "at": at(5).isoformat(),
        "tool": "schedule_stop",
        "arguments": "nonsense",
        "result": {"error": {"code": "not_found", "message": "No such\nschedule."}},
        "is_error": True,
        "seconds": 0.1,
    },
    {"kind": "model", "at": at(6).isoformat(), "asked": "…", "answer": "Done."},
]


def agent(output: Any) -> NodeRun:
    return node("plan", 0, 10, "agent", output=output)


def test_an_agent_is_shown_turn_by_turn() -> None:
    usage = {"requests": 2, "tool_calls": 2, "input_tokens": 3000, "output_tokens": 5}
    found = talk(agent({"output": "Done.", "calls": CALLS, "usage": usage}), Room(9999))
    assert found is not None
    assert [turn.kind for turn in found.turns] == ["task", "agent", "answer"]
    task, turn, answer = found.turns
    assert task.text == "Plan it."
    assert (turn.model, turn.took) == ("m-1", "3.0 s, 2,240 + 96 tokens")
    created, stopped = turn.calls
    assert (created.said, created.proposed, created.is_error) == ("Report", "1", False)
    assert (stopped.said, stopped.is_error) == ("No such schedule.", True)
    assert (answer.text, answer.took) == ("Done.", "did not end")
    assert found.usage == "2 requests, 2 tool calls, 3,005 tokens"


def test_requests_and_calls_have_bars_below_their_agent() -> None:
    run = agent({"calls": CALLS})
    bars = waterfall([shown_node(run, at(10))], at(10)).bars
    assert [(bar.label, bar.css, bar.node is None) for bar in bars] == [
        ("plan", "b-ok", False),
        ("model, request 1", "b-agent", True),
        ("schedule_create", "b-idle", True),
        ("schedule_stop", "b-idle", True),
        ("model, request 2", "b-agent", True),
    ]
    assert bars[-1].took == "4.0 s"  # it was under way when the node ended


def test_a_record_in_another_shape_is_no_conversation() -> None:
    for output in (None, "text", {"calls": 5}, {"calls": ["x"]}, {"calls": []}, []):
        assert talk(agent(output), Room(9999)) is None
        assert len(waterfall([shown_node(agent(output), NOON)], NOON).bars) == 1
    odd = [{"kind": "tool", "at": "yesterday", "arguments": 5, "seconds": "x"}]
    found = talk(agent({"calls": odd, "usage": "none"}), Room(9999))
    assert found is not None
    assert found.usage == "0 requests, 0 tool calls, 0 tokens"
