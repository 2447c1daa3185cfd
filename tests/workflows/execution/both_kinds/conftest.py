"""One workflow that is started in both ways, and work of each kind."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from tests.graphs import add_graph
from tests.schedules.conftest import MakeSchedule, alice, make_schedule
from tests.workflows.execution.both_kinds.kinds import ByHand, Kind, Scheduled
from workflows.models import Workflow

__all__ = ["alice", "make_schedule"]


@pytest.fixture
def workflow(alice: User) -> Workflow:
    workflow = Workflow.objects.create(name="nightly", owner=alice)
    add_graph(
        workflow,
        {
            "on_time": ("trigger_schedule", {}),
            "by_hand": ("trigger_manual", {}),
            "work": ("template", {"text": "done"}),
        },
        [("on_time", "work"), ("by_hand", "work")],
    )
    return workflow


@pytest.fixture(params=[Scheduled, ByHand], ids=["scheduled", "by_hand"])
def kind(
    request: pytest.FixtureRequest, workflow: Workflow, make_schedule: MakeSchedule
) -> Kind:
    return request.param(workflow, make_schedule)
