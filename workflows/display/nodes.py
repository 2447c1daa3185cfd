"""The nodes of an execution as its page shows them: in a row, and as bars on a common axis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from workflows.display.languages import in_language
from workflows.display.marks import Mark, run_mark
from workflows.display.times import length
from workflows.models import NodeRun
from workflows.registry import registry

MOST_NOT_REACHED = 20
NARROWEST = 0.6  # percent
_LOOKS = {
    "Triggers": "trigger",
    "Scheduler": "scheduler",
    "Agents": "agent",
    "Logic": "logic",
    "Actions": "action",
}
_COLOURS = {"succeeded": "b-ok", "failed": "b-bad", "running": "b-busy"}
_UNITS = (0.001, 0.01, 0.1, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)


@dataclass(frozen=True, slots=True)
class ShownNode:
    """One node that has run, runs, or was not reached (`run` is None)."""

    node_id: str
    label: str
    kind: str  # the label of its component
    look: str  # the class of its tile
    icon: str
    mark: Mark
    took: str = ""
    port: str = ""
    run: NodeRun | None = None

    @property
    def anchor(self) -> str:
        return f"node-{self.run.sequence}" if self.run else ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of the waterfall; of an agent's node, its requests and calls follow it."""

    label: str
    css: str
    x: str  # percent
    width: str
    took: str
    node: ShownNode | None = None  # None: a part of the node above


@dataclass(frozen=True, slots=True)
class Waterfall:
    bars: list[Bar]
    ticks: list[tuple[str, str]] = field(default_factory=list)  # percent and text


def shown_node(run: NodeRun, now: datetime) -> ShownNode:
    component = registry.get(run.component_type)
    return ShownNode(
        run.node_id,
        run.label or run.node_id,
        in_language(component.label) if component else run.component_type,
        look_of(run.component_type),
        component.icon if component else "braces",
        run_mark(run.status),
        span_text(*_span(run, now)) if run.started_at else "",
        "" if run.port in ("", "out") else run.port,
        run,
    )


def look_of(component_type: str) -> str:
    """The class of the tile: the category of the component."""
    component = registry.get(component_type)
    return f"k-{_LOOKS.get(component.category, 'action') if component else 'logic'}"


def not_reached(
    nodes: Iterable[Mapping[str, Any]], runs: Sequence[NodeRun]
) -> list[ShownNode]:
    """The nodes of the graph (as in the document of a version) that never ran."""
    ran = {run.node_id for run in runs}
    mark = Mark("skipped", _("not reached"), "idle")
    found = []
    for node in nodes:
        if node.get("node_id") in ran or not node.get("node_id"):
            continue
        type_ = str(node.get("component_type", ""))
        component = registry.get(type_)
        if component is not None and component.kind == "trigger":
            continue  # another trigger has started it
        found.append(
            ShownNode(
                str(node["node_id"]),
                str(node.get("label") or node["node_id"]),
                in_language(component.label) if component else type_,
                look_of(type_),
                component.icon if component else "braces",
                mark,
            )
        )
    return found[:MOST_NOT_REACHED]


def span_text(began: datetime, ended: datetime) -> str:
    """ "12 ms" below a tenth of a second, else as every duration."""
    seconds = max(0.0, (ended - began).total_seconds())
    if seconds < 0.1:
        return _("{} ms").format(round(seconds * 1000))
    return length(seconds)


def _span(run: NodeRun, now: datetime) -> tuple[datetime, datetime]:
    assert run.started_at is not None
    return run.started_at, max(run.finished_at or now, run.started_at)


def waterfall(shown: Sequence[ShownNode], now: datetime) -> Waterfall:
    """When each node ran. Its axis begins with the first node and ends with the last."""
    runs = [node.run for node in shown if node.run and node.run.started_at]
    if not runs:
        return Waterfall([])
    spans = [_span(run, now) for run in runs]
    begin, end = min(first for first, _l in spans), max(last for _f, last in spans)
    whole = max((end - begin).total_seconds(), 0.001)
    bars = []
    for node in shown:
        if node.run is None or node.run.started_at is None:
            continue
        first, last = _span(node.run, now)
        css = _COLOURS.get(node.run.status, "b-idle")
        bars.append(_bar(node.label, css, first, last, begin, whole, node))
        bars += [
            _bar(label, colour, at, at + took, begin, whole)
            for label, colour, at, took in _parts(node.run, now)
        ]
    return Waterfall(bars, list(_ticks(whole)))


def _bar(
    label: str,
    css: str,
    first: datetime,
    last: datetime,
    begin: datetime,
    whole: float,
    node: ShownNode | None = None,
) -> Bar:
    x = 100 * max(0.0, (first - begin).total_seconds()) / whole
    width = max(NARROWEST, 100 * (last - first).total_seconds() / whole)
    x = min(x, 100 - NARROWEST)
    width = min(width, 100 - x)
    return Bar(label, css, f"{x:.2f}", f"{width:.2f}", span_text(first, last), node)


def _parts(
    run: NodeRun, now: datetime
) -> Iterable[tuple[str, str, datetime, timedelta]]:
    """The requests and tool calls of an agent: label, colour, begin, and time taken."""
    requests = 0
    for call in calls_of(run):
        is_model = call.get("kind") == "model"
        requests += is_model
        at = time_of(call)
        if at is None:
            continue
        label = _("model, request {}").format(requests) if is_model else tool_name(call)
        seconds = call.get("seconds")
        took = (
            timedelta(seconds=seconds)
            if isinstance(seconds, int | float)
            else max(timedelta(), (run.finished_at or now) - at)
        )
        yield label, "b-agent" if is_model else "b-idle", at, took


def calls_of(run: NodeRun) -> list[dict[str, Any]]:
    """What an agent's node has recorded; nothing if it is not in this shape."""
    output = run.output if run.component_type == "agent" else None
    calls = output.get("calls") if isinstance(output, dict) else None
    if not isinstance(calls, list):
        return []
    return [call for call in calls if isinstance(call, dict)]


def tool_name(call: Mapping[str, Any]) -> str:
    return str(call.get("tool") or call.get("kind") or _("call"))


def time_of(call: Mapping[str, Any]) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(call.get("at", "")))
    except ValueError:
        return None
    return at if at.tzinfo else None


def _ticks(whole: float) -> Iterable[tuple[str, str]]:
    """About four, at round numbers."""
    unit = next((each for each in _UNITS if whole / each <= 4.5), whole / 4)
    for place in range(int(whole / unit) + 1):
        at = place * unit
        x = 100 * at / whole
        if x <= 96:
            text = _("{} ms").format(round(at * 1000)) if unit < 0.1 else _short(at)
            yield f"{x:.2f}", text


def _short(seconds: float) -> str:
    return length(int(seconds)) if seconds == int(seconds) else length(seconds)
