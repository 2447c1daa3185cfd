"""The conversation of an agent, turn by turn, from the record that is its node's output."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workflows.display.json_tree import Room, json_tree
from workflows.display.nodes import calls_of, time_of, tool_name
from workflows.display.numbers import grouped
from workflows.display.times import length
from workflows.models import NodeRun

LONGEST = 160


@dataclass(slots=True)
class Call:
    """One call of a tool."""

    tool: str
    took: str
    is_error: bool
    said: str  # of the error or the answer, in one line
    arguments: SafeString
    result: SafeString
    is_open: bool = False
    proposed: str = ""  # the id of a schedule that was to be approved
    review: str = ""  # the address where that can be done, if it still can


@dataclass(slots=True)
class Turn:
    """What the agent said, and which tools it called then. `task`: what it was asked."""

    kind: str  # "task", "agent" or "answer"
    text: str = ""
    error: str = ""
    model: str = ""
    at: datetime | None = None
    took: str = ""
    calls: list[Call] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Talk:
    turns: list[Turn]
    usage: str  # "3 requests, 2 tool calls, 6,214 tokens"
    left_out: int = 0


def talk(run: NodeRun, room: Room) -> Talk | None:
    """None if the node is no agent's, or has recorded nothing yet."""
    record = run.output if isinstance(run.output, dict) else {}
    calls = calls_of(run)
    if not calls:
        return None
    turns: list[Turn] = []
    first = str(calls[0].get("asked") or "")
    if first:
        turns.append(Turn("task", first))
    for call in calls:
        if call.get("kind") == "model":
            turns.append(_turn(call))
        else:
            if not turns:
                turns.append(Turn("agent"))
            turns[-1].calls.append(_call(call, room))
    _mark_answer(turns, record)
    left_out = record.get("calls_left_out", 0)
    return Talk(turns, usage_text(record), left_out if isinstance(left_out, int) else 0)


def _turn(call: dict[str, Any]) -> Turn:
    raw = call.get("tokens")
    tokens = raw if isinstance(raw, dict) else {}
    parts = [_took(call)]
    if tokens:
        parts.append(
            _("{read} + {written} tokens").format(
                read=grouped(_number(tokens.get("input"))),
                written=grouped(_number(tokens.get("output"))),
            )
        )
    return Turn(
        "agent",
        str(call.get("answer") or ""),
        str(call.get("error") or ""),
        str(call.get("model") or ""),
        time_of(call),
        ", ".join(filter(None, parts)),
    )


def _mark_answer(turns: list[Turn], record: dict[str, Any]) -> None:
    """The last turn is the answer, if there is one."""
    answer = record.get("output")
    last = turns[-1]
    if answer is None or last.kind != "agent" or last.calls:
        return
    last.kind = "answer"
    if isinstance(answer, str):
        last.text = answer


def _call(call: dict[str, Any], room: Room) -> Call:
    result = call.get("result")
    is_error = bool(call.get("is_error"))
    return Call(
        tool_name(call),
        _took(call),
        is_error,
        _in_a_line(result) if is_error else _subject(call.get("arguments")),
        json_tree(call.get("arguments"), room),
        json_tree(result, room),
        is_open=is_error,
        proposed=_proposed(result),
    )


def _proposed(result: Any) -> str:
    """Empty of a dry run too, which has no id."""
    waits = isinstance(result, dict) and result.get("awaits_approval") is True
    return str(result.get("id") or "") if waits else ""


def _in_a_line(result: Any) -> str:
    """The message of a refusal."""
    error = result.get("error") if isinstance(result, dict) else result
    message = error.get("message") if isinstance(error, dict) else error
    return _cut(str(message or ""))


def _subject(arguments: Any) -> str:
    """What the call is about: its name, or its first text."""
    if not isinstance(arguments, dict):
        return _cut(str(arguments or ""))
    texts = [value for value in arguments.values() if isinstance(value, str)]
    return _cut(str(arguments.get("name") or (texts[0] if texts else "")))


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _took(call: dict[str, Any]) -> str:
    seconds = call.get("seconds")
    if not isinstance(seconds, int | float):
        return _("did not end")
    return length(float(seconds))


def usage_text(record: dict[str, Any]) -> str:
    raw = record.get("usage")
    usage = raw if isinstance(raw, dict) else {}
    requests, calls = _number(usage.get("requests")), _number(usage.get("tool_calls"))
    tokens = _number(usage.get("input_tokens")) + _number(usage.get("output_tokens"))
    return ", ".join(
        [
            ngettext("{} request", "{} requests", requests).format(grouped(requests)),
            ngettext("{} tool call", "{} tool calls", calls).format(grouped(calls)),
            ngettext("{} token", "{} tokens", tokens).format(grouped(tokens)),
        ]
    )


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
