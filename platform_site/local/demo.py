"""Demo data for the first start: a workflow with three schedules, and an agent."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from schedules.exchange import check_import, import_workflow, template_named
from schedules.services import Actor, create_schedule, pause_schedule
from workflows.components.trigger_schedule import ScheduleTrigger
from workflows.kit.users import User
from workflows.models import Workflow
from workflows.services import (
    EdgeSpec,
    GraphSpec,
    NodeSpec,
    create_workflow,
    save_graph,
)

NAME = "heartbeat"
AGENT_NAME = "agent plans its own schedule"
EVERY_SECONDS = 10
GRAPH = GraphSpec(
    nodes=(
        NodeSpec(
            node_id="schedule",
            component_type=ScheduleTrigger.type,
            label="On schedule",
            position={"x": 320, "y": 40},
        ),
        NodeSpec(
            node_id="fetch",
            component_type="http_request",
            label="Call the site",
            config={"url": "{{ site.url }}/healthz"},
            position={"x": 320, "y": 160},
        ),
        NodeSpec(
            node_id="report",
            component_type="template",
            label="Write a report",
            config={
                "text": "{{ site.url }} answered {{ nodes.fetch.output.status }} "
                "in {{ nodes.fetch.output.elapsed_ms }} ms"
            },
            position={"x": 320, "y": 280},
        ),
        NodeSpec(
            node_id="decide",
            component_type="switch",
            label="Fast enough?",
            config={
                "cases": [
                    {"port": "quick", "when": "nodes.fetch.output.elapsed_ms < 500"}
                ],
                "default": "slow",
            },
            position={"x": 320, "y": 400},
        ),
    ),
    edges=(
        EdgeSpec(source="schedule", target="fetch"),
        EdgeSpec(source="fetch", target="report"),
        EdgeSpec(source="report", target="decide"),
    ),
)


def ensure_demo(owner: User, *, now: datetime) -> bool:
    """Create the demo data, each workflow with its schedules or not at all. Returns False if
    all of it already exists.

    Schedules that have been changed or deleted since are left alone.
    """
    names = Workflow.objects.filter(owner=owner).values_list("name", flat=True)
    there = set(names.filter(name__in=(NAME, AGENT_NAME)))
    if NAME not in there:
        _make_heartbeat(owner, now=now)
    if AGENT_NAME not in there:
        _make_agent(owner, now=now)
    return len(there) < 2


def _make_heartbeat(owner: User, *, now: datetime) -> None:
    with transaction.atomic():
        workflow = create_workflow(
            {"name": NAME, "description": "Checks that this site is up."},
            user=owner,
            now=now,
        )
        save_graph(workflow, GRAPH, user=owner, now=now)
        _make_schedules(workflow, Actor.person(owner), now=now)


def _make_agent(owner: User, *, now: datetime) -> None:
    """The template of the same kind: without a model it follows a script."""
    value = template_named("agent-schedules").value
    checked = check_import(value, user=owner, now=now, name=AGENT_NAME)
    import_workflow(checked, user=owner, now=now)


def _make_schedules(workflow: Workflow, actor: Actor, *, now: datetime) -> None:
    def make(name: str, **fields: Any) -> UUID:
        wanted = {"name": name, "workflow": workflow, "tags": ["demo"], **fields}
        return create_schedule(wanted, actor=actor, now=now).id

    # Aligned to full minutes in the past, so that the first run comes within ten seconds.
    anchor = now.replace(second=0, microsecond=0)
    make("every ten seconds", interval_seconds=EVERY_SECONDS, anchor_at=anchor)
    make("weekdays at nine", cron_expression="0 9 * * 1-5", timezone="Europe/Berlin")
    paused = make(
        "nightly, paused", cron_expression="30 3 * * *", timezone="Europe/Berlin"
    )
    pause_schedule(paused, actor=actor, now=now, note="Resume it to see it run.")
