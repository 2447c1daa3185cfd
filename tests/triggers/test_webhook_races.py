"""A webhook, and the graph or the workflow under it that goes at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from redis import Redis

from tests.api import client
from tests.at_once import at_once
from tests.triggers.conftest import Caller
from triggers.models import Webhook
from triggers.webhooks import issue_webhook
from workflows.models import Workflow

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.both_databases,
    pytest.mark.slow,
]
Verb = Callable[[User, str], Any]
ROUNDS = 8


def _drop_the_node(user: User, address: str) -> Any:
    other = {"node_id": "other", "component_type": "trigger_manual"}
    graph = {"nodes": [other], "edges": []}
    return client(user).put(f"{address}graph/", graph, format="json")


def _delete_it(user: User, address: str) -> Any:
    return client(user).delete(address)


def _is_open() -> bool:
    """Whether a webhook can be called. One whose node was removed is kept with it."""
    return Webhook.objects.filter(node__removed_at=None).exists()


@pytest.mark.parametrize("go", [_drop_the_node, _delete_it])
def test_what_goes_as_its_webhook_is_opened_takes_it_along(
    owner: User, redis: Redis, go: Verb
) -> None:
    for _ in range(ROUNDS):
        workflow = Workflow.objects.create(name="short-lived", owner=owner)
        workflow.nodes.create(node_id="hook", component_type="trigger_webhook")
        address = f"/api/v1/workflows/{workflow.pk}/"

        def ask(address=address) -> Any:
            return client(owner).post(f"{address}webhooks/hook/")

        *issued, gone = at_once([ask, ask, lambda address=address: go(owner, address)])
        assert gone.status_code in {200, 204}
        assert {answer.status_code for answer in issued} <= {201, 404}
    assert not _is_open()


def test_what_is_started_as_it_goes_is_not_found(owner: User, redis: Redis) -> None:
    for _ in range(ROUNDS):
        workflow = Workflow.objects.create(name="short-lived", owner=owner)
        for name in ("webhook", "manual"):
            workflow.nodes.create(node_id=name, component_type=f"trigger_{name}")
        now = timezone.now()
        call = Caller(issue_webhook(workflow, "webhook", user=owner, now=now))
        address = f"/api/v1/workflows/{workflow.pk}/"

        def run(address=address) -> Any:
            return client(owner).post(f"{address}run/", {}, format="json")

        def go(address=address) -> Any:
            return _delete_it(owner, address)

        called, ran, gone = at_once([call.send, run, go])
        assert gone.status_code in {204, 409}
        assert called.status_code in {202, 404, 409}
        assert ran.status_code in {202, 404, 409}
