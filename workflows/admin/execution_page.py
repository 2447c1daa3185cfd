"""What the page of an execution shows; the page of a scheduled run shows it as well."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.contrib.admin import AdminSite
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workflows.display.json_tree import Room, json_tree, size_of
from workflows.display.marks import run_mark
from workflows.display.nodes import (
    ShownNode,
    Waterfall,
    not_reached,
    shown_node,
    waterfall,
)
from workflows.display.talk import Talk, talk
from workflows.display.times import moment, relative, took
from workflows.kit.users import User, full_name
from workflows.models import NodeRun, WorkflowExecution, WorkflowNode, WorkflowVersion
from workflows.services import CANCELLABLE

# A page has at most 300 kB. Values beyond this are left to the links to them.
ROOM = 110_000
EVENT_ROOM = 30_000
MOST_NODES = 200
LONGEST_OUTPUT = 20_000
PART_NAMES = ("input", "output")


@dataclass(frozen=True, slots=True)
class Fact:
    """One of the facts below the heading. `person`: whose initials stand before it."""

    label: str
    value: str
    note: str = ""
    person: str = ""
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """The input or output of a node: lines of text, or a tree."""

    part: str  # "input" or "output"
    size: int
    lines: str = ""
    tree: SafeString | None = None
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """A node with what went in and what came out; `is_open` if it is worth a look."""

    node: ShownNode
    run: NodeRun
    began: str
    values: list[Value]
    talk: Talk | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class ExecutionShown:
    """The parts of the page that are about the work itself."""

    execution: WorkflowExecution
    nodes: list[ShownNode]
    waterfall: Waterfall
    cards: list[Card]
    closed: list[Card]
    nodes_left_out: int
    failed: Card | None

    @property
    def is_live(self) -> bool:
        return self.execution.status in CANCELLABLE


AGAIN = gettext_lazy("Run again, same payload")


@dataclass(frozen=True, slots=True)
class Tools:
    """The addresses of what can be done; empty: it cannot."""

    canvas: str = ""
    cancel: str = ""
    again: str = ""
    again_word: str | Promise = AGAIN


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong, above everything else."""

    text: str
    tone: str = "bad"
    shape: str = "failed"
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Came:
    """Where an execution came from: a run of a schedule, with the address of its page."""

    text: str
    address: str


@dataclass(slots=True)
class Beyond:
    """What the apps above this one know of executions."""

    came: list[Callable[[AdminSite, WorkflowExecution], Came | None]] = field(
        default_factory=list
    )
    again: Callable[..., WorkflowExecution] | None = None
    can_again: Callable[[WorkflowExecution, User], bool] = lambda row, user: False
    # The addresses of what agents have proposed, by its id, as far as it is still open.
    reviews: Callable[[AdminSite, User, Collection[str]], Mapping[str, str]] = (
        lambda site, user, proposed: {}
    )


beyond = Beyond()


def came_from(site: AdminSite, execution: WorkflowExecution) -> Came | None:
    found = (source(site, execution) for source in beyond.came)
    return next(filter(None, found), None)


def link_reviews(shown: ExecutionShown, site: AdminSite, user: User) -> None:
    """From what agents have proposed to where it is approved or declined."""
    calls = [
        call
        for card in (*shown.cards, *shown.closed)
        if card.talk
        for turn in card.talk.turns
        for call in turn.calls
        if call.proposed
    ]
    if calls:
        open_ = beyond.reviews(site, user, {call.proposed for call in calls})
        for call in calls:
            call.review = open_.get(call.proposed, "")


def shown_execution(
    execution: WorkflowExecution, *, now: datetime, zone: str
) -> ExecutionShown:
    """In at most three queries, however many nodes there are."""
    rows = list(execution.node_runs.order_by("sequence")[: MOST_NODES + 1])
    runs = rows[:MOST_NODES]
    nodes = [shown_node(run, now) for run in runs]
    room = Room(ROOM)
    # In the order of interest: the page has room for so much only.
    by_interest = sorted(
        nodes, key=lambda node: (node.mark.tone != "bad", not _is_open(node, runs))
    )
    cards = [
        _card(node, node.run, now, zone, room, is_open=_is_open(node, runs))
        for node in by_interest
        if node.run
    ]
    left = not_reached(_graph(execution), runs) if execution.finished_at else []
    return ExecutionShown(
        execution,
        [*nodes, *left],
        waterfall(nodes, now),
        [card for card in cards if card.is_open],
        [card for card in cards if not card.is_open],
        len(rows) - len(runs),
        next((card for card in cards if card.run.status == "failed"), None),
    )


def _is_open(node: ShownNode, runs: Sequence[NodeRun]) -> bool:
    """What failed or runs, the conversations of agents, and what came out at the end."""
    run = node.run
    assert run is not None
    went = [each for each in runs if each.status != "skipped"]
    return (
        run.status in ("failed", "running", "cancelled")
        or run.component_type == "agent"
        or run is (went or runs)[-1]
    )


def _card(
    node: ShownNode,
    run: NodeRun,
    now: datetime,
    zone: str,
    room: Room,
    *,
    is_open: bool,
) -> Card:
    spoken = talk(run, room)
    parts = [("input", run.input), ("output", run.output)]
    if spoken is not None:
        # The conversation is the output.
        parts = parts[:1]
    return Card(
        node,
        run,
        moment(run.started_at, zone, now) if run.started_at else "",
        [_value(part, value, room) for part, value in parts if value is not None],
        spoken,
        is_open,
    )


def _value(part: str, value: Any, room: Room) -> Value:
    size = size_of(value)
    if isinstance(value, str):
        most = max(0, min(LONGEST_OUTPUT, room.left))
        room.left -= min(len(value), most)
        return Value(part, size, lines=value[:most], is_cut=len(value) > most)
    if room.left <= 0:
        return Value(part, size, is_cut=True)
    tree = json_tree(value, room)
    return Value(part, size, tree=tree, is_cut=room.left <= 0)


def _graph(execution: WorkflowExecution) -> list[dict[str, Any]]:
    """The nodes of the graph that it ran: those of its version, or else the current ones."""
    if execution.workflow_id is None:
        return []
    if execution.graph_version is not None:
        version = WorkflowVersion.objects.filter(
            workflow=execution.workflow_id, number=execution.graph_version
        ).first()
        if version is not None:
            nodes: list[dict[str, Any]] = version.graph.get("nodes", [])
            return nodes
    current = WorkflowNode.objects.filter(workflow=execution.workflow_id)
    return [dict(node) for node in current.values("node_id", "component_type", "label")]


def execution_context(
    execution: WorkflowExecution,
    site: AdminSite,
    user: User,
    *,
    now: datetime,
    zone: str,
) -> dict[str, Any]:
    """What `ostinato/admin/execution/work.html` shows, and the heading of its page."""
    shown = shown_execution(execution, now=now, zone=zone)
    link_reviews(shown, site, user)
    mark = run_mark(execution.status)
    return {
        "execution": execution,
        "shown": shown,
        "mark": replace(mark, is_loud=execution.status == "failed"),
        "sub": _("Started by {}.").format(_trigger(execution)),
        "facts": facts(execution, now=now, zone=zone),
        "trouble": trouble_of(execution, shown),
        "event_tree": json_tree(execution.event, Room(EVENT_ROOM)),
    }


def _trigger(execution: WorkflowExecution) -> str:
    by = execution.event.get("started_by") if isinstance(execution.event, dict) else ""
    return str(by or execution.trigger_type)


def trouble_of(execution: WorkflowExecution, shown: ExecutionShown) -> Trouble | None:
    if execution.error and execution.status == "failed":
        text = execution.error
        if shown.failed and shown.failed.run.error:
            text = shown.failed.run.error
        return Trouble(text.strip().partition("\n")[0])
    if execution.cancel_requested_at and shown.is_live:
        return Trouble(_("It was asked to stop."), "warn", "overdue")
    return None


def facts(execution: WorkflowExecution, *, now: datetime, zone: str) -> list[Fact]:
    """Of an execution that was started by hand or by a webhook."""
    started = execution.started_at
    return [
        started_fact(started, execution.created_at, now=now, zone=zone),
        Fact(_("Took"), took_text(started, execution.finished_at, now)),
        Fact(_("Started by"), _trigger(execution)),
        owner_fact(execution),
        Fact(
            _("Execution"),
            str(execution.pk)[:8],
            execution.trigger_node_id,
            is_code=True,
        ),
    ]


def started_fact(
    started: datetime | None, queued: datetime, *, now: datetime, zone: str
) -> Fact:
    if started is None:
        return Fact(
            _("Started"), _("not yet"), _("queued {}").format(relative(queued, now))
        )
    return Fact(_("Started"), moment(started, zone, now), relative(started, now))


def took_text(
    started: datetime | None, finished: datetime | None, now: datetime
) -> str:
    if started is None:
        return "-"
    text = took(started, finished or now)
    return text if finished else _("{} so far").format(text)


def owner_fact(execution: WorkflowExecution) -> Fact:
    name = full_name(execution.owner) if execution.owner else _("deleted user")
    return Fact(_("Runs as"), name, _("owner of the workflow"), person=name)
