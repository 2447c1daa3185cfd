"""People, a workflow and schedules to test with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User

from schedules.models import ScheduledJob
from schedules.services import Actor, create_schedule
from schedules.services.drafts.fields import FIELDS
from tests.graphs import add_graph
from workflows.models import Workflow
from workflows.services import GraphSpec, NodeSpec, save_graph

NOON = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
WHEN = {"schedule_type", "cron_expression", "run_at", "interval_seconds"}
BOUNDS = {each.name: each.bounds for each in FIELDS.values() if each.bounds}
MakeSchedule = Callable[..., ScheduledJob]
SaveNodes = Callable[..., Workflow]


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice", password="alice-password")


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.create_user("bob", password="bob-password")


@pytest.fixture
def workflow(alice: User) -> Workflow:
    """Alice's: a schedule trigger and a template node."""
    workflow = Workflow.objects.create(name="nightly", owner=alice)
    add_graph(
        workflow,
        {
            "start": ("trigger_schedule", {}),
            "say": (
                "template",
                {"text": "hello {{ trigger.payload.name | default('you') }}"},
            ),
        },
        [("start", "say")],
    )
    return workflow


@pytest.fixture
def make_schedule(workflow: Workflow, alice: User) -> MakeSchedule:
    """Create a schedule of Alice's at noon; every 60 seconds unless told otherwise, and
    active unless it is to begin with another `status`."""

    def make(now: datetime = NOON, **fields: Any) -> ScheduledJob:
        fields = {"name": "job", "workflow": workflow} | fields
        status = fields.pop("status", "active")
        if not fields.keys() & WHEN:
            fields["interval_seconds"] = 60
        return create_schedule(
            fields, actor=Actor.person(alice), now=now, status=status
        )

    return make


@pytest.fixture
def save_nodes(workflow: Workflow, alice: User) -> SaveNodes:
    """Replace the graph of Alice's workflow by these nodes."""

    def save(*nodes: NodeSpec, **options: Any) -> Workflow:
        graph = GraphSpec(nodes)
        return save_graph(workflow, graph, user=alice, now=NOON, **options)

    return save
