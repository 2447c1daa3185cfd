"""Demo data for the first start: one workflow with three schedules."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from schedules.services import Actor, create_schedule, pause_schedule
from workflows.components.trigger_schedule import ScheduleTrigger
from workflows.models import Workflow
from workflows.services import (
    EdgeSpec,
    GraphSpec,
    NodeSpec,
    create_workflow,
    save_graph,
)

NAME = "heartbeat"
EVERY_SECONDS = 10
GRAPH = GraphSpec(
    nodes=(
        NodeSpec(
            node_id="schedule",
            component_type=ScheduleTrigger.type,
            label="On schedule",
            position={"x": 0, "y": 80},
        ),
        NodeSpec(
            node_id="fetch",
            component_type="http_request",
            label="Call the site",
            config={"url": "{{ site.url }}/healthz"},
            position={"x": 260, "y": 80},
        ),
        NodeSpec(
            node_id="report",
            component_type="template",
            label="Write a report",
            config={
                "text": "{{ site.url }} answered {{ nodes.fetch.output.status }} "
                "in {{ nodes.fetch.output.elapsed_ms }} ms"
            },
            position={"x": 520, "y": 80},
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
            position={"x": 780, "y": 80},
        ),
    ),
    edges=(
        EdgeSpec(source="schedule", target="fetch"),
        EdgeSpec(source="fetch", target="report"),
        EdgeSpec(source="report", target="decide"),
    ),
)


def ensure_demo(owner: User, *, now: datetime) -> bool:
    """Create the demo data, all or nothing. Returns False if its workflow already exists.

    Schedules that have been changed or deleted since are left alone.
    """
    if Workflow.objects.filter(owner=owner, name=NAME).exists():
        return False
    with transaction.atomic():
        workflow = create_workflow(
            {"name": NAME, "description": "Checks that this site is up."},
            user=owner,
            now=now,
        )
        save_graph(workflow, GRAPH, user=owner, now=now)
        _make_schedules(workflow, Actor.person(owner), now=now)
    return True


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
