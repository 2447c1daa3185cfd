"""Every address of the API answers everyone as the table of `authorization` says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import transaction
from django.utils import timezone
from rest_framework.test import APIClient

from platform_site.accounts.models import ApiToken
from platform_site.http.description import Generator
from schedules.models import UserProfile
from schedules.services import Actor, create_schedule, fire_due
from tests.api import client
from tests.platform_site.authorization import Cell, cells
from triggers.webhooks import issue_webhook
from workflows.models import Workflow, WorkflowExecution
from workflows.services import GraphSpec, NodeSpec, save_graph

pytestmark = pytest.mark.django_db
ROWS = [
    pytest.param([*row], id=" ".join(operation))
    for operation, row in groupby(cells(), key=lambda cell: (cell.method, cell.path))
]
DECISIONS = ("/approve/", "/decline/")


def workflow_of(user: User) -> Workflow:
    workflow = Workflow.objects.create(name="of " + user.username, owner=user)
    types = {"tick": "schedule", "start": "manual", "hook": "webhook"}
    nodes = [
        NodeSpec(node_id=name, component_type=f"trigger_{type_}")
        for name, type_ in types.items()
    ]
    return save_graph(workflow, GraphSpec(nodes), user=user, now=timezone.now())


@dataclass
class Ground:
    """What is Ada's, by the parts of addresses that name it, and when it all began."""

    ada: User
    ids: dict[str, str]
    token: str

    def path(self, cell: Cell) -> str:
        kind = cell.path.split("/")[3]
        kind = "proposals" if cell.path.endswith(DECISIONS) else kind
        path = cell.path.replace("{id}", self.ids.get(kind, ""))
        path = path.replace("{node_id}", "hook").replace("{token}", self.token)
        path = path.replace("{number}", "1")
        return f"{path}?at=2026-01-01T00:00:00Z" if "explain" in path else path


@pytest.fixture
def ground(db: None) -> Ground:
    """A schedule made hours ago of which some ticks are missed, and one that an agent proposes;
    an execution, a token, a webhook."""
    ada = User.objects.create_user("ada")
    workflow = workflow_of(ada)
    now = timezone.now().replace(microsecond=0)
    schedule = create_schedule(
        {"name": "job", "workflow": workflow, "interval_seconds": 3600},
        actor=Actor.person(ada),
        now=now - timedelta(hours=4),
    )
    fire_due(now - timedelta(minutes=10))
    UserProfile.objects.create(user=ada, agents_propose=True)
    proposal = create_schedule(
        {"name": "proposed", "workflow": workflow, "interval_seconds": 3600},
        actor=Actor.agent(ada),
        now=now,
    )
    execution = WorkflowExecution.objects.create(
        workflow=workflow, owner=ada, trigger_type="manual", trigger_node_id="start"
    )
    token, _ = ApiToken.objects.create(ada)
    hook = issue_webhook(workflow, "hook", user=ada, now=now)
    ids = {
        "schedules": str(schedule.id),
        "proposals": str(proposal.id),
        "workflows": str(workflow.id),
        "executions": str(execution.id),
        "tokens": token.token_key,
    }
    return Ground(ada, ids, hook.token)


@pytest.fixture
def askers(ground: Ground) -> dict[str, User | None]:
    viewer = User.objects.create_user("vera", is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    staff = User.objects.create_user("stan", is_staff=True)
    staff.user_permissions.set(Permission.objects.all())
    return {
        "owner": ground.ada,
        "other": User.objects.create_user("otto"),
        "viewer": viewer,
        "staff": staff,
        "nobody": None,
    }


def body(cell: Cell, asker: User | None, ground: Ground) -> dict[str, Any] | None:
    """The least that the address takes."""
    now = timezone.now()
    key = (cell.method, cell.path.removeprefix("/api/v1/"))
    if key == ("POST", "schedules/") and asker:
        own = str(workflow_of(asker).id)
        return {"name": "new", "interval_seconds": 60, "workflow": own}
    bodies: dict[tuple[str, str], dict[str, Any]] = {
        ("PATCH", "schedules/{id}/"): {"name": "renamed"},
        ("POST", "schedules/{id}/backfill/"): {
            "from": (now - timedelta(days=1)).isoformat(),
            "to": (now - timedelta(minutes=11)).isoformat(),
        },
        ("POST", "schedules/preview/"): {"cron_expression": "0 9 * * *"},
        ("POST", "schedules/bulk/"): {
            "action": "pause",
            "ids": [ground.ids["schedules"]],
        },
        ("POST", "workflows/"): {"name": "new"},
        ("POST", "workflows/import/"): {"template": "nightly-report"},
        ("PATCH", "workflows/{id}/"): {"name": "renamed"},
        ("PUT", "workflows/{id}/graph/"): {
            "nodes": [{"node_id": "start", "component_type": "trigger_schedule"}],
            "edges": [],
        },
        ("POST", "workflows/{id}/render/"): {"value": "{{ site.url }}", "kind": "text"},
        ("POST", "tokens/"): {"name": "new"},
    }
    return bodies.get(key)


def told(cell: Cell, answer: Any) -> str:
    """The answer as the table writes it."""
    status = str(answer.status_code)
    if status == "200" and cell.path.endswith("/bulk/"):
        return str(answer.json()["results"][0]["status"])
    if status == "200" and "/" in cell.answer:
        return f"200/{min(len(answer.json()['results']), 1)}"
    return status


def test_the_table_has_every_address_of_the_description() -> None:
    paths = Generator().get_schema()["paths"]
    described = {
        (method.upper(), path) for path, methods in paths.items() for method in methods
    }
    assert {(cell.method, cell.path) for cell in cells()} == described


def answered(cell: Cell, ground: Ground, asker: User | None) -> str:
    """What they are told. What it does is undone, for the next one."""
    speaker: APIClient = client(asker)
    with transaction.atomic():
        sent = body(cell, asker, ground)
        answer = speaker.generic(
            cell.method,
            ground.path(cell),
            speaker._encode_data(sent, "json")[0] if sent is not None else "",
            content_type="application/json",
        )
        transaction.set_rollback(True)
    if answer.status_code >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json"
    return told(cell, answer)


@pytest.mark.parametrize("row", ROWS)
def test_everyone_is_answered_as_the_table_says(
    row: list[Cell], ground: Ground, askers: dict[str, User | None]
) -> None:
    answers = {cell.asker: answered(cell, ground, askers[cell.asker]) for cell in row}
    assert answers == {cell.asker: cell.answer for cell in row}
