"""What all tests share."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from tests.graphs import add_graph
from workflows.models import Workflow


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_user("ada")


@pytest.fixture
def workflow(owner: User) -> Workflow:
    """A workflow with a manual and a schedule trigger, each leading to a template."""
    workflow = Workflow.objects.create(name="greeting", owner=owner)
    add_graph(
        workflow,
        {
            "start": ("trigger_manual", {}),
            "tick": ("trigger_schedule", {}),
            "greet": ("template", {"text": "Hello {{ trigger.payload.name }}"}),
        },
        [("start", "greet"), ("tick", "greet")],
    )
    return workflow
