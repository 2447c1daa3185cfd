"""Somebody with a workflow and a token."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from platform_site.accounts.models import ApiToken
from tests.graphs import add_graph
from workflows.models import Workflow


@pytest.fixture
def alice(transactional_db: None) -> User:
    alice = User.objects.create_user("alice")
    workflow = Workflow.objects.create(name="nightly", owner=alice)
    add_graph(workflow, {"start": ("trigger_schedule", {})})
    return alice


@pytest.fixture
def token(alice: User) -> str:
    _, token = ApiToken.objects.create(user=alice)
    return str(token)
