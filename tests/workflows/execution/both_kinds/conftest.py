"""Work of each kind that the machine runs."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from tests.graphs import add_graph
from tests.workflows.execution.both_kinds.kinds import ByHand, Kind, Scheduled
from workflows.models import Workflow


@pytest.fixture(params=[Scheduled, ByHand], ids=["scheduled", "by_hand"])
def kind(request: pytest.FixtureRequest, owner: User) -> Kind:
    workflow = Workflow.objects.create(name="nightly", owner=owner)
    add_graph(
        workflow,
        {
            "on_time": ("trigger_schedule", {}),
            "by_hand": ("trigger_manual", {}),
            "work": ("template", {"text": "done"}),
        },
        [("on_time", "work"), ("by_hand", "work")],
    )
    return request.param(workflow)
